/** Explores a model in phases: all states while that is cheap, then with reductions. */
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
import { decided, isSafe, needsEdges, undecidedUnder } from './decide-liveness.ts';
import { answerAtEnd, answerTo, statisticsOf, worstOf } from './answer.ts';
import { pathTo, liftTrace } from '../trace/lift-trace.ts';
import { reasonToStop, searching, searchingBy } from './breadth-first.ts';
import type { SearchSettings } from './settings.ts';
import type { Cooperative } from '../state-space/cooperative.ts';

/** Bytes of a short phase, and of the search for a better trace. */
const smallBytes = 2 ** 28;
/**
 * Bytes of a long phase under symmetry, and of one without reduction; unlike stubborn sets, both find shortest traces.
 */
const largeBytes = 2 ** 31;
const largestBytes = 2 ** 33;

/**
 * Ratios of the states of a long phase to those of a short one. Without interchangeable CPUs the first phase is long,
 * because the only alternative, stubborn sets, takes a thousand times longer for each state.
 */
const longerFirst = 32;
const longerSecond = 8;

/** States of the search for a better trace. */
const polishedStates = 2_000_000;

/** States expanded by stubborn sets, which are slow, between two checks of the limits. */
const reducedChunk = 64;

/** One phase: a method and its limits. */
interface Phase {
  /** `all` and `symmetric` restart generated code; `reduced` continues its previous phase. */
  readonly method: 'all' | 'symmetric' | 'reduced';
  readonly states: number;
  readonly bytes: number;
  /** A later phase explores fewer states, so a limit of the user on this one does not stop the search. */
  readonly isLonger?: true;
}

/** The phases of a check, the cheapest first; only the user's limits bound the last one. */
function phasesOf(
  { reduce, maxBytes, firstPhase, secondPhase, thirdPhase }: SearchSettings,
  isSymmetric: boolean,
): readonly Phase[] {
  const most = maxBytes ?? 2 ** 32;
  const phase = (method: Phase['method'], states: number, bytes: number): Phase => ({
    method,
    states,
    bytes: Math.min(most, bytes),
  });
  const all = (states: number, bytes: number) => phase('all', states, bytes);
  const symmetric = (states: number, bytes: number) => phase('symmetric', states, bytes);
  const reduced = (states: number): Phase => ({ method: 'reduced', states, bytes: maxBytes ?? Infinity });
  if (!isSymmetric)
    return reduce
      ? [all(firstPhase * longerFirst, largestBytes), reduced(Infinity)]
      : [all(Infinity, Infinity)];
  if (!reduce) return [all(firstPhase, smallBytes), symmetric(Infinity, Infinity)];
  return [
    all(firstPhase, smallBytes),
    symmetric(secondPhase, smallBytes),
    reduced(thirdPhase),
    { ...symmetric(secondPhase * longerSecond, largeBytes), isLonger: true },
    reduced(Infinity),
  ];
}

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

/** Whether a full search must keep what the claims about runs need. */
const isLive = (system: TransitionSystem): boolean =>
  system.model.undecidedRuns === undefined && needsEdges(system);

/** Runs one phase after another until one of them answers. */
function* runningPhases(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  const symmetry = settings.symmetry ? symmetryOf(numberingOf(system)) : null;
  const groups = symmetry !== null && symmetry.groups.length > 0 ? symmetry : null;
  const reduced = reducedSearch(system, { symmetry: groups !== null });
  let last: Outcome | null = null;
  // A violation found by stubborn sets; a later phase may find a shorter trace.
  let found: Outcome | null = null;
  for (const { method, states, bytes, isLonger } of phasesOf(settings, groups !== null)) {
    if (found !== null && method === 'reduced') return found;
    const within = atMost(limits, states);
    const options = { maxBytes: bytes, parallel: settings.parallel };
    if (method === 'all') last = yield* compiledSearch(system, within, options);
    else if (method === 'reduced') last = yield* reduced(within, bytes);
    else last = yield* symmetricSearch(system, within, { ...options, symmetry: groups!, forget: true });
    if (isLonger === true ? isDecided(last) : isFinal(last, limits)) {
      if (method !== 'reduced' || !('minimal' in last) || states === Infinity) return last;
      found = last;
    }
  }
  return last!;
}

/** An answer that no other phase can improve. */
const isDecided = ({ verdict }: Outcome): boolean => verdict !== 'inconclusive';

/** An answer, or a limit that applies to later phases, too. */
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
  const live = options.only === undefined && isLive(system);
  const space = compiledSpace(system, { ...options, live });
  try {
    const states = yield* searching(system, space, limits, 'compiled');
    const outcome = live ? yield* decided(system, space, states, limits) : states;
    if (!('schedule' in outcome) || outcome.verdict === 'livelock') return outcome;
    // With `only`, state numbers are not positions among all initial states.
    const initial = space.numbersOf(initialStates(system)).indexOf(outcome.schedule.initial);
    const schedule = { ...outcome.schedule, initial };
    return { ...outcome, schedule };
  } finally {
    space.close();
  }
}

/** Symmetry preserves shortest traces; a second search minimizes their context switches. */
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

/** The outcome with a better trace of the same CPUs, if it is not longer and found within the limits. */
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
  // It is a shortest trace only if the first search has proved that length minimal.
  const minimal = 'minimal' in outcome && outcome.minimal && best.schedule.edges.length === run.edges.length;
  return { ...best, ...('minimal' in best ? { minimal } : {}), statistics };
}

/** A search that each call continues. */
function reducedSearch(
  system: TransitionSystem,
  { symmetry }: { readonly symmetry: boolean },
): (limits: Limits, maxBytes: number) => Cooperative<Outcome> {
  let started: { readonly space: ReducedSpace; readonly expanding: ReturnType<typeof expandingAll> } | null =
    null;
  return function* (limits, maxBytes) {
    if (started === null) {
      const reducing = reducedSpace(system, { symmetry });
      started = { space: reducing, expanding: expandingAll(reducing) };
    }
    const { space, expanding } = started;
    const { stopped, depth } = yield* expanding(limits, maxBytes);
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

/** Expands states up to the first finding; returns the reason if it stopped, and the depth. */
function expandingAll(
  space: ReducedSpace,
): (
  limits: Limits,
  maxBytes: number,
) => Cooperative<{ readonly stopped: string | null; readonly depth: number }> {
  space.start();
  let [at, end, depth] = [0, 0, -1];
  return function* (limits, maxBytes) {
    do {
      while (at < space.count) {
        if (at === end) [end, depth] = [space.count, depth + 1];
        const stopped =
          space.bytes > maxBytes ? 'the memory limit was reached' : reasonToStop(space.count, limits);
        if (stopped !== null || space.findings.length > 0) return { stopped, depth };
        const to = Math.min(at + reducedChunk, end);
        space.expand(at, to);
        at = to;
        limits.onProgress({ states: space.count, frontier: space.count - at, depth });
        yield;
      }
    } while (space.findings.length === 0 && space.complete());
    return { stopped: null, depth };
  };
}
