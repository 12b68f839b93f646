/** Relations and sets over the events of an execution, as bits. Results are new; only `add` changes its operand. */

/** Row `a` has bit `b` where `a` is related to `b`: `bits[a * words + (b >> 5)]`, bit `b & 31`. */
export interface Relation {
  readonly size: number;
  readonly words: number;
  readonly bits: Uint32Array;
}

/** Bit `a` is set where event `a` is a member. */
export type EventSet = Uint32Array;

export const setOf = (size: number, has: (event: number) => boolean): EventSet => {
  const set = new Uint32Array((size + 31) >> 5);
  for (let event = 0; event < size; event++) if (has(event)) set[event >> 5]! |= 1 << (event & 31);
  return set;
};

export const isIn = (set: EventSet, event: number): boolean => (set[event >> 5]! & (1 << (event & 31))) !== 0;

export const empty = (size: number): Relation => {
  const words = (size + 31) >> 5;
  return { size, words, bits: new Uint32Array(size * words) };
};

export const add = ({ words, bits }: Relation, from: number, to: number): void => {
  bits[from * words + (to >> 5)]! |= 1 << (to & 31);
};

export const has = ({ words, bits }: Relation, from: number, to: number): boolean =>
  (bits[from * words + (to >> 5)]! & (1 << (to & 31))) !== 0;

export const relationOf = (size: number, holds: (from: number, to: number) => boolean): Relation => {
  const result = empty(size);
  for (let from = 0; from < size; from++)
    for (let to = 0; to < size; to++) if (holds(from, to)) add(result, from, to);
  return result;
};

export const copy = (relation: Relation): Relation => ({ ...relation, bits: relation.bits.slice() });

export const union = (first: Relation, ...others: readonly Relation[]): Relation => {
  const result = copy(first);
  for (const { bits } of others) for (let at = 0; at < bits.length; at++) result.bits[at]! |= bits[at]!;
  return result;
};

export const intersection = (one: Relation, other: Relation): Relation => {
  const result = copy(one);
  for (let at = 0; at < result.bits.length; at++) result.bits[at]! &= other.bits[at]!;
  return result;
};

export const difference = (one: Relation, other: Relation): Relation => {
  const result = copy(one);
  for (let at = 0; at < result.bits.length; at++) result.bits[at]! &= ~other.bits[at]!;
  return result;
};

/** With each event related to itself, beside what is related already. */
export const orSame = (relation: Relation): Relation => {
  const result = copy(relation);
  for (let event = 0; event < relation.size; event++) add(result, event, event);
  return result;
};

/** From members of a set alone. */
export const from = (set: EventSet, relation: Relation): Relation => {
  const result = copy(relation);
  const { size, words, bits } = result;
  for (let event = 0; event < size; event++)
    if (!isIn(set, event)) bits.fill(0, event * words, (event + 1) * words);
  return result;
};

/** To members of a set alone. */
export const to = (relation: Relation, set: EventSet): Relation => {
  const result = copy(relation);
  const { words, bits } = result;
  for (let at = 0; at < bits.length; at++) bits[at]! &= set[at % words]!;
  return result;
};

/** `a` to `c` where `a` is related to some `b` by the first, and that to `c` by the next, and so on. */
export const compose = (first: Relation, ...others: readonly Relation[]): Relation =>
  others.reduce(composeTwo, first);

function composeTwo(one: Relation, other: Relation): Relation {
  const result = empty(one.size);
  const { size, words, bits } = result;
  for (let a = 0; a < size; a++)
    for (let word = 0; word < words; word++)
      for (let rest = one.bits[a * words + word]!; rest !== 0; rest &= rest - 1) {
        const b = (word << 5) + 31 - Math.clz32(rest & -rest);
        for (let at = 0; at < words; at++) bits[a * words + at]! |= other.bits[b * words + at]!;
      }
  return result;
}

export const inverse = (relation: Relation): Relation => {
  const result = empty(relation.size);
  for (const [a, b] of pairsOf(relation)) add(result, b, a);
  return result;
};

/** The transitive closure. */
export const closure = (relation: Relation): Relation => {
  const result = copy(relation);
  const { size, words, bits } = result;
  for (let via = 0; via < size; via++)
    for (let a = 0; a < size; a++)
      if (has(result, a, via))
        for (let at = 0; at < words; at++) bits[a * words + at]! |= bits[via * words + at]!;
  return result;
};

/** The reflexive and transitive closure. */
export const star = (relation: Relation): Relation => orSame(closure(relation));

export const isEmpty = ({ bits }: Relation): boolean => bits.every((word) => word === 0);

export const isIrreflexive = (relation: Relation): boolean => {
  for (let event = 0; event < relation.size; event++) if (has(relation, event, event)) return false;
  return true;
};

export const isAcyclic = (relation: Relation): boolean => isIrreflexive(closure(relation));

export const pairsOf = (relation: Relation): readonly (readonly [number, number])[] => {
  const pairs: [number, number][] = [];
  const { size, words, bits } = relation;
  for (let a = 0; a < size; a++)
    for (let word = 0; word < words; word++)
      for (let rest = bits[a * words + word]!; rest !== 0; rest &= rest - 1)
        pairs.push([a, (word << 5) + 31 - Math.clz32(rest & -rest)]);
  return pairs;
};
