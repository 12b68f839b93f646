/** The search: breadth first over any state space, level by level, until something is found or nothing is left. */
import { beginnings } from '../analysis/beginnings.ts';
import type { TransitionTable } from '../analysis/transition-table.ts';
import { CapacityError } from './capacity-error.ts';
import type { Answer, Limits, Outcome, Schedule } from './outcome.ts';
import { fewestSwitches } from './fewest-switches.ts';
import type { Edge, Finding, StateSpace } from './state-space.ts';
import type { Steps } from './steps.ts';
import { finish } from './steps.ts';

/** States expanded between two looks at the limits. */
const chunk = 4_096;

/** Initial states are made all at once, before there is a limit to look at. */
const mostBeginnings = 20_000;

/** A search under way: `levels[d]` is the number of the first state at depth d. */
interface Progress {
  readonly table: TransitionTable;
  readonly space: StateSpace;
  readonly limits: Limits;
  readonly levels: number[];
}

/** Explores the space until a violation, an end or a limit; the answer says which, and how far it came. */
export function search(table: TransitionTable, space: StateSpace, limits: Limits, method: string): Outcome {
  return finish(searching(table, space, limits, method));
}

/** The search, pausing after every chunk of states. */
export function* searching(
  table: TransitionTable,
  space: StateSpace,
  limits: Limits,
  method: string,
): Steps<Outcome> {
  const progress: Progress = { table, space, limits, levels: [0] };
  let stopped = tooManyBeginnings(table);
  if (stopped === null) space.start();
  while (stopped === null && space.findings.length === 0 && progress.levels.at(-1)! < space.count)
    stopped = yield* expandLevel(progress);
  const answer = answerOf(progress, stopped);
  const unfired = table.transitions.filter(({ id }) => space.fired[id] === 0);
  const { count: states, transitions, bytes } = space;
  return { ...answer, statistics: { states, transitions, depth: depthOf(progress), bytes, unfired, method } };
}

function tooManyBeginnings(table: TransitionTable): string | null {
  if (beginnings(table) <= mostBeginnings) return null;
  return `it can begin in more than ${mostBeginnings} ways: take fewer CPUs, or choose from less before the first step`;
}

/** Expands the deepest level; returns the reason why it was left half done, or null. */
function* expandLevel({ space, limits, levels }: Progress): Steps<string | null> {
  const from = levels.at(-1)!;
  const to = space.count;
  for (let at = from; at < to; at += chunk) {
    const stopped =
      space.count > limits.maxStates ? `the limit of ${limits.maxStates} states was reached` : limits.stop();
    if (stopped !== null) {
      // What the level has brought so far is one level deeper.
      if (at > from) levels.push(to);
      return stopped;
    }
    const full = expandChunk(space, at, Math.min(at + chunk, to));
    if (full !== null) {
      levels.push(to);
      return full;
    }
    limits.onProgress({ states: space.count, frontier: space.count - at, depth: levels.length - 1 });
    yield;
  }
  levels.push(to);
  return null;
}

/** Expands some states; returns why there is no room for all they lead to, or null. */
function expandChunk(space: StateSpace, from: number, to: number): string | null {
  try {
    space.expand(from, to);
    return null;
  } catch (error) {
    if (error instanceof CapacityError) return error.message;
    throw error;
  }
}

/** The depth of the deepest states: the last level is empty when the search has run to its end. */
const depthOf = ({ space, levels }: Progress) =>
  Math.max(0, levels.at(-1)! < space.count ? levels.length - 1 : levels.length - 2);

function answerOf(progress: Progress, stopped: string | null): Answer {
  const finding = worst(progress);
  if (finding !== null) return reportOf(finding, progress, stopped === null);
  if (stopped !== null) return { verdict: 'inconclusive', reason: stopped };
  const { properties } = progress.table.model;
  const limits = properties.filter(({ limit }, at) => limit === true && progress.space.reached.has(at));
  if (limits.length > 0)
    return { verdict: 'inconclusive', reason: limits.map(({ name }) => name).join('; ') };
  const witnesses = properties.filter(
    ({ kind, limit }, at) => kind === 'reachable' && limit !== true && !progress.space.reached.has(at),
  );
  return witnesses.length > 0
    ? { verdict: 'unreached', witnesses: witnesses.map(({ name }) => name) }
    : { verdict: 'holds' };
}

/** Of all that one level brought: the shortest, then the author's mistakes, assertions and invariants in their order. */
function worst(progress: Progress): Finding | null {
  const rank = (finding: Finding) => lengthOf(finding, progress) * 1e9 + order(finding);
  const [first, ...others] = progress.space.findings;
  return first === undefined
    ? null
    : others.reduce((least, other) => (rank(other) < rank(least) ? other : least), first);
}

const kinds = ['deadlock', 'error', 'assertion', 'invariant'] as const;

/** By kind, and invariants in the order of the model; the factors only have to be larger than what follows them. */
const order = (finding: Finding) =>
  kinds.indexOf(finding.kind) * 1e6 + (finding.kind === 'invariant' ? finding.property : 0);

/** The number of steps to a finding: for what shows when an edge fires, that edge is one more. */
function lengthOf(finding: Finding, { levels }: Progress): number {
  const depth = levels.findLastIndex((start) => start <= finding.state);
  return finding.kind === 'assertion' || finding.kind === 'error' ? depth + 1 : depth;
}

function reportOf(finding: Finding, progress: Progress, minimal: boolean): Answer {
  const schedule = scheduleTo(finding, progress);
  switch (finding.kind) {
    case 'deadlock':
      return { verdict: 'deadlock', schedule, minimal };
    case 'invariant':
      return {
        verdict: 'violated',
        kind: 'invariant',
        property: progress.table.model.properties[finding.property]!.name,
        schedule,
        minimal,
      };
    case 'assertion':
      return { verdict: 'violated', kind: 'assertion', property: finding.claim, schedule, minimal };
    case 'error':
      return { verdict: 'error', message: finding.message, schedule };
  }
}

/** The run with the fewest switches to any finding of the same kind, property and length. */
function scheduleTo(finding: Finding, progress: Progress): Schedule {
  const length = lengthOf(finding, progress);
  const targets = new Map<number, Edge[]>();
  for (const other of progress.space.findings)
    if (sameReport(finding, other) && lengthOf(other, progress) === length)
      targets.set(other.state, [
        ...(targets.get(other.state) ?? []),
        ...('edge' in other ? [other.edge] : []),
      ]);
  return fewestSwitches(progress.table, progress.space, progress.levels, targets);
}

function sameReport(a: Finding, b: Finding): boolean {
  if (a.kind === 'invariant') return b.kind === 'invariant' && a.property === b.property;
  if (a.kind === 'assertion') return b.kind === 'assertion' && a.claim === b.claim;
  return a.kind === b.kind && (a.kind !== 'error' || (b.kind === 'error' && a.message === b.message));
}
