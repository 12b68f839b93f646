/** What copies may still do: thread-modular analysis with sets of values, begun in the current state. */
import * as sets from './value-set.ts';
import { countersOf, scopeOf, type CellScope } from './scope.ts';
import { Fixpoint } from './fixpoint.ts';
import type { AbstractRun, Knowledge } from './abstract-value.ts';
import { mayFire, setOfDomain } from './abstract-step.ts';
import { thresholdsOf, type Thresholds } from './thresholds.ts';
import type { Visibility } from './conjuncts.ts';
import type { Numbering } from '../../program/numbering.ts';
import type { ValueSet } from './value-set.ts';

/** What is done to the cells of a scope, by their positions in it. */
export interface Changes {
  /** The values that may be written. */
  readonly values: readonly ValueSet[];
  /** By counter: what may have been added in all, at any time; everything, where it is also set. */
  readonly sums: readonly ValueSet[];
}

/** All that a copy may do from now on. */
export interface Future {
  readonly scope: CellScope;
  /** By element: kinds of access. */
  readonly kinds: Uint8Array;
  readonly written: Changes;
  /** The tracked cells of which it depends what bears on them. */
  readonly used: readonly number[];
}

/** Values of the cells of a scope, by their positions in it: now, and what others may do. */
export interface ScopeContext {
  /** The values that others may write. */
  readonly written: readonly ValueSet[];
  /** These, and the value now. */
  readonly first: readonly ValueSet[];
  /** By counter: the value now with all that others may have added to it, at any time. */
  readonly counted: readonly ValueSet[];
}

/** Arrays up to this length are tracked to the element; of longer ones only the indices are known. */
const longestTracked = 32;

/** The shared cells whose values the analysis knows, in their order. */
function trackedCells(numbering: Numbering): readonly number[] {
  return [...numbering.shared.values()].flatMap(({ first, length }) =>
    length > longestTracked ? [] : Array.from({ length }, (_, at) => first + at),
  );
}

/** The sum of no additions. */
export const nought = sets.single(0);

/** Nothing is done to the cells of the scope. */
export const unchanged = ({ cells, counters }: CellScope): Changes => ({
  values: cells.map(() => sets.empty),
  sums: Array.from({ length: counters }, () => nought),
});

export class ThreadModular {
  readonly tracked: readonly number[];
  readonly thresholds: Thresholds;
  /** By copy. */
  readonly scopes: readonly CellScope[];
  readonly #numbering: Numbering;
  readonly #visibility: Visibility;
  readonly #domains: readonly ValueSet[];
  /** By copy. */
  readonly #shapes: readonly ScopeShape[];

  constructor(numbering: Numbering, visibility: Visibility) {
    this.#numbering = numbering;
    this.#visibility = visibility;
    this.tracked = trackedCells(numbering);
    this.thresholds = thresholdsOf(numbering, visibility);
    const known = { tracked: this.tracked, counters: countersOf(numbering, this.tracked) };
    this.scopes = numbering.copies.map((_, copy) => scopeOf(copy, numbering, known));
    this.#domains = numbering.cells.map((domain) => setOfDomain(domain, numbering));
    this.#shapes = this.scopes.map((scope, copy) => this.#shapeOf(scope, numbering.copies[copy]!.thread));
  }

  #shapeOf({ cells, counters, positions }: CellScope, thread: number): ScopeShape {
    const numbering = this.#numbering;
    const width = numbering.widths[thread]!;
    const firstSum = width + cells.length;
    const limits = [
      sets.empty,
      ...[...numbering.locals[thread]!.values()].flatMap(({ length, domain }) =>
        Array.from({ length }, () => setOfDomain(domain, numbering)),
      ),
      ...cells.map((cell) => this.#domains[cell]!),
      ...Array.from({ length: counters }, () => sets.everything),
    ];
    return {
      width,
      limits,
      positions: positions.map((at) => (at < 0 ? -1 : width + at)),
      firstSum,
      sums: positions.map((at) => (at < 0 || at >= counters ? -1 : firstSum + at)),
    };
  }

  /** Whether one of the values may be written to the cell; true where that is not known. */
  mayWrite({ scope, written }: Future, cell: number, wanted: readonly number[]): boolean {
    const at = scope.positions[cell]!;
    return at < 0 || wanted.some((value) => sets.has(written.values[at]!, value));
  }

  /** Whether all values that may be written to the cell are among these. */
  keepsWithin({ scope, written }: Future, cell: number, allowed: ValueSet): boolean {
    const at = scope.positions[cell]!;
    return sets.within(at < 0 ? this.#domains[cell]! : written.values[at]!, allowed);
  }

  /** What others may do to the cells of a scope where nothing is known of them. */
  anything(copy: number): ScopeContext {
    const { cells, counters } = this.scopes[copy]!;
    const written = cells.map((cell) => this.#domains[cell]!);
    return { written, first: written, counted: Array.from({ length: counters }, () => sets.everything) };
  }

  /**
   * An upper bound of what the copy may do from now on, while others do to tracked cells no more than `around` says.
   *
   * It depends on nothing but the local state and the context of the cells whose positions it reports to `touch`, each
   * at least once.
   *
   * Sound for:  values of counters, too, which are what they are now, and all that has been added to them since.
   * Source: Miné, Static analysis of run-time errors in embedded critical parallel C programs (2011): thread-modular
   *         analysis with interferences, here begun in one concrete state.
   */
  future(copy: number, locals: ArrayLike<number>, around: ScopeContext, touch: (at: number) => void): Future {
    const { table } = this.#numbering.copies[copy]!;
    const scope = this.scopes[copy]!;
    const shape = this.#shapes[copy]!;
    const { width, firstSum } = shape;
    const spread = new Fixpoint(table, shape.limits, (known) =>
      bound(expose(known, width, around), shape, around),
    );
    const values = scope.cells.map(() => sets.empty);
    const sums = around.counted.map(() => nought);
    const used = new Set<number>();
    const run: AbstractRun = {
      numbering: this.#numbering,
      visibility: this.#visibility,
      copy,
      width,
      written: values,
      positions: shape.positions,
      sums: shape.sums,
      domains: this.#domains,
      kinds: new Uint8Array(this.#numbering.cells.length + this.#visibility.conjuncts.length),
      touch: (position) => {
        used.add(scope.cells[position - width]!);
        touch(position - width);
      },
      arrive: (location, known) => {
        for (const at of sums.keys()) sums[at] = sets.bounded(sets.join(sums[at]!, known[firstSum + at]!));
        spread.arrive(location, known);
      },
    };
    spread.arrive(locals[0]!, [...Array.from(locals, sets.single), ...around.first, ...sums]);
    for (let location = spread.next(); location !== undefined; location = spread.next())
      for (const transition of table.locations[location]!) mayFire(transition, spread.known(location), run);
    return { scope, kinds: run.kinds, written: { values, sums }, used: [...used] };
  }
}

/** The layout of the knowledge of a copy: its local state, the cells of its scope, and the sums added to counters. */
interface ScopeShape {
  readonly width: number;
  readonly firstSum: number;
  /** By shared cell: its position, or -1. */
  readonly positions: Int32Array;
  readonly sums: Int32Array;
  /** By position: all values. */
  readonly limits: Knowledge;
}

/** The knowledge after others may have written. */
function expose(known: Knowledge, width: number, { written }: ScopeContext): Knowledge {
  let after: ValueSet[] | null = null;
  for (let at = 0; at < written.length; at++) {
    const before = known[width + at]!;
    const joined = sets.join(before, written[at]!);
    if (joined !== before) (after ??= [...known])[width + at] = joined;
  }
  return after ?? known;
}

/** The knowledge with counters confined to their values now and what was added. */
function bound(
  known: Knowledge,
  { width, firstSum }: ScopeShape,
  { counted }: ScopeContext,
): Knowledge | null {
  let after: ValueSet[] | null = null;
  for (let at = 0; at < counted.length; at++) {
    const sum = sets.bounded(sets.plus(known[firstSum + at]!, counted[at]!));
    if (sum === sets.everything) continue;
    const before = known[width + at]!;
    const possible = sets.meet(before, sum);
    if (sets.isEmpty(possible)) return null;
    if (!sets.sameSet(possible, before)) (after ??= [...known])[width + at] = possible;
  }
  return after ?? known;
}
