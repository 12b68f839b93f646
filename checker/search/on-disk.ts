/** Breadth-first search whose states lie on disk: no reduction but symmetry, no claims about runs. */
import { goalsOf } from '../language/liveness.ts';
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { DiskLevels, type Levels } from '../disk/disk-levels.ts';
import { StorageError, type DiskSettings, type RunStorage } from '../disk/storage.ts';
import { compiledSpace, type CompiledSpace, type PackedFinding } from '../engine/compiled-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import type { Answer, Limits, Outcome } from '../state-space/outcome.ts';
import { CapacityError, type Finding } from '../state-space/state-space.ts';
import { liftTrace } from '../trace/lift-trace.ts';
import { answerAtEnd, answerTo, statisticsOf, worstOf } from './answer.ts';
import { reasonToStop, tooManyBeginnings } from './breadth-first.ts';
import { polished } from './compiled-search.ts';
import { needsEdges } from './decide-liveness.ts';
import type { SearchSettings } from './settings.ts';

/** The memory of addresses of 32 bits, in which states are sorted. */
const mostBytes = 2 ** 32;

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
  { maxBytes, parallel, symmetry: wanted }: SearchSettings,
  disk: DiskSettings,
): Cooperative<Outcome> {
  const refused = refusalOf(system) ?? tooManyBeginnings(system);
  const symmetry = wanted ? symmetryOf(numberingOf(system)) : null;
  const groups = symmetry !== null && symmetry.groups.length > 0 ? symmetry : null;
  const method = groups === null ? 'compiled, on disk' : 'compiled, symmetric, on disk';
  const unstarted = (reason: string): Outcome => {
    const nothing = { count: 0, transitions: 0, bytes: 0, fired: system.transitions.map(() => 0) };
    return { verdict: 'inconclusive', reason, statistics: statisticsOf(system, nothing, 0, method) };
  };
  if (refused !== null) return unstarted(refused);
  const space = compiledSpace(system, {
    maxBytes: Math.min(maxBytes ?? mostBytes, mostBytes),
    wideFrom: null,
    parallel,
    symmetry: groups,
    forget: groups !== null,
  });
  try {
    const search = new DiskSearch(system, space, disk, method);
    return yield* polished(system, limits, yield* search.run(limits));
  } catch (error) {
    if (error instanceof StorageError) return unstarted(error.message);
    throw error;
  } finally {
    space.close();
  }
}

/** Why a search on disk cannot decide the model, or null. */
function refusalOf(system: TransitionSystem): string | null {
  const { machine, liveness = [] } = system.model;
  if (machine === 'arm64') return 'the states of an arm64 machine are not kept on disk';
  if (!needsEdges(system)) return null;
  const claims = new Set(goalsOf(system.model).map(({ claim }) => `"${liveness[claim]!.name}"`));
  return `liveness is not decided on disk: ${[...claims].join(', ')}`;
}

/** A finding with the length of the shortest runs to it and the depth of its state. */
interface Found extends PackedFinding {
  readonly length: number;
  readonly depth: number;
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

  constructor(system: TransitionSystem, space: CompiledSpace, disk: DiskSettings, method: string) {
    this.#system = system;
    this.#space = space;
    this.#method = method;
    // Equal texts are the same packed states in the same runs.
    this.#storage = disk.open(JSON.stringify({ method, model: system.model }));
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
        this.#save();
        if (sizes.at(-1) === 0) return null;
        const depth = sizes.length - 1;
        const stopped = yield* this.#level(
          this.#levels.expand(() => this.#note(depth)),
          limits,
        );
        if (stopped !== null) return stopped;
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
    const found = this.#space
      .takeFindings()
      .map((one): Found => ({ ...one, ...placeOf(one.finding, level) }));
    if (found.length === 0) return;
    const all = this.#found === null ? found : [this.#found, ...found];
    const lengths = new Map(all.map(({ finding, length }) => [finding, length]));
    const worst = worstOf([...lengths.keys()], (finding) => lengths.get(finding)!);
    this.#found = all.find(({ finding }) => finding === worst)!;
  }

  *#answer(stopped: string | null): Cooperative<Answer> {
    const found = this.#found;
    if (found === null)
      return stopped === null
        ? answerAtEnd(this.#system, { reached: new Set(this.#counts().reached) })
        : { verdict: 'inconclusive', reason: this.#resumable(stopped) };
    const path = yield* this.#levels.pathTo(found.state, found.depth);
    this.#space.compiled.memory.replace(path);
    const finding = { ...found.finding, state: path.length - 1 };
    const run = liftTrace(this.#system, this.#space, [...path.keys()], finding);
    return answerTo(finding, this.#system, run, stopped === null);
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

/** Where a finding lies that was made while a level was expanded: an invariant fails in a state of the next one. */
function placeOf({ kind }: Finding, level: number): Pick<Found, 'length' | 'depth'> {
  switch (kind) {
    case 'deadlock':
      return { length: level, depth: level };
    case 'invariant':
      return { length: level + 1, depth: level + 1 };
    case 'assertion':
    case 'error':
      return { length: level + 1, depth: level };
  }
}
