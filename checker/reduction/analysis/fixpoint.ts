/** The fixpoint of knowledge over the locations of a thread. */
import * as sets from './value-set.ts';
import type { Knowledge } from './abstract-value.ts';
import type { ThreadTable } from '../../program/transition-system.ts';
import type { ValueSet } from './value-set.ts';

/** Times that the knowledge at a location may grow before it is widened. */
const patience = 3;

/** What is known at each location of a thread so far, and the locations where that grew. */
export class Fixpoint {
  readonly #known = new Map<number, Knowledge>();
  readonly #growths = new Map<number, number>();
  readonly #pending = new Set<number>();
  readonly #limits: Knowledge;
  readonly #expose: (known: Knowledge) => Knowledge | null;

  constructor(table: ThreadTable, limits: Knowledge, expose: (known: Knowledge) => Knowledge | null) {
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
    // No run arrives here.
    if (known === null) return;
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
