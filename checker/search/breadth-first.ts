/** Breadth-first search of any state space. */
import { mostInitialStates } from '../program/initial-states.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import {
  CapacityError,
  expandedTo,
  type Edge,
  type Finding,
  type StateSpace,
} from '../state-space/state-space.ts';
import type { Answer, Limits, Outcome, Schedule } from '../state-space/outcome.ts';
import { livelockedStates } from './livelock.ts';
import { fewestSwitches } from '../trace/fewest-switches.ts';
import { answerAtEnd, answerTo, isSameReport, statisticsOf, worstOf } from './answer.ts';
import { finish, type Cooperative } from '../state-space/cooperative.ts';

/** States expanded between two checks of the limits, unless the space chooses. */
const defaultPortion = 4_096;

/** All initial states are created before limits are checked. */
const mostBeginnings = 20_000;

/** A search under way: `levels[d]` is the number of the first state at depth d. */
export interface Progress {
  readonly system: TransitionSystem;
  readonly space: StateSpace;
  readonly limits: Limits;
  readonly levels: readonly number[];
}

/** Searches until a violation, the end or a limit. */
export function search(system: TransitionSystem, space: StateSpace, limits: Limits, method: string): Outcome {
  return finish(searching(system, space, limits, method));
}

/** The search, pausing after every chunk of states. */
export const searching = (
  system: TransitionSystem,
  space: StateSpace,
  limits: Limits,
  method: string,
): Cooperative<Outcome> => resumableSearch({ system, space, method }).run(limits);

/** A search, with the name of its method in the statistics. */
export interface Search {
  readonly system: TransitionSystem;
  readonly space: StateSpace;
  readonly limits: Limits;
  readonly method: string;
}

/** A search that stops at its limits, where the next call continues it. */
export interface ResumableSearch {
  /** The number of the first state at each depth; the last level is not expanded yet. */
  readonly levels: readonly number[];
  /** `bound`: states at which it pauses; a level with a finding is completed first. */
  readonly run: (limits: Limits, bound?: number) => Cooperative<Outcome>;
}

/** The search with its own function from findings to schedules. */
export function resumableSearch(
  { system, space, method }: Omit<Search, 'limits'>,
  scheduleOf: (finding: Finding, progress: Progress) => Schedule = scheduleTo,
): ResumableSearch {
  const levels = [0];
  // The first state of the deepest level that is not expanded, and the end of this level.
  let at = 0;
  let end = -1;
  let full: string | null = null;
  function* expandLevel(limits: Limits, bound: number): Cooperative<string | null> {
    const { portion = defaultPortion } = space;
    while (at < end) {
      const isPaused = space.count > bound && space.findings.length === 0;
      const stopped = isPaused ? tooMany(bound) : reasonToStop(space.count, limits);
      if (stopped !== null) return stopped;
      const start = at;
      full = withinCapacity(() => {
        at = expandedTo(space, start, Math.min(start + portion, end));
      });
      if (full !== null) return full;
      const { count: states } = space;
      limits.onProgress({ states, frontier: states - start, depth: levels.length - 1, levels });
      yield;
    }
    levels.push(end);
    end = space.count;
    return null;
  }
  return {
    levels,
    *run(limits, bound = Infinity) {
      if (end < 0) {
        full = tooManyBeginnings(system) ?? withinCapacity(() => space.start());
        end = space.count;
      }
      let stopped = full;
      while (stopped === null && space.findings.length === 0 && at < end)
        stopped = yield* expandLevel(limits, bound);
      // The states found so far are one level deeper.
      const isBetween = stopped !== null && (at > levels.at(-1)! || full !== null);
      const progress: Progress = { system, space, limits, levels: isBetween ? [...levels, end] : levels };
      const answer = answerOf(progress, stopped, scheduleOf);
      // Before the statistics, because it enumerates edges again.
      const endless = isComplete(answer) ? livelockedStates(space, levels) : null;
      const statistics = { ...statisticsOf(system, space, depthOf(progress), method), endless };
      return { ...answer, statistics };
    },
  };
}

const isComplete = ({ verdict }: Answer) => verdict === 'holds' || verdict === 'unreached';

/** Why the initial states are too many, or null. */
export function tooManyBeginnings(system: TransitionSystem): string | null {
  if (mostInitialStates(system) <= mostBeginnings) return null;
  return `more than ${mostBeginnings} initial states: use fewer CPUs, or fewer choices before the first step`;
}

/** Why the search must stop, or null. */
export const reasonToStop = (states: number, limits: Limits): string | null =>
  states > limits.maxStates ? tooMany(limits.maxStates) : limits.stop();

const tooMany = (states: number) => `the limit of ${states} states was reached`;

/** Stores states; returns the reason if there is no room, or null. */
function withinCapacity(store: () => void): string | null {
  try {
    store();
    return null;
  } catch (error) {
    if (error instanceof CapacityError) return error.message;
    throw error;
  }
}

/** The depth of the deepest states: the last level is empty when the search has run to its end. */
const depthOf = ({ space, levels }: Progress) =>
  Math.max(0, levels.at(-1)! < space.count ? levels.length - 1 : levels.length - 2);

function answerOf(
  progress: Progress,
  stopped: string | null,
  scheduleOf: (finding: Finding, progress: Progress) => Schedule,
): Answer {
  const { system, space } = progress;
  const finding = worstOf(space.findings, (other) => lengthOf(other, progress));
  if (finding !== null) return answerTo(finding, system, scheduleOf(finding, progress), stopped === null);
  return stopped === null ? answerAtEnd(system, space) : { verdict: 'inconclusive', reason: stopped };
}

/** The number of steps to a finding; a finding on an edge includes that edge. */
function lengthOf(finding: Finding, { levels }: Progress): number {
  const depth = levels.findLastIndex((start) => start <= finding.state);
  return finding.kind === 'assertion' || finding.kind === 'error' ? depth + 1 : depth;
}

/** The run with the fewest switches to any finding of the same kind, property and length. */
function scheduleTo(finding: Finding, progress: Progress): Schedule {
  const length = lengthOf(finding, progress);
  const targets = new Map<number, Edge[]>();
  for (const other of progress.space.findings)
    if (isSameReport(finding, other) && lengthOf(other, progress) === length)
      targets.set(other.state, [
        ...(targets.get(other.state) ?? []),
        ...('edge' in other ? [other.edge] : []),
      ]);
  const { system, space, levels } = progress;
  return fewestSwitches(system, { space, levels, targets });
}
