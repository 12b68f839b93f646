/**
 * Pointers that hold an error number.
 *
 * Source:  include/linux/err.h
 */
import type { AnyExpr } from '../../language/expression.ts';
import type { Addresses } from '../addresses.ts';
import { nullPointer } from '../memory.ts';
import { pointerTo, voidType, type PointerType } from '../syntax/types.ts';
import { between, compared, constant, either, isConstant, type CValue } from './value.ts';

/** A pointer that is no address of an object: its type is any. */
export const toNothing = (expr: AnyExpr, type: PointerType = pointerTo(voidType)): CValue => ({
  kind: 'pointer',
  type,
  expr,
  isNoObject: true,
});

/** Whether a pointer holds an error number. */
export const isError = ({ first, errors }: Addresses, pointer: AnyExpr): AnyExpr =>
  errors === 0 ? constant(false) : between(pointer, constant(first - errors + 1), constant(first));

/** Whether a pointer is an address of no object, such as an error number or poison. */
export const isNoAddress = ({ first, values }: Addresses, pointer: AnyExpr): AnyExpr =>
  values.length === 0 ? constant(false) : compared('<=', pointer, constant(first));

/** The address of a member, which is none where the pointer is none; an array of NULL has no number at all. */
export function memberOf(addresses: Addresses, pointer: AnyExpr, member: AnyExpr, isArray: boolean): AnyExpr {
  const isNone = isNoAddress(addresses, pointer);
  const isNowhere = isArray ? either(isNone, compared('==', pointer, constant(nullPointer))) : isNone;
  if (isConstant(isNowhere)) return member;
  return {
    kind: 'conditional',
    condition: isNowhere,
    then: isArray ? constant(notAnError) : pointer,
    otherwise: member,
  };
}

/** The pointer that holds an error number; 0 is NULL. Only `isKnown` numbers have one. */
export const errorPointer = ({ first, values, errors }: Addresses, error: AnyExpr): AnyExpr =>
  chosen(
    error,
    values.slice(0, errors).map((value, at) => [value, first - at] as const),
    constant(nullPointer),
  );

/** Whether a number is 0 or an error number of the file. */
export const isKnown = ({ values, errors }: Addresses, error: AnyExpr): AnyExpr =>
  [0, ...values.slice(0, errors)]
    .map((value) => compared('==', error, constant(value)))
    .reduce(either, constant(false));

/** The error number in a pointer; that of NULL is 0, and of the address of an object one that `holdsError` rules out. */
export const errorIn = ({ first, values, errors }: Addresses, pointer: AnyExpr): AnyExpr =>
  chosen(
    pointer,
    [[nullPointer, 0], ...values.slice(0, errors).map((value, at) => [first - at, value] as const)],
    constant(notAnError),
  );

/** Whether PTR_ERR() of a pointer is an error number, or 0. */
export const holdsError = (addresses: Addresses, pointer: AnyExpr): AnyExpr =>
  either(compared('==', pointer, constant(nullPointer)), isError(addresses, pointer));

/** What stands for an address, which is no number of racewalk's. */
const notAnError = -(2 ** 31);

function chosen(value: AnyExpr, pairs: readonly (readonly [number, number])[], otherwise: AnyExpr): AnyExpr {
  const known = value.kind === 'constant' ? pairs.find(([from]) => isConstant(value, from)) : undefined;
  if (value.kind === 'constant') return known === undefined ? otherwise : constant(known[1]);
  return pairs.reduceRight<AnyExpr>(
    (rest, [from, to]) => ({
      kind: 'conditional',
      condition: compared('==', value, constant(from)),
      then: constant(to),
      otherwise: rest,
    }),
    otherwise,
  );
}
