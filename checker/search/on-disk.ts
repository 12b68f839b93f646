/** Breadth-first search whose states lie on disk: no reduction but symmetry, no claims about runs. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { DiskLevels, type Levels } from '../disk/disk-levels.ts';
import { StorageError, type DiskSettings, type RunStorage } from '../disk/storage.ts';
import type { CompiledSpace } from '../engine/compiled-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import type { Answer, Limits, Outcome } from '../state-space/outcome.ts';
import { CapacityError } from '../state-space/state-space.ts';
import { answerAtEnd, statisticsOf } from './answer.ts';
import { reasonToStop } from './breadth-first.ts';
import { polished } from './compiled-search.ts';
import { externalRefusal, externalSpace, type ExternalSpace } from './external-space.ts';
import { answerOfPath, placed, unstarted, worstFound, type Found } from './found.ts';
import type { SearchSettings } from './settings.ts';

const place = 'on disk';

/** The states that a search which is killed explores again, and their share of all, apart from a level. */
const mostUnsaved = 2 ** 18;
const unsavedShare = 1 / 16;

/** What a search goes on from after a level. */
interface Checkpoint extends Levels {
  /** By `Transition.id`: how often each fired. */
  readonly fired: readonly number[];
  /** Positions of the witnesses that have been reached. */
  readonly reached: readonly number[];
}

export function* exploringOnDisk(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
  disk: DiskSettings,
): Cooperative<Outcome> {
  const refused = externalRefusal(system, place);
  if (refused !== null) return unstarted(system, refused, `compiled, ${place}`);
  const external = externalSpace(system, settings, place);
  try {
    const search = new DiskSearch(system, external, disk);
    try {
      return yield* polished(system, limits, yield* search.run(limits));
    } finally {
      search.close();
    }
  } catch (error) {
    if (error instanceof StorageError) return unstarted(system, error.message, external.method);
    throw error;
  } finally {
    external.space.close();
  }
}

class DiskSearch {
  readonly #system: TransitionSystem;
  readonly #space: CompiledSpace;
  readonly #storage: RunStorage;
  readonly #levels: DiskLevels;
  readonly #method: string;
  /** The counts of the processes before. */
  #before: Pick<Checkpoint, 'fired' | 'reached'>;
  #found: Found | null = null;
  /** The depth of the last checkpoint. */
  #saved = -1;

  constructor(system: TransitionSystem, { space, method, search }: ExternalSpace, disk: DiskSettings) {
    this.#system = system;
    this.#space = space;
    this.#method = method;
    // Equal texts are the same packed states in the same runs.
    this.#storage = disk.open(search);
    this.#levels = new DiskLevels(space, this.#storage, disk);
    this.#before = { fired: system.transitions.map(() => 0), reached: [] };
  }

  *run(limits: Limits): Cooperative<Outcome> {
    const stopped = yield* this.#withinLimits(limits);
    const answer = yield* this.#answer(stopped);
    const { sizes } = this.#levels.levels;
    const { fired } = this.#counts();
    const explored = {
      count: this.#levels.states,
      transitions: fired.reduce((sum, times) => sum + times, 0),
      bytes: this.#storage.bytes,
      fired,
    };
    const depth = Math.max(
      0,
      sizes.findLastIndex((size) => size > 0),
    );
    if (answer.verdict !== 'inconclusive') this.#storage.clear();
    return { ...answer, statistics: statisticsOf(this.#system, explored, depth, this.#method) };
  }

  close(): void {
    this.#storage.close();
  }

  /** Searches until a finding or the end; returns the reason if it stops before. */
  *#withinLimits(limits: Limits): Cooperative<string | null> {
    try {
      if (!this.#resume())
        yield* this.#level(
          this.#levels.start(() => this.#note(-1)),
          limits,
        );
      for (;;) {
        const { sizes } = this.#levels.levels;
        if (this.#found !== null) return null;
        if (sizes.at(-1) === 0) return null;
        if (this.#isDue()) this.#save();
        const depth = sizes.length - 1;
        const stopped = yield* this.#level(
          this.#levels.expand(() => this.#note(depth)),
          limits,
        );
        if (stopped !== null) {
          this.#save();
          return stopped;
        }
      }
    } catch (error) {
      if (error instanceof StorageError || error instanceof CapacityError) return error.message;
      throw error;
    }
  }

  /** Completes a level within the limits. */
  *#level(steps: Cooperative<void>, limits: Limits): Cooperative<string | null> {
    const { sizes } = this.#levels.levels;
    const [depth, states, frontier] = [sizes.length, this.#levels.states, sizes.at(-1) ?? 0];
    while (steps.next().done !== true) {
      const stopped = reasonToStop(states, limits);
      if (stopped !== null) {
        steps.return(undefined);
        return stopped;
      }
      limits.onProgress({ states, frontier, depth });
      yield;
    }
    return null;
  }

  /** Keeps the worst of the findings so far; the last were made while a level was expanded, -1: before level 0. */
  #note(level: number): void {
    this.#found = worstFound(this.#found, placed(this.#space.takeFindings(), level));
  }

  *#answer(stopped: string | null): Cooperative<Answer> {
    const found = this.#found;
    if (found === null)
      return stopped === null
        ? answerAtEnd(this.#system, { reached: new Set(this.#counts().reached) })
        : { verdict: 'inconclusive', reason: this.#resumable(stopped) };
    const path = yield* this.#levels.pathTo(found.state, found.depth);
    const { finding } = found;
    return answerOfPath(this.#system, this.#space, path, { finding, minimal: stopped === null });
  }

  #resumable(reason: string): string {
    return this.#saved < 0 ? reason : `${reason}; --resume continues after depth ${this.#saved}`;
  }

  /** The counts of this process and those before. */
  #counts(): Pick<Checkpoint, 'fired' | 'reached'> {
    const { fired, reached } = this.#before;
    const now = this.#space.fired;
    return {
      fired: fired.map((times, id) => times + now[id]!),
      reached: [...new Set([...reached, ...this.#space.reached])].sort((a, b) => a - b),
    };
  }

  /** Whether there are enough states since the last checkpoint: a deep model has thousands of small levels. */
  #isDue(): boolean {
    const { sizes } = this.#levels.levels;
    const since = sizes.slice(this.#saved + 1).reduce((sum, size) => sum + size, 0);
    return since >= Math.min(mostUnsaved, this.#levels.states * unsavedShare);
  }

  #save(): void {
    const checkpoint: Checkpoint = { ...this.#levels.levels, ...this.#counts() };
    this.#storage.writeCheckpoint(JSON.stringify(checkpoint));
    this.#saved = checkpoint.sizes.length - 1;
    this.#levels.discard();
  }

  /** Goes on from the last checkpoint; whether there is one. */
  #resume(): boolean {
    const text = this.#storage.readCheckpoint();
    if (text === null) return false;
    const { fired, reached, ...levels } = JSON.parse(text) as Checkpoint;
    this.#before = { fired, reached };
    this.#saved = levels.sizes.length - 1;
    this.#levels.resume(levels);
    return true;
  }
}
