/** Which file has the states of which levels. */
import type { RunMerger } from './run-merger.ts';
import { StorageError } from './storage.ts';

/** A run of levels that follow each other, one behind the other. */
export interface LevelFile {
  readonly run: string;
  readonly first: number;
  readonly last: number;
}

export class LevelFiles {
  readonly #merger: RunMerger;
  readonly #stateBytes: number;
  /** Of all levels up to the last one, in their order. */
  files: readonly LevelFile[] = [];

  constructor(merger: RunMerger, stateBytes: number) {
    this.#merger = merger;
    this.#stateBytes = stateBytes;
  }

  /** The first level that no file has. */
  get end(): number {
    return (this.files.at(-1)?.last ?? -1) + 1;
  }

  add(file: LevelFile): void {
    this.files = [...this.files, file];
  }

  /**
   * The states of the levels `first` .. `last`, which have these sizes: some at a time, valid until the next ones.
   *
   * Throws  StorageError, also where a file has another number of states.
   */
  *read(first: number, last: number, sizes: readonly number[]): Generator<Uint8Array> {
    for (const file of this.files) {
      if (file.last < first || file.first > last) continue;
      const from = sumOf(sizes.slice(file.first, Math.max(first, file.first)));
      const to = sumOf(sizes.slice(file.first, Math.min(last, file.last) + 1));
      yield* this.#statesOf(file, from, to, last >= file.last);
    }
  }

  /** The states number `from` .. `to - 1` of a file, which ends there if `isWhole`. */
  *#statesOf({ run }: LevelFile, from: number, to: number, isWhole: boolean): Generator<Uint8Array> {
    let at = 0;
    for (const states of this.#merger.read(run)) {
      const bound = (state: number) => Math.max(0, state - at) * this.#stateBytes;
      const some = states.subarray(bound(from), bound(to));
      at += states.length / this.#stateBytes;
      if (some.length > 0) yield some;
      if (at >= to && !isWhole) return;
    }
    if (at !== to) throw new StorageError(`${run} has ${at} states, and ${to} were written`);
  }
}

export const levelsRun = (first: number, last: number): string => `levels-${first}-${last}`;

export const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
