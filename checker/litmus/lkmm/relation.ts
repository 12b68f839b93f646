/** Relations and sets over the events of an execution, as bits. Operations return new relations; only `add` changes its operand. */

/** Row `a` has bit `b` if `a` is related to `b`: `bits[a * words + (b >> 5)]`, bit `b & 31`. */
export interface Relation {
  readonly size: number;
  readonly words: number;
  readonly bits: Uint32Array;
}

/** Bit `a` is set if event `a` is a member. */
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

/** The same size, with words that `word` gives: a loop, since typed arrays of this size are slow to slice. */
function mapped({ size, words, bits }: Relation, word: (at: number) => number): Relation {
  const result = new Uint32Array(bits.length);
  for (let at = 0; at < result.length; at++) result[at] = word(at);
  return { size, words, bits: result };
}

export const copy = ({ size, words, bits }: Relation): Relation => {
  const result = new Uint32Array(bits.length);
  for (let at = 0; at < result.length; at++) result[at] = bits[at]!;
  return { size, words, bits: result };
};

export const union = (first: Relation, ...others: readonly Relation[]): Relation => {
  const result = copy(first);
  const { bits: all } = result;
  for (const { bits } of others) for (let at = 0; at < all.length; at++) all[at]! |= bits[at]!;
  return result;
};

export const intersection = (one: Relation, { bits }: Relation): Relation =>
  mapped(one, (at) => one.bits[at]! & bits[at]!);

export const difference = (one: Relation, { bits }: Relation): Relation =>
  mapped(one, (at) => one.bits[at]! & ~bits[at]!);

/** The reflexive closure. */
export const orSame = (relation: Relation): Relation => {
  const result = copy(relation);
  for (let event = 0; event < relation.size; event++) add(result, event, event);
  return result;
};

/** Restricted to pairs from the set. */
export const from = (set: EventSet, { size, words, bits }: Relation): Relation => {
  const result = empty(size);
  for (let event = 0; event < size; event++)
    if (isIn(set, event))
      for (let at = event * words; at < (event + 1) * words; at++) result.bits[at] = bits[at]!;
  return result;
};

/** Restricted to pairs into the set. */
export const to = (relation: Relation, set: EventSet): Relation => {
  const { words, bits } = relation;
  return mapped(relation, words === 1 ? (at) => bits[at]! & set[0]! : (at) => bits[at]! & set[at % words]!);
};

/** Relational composition, from left to right. */
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
  for (let via = 0; via < size; via++) {
    const row = via * words;
    let goesOn = false;
    for (let at = row; at < row + words; at++) if (bits[at] !== 0) goesOn = true;
    if (!goesOn) continue;
    const [word, bit] = [via >> 5, 1 << (via & 31)];
    for (let a = 0; a < size; a++)
      if ((bits[a * words + word]! & bit) !== 0)
        for (let at = 0; at < words; at++) bits[a * words + at]! |= bits[row + at]!;
  }
  return result;
};

/** The reflexive and transitive closure. */
export const star = (relation: Relation): Relation => orSame(closure(relation));

export const isEmpty = ({ bits }: Relation): boolean => {
  for (let at = 0; at < bits.length; at++) if (bits[at] !== 0) return false;
  return true;
};

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

/** Restricted to some events, renumbered in the given order. */
export const projection = (relation: Relation, ids: readonly number[]): Relation =>
  relationOf(ids.length, (from, to) => has(relation, ids[from]!, ids[to]!));
