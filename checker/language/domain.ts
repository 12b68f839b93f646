/** The finite sets of values that a variable may take. */
import { reportModelError } from './model-error.ts';

export type Value = boolean | number | string;

declare const valueType: unique symbol;

/** A phantom type; nothing exists at run time. */
export interface Typed<V extends Value> {
  readonly [valueType]?: V;
}

/** Some of the bits of a number, from the lowest on. */
export interface BitField {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  readonly signed: boolean;
}

export type AnyDomain =
  | { readonly kind: 'bool' }
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | {
      readonly kind: 'range';
      readonly low: number;
      readonly high: number;
      /** What the numbers stand for, from `low` on: objects to which a pointer points, enumerators. */
      readonly names?: readonly string[];
      /** How far a check may make it grow: as long as it has at most 2^32 integers. */
      readonly grows?: { readonly low: number; readonly high: number };
      /** Numbers below 0 stand for themselves plus two to this power: unsigned ones of C. */
      readonly wraps?: number;
      /** The bit-fields that a number consists of. */
      readonly bits?: readonly BitField[];
      /**
       * A number but 0 has one of several meanings, by its remainder: a multiple plus `tag` is the number itself, or, where it
       * has names, 1 more than the position of the name.
       */
      readonly tags?: readonly (readonly string[] | null)[];
    };

export type Domain<V extends Value = Value> = AnyDomain & Typed<V>;

export const bool: Domain<boolean> = { kind: 'bool' };

/** Named values, such as the states of a pmd: `values('none', 'table', 'huge')`. */
export function values<const N extends string>(...names: readonly [N, ...N[]]): Domain<N> {
  if (names.length === 0) reportModelError('values(...) needs at least one name');
  const wrong = names.findIndex((name) => typeof name !== 'string' || name === '');
  if (wrong >= 0) reportModelError(`values(...): ${String(names[wrong])} is not a name`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) reportModelError(`values(...): duplicate name '${twice}'`);
  return { kind: 'values', values: names };
}

/** Replaces an invalid range, so that no further errors follow from it. */
const anyNumber: Domain<number> = { kind: 'range', low: -(2 ** 31), high: 2 ** 31 - 1 };

/** Ends of ranges lie between -2^32 and 2^32, and a range has at most 2^32 integers: the ordinal of each has 32 bits. */
export const rangeLimit = 2 ** 32;

/** The integers from `low` to `high`, both included: at most 2^32 of them, none beyond -2^32 or 2^32. */
export function range(low: number, high: number): Domain<number> {
  const isRange = Number.isInteger(low) && Number.isInteger(high) && low <= high;
  if (!isRange || low < -rangeLimit || high > rangeLimit || high - low >= rangeLimit) {
    reportModelError(
      `range(${String(low)}, ${String(high)}): expected at most 2^32 integers between -2^32 and 2^32, low <= high`,
    );
    return anyNumber;
  }
  return { kind: 'range', low, high };
}

/**
 * The integers from `low` to `high`, and as many more as a check needs: where a run leaves them, they grow to a power of
 * two, from `least` to `most` at the outside, and the check begins anew. Beyond that it is inconclusive.
 */
export function growing(low: number, high: number, least = -(2 ** 16), most = 2 ** 16): Domain<number> {
  const domain = range(low, high);
  const grows = range(least, most);
  if (domain.kind !== 'range' || grows.kind !== 'range') return domain;
  if (grows.low > low || grows.high < high)
    reportModelError(`growing(${low}, ${high}, ${least}, ${most}): expected ends that contain the beginning`);
  return { kind: 'range', low, high, grows: { low: grows.low, high: grows.high } };
}

/** The indices of an array of `length` elements: 0 to length - 1. */
export function index(length: number): Domain<number> {
  if (!Number.isInteger(length) || length < 1) {
    reportModelError(`index(${String(length)}): expected a whole number, 1 or more`);
    return anyNumber;
  }
  return range(0, length - 1);
}

/** How far a domain may grow, or null. */
export const growthOf = (domain: AnyDomain) => (domain.kind === 'range' ? (domain.grows ?? null) : null);

export function sizeOf(domain: AnyDomain): number {
  switch (domain.kind) {
    case 'bool':
      return 2;
    case 'values':
      return domain.values.length;
    case 'range':
      return domain.high - domain.low + 1;
  }
}

/** The value of an ordinal in 0 .. sizeOf(domain) - 1; states are ordered and packed by ordinals. */
export function valueAt(domain: AnyDomain, ordinal: number): Value {
  switch (domain.kind) {
    case 'bool':
      return ordinal === 1;
    case 'values':
      return domain.values[ordinal]!;
    case 'range':
      return domain.low + ordinal;
  }
}

/** The ordinal of a value; -1: not in the domain. */
export function ordinalOf(domain: AnyDomain, value: Value): number {
  switch (domain.kind) {
    case 'bool':
      return typeof value === 'boolean' ? Number(value) : -1;
    case 'values':
      return domain.values.indexOf(value as string);
    case 'range':
      return Number.isInteger(value) && Number(value) >= domain.low && Number(value) <= domain.high
        ? Number(value) - domain.low
        : -1;
  }
}

/** A value as people read it: its name, if the domain names its numbers. */
export function printValue(domain: AnyDomain, value: Value): string {
  if (domain.kind !== 'range') return String(value);
  const isWrapped = domain.wraps !== undefined && Number(value) < 0;
  const shown = isWrapped ? BigInt.asUintN(domain.wraps, BigInt(Number(value))) : value;
  if (domain.tags !== undefined && value !== 0) return printTagged(domain.tags, Number(value));
  if (domain.bits !== undefined)
    return `{${domain.bits.map((one) => printBits(one, Number(value))).join(', ')}}`;
  return domain.names?.[Number(value) - domain.low] ?? String(shown);
}

function printTagged(tags: readonly (readonly string[] | null)[], value: number): string {
  const tag = ((value % tags.length) + tags.length) % tags.length;
  const number = (value - tag) / tags.length;
  return tags[tag] === null ? String(number) : (tags[tag]![number - 1] ?? 'no object');
}

function printBits({ name, offset, width, signed }: BitField, value: number): string {
  const shifted = BigInt(value) >> BigInt(offset);
  return `${name} ${signed ? BigInt.asIntN(width, shifted) : BigInt.asUintN(width, shifted)}`;
}

export function contains(domain: AnyDomain, value: Value): boolean {
  return ordinalOf(domain, value) >= 0;
}

export function printDomain(domain: AnyDomain): string {
  switch (domain.kind) {
    case 'bool':
      return 'bool';
    case 'values':
      return `{${domain.values.join(', ')}}`;
    case 'range':
      return `${domain.low}..${domain.high}`;
  }
}
