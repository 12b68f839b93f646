/** The C grammar: tree-sitter's, which works in Node and in a browser. */
import type { Node, Parser } from 'web-tree-sitter';
import { span, type Mistakes, type Place, type SourceFile } from './source.ts';
import type { Token } from './tokens.ts';

export type { Node } from 'web-tree-sitter';

/** A syntax tree of tokens that may come from several files. */
export interface ParsedTokens {
  readonly root: Node;
  readonly placeOf: (node: Node) => Place;
}

let loaded: Parser | null = null;
let loading: Promise<void> | null = null;

/**
 * Loads the grammar once; `bytesOf` reads a WebAssembly file of a package, such as
 * `tree-sitter-c/tree-sitter-c.wasm`.
 */
export const loadParser = (bytesOf: (file: string) => Promise<Uint8Array>): Promise<void> =>
  (loading ??= load(bytesOf));

async function load(bytesOf: (file: string) => Promise<Uint8Array>): Promise<void> {
  const { Language, Parser } = await import('web-tree-sitter');
  const wasmBinary = await bytesOf('web-tree-sitter/web-tree-sitter.wasm');
  await Parser.init({ wasmBinary });
  const parser = new Parser();
  parser.setLanguage(await Language.load(await bytesOf('tree-sitter-c/tree-sitter-c.wasm')));
  loaded = parser;
}

/**
 * The syntax tree; reports what is no C.
 *
 * Throws  an Error before `loadParser`.
 */
export function parseTokens(tokens: readonly Token[], file: SourceFile, mistakes: Mistakes): ParsedTokens {
  if (loaded === null) throw new Error('loadParser must come first');
  const begins: number[] = [];
  let text = '';
  for (const token of tokens) {
    begins.push(text.length);
    text += `${token.text}${token.kind === 'punctuator' && token.text === ';' ? '\n' : ' '}`;
  }
  const tree = loaded.parse(text);
  if (tree === null) throw new Error('the parser was interrupted');
  const tokenAt = (index: number): Token | undefined => {
    let [low, high] = [0, begins.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begins[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return tokens[low];
  };
  const placeOf = (node: Node): Place => {
    const first = tokenAt(node.startIndex);
    const last = tokenAt(Math.max(node.startIndex, node.endIndex - 1));
    if (first === undefined || last === undefined) return { file, offset: file.text.length, length: 1 };
    return span(first.place, last.place);
  };
  if (tree.rootNode.hasError) reportErrors(tree.rootNode, placeOf, mistakes);
  return { root: tree.rootNode, placeOf };
}

function reportErrors(root: Node, placeOf: (node: Node) => Place, mistakes: Mistakes): void {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.isMissing) mistakes.report(placeOf(node), `'${node.type}' is missing here`, true);
    else if (node.isError) {
      const place = placeOf(node);
      mistakes.report(
        { ...place, length: Math.min(place.length, 40) },
        'this is not C that racewalk reads',
        true,
      );
    } else if (node.hasError) pending.push(...node.children);
  }
}
