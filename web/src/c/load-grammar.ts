/** Makes the grammar of C ready, which lies beside the page. */
import grammar from 'tree-sitter-c/tree-sitter-c.wasm?url';
import runtime from 'web-tree-sitter/web-tree-sitter.wasm?url';
import { loadParser } from '../../../checker/c/syntax/parser.ts';

const addresses: Readonly<Record<string, string>> = {
  'tree-sitter-c/tree-sitter-c.wasm': grammar,
  'web-tree-sitter/web-tree-sitter.wasm': runtime,
};

export const loadGrammar = (): Promise<void> =>
  loadParser(async (name) => (await fetch(addresses[name]!)).bytes());
