/**
 * Pointers that point to no object: error numbers, as ERR_PTR() makes them, and constant addresses such as LIST_POISON1.
 *
 * A file has those that it writes as constants, whatever computes with them later: an error number that a run needs beside
 * them is a violation with a sentence of its own.
 */
import { constantOf, type ConstantOf } from './syntax/constant.ts';
import type { Expression, Statement } from './syntax/syntax.ts';
import { expressionsIn } from './syntax/walk.ts';

/** The values of such pointers, errors first; the pointer to the first of them is `first`, and the others lie below. */
export interface Addresses {
  readonly first: number;
  readonly values: readonly number[];
  /** How many of them are error numbers. */
  readonly errors: number;
}

/** include/linux/err.h: MAX_ERRNO */
export const mostError = 4095;

/** The values that these bodies may give to pointers. */
export function addressesIn(
  bodies: readonly (readonly Statement[])[],
  named: ConstantOf,
): Omit<Addresses, 'first'> {
  const all = bodies.flatMap((body) => [...expressionsIn(body)]);
  const valueOf = (expression: Expression) => addressOf(constantOf(expression, named)?.value ?? 0n);
  const cast = all.flatMap((one) =>
    one.kind === 'cast' && one.type.kind === 'pointer' ? [valueOf(one.operand)] : [],
  );
  const takesErrors = all.some(
    ({ kind, ...one }) => kind === 'call' && 'name' in one && one.name === 'ERR_PTR',
  );
  const numbers = takesErrors
    ? all.flatMap((one) => (one.kind === 'unary' && one.operator === '-' ? [valueOf(one)] : []))
    : [];
  const distinct = [...new Set([...cast, ...numbers])].sort((a, b) => b - a);
  const isError = (value: number) => value < 0 && value >= -mostError;
  const errors = distinct.filter(isError);
  return {
    values: [...errors, ...cast.filter((value, at) => value > 0 && cast.indexOf(value) === at)],
    errors: errors.length,
  };
}

/** An address as a number with a sign, so that errors are negative. */
export const addressOf = (value: bigint): number => Number(BigInt.asIntN(64, value));

/** The number of the pointer that has this value; null: no pointer has it. */
export function pointerWith({ first, values }: Addresses, value: number): number | null {
  const at = values.indexOf(value);
  return at < 0 ? null : first - at;
}
