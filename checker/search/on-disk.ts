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

/** States are written once there are so many new ones, and such a share of all; those in files are noted sooner. */
const fewestUnsaved = 2 ** 18;
const unsavedShare = 1 / 8;

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
  /** The depth of the last checkpoint, and its states. */
  #saved = -1;
  #savedStates = 0;
  readonly #fewestUnsaved: number;

  constructor(system: TransitionSystem, { space, method, search }: ExternalSpace, disk: DiskSettings) {
    this.#system = system;
    this.#space = space;
    this.#method = method;
    // Equal texts are the same packed states in the same runs.
    this.#storage = disk.open(search);
    this.#levels = new DiskLevels(space, this.#storage, disk);
    this.#before = { fired: system.transitions.map(() => 0), reached: [] };
    this.#fewestUnsaved = disk.fewestUnsaved ?? fewestUnsaved;
  }

  *run(limits: Limits): Cooperative<Outcome> {
    const stopped = yield* this.#withinLimits(limits);
    const answer = yield* this.#answer(stopped);
    const { sizes } = this.#levels.levels;
    const { fired } = this.#counts();
    const explored = {
      count: this.#levels.states,
      transitions: fired.reduce((sum, times) => sum + times, 0),
      bytes: this.#levels.bytes,
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
      if (!(yield* this.#resume())) this.#levels.start(() => this.#note(-1));
      for (;;) {
        if (this.#found !== null || this.#levels.frontier === 0) {
          yield* this.#levels.verify();
          return null;
        }
        if (this.#isDue()) yield* this.#save();
        const stopped = yield* this.#expand(limits);
        if (stopped === null) continue;
        yield* this.#save();
        // There may be fewer states now: those that the runs had already do not count.
        if (reasonToStop(this.#levels.states, limits) !== null) return stopped;
      }
    } catch (error) {
      if (error instanceof StorageError || error instanceof CapacityError) return error.message;
      throw error;
    }
  }

  /** Expands the last level; returns the reason if it stops before. */
  *#expand(limits: Limits): Cooperative<string | null> {
    const { depth, states, frontier } = this.#levels;
    const steps = this.#levels.expand(() => this.#note(depth));
    do {
      const stopped = reasonToStop(states, limits);
      if (stopped !== null) {
        steps.return(undefined);
        return stopped;
      }
      limits.onProgress({ states, frontier, depth });
      yield;
    } while (steps.next().done !== true);
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
    const now = this.#levels.fired;
    return {
      fired: fired.map((times, id) => times + now[id]!),
      reached: [...new Set([...reached, ...this.#space.reached])].sort((a, b) => a - b),
    };
  }

  #isDue(): boolean {
    const { states, isStored } = this.#levels;
    const fewest = isStored ? 0 : states * unsavedShare;
    return states - this.#savedStates >= Math.max(this.#fewestUnsaved, fewest);
  }

  *#save(): Cooperative<void> {
    yield* this.#levels.store();
    const checkpoint: Checkpoint = { ...this.#levels.levels, ...this.#counts() };
    this.#storage.writeCheckpoint(JSON.stringify(checkpoint));
    this.#noteSaved();
    this.#levels.discard();
  }

  #noteSaved(): void {
    this.#saved = this.#levels.depth;
    this.#savedStates = this.#levels.states;
  }

  /** Goes on from the last checkpoint; whether there is one. */
  *#resume(): Cooperative<boolean> {
    const text = this.#storage.readCheckpoint();
    if (text === null) return false;
    const { fired, reached, ...levels } = JSON.parse(text) as Checkpoint;
    this.#before = { fired, reached };
    yield* this.#levels.resume(levels);
    this.#noteSaved();
    return true;
  }
}
