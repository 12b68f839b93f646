/** Protocols in C for tests. */
import { defineFromC } from '../../checker/c/definition.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { check } from '../../checker/search/check.ts';
import { shippedHeader } from '../../cli/model-files/c-file.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

/** The model of a C text. */
export const protocol = (text: string, name = 'test.c'): AnyDefinition =>
  defineFromC({ name, text }, shippedHeader);

/** The verdict of a C text with its defaults. */
export const verdictOf = (text: string) => check(protocol(text).build()).outcome;

/** The mistakes of a C text. */
export function mistakesOf(text: string): string {
  try {
    protocol(text);
    return '';
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}
