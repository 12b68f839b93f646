/** Explores a model: all states while that is cheap, then generated code and stubborn sets in turns. */
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf, type Symmetry } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { compiledSpace, type CompiledOptions } from '../engine/compiled-space.ts';
import { interpretedSpace } from '../state-space/interpreted-space.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { exploringOnArm64 } from './explore-arm64.ts';
import { irreducible } from '../reduction/stubborn/stubborn-sets.ts';
import { reducedSpace, type ReducedSpace } from '../reduction/reduced-space.ts';
import {
  atMost,
  compiledSearch,
  compiledTurns,
  isLive,
  polished,
  smallBytes,
  type Turns,
} from './compiled-search.ts';
import { estimatedStates } from './estimate.ts';
import { decided, isSafe, undecidedUnder } from './decide-liveness.ts';
import { exploringElsewhere } from './elsewhere.ts';
import { exploringForeign } from './foreign.ts';
import { exploringOnDisk } from './on-disk.ts';
import { answerAtEnd, answerTo, statisticsOf, worstOf } from './answer.ts';
import { pathTo, liftTrace } from '../trace/lift-trace.ts';
import { reasonToStop, resumableSearch, searching } from './breadth-first.ts';
import type { SearchSettings } from './settings.ts';
import type { Cooperative } from '../state-space/cooperative.ts';

/** Bytes of a search for the claims about runs, after stubborn sets have judged the states. */
const largestBytes = 2 ** 33;

/**
 * How many times the states of a first phase generated code explores before stubborn sets begin, where no copies are
 * interchangeable: it does not begin anew, and explores some million states a second.
 */
const longerFirst = 32;

/** Times the states of its first turn in which generated code looks for a trace shorter than that of stubborn sets. */
const longerSecond = 8;

/** The share of stubborn sets where they leave out what the turns assume, and its bounds. */
const shares = { least: 1 / 8, most: 32 };

/** How many times the states that they promise stubborn sets may have where they promise to end first. */
const margin = 2;

/** How many times the states so far there will be at least, where the levels do not promise how many. */
const farther = 64;

/** States that stubborn sets explore before their share is computed. */
const probed = 1_000;

/**
 * The part of its first turn after which a search under symmetry pauses, where its levels promise more states than the
 * whole turn has, and stubborn sets promise to leave out enough for an equal share.
 */
const early = 1 / 16;

/** States expanded by stubborn sets, which are slow, between two checks of the limits. */
const reducedChunk = 64;

export function* exploring(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  const outcome = yield* exploringStates(system, limits, settings);
  const undecided = isSafe(outcome) ? undecidedUnder(system) : null;
  return undecided === null
    ? outcome
    : { verdict: 'inconclusive', reason: undecided, statistics: outcome.statistics };
}

function* exploringStates(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  if (settings.foreign !== null) return yield* exploringForeign(system, limits, settings.foreign);
  if (settings.elsewhere !== null)
    return yield* exploringElsewhere(system, limits, settings, settings.elsewhere);
  if (settings.disk !== null) return yield* exploringOnDisk(system, limits, settings, settings.disk);
  if (system.model.machine === 'arm64') return yield* exploringOnArm64(system, limits, settings);
  if (settings.engine === 'interpreter') {
    const space = interpretedSpace(system);
    return yield* decided(system, space, yield* searching(system, space, limits, settings.engine), limits);
  }
  let stopped = null as string | null;
  const stop = () => (stopped ??= limits.stop());
  const obstacle = settings.reduce ? irreducible(system) : null;
  const reduce = settings.reduce && obstacle === null;
  const within = { ...limits, stop };
  const states = yield* runningPhases(system, within, { ...settings, reduce });
  const outcome = yield* decidedInFull(system, within, settings, states);
  if (outcome.verdict !== 'inconclusive' || isDecided(outcome)) return outcome;
  // The phase may have ended at its own bound, but been the last because of the user's limit.
  const reason = stopped ?? outcome.reason;
  // Small models are explored without stubborn sets in any case.
  const isHindered = obstacle !== null && outcome.statistics.states > settings.firstPhase;
  return { ...outcome, reason: isHindered ? `${reason}; ${obstacle}` : reason };
}

/** The claims about runs are not decided by reduced searches: where one has answered, all states are searched again. */
function* decidedInFull(
  system: TransitionSystem,
  limits: Limits,
  { maxBytes, parallel }: SearchSettings,
  outcome: Outcome,
): Cooperative<Outcome> {
  if (!isSafe(outcome) || outcome.statistics.method === 'compiled' || !isLive(system)) return outcome;
  const full = yield* compiledSearch(system, limits, { maxBytes: maxBytes ?? largestBytes, parallel });
  if (full.verdict !== 'inconclusive') return full;
  return {
    ...full,
    reason: `every state is safe, but liveness needs all states and all edges: ${full.reason}`,
  };
}

/** Searches all states while they are few, then in turns. */
function* runningPhases(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  const { firstPhase, secondPhase, maxBytes, parallel } = settings;
  const most = maxBytes ?? 2 ** 32;
  const symmetry = settings.symmetry ? symmetryOf(numberingOf(system)) : null;
  const groups = symmetry !== null && symmetry.groups.length > 0 ? symmetry : null;
  if (groups !== null) {
    const options = { maxBytes: Math.min(most, smallBytes), parallel };
    const all = yield* compiledSearch(system, atMost(limits, firstPhase), options);
    if (isFinal(all, limits)) return all;
  }
  const options = { maxBytes: settings.reduce && most > smallBytes ? Math.ceil(most / 2) : most, parallel };
  const compiled =
    groups === null
      ? compiledTurns(system, options)
      : symmetricTurns(system, { ...options, symmetry: groups, forget: true });
  try {
    if (!settings.reduce) return yield* compiled.run(limits);
    const reduced = reducedTurns(system, { symmetry: groups !== null });
    const first = groups === null ? firstPhase * longerFirst : secondPhase;
    const forShorter = groups === null ? 0 : secondPhase * longerSecond;
    const from = groups === null ? 1 : early;
    return yield* inTurns({ compiled, reduced }, limits, { first, from, forShorter, settings });
  } finally {
    compiled.close();
  }
}

interface TurnLengths {
  /** States of the first turn of generated code. */
  readonly first: number;
  /** The part of it after which it may pause. */
  readonly from: number;
  /** States up to which it looks for a trace shorter than that of stubborn sets. */
  readonly forShorter: number;
  readonly settings: SearchSettings;
}

/**
 * Runs generated code and stubborn sets in turns, each twice as long as the one before, up to the first answer.
 *
 * The turns are numbers of states, so that all runs on all machines give the same answer. A state of stubborn sets takes
 * some hundred times longer, hence the ratio of the first turns. How many states they leave out up to a depth that both
 * have explored changes their share, from the first turn on: some states are explored before it.
 */
function* inTurns(
  { compiled, reduced }: { readonly compiled: Turns; readonly reduced: Turns },
  limits: Limits,
  { first, from, forShorter, settings: { thirdPhase, maxBytes } }: TurnLengths,
): Cooperative<Outcome> {
  let budget = 0;
  for (let times = from; ; times *= 2) {
    const bound = first * times;
    const all = yield* compiled.run(limits, bound);
    if (times <= 1 ? isFinal(all, limits) : isDecided(all) || limits.stop() !== null) return all;
    // It has ended for lack of memory, or at a limit of the user that stubborn sets may never reach.
    const isOver = all.statistics.states <= bound || limits.maxStates <= bound;
    if (isOver) compiled.close();
    else if (times < 1 && promised(compiled) <= first) continue;
    const left = maxBytes === null ? Infinity : maxBytes - (isOver ? 0 : all.statistics.bytes);
    let some = yield* reduced.run(limits, isOver ? Infinity : probed, left);
    if (!isOver && !isDecided(some) && limits.stop() === null) {
      const expected = promisedUnder(compiled, reduced);
      const share = ((promised(compiled) / expected) * thirdPhase) / Math.max(1, first);
      if (times < 1 && share < 1) continue;
      const toEnd = share < 1 ? 0 : (margin * expected) / (thirdPhase * times);
      const bounded = Math.min(shares.most, Math.max(shares.least, share, toEnd));
      budget = Math.max(2 * budget + 1, thirdPhase * times * bounded);
      some = yield* reduced.run(limits, budget, left);
    }
    if (isOver) return some;
    // What the longer search has explored says more of a check that is stopped.
    if (limits.stop() !== null)
      return !isDecided(some) && all.statistics.states > some.statistics.states ? all : some;
    if (!isDecided(some)) continue;
    const nearest = 'minimal' in some ? yield* compiled.run(limits, forShorter) : some;
    return isDecided(nearest) ? nearest : some;
  }
}

/** The states that a search promises to have in all. */
const promised = ({ levels }: Turns): number => estimatedStates(levels) ?? levels.at(-1)! * farther;

/**
 * The states that stubborn sets promise to have in all. Up to the same depth they are about a power of those of the
 * other search; its exponent between two depths is that of the end. As long as they are few, they promise nothing.
 */
function promisedUnder(compiled: Turns, reduced: Turns): number {
  const total = promised(compiled);
  const depth = Math.min(compiled.levels.length, reduced.levels.length) - 1;
  const fewer = reduced.levels[depth]!;
  const before = reduced.levels.findLastIndex((states) => states <= fewer / 4);
  if (before < 1) return total;
  const all = compiled.levels[depth]!;
  const exponent = Math.log(fewer / reduced.levels[before]!) / Math.log(all / compiled.levels[before]!);
  return fewer * (total / all) ** exponent;
}

/** An answer that no other search can improve. */
const isDecided = ({ verdict }: Outcome): boolean => verdict !== 'inconclusive';

/** An answer, or a limit that applies to further searches, too. */
function isFinal(outcome: Outcome, limits: Limits): boolean {
  const { states } = outcome.statistics;
  return isDecided(outcome) || limits.stop() !== null || states > limits.maxStates || states === 0;
}

/** Symmetry preserves shortest traces; a second search minimizes their context switches. */
function symmetricTurns(
  system: TransitionSystem,
  options: CompiledOptions & { readonly symmetry: Symmetry },
): Turns {
  const space = compiledSpace(system, options);
  const { levels, run } = resumableSearch(
    { system, space, method: 'compiled, symmetric' },
    (finding, progress) => liftTrace(system, space, pathTo(space, progress.levels, finding.state), finding),
  );
  return {
    levels,
    *run(limits, bound) {
      return yield* polished(system, limits, yield* run(limits, bound));
    },
    close: () => {
      space.close();
    },
  };
}

/** A search by stubborn sets. */
function reducedTurns(system: TransitionSystem, { symmetry }: { readonly symmetry: boolean }): Turns {
  let space: ReducedSpace | null = null;
  let at = 0;
  // The number of the first state at each depth; the last level is not expanded yet.
  const levels = [0];

  /** Expands states up to the first finding; returns the reason if it stopped. */
  function* expandAll(states: ReducedSpace, limits: Limits, maxBytes: number): Cooperative<string | null> {
    do {
      while (at < states.count) {
        if (at === levels.at(-1)) levels.push(states.count);
        const stopped =
          states.bytes > maxBytes ? 'the memory limit was reached' : reasonToStop(states.count, limits);
        if (stopped !== null || states.findings.length > 0) return stopped;
        const to = Math.min(at + reducedChunk, levels.at(-1)!);
        states.expand(at, to);
        at = to;
        const { count } = states;
        limits.onProgress({ states: count, frontier: count - at, depth: levels.length - 2, levels });
        yield;
      }
    } while (states.findings.length === 0 && states.complete());
    return null;
  }

  return {
    levels,
    *run(limits, bound = Infinity, maxBytes = Infinity) {
      if (space === null) {
        space = reducedSpace(system, { symmetry });
        space.start();
      }
      const stopped = yield* expandAll(space, atMost(limits, bound), maxBytes);
      const method = symmetry ? 'reduced, symmetric' : 'reduced';
      const statistics = statisticsOf(system, space, Math.max(0, levels.length - 2), method);
      const finding = worstOf(space.findings, () => 0);
      if (finding !== null) {
        const run = liftTrace(system, space, space.pathTo(finding.state), finding);
        return yield* polished(system, limits, { ...answerTo(finding, system, run, false), statistics });
      }
      if (stopped !== null) return { verdict: 'inconclusive', reason: stopped, statistics };
      return { ...answerAtEnd(system, space), statistics: { ...statistics, endless: space.endless() } };
    },
    close: () => {
      space = null;
    },
  };
}
