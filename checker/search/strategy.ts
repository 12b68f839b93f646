/** How the states of a model are explored: all of them while that is cheap, then only those that must be seen. */
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf, type Symmetry } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { compiledSpace, type CompiledOptions } from '../engine/compiled-space.ts';
import { interpretedSpace } from '../state-space/interpreted-space.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { exploringOnArm64 } from './explore-arm64.ts';
import { irreducible } from '../reduction/stubborn/stubborn-sets.ts';
import { reducedSpace, type ReducedSpace } from '../reduction/reduced-space.ts';
import { answerAtEnd, answerTo, statisticsOf, worstOf } from './answer.ts';
import { pathTo, liftTrace } from '../trace/lift-trace.ts';
import { reasonToStop, searching, searchingBy } from './breadth-first.ts';
import type { SearchSettings } from './settings.ts';
import type { Cooperative } from '../state-space/cooperative.ts';

/** Memory of a short look, and of the search that polishes a trace: wide states end it sooner. */
const smallBytes = 2 ** 28;
/** Memory of a long look under symmetry, and of one at all states: what it finds is shortest, which stubborn sets do not know. */
const largeBytes = 2 ** 31;
const largestBytes = 2 ** 33;

/**
 * How much longer the long looks are than the first ones, in states. Without interchangeable CPUs the first look is one of them:
 * stubborn sets take a thousand times longer over a state than generated code, and nothing else is left.
 */
const longerFirst = 32;
const longerSecond = 8;

/** States up to which a better trace is looked for. */
const polishedStates = 2_000_000;

/** States that are reduced between two looks at the limits: each of them takes its time. */
const chunk = 64;

export function* exploring(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  if (system.model.machine === 'arm64') return yield* exploringOnArm64(system, limits, settings);
  let stopped = null as string | null;
  const stop = () => (stopped ??= limits.stop());
  const obstacle = settings.reduce && settings.engine === 'compiled' ? irreducible(system) : null;
  const reduce = settings.reduce && obstacle === null;
  const outcome = yield* looks(system, { ...limits, stop }, { ...settings, reduce });
  if (outcome.verdict !== 'inconclusive' || outcome.untried !== undefined) return outcome;
  // A look may have ended at a limit of its own, and been the last one because the user's had come meanwhile.
  const reason = stopped ?? outcome.reason;
  // Fewer states are explored without stubborn sets in any case.
  const isHindered = obstacle !== null && outcome.statistics.states > settings.firstPhase;
  return { ...outcome, reason: isHindered ? `${reason}; ${obstacle}` : reason };
}

function* looks(system: TransitionSystem, limits: Limits, settings: SearchSettings): Cooperative<Outcome> {
  const { engine, reduce, maxBytes, parallel } = settings;
  if (engine === 'interpreter') return yield* searching(system, interpretedSpace(system), limits, engine);
  const most = maxBytes ?? 2 ** 32;
  const symmetry = settings.symmetry ? symmetryOf(numberingOf(system)) : null;
  if (symmetry !== null && symmetry.groups.length > 0)
    return yield* symmetricLooks(system, limits, settings, symmetry);
  if (!reduce) return yield* compiledSearch(system, limits, { maxBytes: most, parallel });
  const all = yield* compiledSearch(system, atMost(limits, settings.firstPhase * longerFirst), {
    maxBytes: Math.min(most, largestBytes),
    parallel,
  });
  return isFinal(all, limits) ? all : yield* reducedSearch(system, { maxBytes, symmetry: false })(limits);
}

/** Explores a model with interchangeable CPUs: in the cheapest way first, and in none to its end before the last. */
function* symmetricLooks(
  system: TransitionSystem,
  limits: Limits,
  { reduce, maxBytes, firstPhase, secondPhase, thirdPhase, parallel }: SearchSettings,
  symmetry: Symmetry,
): Cooperative<Outcome> {
  const most = maxBytes ?? 2 ** 32;
  const symmetric = (states: number, bytes: number) => {
    const options = { symmetry, forget: true, parallel, maxBytes: Math.min(most, bytes) };
    return symmetricSearch(system, atMost(limits, states), options);
  };
  const all = yield* compiledSearch(system, atMost(limits, firstPhase), {
    maxBytes: Math.min(most, smallBytes),
    parallel,
  });
  if (isFinal(all, limits)) return all;
  if (!reduce) return yield* symmetric(Infinity, Infinity);
  const second = yield* symmetric(secondPhase, smallBytes);
  if (isFinal(second, limits)) return second;
  const reduced = reducedSearch(system, { maxBytes, symmetry: true });
  const third = yield* reduced(atMost(limits, thirdPhase));
  // What stubborn sets find is there, but there may be a shorter way to it.
  if (isFinal(third, limits) && !('minimal' in third)) return third;
  const fourth = yield* symmetric(secondPhase * longerSecond, largeBytes);
  if (isDecided(fourth)) return fourth;
  return isFinal(third, limits) ? third : yield* reduced(limits);
}

/** An answer, even that none can be given: no other search would find more. */
const isDecided = (outcome: Outcome): boolean =>
  outcome.verdict !== 'inconclusive' || outcome.untried !== undefined;

/** An answer; or another search would be cut as short: by the user, or because there are too many ways to begin. */
function isFinal(outcome: Outcome, limits: Limits): boolean {
  const { states } = outcome.statistics;
  return isDecided(outcome) || limits.stop() !== null || states > limits.maxStates || states === 0;
}

const atMost = (limits: Limits, states: number): Limits => ({
  ...limits,
  maxStates: Math.min(limits.maxStates, states),
});

function* compiledSearch(
  system: TransitionSystem,
  limits: Limits,
  options: CompiledOptions,
): Cooperative<Outcome> {
  const space = compiledSpace(system, options);
  try {
    const outcome = yield* searching(system, space, limits, 'compiled');
    if (!('schedule' in outcome)) return outcome;
    // With `only`, some initial states are left out: the number of a state is not its position among all of them.
    const initial = space.numbersOf(initialStates(system)).indexOf(outcome.schedule.initial);
    return { ...outcome, schedule: { ...outcome.schedule, initial } };
  } finally {
    space.close();
  }
}

/** Shortest traces stay shortest under symmetry; of their switches the search of the same CPUs alone takes care. */
function* symmetricSearch(
  system: TransitionSystem,
  limits: Limits,
  options: CompiledOptions & { readonly symmetry: Symmetry },
): Cooperative<Outcome> {
  const space = compiledSpace(system, options);
  const search = { system, space, limits, method: 'compiled, symmetric' };
  const searchIt = searchingBy(search, (finding, { levels }) =>
    liftTrace(system, space, pathTo(space, levels, finding.state), finding),
  );
  try {
    return yield* polished(system, limits, yield* searchIt);
  } finally {
    space.close();
  }
}

/** The outcome with the best trace of the CPUs that move in the one it has, where that is no longer and soon found. */
function* polished(system: TransitionSystem, limits: Limits, outcome: Outcome): Cooperative<Outcome> {
  if (!('schedule' in outcome) || outcome.verdict === 'deadlock') return outcome;
  const { schedule: run, statistics } = outcome;
  const best = yield* compiledSearch(system, atMost(limits, polishedStates), {
    maxBytes: smallBytes,
    only: run,
  });
  if (
    !('schedule' in best) ||
    best.verdict !== outcome.verdict ||
    best.schedule.edges.length > run.edges.length
  )
    return { ...outcome, ...('minimal' in outcome ? { minimal: false } : {}) };
  // A trace of these CPUs alone is the shortest of all only if the search before it knew that length for the shortest.
  const minimal = 'minimal' in outcome && outcome.minimal && best.schedule.edges.length === run.edges.length;
  return { ...best, ...('minimal' in best ? { minimal } : {}), statistics };
}

/** A search that goes on, each time it is called, where it was stopped the last time. */
function reducedSearch(
  system: TransitionSystem,
  { maxBytes, symmetry }: { readonly maxBytes: number | null; readonly symmetry: boolean },
): (limits: Limits) => Cooperative<Outcome> {
  const space = reducedSpace(system, { symmetry });
  const expanding = expandingAll(space, maxBytes ?? Infinity);
  return function* (limits) {
    const { stopped, depth } = yield* expanding(limits);
    const statistics = statisticsOf(system, space, depth, symmetry ? 'reduced, symmetric' : 'reduced');
    const finding = worstOf(space.findings, () => 0);
    if (finding !== null) {
      const run = liftTrace(system, space, space.pathTo(finding.state), finding);
      return yield* polished(system, limits, { ...answerTo(finding, system, run, false), statistics });
    }
    if (stopped !== null) return { verdict: 'inconclusive', reason: stopped, statistics };
    return { ...answerAtEnd(system, space), statistics: { ...statistics, endless: space.endless() } };
  };
}

/** Expands all that must be, up to the first finding; says what stopped it, and after how many rounds. */
function expandingAll(
  space: ReducedSpace,
  maxBytes: number,
): (limits: Limits) => Cooperative<{ readonly stopped: string | null; readonly depth: number }> {
  space.start();
  let [at, end, depth] = [0, 0, -1];
  return function* (limits) {
    do {
      while (at < space.count) {
        if (at === end) [end, depth] = [space.count, depth + 1];
        const stopped = space.bytes > maxBytes ? 'memory is full' : reasonToStop(space.count, limits);
        if (stopped !== null || space.findings.length > 0) return { stopped, depth };
        const to = Math.min(at + chunk, end);
        space.expand(at, to);
        at = to;
        limits.onProgress({ states: space.count, frontier: space.count - at, depth });
        yield;
      }
    } while (space.findings.length === 0 && space.complete());
    return { stopped: null, depth };
  };
}
