/** Removes comments and the free text of the header. Line numbers do not change. */
import { LitmusError } from './litmus-test.ts';

export interface Stripped {
  readonly name: string;
  /** The text from the initial state on; the text before it and all comments are blank. */
  readonly text: string;
}

/**
 * The text without comments: those of C anywhere; quoted remarks and `(* ... *)` only outside the
 * processes, because inside `(*` is a dereference.
 *
 * Throws  LitmusError if the text is not a litmus test in C.
 */
export function strip(source: string): Stripped {
  // As in herd, a name may be the file name without its extension.
  const name = /^\s*C\s+(\S+)/.exec(source)?.[1]?.replace(/\.litmus$/, '');
  if (name === undefined)
    throw new LitmusError(1, `a litmus test in C begins with 'C' and its name, ${instead(source)}`);
  const text = withoutComments(source);
  const start = text.indexOf('{');
  if (start < 0) throw new LitmusError(1, 'there is no initial state: { ... }');
  return { name, text: blank(text.slice(0, start)) + text.slice(start) };
}

/** The part of the message about the text instead of 'C' and a name. */
function instead(source: string): string {
  const words = source.trim().split(/\s+/, 2);
  if (words[0] === '') return 'and this file is empty';
  if (words[0] === 'C') return 'and here the name is missing';
  return /^[A-Z]\w*$/i.test(words[0]!) && words.length === 2
    ? `and this is one in ${words[0]!}: assembly, or another language, is not supported`
    : `and not with '${words[0]!.slice(0, 20)}'`;
}

/** The text with blanks in place of all characters but line ends. */
export const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');

function withoutComments(source: string): string {
  let depth = 0;
  let blocks = 0;
  let result = '';
  for (let at = 0; at < source.length;) {
    const end = commentEnd(source, at, depth > 0 && blocks > 1);
    if (end > at) result += blank(source.slice(at, end));
    else {
      if (source[at] === '{') {
        if (depth === 0) blocks += 1;
        depth += 1;
      }
      if (source[at] === '}') depth -= 1;
      result += source[at]!;
    }
    at = Math.max(end, at + 1);
  }
  return result;
}

/** The end of the comment that begins at this offset, or -1. */
function commentEnd(source: string, at: number, inCode: boolean): number {
  if (source.startsWith('//', at)) return endOr(source, source.indexOf('\n', at));
  if (source.startsWith('/*', at)) return endOr(source, source.indexOf('*/', at) + 2, 2);
  if (inCode) return -1;
  if (source[at] === '"') return endOr(source, source.indexOf('"', at + 1) + 1, 1);
  if (!source.startsWith('(*', at)) return -1;
  let nesting = 0;
  for (let inner = at; inner < source.length; inner++) {
    if (source.startsWith('(*', inner)) nesting += 1;
    if (source.startsWith('*)', inner) && (nesting -= 1) === 0) return inner + 2;
  }
  return source.length;
}

/** An unterminated comment extends to the end of the file. */
const endOr = (source: string, end: number, least = 0) => (end < least || end === -1 ? source.length : end);
