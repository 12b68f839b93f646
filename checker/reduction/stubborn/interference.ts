/** What copies do to each other's cells, as far as that is known while their futures are worked out together. */
import * as sets from '../analysis/value-set.ts';
import * as copySet from './copy-set.ts';
import { nought, unchanged, type Changes, type ScopeContext } from '../analysis/thread-modular.ts';
import type { CellScope } from '../analysis/scope.ts';
import type { ValueSet } from '../analysis/value-set.ts';
import type { CopySet } from './copy-set.ts';

/** A cell in the scope of a copy that may change it. */
interface ChangeableCell {
  readonly copy: number;
  readonly at: number;
}

type Mutable<T> = { readonly [K in keyof T]: ValueSet[] };

export class Interference {
  readonly #scopes: readonly CellScope[];
  /** By copy: what it does. */
  readonly #done: readonly Mutable<Changes>[];
  /** By copy: what was looked up last. */
  readonly #around: readonly Mutable<ScopeContext>[];
  /** By copy and position: where others have the cell. */
  readonly #places: readonly (readonly (readonly ChangeableCell[])[])[];
  /** By copy and position: the others that may access the cell. */
  readonly #sharers: readonly (readonly CopySet[])[];

  constructor(scopes: readonly CellScope[]) {
    this.#scopes = scopes;
    this.#done = scopes.map((scope) => unchanged(scope) as Mutable<Changes>);
    this.#around = this.#done.map(({ values, sums }) => ({
      first: [...values],
      written: [...values],
      counted: [...sums],
    }));
    this.#places = scopes.map(({ cells }, own) => cells.map((cell) => placesOf(cell, own, scopes)));
    this.#sharers = scopes.map(({ cells }, own) => cells.map((cell) => sharersOf(cell, own, scopes)));
  }

  /** Nothing is known to be done. */
  clear(): void {
    for (const { values, sums } of this.#done) {
      values.fill(sets.empty);
      sums.fill(nought);
    }
  }

  /** What bears on a cell of the copy's scope that is `now`. It is put into the surroundings of the copy at that position. */
  look(copy: number, at: number, now: number): ScopeContext {
    const around = this.#around[copy]!;
    let written = sets.empty;
    let counted = sets.single(now);
    const isCounter = at < around.counted.length;
    for (const place of this.#places[copy]![at]!) {
      const done = this.#done[place.copy]!;
      written = sets.join(written, done.values[place.at]!);
      if (isCounter) counted = sets.bounded(sets.plus(counted, done.sums[place.at]!));
    }
    around.written[at] = written;
    around.first[at] = sets.join(sets.single(now), written);
    if (isCounter) around.counted[at] = counted;
    return around;
  }

  /** Adds to what the copy does; returns the copies for which that may make a difference. */
  grow(copy: number, { values, sums }: Changes): CopySet {
    const done = this.#done[copy]!;
    let affected = copySet.noCopies;
    for (const at of this.#scopes[copy]!.changed) {
      const value = sets.join(done.values[at]!, values[at]!);
      const sum = at < sums.length ? sets.bounded(sets.join(done.sums[at]!, sums[at]!)) : nought;
      if (sets.sameSet(value, done.values[at]!) && (at >= sums.length || sets.sameSet(sum, done.sums[at]!)))
        continue;
      done.values[at] = value;
      if (at < sums.length) done.sums[at] = sum;
      affected = copySet.union(affected, this.#sharers[copy]![at]!);
    }
    return affected;
  }
}

/** Where copies other than `own` have a cell that they may change. */
function placesOf(cell: number, own: number, scopes: readonly CellScope[]): readonly ChangeableCell[] {
  return scopes.flatMap(({ positions, changed }, copy) => {
    const at = positions[cell]!;
    return copy !== own && changed.includes(at) ? [{ copy, at }] : [];
  });
}

/** The copies other than `own` that may access a cell. */
function sharersOf(cell: number, own: number, scopes: readonly CellScope[]): CopySet {
  let sharers = copySet.noCopies;
  for (const [copy, { positions }] of scopes.entries())
    if (copy !== own && positions[cell]! >= 0) sharers = copySet.adding(sharers, copy);
  return sharers;
}
