/** The C grammar: tree-sitter's, which works in Node and in a browser. */
import type { Node, Parser } from 'web-tree-sitter';
import { firstWrong, inPlaceOf, type Stretch } from './repair.ts';
import { Mistakes, span, type Place, type SourceFile } from './source.ts';
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

/** More statements that are no C are not looked for. */
const mostWrong = 20;

/**
 * The syntax tree; reports what is no C, statement by statement, and leaves it out.
 *
 * Throws  an Error before `loadParser`.
 */
export function parseTokens(tokens: readonly Token[], file: SourceFile, mistakes: Mistakes): ParsedTokens {
  let read = tokens;
  let parsed = parse(read);
  for (let wrong = 0; parsed.root.hasError; wrong += 1) {
    const found = wrong === mostWrong ? null : firstWrong(read, goodUntil(parsed, read), isC);
    if (found === null) {
      reportErrors(parsed.root, placesIn(read, parsed, file), mistakes);
      break;
    }
    reportWrong(read, found, file, mistakes);
    read = read.toSpliced(found.from, found.to - found.from + 1, ...inPlaceOf(read, found));
    parsed = parse(read);
  }
  return { root: parsed.root, placeOf: placesIn(read, parsed, file) };
}

/** A syntax tree, and where each token begins in its text. */
interface Parsed {
  readonly root: Node;
  readonly begins: readonly number[];
}

function parse(tokens: readonly Token[], closing = '', opening = ''): Parsed {
  if (loaded === null) throw new Error('loadParser must come first');
  const begins: number[] = [];
  let text = opening;
  for (const token of tokens) {
    begins.push(text.length);
    text += `${token.text}${token.kind === 'punctuator' && token.text === ';' ? '\n' : ' '}`;
  }
  const tree = loaded.parse(text + closing);
  if (tree === null) throw new Error('the parser was interrupted');
  return { root: tree.rootNode, begins };
}

const isC = (tokens: readonly Token[], closing: string): boolean => !parse(tokens, closing).root.hasError;

/** The token behind the last item of the file before the first that is no C. */
function goodUntil({ root, begins }: Parsed, tokens: readonly Token[]): number {
  const { children } = root;
  const wrong = children.findIndex((node) => node.hasError || node.isMissing);
  const end = wrong <= 0 ? 0 : children[wrong - 1]!.endIndex;
  const at = begins.findIndex((begin) => begin >= end);
  return at < 0 ? tokens.length : at;
}

/** Reports the part of a statement that is no C. */
function reportWrong(
  tokens: readonly Token[],
  { from, to }: Stretch,
  file: SourceFile,
  mistakes: Mistakes,
): void {
  const some = tokens.slice(from, to + 1);
  const alone = new Mistakes();
  // Read alone it may be C: `else` without its `if` is not.
  const parsed = parse(some, '}', 'void f(void) {');
  reportErrors(parsed.root, placesIn(some, parsed, file), alone);
  const [found] = alone.all;
  const leavesOpen = new Set(some.flatMap(({ kind, text }) => (kind === 'name' ? [text] : [])));
  const whole = span(some[0]!.place, some.at(-1)!.place);
  const { place, message } = found ?? { place: whole, message: notC };
  mistakes.report({ ...place, length: Math.min(place.length, longestWrong) }, message, {
    isSyntax: true,
    leavesOpen,
  });
}

const notC = 'this is not C that racewalk reads';
const longestWrong = 40;

function placesIn(tokens: readonly Token[], { begins }: Parsed, file: SourceFile): (node: Node) => Place {
  const tokenAt = (index: number): Token | undefined => {
    let [low, high] = [0, begins.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begins[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return tokens[low];
  };
  return (node) => {
    const first = tokenAt(node.startIndex);
    const last = tokenAt(Math.max(node.startIndex, node.endIndex - 1));
    if (first === undefined || last === undefined) return { file, offset: file.text.length, length: 1 };
    return span(first.place, last.place);
  };
}

function reportErrors(root: Node, placeOf: (node: Node) => Place, mistakes: Mistakes): void {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.isMissing) mistakes.report(placeOf(node), `'${node.type}' is missing here`, { isSyntax: true });
    else if (node.isError) {
      const place = placeOf(node);
      mistakes.report({ ...place, length: Math.min(place.length, longestWrong) }, notC, { isSyntax: true });
    } else if (node.hasError) pending.push(...node.children);
  }
}
