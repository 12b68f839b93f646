/** Finds the statement at which a file stops to be C, so that it can be read without it. */
import type { Token } from './tokens.ts';

/** Consecutive tokens, `from` to `to`, both included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What ends the brackets that are open, innermost first; null: inside of an initialiser or of parentheses. */
type Closing = string | null;

/**
 * The first statement, declaration, or head of a block that is no C; null: none is found.
 *
 * `start`: a token at file scope before which all is C; `isC`: whether these tokens, followed by a text, are C.
 */
export function firstWrong(
  tokens: readonly Token[],
  start: number,
  isC: (tokens: readonly Token[], closing: string) => boolean,
): Stretch | null {
  const cuts = cutsOf(tokens, start);
  const isFine = (at: number) => isC(tokens.slice(start, cuts[at]!.end + 1), cuts[at]!.closing);
  // What is no C does not become C by what follows: the first wrong one is found by doubling, then by halving.
  let high = 1;
  while (high < cuts.length && isFine(high - 1)) high *= 2;
  let [low, most] = [high >> 1, Math.min(high, cuts.length) - 1];
  if (most < 0 || isFine(most)) return null;
  while (low < most) {
    const middle = (low + most) >> 1;
    if (isFine(middle)) low = middle + 1;
    else most = middle;
  }
  const { end, level } = cuts[low]!;
  const { text } = tokens[end]!;
  // What a struct or a loop has inside belongs to the statement.
  const before = cuts.slice(0, low).findLast((cut) => text === '}' || cut.depth <= level);
  const from = before === undefined ? start : before.end + 1;
  if (text !== '{') return { from, to: text === '}' && from < end ? end - 1 : end };
  // The block of a function goes with its head.
  return { from, to: level === 0 ? endOfBlock(tokens, end) : Math.max(from, end - 1) };
}

/** What stands in place of a head of a block or a loop, so that what belongs to it stays what it is. */
export function inPlaceOf(tokens: readonly Token[], { from, to }: Stretch): readonly Token[] {
  const some = tokens.slice(from, to + 1);
  const opening = some.findIndex(({ text }) => text === '(');
  const words = some.slice(0, Math.max(0, opening));
  const word = words.at(-1)?.text;
  const closing = some.findLastIndex(({ text }) => text === ')');
  if (words.length > 3 || !['if', 'while', 'switch', 'for'].includes(word ?? '') || closing < 0) return [];
  const as = (kind: Token['kind'], text: string): Token => ({ ...some[opening]!, kind, text });
  const inside = word === 'for' ? [as('punctuator', ';'), as('punctuator', ';')] : [as('number', '0')];
  return [...words, some[opening]!, ...inside, ...some.slice(closing)];
}

/** The end of a statement, or the beginning or end of a block. */
interface Cut {
  readonly end: number;
  readonly closing: string;
  /** How many brackets are open around the statement. */
  readonly level: number;
  /** And behind it. */
  readonly depth: number;
}

function cutsOf(tokens: readonly Token[], start: number): readonly Cut[] {
  const open: Closing[] = [];
  return tokens.flatMap(({ text, kind }, at) => {
    if (at < start || kind !== 'punctuator') return [];
    if (text === '(' || text === '[') open.push(text === '(' ? ')' : ']');
    else if (text === '{') open.push(closingOf(tokens, at, open.at(-1)));
    const closed = text === ')' || text === ']' || text === '}' ? open.pop() : undefined;
    const isInside = open.length > 0 && !(open.at(-1)?.startsWith('}') ?? false);
    const isWithin =
      isInside || closed === null || closed === ofDo || closed === ofType || open.includes(null);
    if (isWithin || !'{};'.includes(text)) return [];
    // An expression around `({ })` ends with it.
    const closing = `${open.toReversed().join('')} `.replace(/\)(?=[} ])/g, ');');
    const depth = open.length;
    return [{ end: at, closing, depth, level: text === '{' ? depth - 1 : depth }];
  });
}

const ofDo = '} while (0);';
const ofType = '} ;';
const typeWords: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

function closingOf(tokens: readonly Token[], at: number, around: Closing | undefined): Closing {
  const before = tokens[at - 1];
  if (around === null || before?.text === '=' || before?.text === 'return') return null;
  if (before?.text === 'do') return ofDo;
  if ([1, 2].some((back) => typeWords.has(tokens[at - back]?.text ?? ''))) return ofType;
  if (before?.text === '(') return '}';
  if (before?.text === ')' && around === ')') return null;
  return '};';
}

function endOfBlock(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let end = at; end < tokens.length; end += 1) {
    const { text, kind } = tokens[end]!;
    if (kind !== 'punctuator') continue;
    if (text === '{') depth += 1;
    if (text === '}' && (depth -= 1) === 0) return end;
  }
  return tokens.length - 1;
}
