/** The C front end with its grammar and headers, as the page loads it with the first protocol in C. */
import grammar from 'tree-sitter-c/tree-sitter-c.wasm?url';
import runtime from 'web-tree-sitter/web-tree-sitter.wasm?url';
import { defineFromC } from '../../../checker/c/definition.ts';
import { loadParser } from '../../../checker/c/syntax/parser.ts';
import type { SourceFile } from '../../../checker/c/syntax/source.ts';
import type { AnyDefinition } from '../../../checker/language/model.ts';

const addresses: Readonly<Record<string, string>> = {
  'tree-sitter-c/tree-sitter-c.wasm': grammar,
  'web-tree-sitter/web-tree-sitter.wasm': runtime,
};

const folder = '../../../checker/c/';
const headers = import.meta.glob<string>(
  ['../../../checker/c/kernel.h', '../../../checker/c/include/**/*.h'],
  { query: '?raw', import: 'default', eager: true },
);

function shippedHeader(name: string): SourceFile | null {
  const text = headers[folder + (name === 'racewalk.h' ? 'kernel.h' : `include/${name}`)];
  return text === undefined ? null : { name: name.replace(/^.*\//, ''), text };
}

/** Throws  ModelError with all mistakes of the text and their places. */
export async function defineProtocol(file: SourceFile): Promise<AnyDefinition> {
  await loadParser(async (name) => (await fetch(addresses[name]!)).bytes());
  return defineFromC(file, shippedHeader);
}
