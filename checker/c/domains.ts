/** The values that a variable of a C type may take. */
import type { AnyDomain } from '../language/domain.ts';
import type { ScalarType, Type } from './syntax/types.ts';

interface Spaces {
  readonly space: (type: Type) => { readonly names: readonly string[] } | null;
}

/** A pointer is NULL, an object, or one past the last; integers begin small and grow with the values that runs store. */
export function domainOf(type: ScalarType, memory: Spaces): AnyDomain {
  switch (type.kind) {
    case 'bool':
      return { kind: 'bool' };
    case 'pointer':
      return pointerDomain(memory.space(type.to)?.names ?? []);
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
    case 'integer':
      return integerDomain(type.bits, type.signed);
  }
}

/** Enums of flags may be wide; their numbers need no names. */
const mostNames = 1_024;

const pointerDomain = (objects: readonly string[]): AnyDomain => ({
  kind: 'range',
  low: -1,
  high: objects.length,
  names: ['NULL', ...objects.map((name) => `&${name}`), `past ${objects.at(-1) ?? 'nothing'}`],
});

/** Numbers begin small, and grow with the values that a run stores; 33 bits are the most that a state has room for. */
function integerDomain(bits: number, signed: boolean): AnyDomain {
  const width = Math.min(bits, 32);
  const least = signed ? (bits > 32 ? -(2 ** 32) : -(2 ** (width - 1))) : 0;
  const most = bits > 32 ? 2 ** 32 : signed ? 2 ** (width - 1) - 1 : 2 ** width - 1;
  return { kind: 'range', low: signed ? -1 : 0, high: 7, grows: { low: least, high: most } };
}
