/** Canonical states: the records of interchangeable copies are sorted; no permutation is tried. */
import type { SymmetricGroup, Symmetry } from '../program/symmetry.ts';
import { firstLocal, type InternedStates } from './state/interned-state.ts';
import type { Vector } from './state/vector-set.ts';

/** Sorts the copies of each group in place; afterwards `orders` has the replica that each position gets. */
export class CanonicalForms {
  /** By group and position: the replica whose record it gets. */
  readonly orders: readonly number[][];
  readonly #states: InternedStates;
  readonly #groups: readonly SymmetricGroup[];
  /** By replica: its local states, then its cells. */
  readonly #records: readonly Vector[][];

  constructor(states: InternedStates, { groups }: Symmetry) {
    this.#states = states;
    this.#groups = groups;
    this.orders = groups.map(({ members }) => [...members.keys()]);
    this.#records = groups.map(({ members, cells }) =>
      members.map((own, at) => new states.numbers(own.length + cells[at]!.length)),
    );
  }

  sort(words: Int32Array): void {
    for (let group = 0; group < this.#groups.length; group++) this.#sortGroup(words, group);
  }

  #sortGroup(words: Int32Array, group: number): void {
    const { members, cells } = this.#groups[group]!;
    const records = this.#records[group]!;
    const order = this.orders[group]!;
    for (let replica = 0; replica < records.length; replica++) {
      const record = records[replica]!;
      const own = members[replica]!;
      for (let at = 0; at < own.length; at++) record[at] = words[firstLocal + own[at]!]!;
      for (let at = own.length; at < record.length; at++)
        record[at] = this.#states.read(words, cells[replica]![at - own.length]!);
      // Insertion sort: one step moves one copy, so the records are nearly sorted.
      let place = replica;
      for (; place > 0 && isLess(record, records[order[place - 1]!]!); place--)
        order[place] = order[place - 1]!;
      order[place] = replica;
    }
    for (let place = 0; place < order.length; place++)
      if (order[place] !== place) this.#put(words, group, place);
  }

  #put(words: Int32Array, group: number, place: number): void {
    const own = this.#groups[group]!.members[place]!;
    const cells = this.#groups[group]!.cells[place]!;
    const record = this.#records[group]![this.orders[group]![place]!]!;
    for (let at = 0; at < own.length; at++) words[firstLocal + own[at]!] = record[at]!;
    for (let at = 0; at < cells.length; at++) this.#states.write(words, cells[at]!, record[own.length + at]!);
  }
}

function isLess(a: Vector, b: Vector): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at]! < b[at]!;
  return false;
}
