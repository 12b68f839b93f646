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

  /** The names of the runs. */
  get names(): readonly string[] {
    return this.runs.map(({ run }) => run);
  }

  add(run: KnownRun): void {
    this.runs = [...this.runs, run];
  }

  /**
   * Merges the last runs, as long as the one before them is no larger than they are together: each run is then larger
   * than all later ones, so that there are few, and a state is merged again a logarithmic number of times.
   */
  *combine(): Cooperative<void> {
    let first = this.runs.length - 1;
    let states = this.runs[first]!.states;
    while (first > 0 && this.runs[first - 1]!.states <= states && this.runs.length - first < mostMerged)
      states += this.runs[--first]!.states;
    const merged = this.runs.slice(first);
    if (merged.length === 1) return;
    const range = { first: merged[0]!.first, last: merged.at(-1)!.last };
    const run = knownRun(range.first, range.last);
    yield* this.#merger.merge(this.names.slice(first), [], run);
    this.runs = [...this.runs.slice(0, first), { run, ...range, states }];
  }
}

export const knownRun = (first: number, last: number): string => `known-${first}-${last}`;
