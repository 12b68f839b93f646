/** What copies may still do: thread-modular analysis with sets of values, begun in the current state. */
import type { ThreadTable } from './transition-table.ts';
import type { Knowledge } from './abstract-value.ts';
import type { AbstractSteps } from './abstract-step.ts';
import { mayFire, setOfDomain } from './abstract-step.ts';
import type { Visibility } from './clause.ts';
import type { Numbering } from './numbering.ts';
import type { ValueSet } from './value-set.ts';
import * as sets from './value-set.ts';

/** Values that may be written, by tracked cell; interned, so that equal ones have the same id. */
export interface Interference {
  readonly id: number;
  readonly values: readonly ValueSet[];
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

/** How often what is known at a location may grow before it is widened. */
const patience = 3;

export class Futures {
  readonly tracked: readonly number[];
  /** Nothing is written by others. */
  readonly calm: Interference;
  readonly #positionOf: ReadonlyMap<number, number>;
  readonly #numbering: Numbering;
  readonly #visibility: Visibility;
  /** By thread: where each tracked cell stands in its knowledge. */
  readonly #positions: readonly Int32Array[];
  readonly #domains: readonly ValueSet[];
  /** By thread: all values of each position of its knowledge. */
  readonly #limits: readonly Knowledge[];
  readonly #interned = new Map<string, Interference>();
  readonly #joins = new Map<number, Interference>();
  readonly #setIds = new Map<string, number>();

  constructor(numbering: Numbering, visibility: Visibility) {
    this.#numbering = numbering;
    this.#visibility = visibility;
    this.tracked = trackedCells(numbering);
    this.#positionOf = new Map(this.tracked.map((cell, at) => [cell, at]));
    this.#domains = numbering.cells.map((domain) => setOfDomain(domain, numbering));
    this.#positions = numbering.widths.map((width) => {
      const positions = new Int32Array(numbering.cells.length).fill(-1);
      for (const [at, cell] of this.tracked.entries()) positions[cell] = width + at;
      return positions;
    });
    this.#limits = numbering.locals.map((ranges) => [
      sets.empty,
      ...[...ranges.values()].flatMap(({ length, domain }) =>
        Array.from({ length }, () => setOfDomain(domain, numbering)),
      ),
      ...this.tracked.map((cell) => this.#domains[cell]!),
    ]);
    this.calm = this.#intern(this.tracked.map(() => sets.empty));
  }

  join(a: Interference, b: Interference): Interference {
    if (a === b || b === this.calm) return a;
    if (a === this.calm) return b;
    const key = a.id * 2 ** 26 + b.id;
    let joined = this.#joins.get(key);
    if (joined === undefined) {
      joined = this.#intern(a.values.map((values, at) => sets.join(values, b.values[at]!)));
      this.#joins.set(key, joined);
    }
    return joined;
  }

  /** Whether one of the values may be written to the cell; true where that is not known. */
  mayWrite({ values }: Interference, cell: number, wanted: readonly number[]): boolean {
    const at = this.#positionOf.get(cell);
    return at === undefined || wanted.some((value) => sets.has(values[at]!, value));
  }

  /**
   * An upper bound of what the copy may do from now on, while others write no other tracked values than `others`.
   *
   * Source: Miné, Static analysis of run-time errors in embedded critical parallel C programs (2011): thread-modular
   *         analysis with interferences, here begun in one concrete state.
   */
  region(copy: number, now: Now, others: Interference): Region {
    const { table, thread } = this.#numbering.copies[copy]!;
    const width = this.#numbering.widths[thread]!;
    const spread = new Spread(table, this.#limits[thread]!, (known) => exposed(known, width, others));
    const written = this.tracked.map(() => sets.empty);
    const run: AbstractSteps = {
      numbering: this.#numbering,
      visibility: this.#visibility,
      copy,
      width,
      written,
      positions: this.#positions[thread]!,
      domains: this.#domains,
      kinds: new Uint8Array(this.#numbering.cells.length + this.#visibility.conjuncts.length),
      arrive: (location, known) => spread.arrive(location, known),
    };
    spread.arrive(now.locals[0]!, [
      ...Array.from(now.locals, sets.single),
      ...Array.from(now.tracked, sets.single),
    ]);
    for (let location = spread.next(); location !== undefined; location = spread.next())
      for (const transition of table.locations[location]!) mayFire(transition, spread.known(location), run);
    return { kinds: run.kinds, written: this.#intern(written) };
  }

  #intern(values: readonly ValueSet[]): Interference {
    const key = values.map((set) => this.#idOf(set)).join();
    let interned = this.#interned.get(key);
    if (interned === undefined) {
      interned = { id: this.#interned.size, values };
      this.#interned.set(key, interned);
    }
    return interned;
  }

  #idOf({ low, high, bits }: ValueSet): number {
    if (low > high) return 0;
    const key = `${low},${high},${bits}`;
    const id = this.#setIds.get(key) ?? this.#setIds.size + 1;
    this.#setIds.set(key, id);
    return id;
  }
}

/** What is known when others may have written in between. */
function exposed(known: Knowledge, width: number, { values }: Interference): Knowledge {
  let after: ValueSet[] | null = null;
  for (const [at, others] of values.entries()) {
    if (others.low > others.high) continue;
    const before = known[width + at]!;
    const joined = sets.join(before, others);
    if (joined !== before) (after ??= [...known])[width + at] = joined;
  }
  return after ?? known;
}

/** What is known at each location of a thread so far, and the locations where that grew. */
class Spread {
  readonly #known = new Map<number, Knowledge>();
  readonly #growths = new Map<number, number>();
  readonly #pending = new Set<number>();
  readonly #limits: Knowledge;
  readonly #expose: (known: Knowledge) => Knowledge;

  constructor(table: ThreadTable, limits: Knowledge, expose: (known: Knowledge) => Knowledge) {
    // The location itself is kept apart: knowledge is by location.
    this.#limits = limits.with(0, sets.interval(0, table.locations.length));
    this.#expose = expose;
  }

  known(location: number): Knowledge {
    return this.#known.get(location)!;
  }

  next(): number | undefined {
    const [location] = this.#pending;
    if (location !== undefined) this.#pending.delete(location);
    return location;
  }

  arrive(location: number, arriving: Knowledge): void {
    const known = this.#expose(arriving.with(0, sets.single(location)));
    const before = this.#known.get(location);
    if (before === undefined) {
      this.#known.set(location, known);
      this.#pending.add(location);
      return;
    }
    const growths = (this.#growths.get(location) ?? 0) + 1;
    let after: ValueSet[] | null = null;
    for (const [at, set] of known.entries()) {
      const grown = sets.join(before[at]!, set);
      if (sets.sameSet(grown, before[at]!)) continue;
      after ??= [...before];
      after[at] = growths > patience ? sets.widened(before[at]!, grown, this.#limits[at]!) : grown;
    }
    if (after === null) return;
    this.#growths.set(location, growths);
    this.#known.set(location, after);
    this.#pending.add(location);
  }
}
