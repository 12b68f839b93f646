/** Breadth-first search whose states another engine keeps: no reduction but symmetry, no claims about runs. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { Expander } from '../engine/expander.ts';
import { awaited, type Cooperative } from '../state-space/cooperative.ts';
import type { Answer, Limits, Outcome } from '../state-space/outcome.ts';
import { CapacityError } from '../state-space/state-space.ts';
import { answerAtEnd, statisticsOf } from './answer.ts';
import { reasonToStop } from './breadth-first.ts';
import { polished } from './compiled-search.ts';
import { externalRefusal, externalSpace, type ExternalSpace } from './external-space.ts';
import { answerOfPath, placed, unstarted, worstFound, type Found } from './found.ts';
import { EngineError, type EngineSettings, type LevelEngine, type LevelStep } from './level-engine.ts';
import type { SearchSettings } from './settings.ts';

export function* exploringElsewhere(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
  { place, open }: EngineSettings,
): Cooperative<Outcome> {
  const refused = externalRefusal(system, place);
  if (refused !== null) return unstarted(system, refused, `compiled, ${place}`);
  const external = externalSpace(system, settings, place);
  const { space, search, method } = external;
  let engine: LevelEngine | null = null;
  try {
    engine = yield* awaited(open({ system, expander: new Expander(space), search }));
    const outcome = yield* new EngineSearch(system, external, engine, limits).run();
    return yield* polished(system, limits, outcome);
  } catch (error) {
    if (error instanceof EngineError) return unstarted(system, error.message, method);
    throw error;
  } finally {
    if (engine !== null) yield* awaited(engine.close().catch(() => undefined));
    space.close();
  }
}

class EngineSearch {
  readonly #system: TransitionSystem;
  readonly #external: ExternalSpace;
  readonly #engine: LevelEngine;
  readonly #limits: Limits;
  /** By depth: the number of states. */
  readonly #sizes: number[] = [];
  readonly #reached = new Set<number>();
  #fired: readonly number[];
  #found: Found | null = null;

  constructor(system: TransitionSystem, external: ExternalSpace, engine: LevelEngine, limits: Limits) {
    this.#system = system;
    this.#external = external;
    this.#engine = engine;
    this.#limits = limits;
    this.#fired = system.transitions.map(() => 0);
  }

  get #states(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  *run(): Cooperative<Outcome> {
    const answer = yield* this.#answer();
    const depth = this.#sizes.findLastIndex((size) => size > 0);
    const explored = {
      count: this.#states,
      transitions: this.#fired.reduce((sum, times) => sum + times, 0),
      bytes: this.#engine.bytes,
      fired: this.#fired,
    };
    return {
      ...answer,
      statistics: statisticsOf(this.#system, explored, Math.max(0, depth), this.#external.method),
    };
  }

  *#answer(): Cooperative<Answer> {
    try {
      const stopped = yield* this.#searched();
      if (stopped !== null) return { verdict: 'inconclusive', reason: stopped };
      if (this.#found === null) return answerAtEnd(this.#system, { reached: this.#reached });
      const path = yield* this.#pathTo(this.#found);
      const { finding } = this.#found;
      return answerOfPath(this.#system, this.#external.space, path, { finding, minimal: true });
    } catch (error) {
      if (error instanceof EngineError || error instanceof CapacityError)
        return { verdict: 'inconclusive', reason: error.message };
      throw error;
    }
  }

  /** Searches until a finding or the end; returns the reason if it stops before. */
  *#searched(): Cooperative<string | null> {
    const { onProgress } = this.#limits;
    for (let level = -1; ; level++) {
      const states = this.#states;
      const frontier = this.#sizes.at(-1) ?? 0;
      onProgress({ states, frontier, depth: Math.max(0, level) });
      const step = level < 0 ? this.#engine.start() : this.#engine.expand();
      const taken = yield* this.#taken(step);
      if (typeof taken === 'string') return taken;
      this.#note(taken, level);
      if (this.#found !== null || taken.states === 0) return null;
    }
  }

  /** What a step gave, or why the search stopped before. */
  *#taken(step: Promise<LevelStep>): Cooperative<LevelStep | string> {
    let stopped = null as string | null;
    const look = () => {
      if (stopped !== null) return;
      stopped = reasonToStop(this.#states, this.#limits);
      if (stopped !== null) this.#engine.interrupt();
    };
    try {
      look();
      const taken = yield* awaited(step, look);
      return stopped ?? taken;
    } catch (error) {
      if (stopped !== null) return stopped;
      throw error;
    }
  }

  #note({ expanded, states, findings, fired, reached }: LevelStep, level: number): void {
    const expected = level < 0 ? 0 : this.#sizes[level]!;
    if (expanded !== expected)
      throw new EngineError(`level ${level} has ${expected} states, and ${expanded} were expanded`);
    this.#sizes.push(states);
    this.#fired = this.#fired.map((times, id) => times + fired[id]!);
    for (const witness of reached) this.#reached.add(witness);
    this.#found = worstFound(this.#found, placed(findings, level));
  }

  /** The states of a shortest path: of the predecessors on the level before, each time the least. */
  *#pathTo({ state, depth }: Found): Cooperative<readonly Uint8Array[]> {
    const path = [state];
    for (let level = depth - 1; level >= 0; level--) {
      const before = yield* awaited(this.#engine.predecessor(path[0]!, level));
      if (before === null)
        throw new EngineError(`no state of level ${level} leads to the next one of the path`);
      path.unshift(before);
    }
    return path;
  }
}
