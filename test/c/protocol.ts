/** Protocols in C for tests. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { defineFromC } from '../../checker/c/definition.ts';
import { loadParser } from '../../checker/c/syntax/parser.ts';
import type { SourceFile } from '../../checker/c/syntax/source.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { check } from '../../checker/search/check.ts';

const packages = createRequire(import.meta.url);
await loadParser((file) => readFile(packages.resolve(file)));

/** The model of a C text. */
export const protocol = (text: string, name = 'test.c'): AnyDefinition =>
  defineFromC({ name, text }, shipped);

export function shipped(name: string): SourceFile | null {
  try {
    const file = new URL(
      `../../checker/c/${name === 'racewalk.h' ? 'kernel.h' : `include/${name}`}`,
      import.meta.url,
    );
    return { name, text: readFileSync(file, 'utf8') };
  } catch {
    return null;
  }
}

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
