/** What copies may still do: thread-modular analysis with sets of values, begun in the current state. */
import { countersOf } from './counters.ts';
import { Spread } from './spread.ts';
import type { Knowledge } from './abstract-value.ts';
import type { AbstractSteps } from './abstract-step.ts';
import { mayFire, setOfDomain } from './abstract-step.ts';
import type { Visibility } from './clause.ts';
import type { Numbering } from './numbering.ts';
import type { ValueSet } from './value-set.ts';
import * as sets from './value-set.ts';

/** What others may do to tracked cells; interned, so that equal ones have the same id. */
export interface Interference {
  readonly id: number;
  /** By tracked cell: the values that may be written. */
  readonly values: readonly ValueSet[];
  /** Positions of those that may be written at all. */
  readonly touched: readonly number[];
  /** By counter: what may have been added in all, at any time; everything, where it is also set. */
  readonly sums: readonly ValueSet[];
}

/** All that a copy may do from now on. */
export interface Region {
  /** By element: kinds of access. */
  readonly kinds: Uint8Array;
  readonly written: Interference;
}

/** The part of a state that the future of a copy depends on. */
export interface Now {
  /** The local state of the copy, location first. */
  readonly locals: ArrayLike<number>;
  /** The tracked cells. */
  readonly tracked: ArrayLike<number>;
}

/** Arrays up to this length are tracked to the element; of longer ones only the indices are known. */
const longestTracked = 32;

/** The shared cells whose values the analysis knows, in their order. */
export function trackedCells(numbering: Numbering): readonly number[] {
  return [...numbering.shared.values()].flatMap(({ first, length }) =>
    length > longestTracked ? [] : Array.from({ length }, (_, at) => first + at),
  );
}

export class Futures {
  readonly tracked: readonly number[];
  /** Nothing is done by others. */
  readonly calm: Interference;
  readonly #counters: readonly number[];
  readonly #positionOf: ReadonlyMap<number, number>;
  readonly #numbering: Numbering;
  readonly #visibility: Visibility;
  readonly #domains: readonly ValueSet[];
  /** By thread. */
  readonly #shapes: readonly Shape[];
  readonly #interned = new Map<string, Interference>();
  readonly #together = new Map<number, Interference>();
  readonly #grown = new Map<number, Interference>();

  constructor(numbering: Numbering, visibility: Visibility) {
    this.#numbering = numbering;
    this.#visibility = visibility;
    this.tracked = trackedCells(numbering);
    this.#counters = countersOf(numbering, this.tracked);
    this.#positionOf = new Map(this.tracked.map((cell, at) => [cell, at]));
    this.#domains = numbering.cells.map((domain) => setOfDomain(domain, numbering));
    this.#shapes = numbering.widths.map((width, thread) => this.#shapeOf(width, thread));
    this.calm = this.#intern(
      this.tracked.map(() => sets.empty),
      this.#counters.map(() => nought),
    );
  }

  #shapeOf(width: number, thread: number): Shape {
    const numbering = this.#numbering;
    const positionsOf = (cells: readonly number[], first: number) => {
      const positions = new Int32Array(numbering.cells.length).fill(-1);
      for (const [at, cell] of cells.entries()) positions[cell] = first + at;
      return positions;
    };
    const limits = [
      sets.empty,
      ...[...numbering.locals[thread]!.values()].flatMap(({ length, domain }) =>
        Array.from({ length }, () => setOfDomain(domain, numbering)),
      ),
      ...this.tracked.map((cell) => this.#domains[cell]!),
      ...this.#counters.map(() => sets.everything),
    ];
    const sums = width + this.tracked.length;
    return {
      width,
      limits,
      positions: positionsOf(this.tracked, width),
      firstSum: sums,
      sums: positionsOf(this.#counters, sums),
    };
  }

  /** What the two may do side by side. */
  together(a: Interference, b: Interference): Interference {
    if (b === this.calm) return a;
    if (a === this.calm) return b;
    return this.#combined(this.#together, a, b, sets.plus);
  }

  /** What does either. */
  grown(a: Interference, b: Interference): Interference {
    return a === b ? a : this.#combined(this.#grown, a, b, sets.join);
  }

  #combined(
    known: Map<number, Interference>,
    a: Interference,
    b: Interference,
    sum: (a: ValueSet, b: ValueSet) => ValueSet,
  ): Interference {
    const key = a.id * 2 ** 26 + b.id;
    let combined = known.get(key);
    if (combined === undefined) {
      combined = this.#intern(
        a.values.map((values, at) => sets.join(values, b.values[at]!)),
        a.sums.map((one, at) => sets.bounded(sum(one, b.sums[at]!))),
      );
      known.set(key, combined);
    }
    return combined;
  }

  /** Whether one of the values may be written to the cell; true where that is not known. */
  mayWrite({ values }: Interference, cell: number, wanted: readonly number[]): boolean {
    const at = this.#positionOf.get(cell);
    return at === undefined || wanted.some((value) => sets.has(values[at]!, value));
  }

  /** Whether all values that may be written to the cell are among these. */
  keepsWithin({ values }: Interference, cell: number, allowed: ValueSet): boolean {
    const at = this.#positionOf.get(cell);
    return sets.within(at === undefined ? this.#domains[cell]! : values[at]!, allowed);
  }

  /**
   * An upper bound of what the copy may do from now on, while others do to tracked cells no more than `others`.
   *
   * Sound for:  values of counters, too, which are what they are now, and all that has been added to them since.
   * Source: Miné, Static analysis of run-time errors in embedded critical parallel C programs (2011): thread-modular
   *         analysis with interferences, here begun in one concrete state.
   */
  region(copy: number, now: Now, others: Interference): Region {
    const { table, thread } = this.#numbering.copies[copy]!;
    const shape = this.#shapes[thread]!;
    const { width, firstSum } = shape;
    const counters = this.#counters.map((cell) => {
      const at = this.#positionOf.get(cell)!;
      return { position: width + at, start: sets.single(now.tracked[at]!) };
    });
    const exposed = (known: Knowledge) => bound(expose(known, width, others), { counters, firstSum, others });
    const spread = new Spread(table, shape.limits, exposed);
    const written = this.tracked.map(() => sets.empty);
    const added = this.#counters.map(() => nought);
    const run: AbstractSteps = {
      numbering: this.#numbering,
      visibility: this.#visibility,
      copy,
      width,
      written,
      positions: shape.positions,
      sums: shape.sums,
      domains: this.#domains,
      kinds: new Uint8Array(this.#numbering.cells.length + this.#visibility.conjuncts.length),
      arrive: (location, known) => {
        for (const at of added.keys()) added[at] = sets.bounded(sets.join(added[at]!, known[firstSum + at]!));
        spread.arrive(location, known);
      },
    };
    spread.arrive(now.locals[0]!, [
      ...Array.from(now.locals, sets.single),
      ...Array.from(now.tracked, sets.single),
      ...added,
    ]);
    for (let location = spread.next(); location !== undefined; location = spread.next())
      for (const transition of table.locations[location]!) mayFire(transition, spread.known(location), run);
    return { kinds: run.kinds, written: this.#intern(written, added) };
  }

  #intern(values: readonly ValueSet[], sums: readonly ValueSet[]): Interference {
    const touched: number[] = [];
    let key = '';
    for (let at = 0; at < values.length; at++) {
      if (values[at] === sets.empty) continue;
      touched.push(at);
      key += `${at}=${nameOf(values[at]!)},`;
    }
    for (let at = 0; at < sums.length; at++) if (sums[at] !== nought) key += `${at}+${nameOf(sums[at]!)},`;
    let interned = this.#interned.get(key);
    if (interned === undefined) {
      interned = { id: this.#interned.size, values, touched, sums };
      this.#interned.set(key, interned);
    }
    return interned;
  }
}

const nought = sets.single(0);

/** Equal sets have the same name. */
const nameOf = ({ low, high, bits }: ValueSet) => (bits === 0 ? `${low}:${high}` : bits);

/** How the knowledge of a thread is laid out: its local state, the tracked cells, and the sums added to counters. */
interface Shape {
  readonly width: number;
  readonly firstSum: number;
  /** By shared cell: its position, or -1. */
  readonly positions: Int32Array;
  readonly sums: Int32Array;
  /** By position: all values. */
  readonly limits: Knowledge;
}

/** What is known when others may have written in between. */
function expose(known: Knowledge, width: number, { values, touched }: Interference): Knowledge {
  let after: ValueSet[] | null = null;
  for (const at of touched) {
    const before = known[width + at]!;
    const joined = sets.join(before, values[at]!);
    if (joined !== before) (after ??= [...known])[width + at] = joined;
  }
  return after ?? known;
}

interface Bounds {
  readonly counters: readonly { readonly position: number; readonly start: ValueSet }[];
  readonly firstSum: number;
  readonly others: Interference;
}

/** What is known when counters have no other values than what was added leads to. */
function bound(known: Knowledge, { counters, firstSum, others }: Bounds): Knowledge | null {
  let after: ValueSet[] | null = null;
  for (const [at, { position, start }] of counters.entries()) {
    const sum = sets.bounded(sets.plus(known[firstSum + at]!, others.sums[at]!));
    if (sum === sets.everything) continue;
    const before = known[position]!;
    const possible = sets.meet(before, sets.plus(start, sum));
    if (sets.isEmpty(possible)) return null;
    if (!sets.sameSet(possible, before)) (after ??= [...known])[position] = possible;
  }
  return after ?? known;
}
