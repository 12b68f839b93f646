/** The C front end with its grammar and headers, as the page loads it with the first protocol in C. */
import { defineFromC } from '../../../checker/c/definition.ts';
import type { SourceFile } from '../../../checker/c/syntax/source.ts';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { loadGrammar } from './load-grammar.ts';

const folder = '../../../checker/c/';
const texts = import.meta.glob<string>(['../../../checker/c/kernel.h', '../../../checker/c/include/**/*.h'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const headers = new Map<string, SourceFile>(
  Object.entries(texts).map(([path, text]) => [path, { name: path.replace(/^.*\//, ''), text }]),
);

const shippedHeader = (name: string): SourceFile | null =>
  headers.get(folder + (name === 'racewalk.h' ? 'kernel.h' : `include/${name}`)) ?? null;

/** Throws  ModelError with all mistakes of the text and their places. */
export async function defineProtocol(file: SourceFile): Promise<AnyDefinition> {
  await loadGrammar();
  return defineFromC(file, shippedHeader);
}
