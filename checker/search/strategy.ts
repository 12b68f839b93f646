/** How the states of a model are explored: all of them while that is cheap, then only those that must be seen. */
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf, type Symmetry } from '../program/symmetry.ts';
import type { TransitionTable } from '../program/transition-system.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { compiledSpace, type CompiledOptions } from '../engine/compiled-space.ts';
import { interpretedSpace } from '../state-space/interpreted-space.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { exploringOnArm64 } from './explore-arm64.ts';
import { irreducible } from '../reduction/stubborn/stubborn-sets.ts';
import { reducedSpace } from '../reduction/reduced-space.ts';
import type { ReducedSpace } from '../reduction/reduction.ts';
import { answerAtEnd, answerTo, statisticsOf, worstOf } from './answer.ts';
import { pathTo, runAlong } from '../trace/lift-trace.ts';
import { reasonToStop, searching, searchingBy } from './breadth-first.ts';
import type { Settings } from './settings.ts';
import type { Steps } from '../state-space/cooperative.ts';

/** Memory of a short look, and of the search that polishes a trace: wide states end it sooner. */
const smallBytes = 2 ** 28;
/** Memory of a long look under symmetry, and of one at all states: what it finds is shortest, which persistent sets do not know. */
const largeBytes = 2 ** 31;
const largestBytes = 2 ** 33;

/**
 * How much longer the long looks are than the first ones, in states. Without interchangeable CPUs the first look is one of them:
 * persistent sets take a thousand times longer over a state than generated code, and nothing else is left.
 */
const longerFirst = 32;
const longerSecond = 8;

/** States up to which a better trace is looked for. */
const polishedStates = 2_000_000;

/** States that are reduced between two looks at the limits: each of them takes its time. */
const chunk = 64;

export function* exploring(table: TransitionTable, limits: Limits, settings: Settings): Steps<Outcome> {
  if (table.model.machine === 'arm64') return yield* exploringOnArm64(table, limits, settings);
  let stopped = null as string | null;
  const stop = () => (stopped ??= limits.stop());
  const obstacle = settings.reduce && settings.engine === 'compiled' ? irreducible(table) : null;
  const reduce = settings.reduce && obstacle === null;
  const outcome = yield* looks(table, { ...limits, stop }, { ...settings, reduce });
  if (outcome.verdict !== 'inconclusive' || outcome.untried !== undefined) return outcome;
  // A look may have ended at a limit of its own, and been the last one because the user's had come meanwhile.
  const reason = stopped ?? outcome.reason;
  // Fewer states are explored without persistent sets in any case.
  const isHindered = obstacle !== null && outcome.statistics.states > settings.firstLook;
  return { ...outcome, reason: isHindered ? `${reason}; ${obstacle}` : reason };
}

function* looks(table: TransitionTable, limits: Limits, settings: Settings): Steps<Outcome> {
  const { engine, reduce, maxBytes, crew } = settings;
  if (engine === 'interpreter') return yield* searching(table, interpretedSpace(table), limits, engine);
  const most = maxBytes ?? 2 ** 32;
  const symmetry = settings.symmetry ? symmetryOf(numberingOf(table)) : null;
  if (symmetry !== null && symmetry.groups.length > 0)
    return yield* symmetricLooks(table, limits, settings, symmetry);
  if (!reduce) return yield* compiledSearch(table, limits, { maxBytes: most, crew });
  const all = yield* compiledSearch(table, atMost(limits, settings.firstLook * longerFirst), {
    maxBytes: Math.min(most, largestBytes),
    crew,
  });
  return isFinal(all, limits) ? all : yield* reducedSearch(table, { maxBytes, symmetry: false })(limits);
}

/** Explores a model with interchangeable CPUs: in the cheapest way first, and in none to its end before the last. */
function* symmetricLooks(
  table: TransitionTable,
  limits: Limits,
  { reduce, maxBytes, firstLook, secondLook, thirdLook, crew }: Settings,
  symmetry: Symmetry,
): Steps<Outcome> {
  const most = maxBytes ?? 2 ** 32;
  const symmetric = (states: number, bytes: number) => {
    const options = { symmetry, forget: true, crew, maxBytes: Math.min(most, bytes) };
    return symmetricSearch(table, atMost(limits, states), options);
  };
  const all = yield* compiledSearch(table, atMost(limits, firstLook), {
    maxBytes: Math.min(most, smallBytes),
    crew,
  });
  if (isFinal(all, limits)) return all;
  if (!reduce) return yield* symmetric(Infinity, Infinity);
  const second = yield* symmetric(secondLook, smallBytes);
  if (isFinal(second, limits)) return second;
  const reduced = reducedSearch(table, { maxBytes, symmetry: true });
  const third = yield* reduced(atMost(limits, thirdLook));
  // What persistent sets find is there, but there may be a shorter way to it.
  if (isFinal(third, limits) && !('minimal' in third)) return third;
  const fourth = yield* symmetric(secondLook * longerSecond, largeBytes);
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

function* compiledSearch(table: TransitionTable, limits: Limits, options: CompiledOptions): Steps<Outcome> {
  const space = compiledSpace(table, options);
  try {
    const outcome = yield* searching(table, space, limits, 'compiled');
    if (!('schedule' in outcome)) return outcome;
    // With `only`, some initial states are left out: the number of a state is not its position among all of them.
    const initial = space.numbersOf(initialStates(table)).indexOf(outcome.schedule.initial);
    return { ...outcome, schedule: { ...outcome.schedule, initial } };
  } finally {
    space.close();
  }
}

/** Shortest traces stay shortest under symmetry; of their switches the search of the same CPUs alone takes care. */
function* symmetricSearch(
  table: TransitionTable,
  limits: Limits,
  options: CompiledOptions & { readonly symmetry: Symmetry },
): Steps<Outcome> {
  const space = compiledSpace(table, options);
  const search = { table, space, limits, method: 'compiled, symmetric' };
  const searchIt = searchingBy(search, (finding, { levels }) =>
    runAlong(table, space, pathTo(space, levels, finding.state), finding),
  );
  try {
    return yield* polished(table, limits, yield* searchIt);
  } finally {
    space.close();
  }
}

/** The outcome with the best trace of the CPUs that move in the one it has, where that is no longer and soon found. */
function* polished(table: TransitionTable, limits: Limits, outcome: Outcome): Steps<Outcome> {
  if (!('schedule' in outcome) || outcome.verdict === 'deadlock') return outcome;
  const { schedule: run, statistics } = outcome;
  const best = yield* compiledSearch(table, atMost(limits, polishedStates), {
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
  table: TransitionTable,
  { maxBytes, symmetry }: { readonly maxBytes: number | null; readonly symmetry: boolean },
): (limits: Limits) => Steps<Outcome> {
  const space = reducedSpace(table, { symmetry });
  const expanding = expandingAll(space, maxBytes ?? Infinity);
  return function* (limits) {
    const { stopped, depth } = yield* expanding(limits);
    const statistics = statisticsOf(table, space, depth, symmetry ? 'reduced, symmetric' : 'reduced');
    const finding = worstOf(space.findings, () => 0);
    if (finding !== null) {
      const run = runAlong(table, space, space.pathTo(finding.state), finding);
      return yield* polished(table, limits, { ...answerTo(finding, table, run, false), statistics });
    }
    if (stopped !== null) return { verdict: 'inconclusive', reason: stopped, statistics };
    return { ...answerAtEnd(table, space), statistics: { ...statistics, endless: space.endless() } };
  };
}

/** Expands all that must be, up to the first finding; says what stopped it, and after how many rounds. */
function expandingAll(
  space: ReducedSpace,
  maxBytes: number,
): (limits: Limits) => Steps<{ readonly stopped: string | null; readonly depth: number }> {
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
