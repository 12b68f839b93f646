/** Literals of C as values. */
import { integerType, type IntegerType } from './types.ts';

/** The value and type of an integer or character literal; null: none, such as a floating-point number. */
export function integerLiteral(text: string): { readonly value: bigint; readonly type: IntegerType } | null {
  if (text.startsWith("'")) return characterLiteral(text);
  const parts = /^(0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)([uU]?)([lL]{0,2})([uU]?)$/.exec(text);
  if (parts === null) return null;
  const [, digits = '0', before, long = '', after] = parts;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const unsigned = before !== '' || after !== '';
  const fits = (bits: 32 | 64, signed: boolean) => value < 1n << BigInt(signed ? bits - 1 : bits);
  const mayBeUnsigned = unsigned || !/^[1-9]/.test(digits);
  for (const bits of long === '' ? ([32, 64] as const) : ([64] as const)) {
    if (!unsigned && fits(bits, true)) return { value, type: integerType(bits, true) };
    if (mayBeUnsigned && fits(bits, false)) return { value, type: integerType(bits, false) };
  }
  return null;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  0: '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

function characterLiteral(text: string) {
  const inner = text.slice(1, -1);
  const character = inner.startsWith('\\') ? (escapes[inner[1]!] ?? inner.slice(1)) : inner;
  return character.length === 1
    ? { value: BigInt(character.charCodeAt(0)), type: integerType(32, true) }
    : null;
}

/** The characters of a string literal. */
export const stringLiteral = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
