/**
 * The known states: sorted runs, each of some levels that follow each other.
 *
 * Source: O'Neil et al.: The log-structured merge-tree, 1996.
 */
import type { Cooperative } from '../state-space/cooperative.ts';
import { mostMerged, type RunMerger } from './run-merger.ts';

/** A run of all states of some levels. */
export interface KnownRun {
  readonly run: string;
  readonly first: number;
  readonly last: number;
  readonly states: number;
}

export class KnownRuns {
  readonly #merger: RunMerger;
  /** Together they hold each state of the levels up to the last one once. */
  runs: readonly KnownRun[] = [];

  constructor(merger: RunMerger) {
    this.#merger = merger;
  }

  /** The first level that no run holds. */
  get end(): number {
    return (this.runs.at(-1)?.last ?? -1) + 1;
  }

  /** Writes a run of those states of some others that are not known yet; returns their number. */
  *add(runs: readonly string[], added: Omit<KnownRun, 'states'>): Cooperative<number> {
    const known = this.runs.map(({ run }) => run);
    const states = yield* this.#merger.merge(runs, known, added.run);
    this.runs = yield* this.#combined([...this.runs, { ...added, states }]);
    return states;
  }

  /**
   * Merges the last runs, as long as the one before them is no larger than they are together: each run is then larger
   * than all later ones, so that there are few, and a state is merged again a logarithmic number of times.
   */
  *#combined(known: readonly KnownRun[]): Cooperative<readonly KnownRun[]> {
    let first = known.length - 1;
    let states = known[first]!.states;
    while (first > 0 && known[first - 1]!.states <= states && known.length - first < mostMerged)
      states += known[--first]!.states;
    if (first === known.length - 1) return known;
    const merged = known.slice(first);
    const range = { first: merged[0]!.first, last: merged.at(-1)!.last };
    const run = knownRun(range.first, range.last);
    yield* this.#merger.merge(
      merged.map((one) => one.run),
      [],
      run,
    );
    return [...known.slice(0, first), { run, ...range, states }];
  }
}

export const knownRun = (first: number, last: number): string => `known-${first}-${last}`;
