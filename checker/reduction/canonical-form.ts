/**
 * Canonical states: the records of interchangeable copies are sorted. Where a group has cells in records that are sorted
 * themselves, the least of the permutations that keep its own records in order.
 */
import type { Column, SymmetricGroup, Symmetry } from '../program/symmetry.ts';
import { firstLocal, type InternedStates } from './state/interned-state.ts';
import { VectorSet, type Vector } from '../state-space/vector-set.ts';

/** Makes states canonical in place. */
export class CanonicalForms {
  readonly #states: InternedStates;
  /** The groups all of whose cells are in their records, and the others. */
  readonly #alone: readonly SymmetricGroup[];
  readonly #crossed: readonly SymmetricGroup[];
  /** By group and replica: its local states, then its cells. */
  readonly #records: ReadonlyMap<SymmetricGroup, readonly Vector[]>;
  /** By thread: the positions of the columns that move with its copies, and the local states without them. */
  readonly #hidden: readonly { readonly positions: readonly number[]; readonly others: VectorSet }[];
  /** What copies that move have about a replica: their local state without columns, and the value. */
  readonly #about: VectorSet;

  constructor(states: InternedStates, { groups }: Symmetry) {
    const { copies, system, widths } = states.numbering;
    this.#states = states;
    this.#alone = groups.filter(({ movingColumns }) => movingColumns.length === 0);
    this.#crossed = groups.filter(({ movingColumns }) => movingColumns.length > 0);
    this.#records = new Map(
      groups.map((group) => {
        const { members, cells, columns } = group;
        const width = members[0]!.length + cells[0]!.length + columns.length;
        return [group, members.map(() => new states.numbers(width))];
      }),
    );
    const moving = groups.flatMap(({ members, movingColumns }) =>
      movingColumns.map(({ copy, first }) => ({
        thread: copies[copy]!.thread,
        first,
        length: members.length,
      })),
    );
    this.#hidden = system.threads.map((_, thread) => ({
      positions: moving
        .filter((column) => column.thread === thread)
        .flatMap(({ first, length }) => Array.from({ length }, (__, at) => first + at)),
      others: new VectorSet(widths[thread]!, states.numbers),
    }));
    this.#about = new VectorSet(2, states.numbers);
  }

  sort(words: Int32Array): void {
    const ties = this.#crossed.map((group) => this.#sortByKeys(words, group));
    for (const group of this.#alone) this.#sortRecords(words, group);
    const isOpen = this.#crossed.some((group, at) =>
      ties[at]!.some((isTie, pair) => isTie && !this.#areEqual(words, group, pair)),
    );
    if (!isOpen) return;
    const least = words.slice();
    this.#permute(words.slice(), ties, { at: 0, from: 0 }, least);
    words.set(least);
  }

  /** Sorts by what no permutation changes; returns, by neighbours, whether that is the same for both. */
  #sortByKeys(words: Int32Array, group: SymmetricGroup): readonly boolean[] {
    const keys = group.members.map((_, replica) => this.#keyOf(words, group, replica));
    // The sort is stable.
    const order = [...keys.keys()].sort((a, b) => compare(keys[a]!, keys[b]!));
    this.#put(words, group, order);
    return order.slice(1).map((replica, before) => compare(keys[order[before]!]!, keys[replica]!) === 0);
  }

  #keyOf(words: Int32Array, group: SymmetricGroup, replica: number): readonly number[] {
    const { members, cells, columns, movingColumns } = group;
    const about = movingColumns.map((column) =>
      this.#about.add(
        this.#states.numbers.of(
          this.#withoutColumns(words, column.copy),
          this.#inColumn(words, column, replica),
        ),
      ),
    );
    return [
      ...members[replica]!.map((copy) => this.#withoutColumns(words, copy)),
      ...cells[replica]!.map((cell) => this.#states.read(words, cell)),
      ...columns.map((column) => this.#inColumn(words, column, replica)),
      ...about.sort((a, b) => a - b),
    ];
  }

  /** The number of the local state of a copy without what moves with other copies. */
  #withoutColumns(words: Int32Array, copy: number): number {
    const { thread } = this.#states.numbering.copies[copy]!;
    const { positions, others } = this.#hidden[thread]!;
    const local = words[firstLocal + copy]!;
    if (positions.length === 0) return local;
    const vector = this.#states.localsOf(thread).vector(local).slice();
    for (const position of positions) vector[position] = 0;
    return others.add(vector);
  }

  #inColumn(words: Int32Array, { copy, first }: Column, replica: number): number {
    const { thread } = this.#states.numbering.copies[copy]!;
    return this.#states.localsOf(thread).word(words[firstLocal + copy]!, first + replica);
  }

  /** Whether a state stays the same where a replica and the next one change places. */
  #areEqual(words: Int32Array, group: SymmetricGroup, replica: number): boolean {
    const { members, cells, columns, movingColumns } = group;
    const next = replica + 1;
    return (
      members[replica]!.every(
        (copy, role) => words[firstLocal + copy] === words[firstLocal + members[next]![role]!],
      ) &&
      cells[replica]!.every(
        (cell, at) => this.#states.read(words, cell) === this.#states.read(words, cells[next]![at]!),
      ) &&
      [...columns, ...movingColumns].every(
        (column) => this.#inColumn(words, column, replica) === this.#inColumn(words, column, next),
      )
    );
  }

  /** Tries each record of the same key at a place, one of several equal ones, with all orders of those behind it. */
  #permute(
    words: Int32Array,
    ties: readonly (readonly boolean[])[],
    { at, from }: { readonly at: number; readonly from: number },
    least: Int32Array,
  ): void {
    const group = this.#crossed[at];
    if (group === undefined) {
      for (const other of this.#alone) this.#sortRecords(words, other);
      if (isLess(words, least)) least.set(words);
      return;
    }
    const count = group.members.length;
    if (from >= count - 1) return this.#permute(words, ties, { at: at + 1, from: 0 }, least);
    const next = { at, from: from + 1 };
    this.#permute(words.slice(), ties, next, least);
    for (let replica = from + 1; replica < count && ties[at]![replica - 1]!; replica++) {
      if (this.#areEqual(words, group, replica - 1)) continue;
      const moved = words.slice();
      const all = [...group.members.keys()];
      this.#put(moved, group, [
        ...all.slice(0, from),
        replica,
        ...all.slice(from).filter((one) => one !== replica),
      ]);
      this.#permute(moved, ties, next, least);
    }
  }

  #sortRecords(words: Int32Array, group: SymmetricGroup): void {
    const { members, cells, columns } = group;
    const records = this.#records.get(group)!;
    const order: number[] = [];
    for (let replica = 0; replica < records.length; replica++) {
      const record = records[replica]!;
      let at = 0;
      for (const copy of members[replica]!) record[at++] = words[firstLocal + copy]!;
      for (const cell of cells[replica]!) record[at++] = this.#states.read(words, cell);
      for (const column of columns) record[at++] = this.#inColumn(words, column, replica);
      // Insertion sort: one step moves one copy, so the records are nearly sorted.
      let place = replica;
      for (; place > 0 && isLess(record, records[order[place - 1]!]!); place--)
        order[place] = order[place - 1]!;
      order[place] = replica;
    }
    this.#putRecords(words, group, order);
  }

  /** Puts the record of the replica `order[place]` at each place. */
  #putRecords(words: Int32Array, group: SymmetricGroup, order: readonly number[]): void {
    const { members, cells, columns } = group;
    const records = this.#records.get(group)!;
    const firstColumn = members[0]!.length + cells[0]!.length;
    let isMoved = false;
    for (let place = 0; place < order.length; place++) {
      if (order[place] === place) continue;
      isMoved = true;
      const record = records[order[place]!]!;
      let at = 0;
      for (const copy of members[place]!) words[firstLocal + copy] = record[at++]!;
      for (const cell of cells[place]!) this.#states.write(words, cell, record[at++]!);
    }
    if (!isMoved) return;
    for (const [own, { copy, first }] of columns.entries())
      this.#setColumn(words, copy, (locals) => {
        for (let place = 0; place < order.length; place++)
          locals[first + place] = records[order[place]!]![firstColumn + own]!;
      });
  }

  /** Changes the local state of a copy. */
  #setColumn(words: Int32Array, copy: number, change: (locals: Vector) => void): void {
    const set = this.#states.localsOf(this.#states.numbering.copies[copy]!.thread);
    const locals = set.vector(words[firstLocal + copy]!).slice();
    change(locals);
    words[firstLocal + copy] = set.add(locals);
  }

  /** Puts the replica `order[place]` at each place. */
  #put(
    words: Int32Array,
    { members, cells, columns, movingColumns }: SymmetricGroup,
    order: readonly number[],
  ): void {
    if (order.every((replica, place) => replica === place)) return;
    const locals = order.map((replica) => members[replica]!.map((copy) => words[firstLocal + copy]!));
    const values = order.map((replica) => cells[replica]!.map((cell) => this.#states.read(words, cell)));
    for (const [place, own] of members.entries()) {
      for (const [at, copy] of own.entries()) words[firstLocal + copy] = locals[place]![at]!;
      for (const [at, cell] of cells[place]!.entries()) this.#states.write(words, cell, values[place]![at]!);
    }
    for (const { copy, first } of [...columns, ...movingColumns])
      this.#setColumn(words, copy, (locals) => {
        locals.set(
          order.map((replica) => locals[first + replica]!),
          first,
        );
      });
  }
}

function isLess(a: Vector, b: Vector): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at]! < b[at]!;
  return false;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, number] of a.entries()) if (number !== b[at]) return number - b[at]!;
  return 0;
}
