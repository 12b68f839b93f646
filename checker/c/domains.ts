/** The values that a variable of a C type may take. */
import type { AnyDomain, Value } from '../language/domain.ts';
import type { Addresses } from './addresses.ts';
import type { SharedCell } from './overlay.ts';
import type { IntegerType, PointerType, ScalarType, Type } from './syntax/types.ts';

interface Spaces {
  readonly addresses: Addresses;
  /** The names of what a pointer to the type may point to. */
  readonly objects: (type: Type) => readonly string[];
  /** The lowest and highest number that container_of() may make of a pointer to a member. */
  readonly strays: (type: Type) => readonly [number, number];
}

/** A pointer is NULL, an object, or one past the last; integers begin small and grow with the values that runs store. */
export function domainOf(type: ScalarType, memory: Spaces): AnyDomain {
  switch (type.kind) {
    case 'bool':
      return { kind: 'bool' };
    case 'pointer':
      return pointerDomain(memory.objects(type.to), memory.strays(type.to), memory.addresses);
    case 'enum': {
      const values = [...type.members.values()].map(Number);
      const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
      const named = new Map([...type.members].map(([name, value]) => [Number(value), name]));
      if (high - low > mostNames) return { kind: 'range', low, high };
      const names = Array.from(
        { length: high - low + 1 },
        (_, at) => named.get(low + at) ?? String(low + at),
      );
      return { kind: 'range', low, high, names };
    }
    case 'integer': {
      const wide = type.bits === 64 && !type.signed ? { wraps: 64 } : {};
      return { kind: 'range', low: type.signed ? -1 : 0, high: 7, grows: numbersOf(type), ...wide };
    }
  }
}

/** The values of a cell that several members share, which a trace shows by member. */
export function sharedDomain({ type, tagged, bits }: SharedCell, memory: Spaces): AnyDomain {
  const domain = domainOf(type, memory);
  if (domain.kind !== 'range') return domain;
  if (tagged !== null) {
    return { ...domain, tags: tagged.map((one) => (one.kind === 'pointer' ? namesOf(one, memory) : null)) };
  }
  return bits.length === 0 ? domain : { ...domain, bits };
}

/** What the numbers of pointers stand for, from 0 on. */
const namesOf = ({ to }: PointerType, memory: Spaces): readonly string[] =>
  memory.objects(to).map((name) => `&${name}`);

/** The domain with room for an initial value, as far as it may grow. */
export function domainWith(domain: AnyDomain, value: Value): AnyDomain {
  if (domain.kind !== 'range' || domain.grows === undefined || typeof value !== 'number') return domain;
  if (value < domain.grows.low || value > domain.grows.high) return domain;
  return { ...domain, low: Math.min(domain.low, value), high: Math.max(domain.high, value) };
}

/** The numbers of a type; of 64 bits those near to 0, of which a variable holds 2^32. */
function numbersOf({ bits, signed }: IntegerType): { readonly low: number; readonly high: number } {
  if (bits === 64) return { low: -(2 ** 31), high: 2 ** 32 - 1 };
  const all = 2 ** bits;
  return signed ? { low: -all / 2, high: all / 2 - 1 } : { low: 0, high: all - 1 };
}

/** Enums of flags may be wide; their numbers need no names. */
const mostNames = 1_024;

/** NULL, an object, one past the last; what container_of() makes of the member of another object; an address of none. */
function pointerDomain(
  objects: readonly string[],
  [least, most]: readonly [number, number],
  { first, values, errors }: Addresses,
): AnyDomain {
  const lowest = values.length === 0 ? -1 : first - values.length + 1;
  const [low, high] = [Math.min(-1, least, lowest), Math.max(objects.length, most)];
  const nameOf = (number: number): string => {
    if (number === -1) return 'NULL';
    const value = values[first - number];
    if (value !== undefined)
      return first - number < errors ? `ERR_PTR(${value})` : `(void *)0x${value.toString(16)}`;
    return objects[number] === undefined ? 'no object' : `&${objects[number]}`;
  };
  const names = Array.from({ length: high - low + 1 }, (_, at) => nameOf(low + at));
  return { kind: 'range', low, high, names };
}
