/** Replays a schedule on another variant, or on another version of the protocol, as far as that allows. */
import type { State } from '../interpreter/evaluate.ts';
import { initialStates, type ExecutedStatement } from '../interpreter/interpreter.ts';
import type { ThreadTable, Transition, TransitionSystem } from '../program/transition-system.ts';
import type { Answer, Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';
import { edgesOutOf, leadsOn, type FiredEdge } from '../state-space/successors.ts';
import { confirms, replay } from '../trace/replay.ts';
import { firedOnArm64, startsOnArm64 } from '../trace/replay-arm64.ts';
import type { Trace, TraceStep } from '../trace/trace.ts';
import type { Model } from '../language/model.ts';
import { cellNamesOf } from './cell-names.ts';
import { partsOfCell } from './shown-steps.ts';
import { guardWords, ownTextOf, textOf } from './author-words.ts';

/** A difference of the other variant. */
export interface Difference {
  /** The step of the first variant, from 0. */
  readonly step: number;
  /**
   * `extra`: it takes additional steps; `gone`: it has no such step; `waits`: its CPU is blocked; `other`: its CPU is at
   * another statement, or sees other values; `stops`: its run ends in an error.
   */
  readonly kind: 'extra' | 'gone' | 'waits' | 'other' | 'stops';
  readonly sentence: string;
}

export interface Followed {
  readonly schedule: Schedule;
  /** By number of steps of the first variant: the number of steps of the other. */
  readonly taken: readonly number[];
  readonly first: Difference | null;
  /** Where it cannot follow; null: it follows to the end. */
  readonly end: Difference | null;
}

/** The most additional steps before the variants count as different. */
const mostExtra = 64;

/**
 * Follows a trace of one variant in another; steps correspond if their kernel texts are equal. A step whose text the other
 * thread lacks is replaced by a step that only the other thread has, or left out.
 *
 * Under arm64 steps correspond if they also read the same values, and make the same stores visible early.
 */
export function followed(
  from: TransitionSystem,
  trace: Trace,
  system: TransitionSystem,
  initial: number,
): Followed {
  const taken = [0];
  let first: Difference | null = null;
  let walk = walkFrom(system, initial);
  for (const [at, step] of trace.steps.entries()) {
    const next = along(step, { from, system }, walk);
    const difference = next.difference === null ? null : { step: at, ...next.difference };
    walk = next.walk;
    first ??= difference;
    if (difference !== null && difference.kind !== 'extra' && difference.kind !== 'gone')
      return { schedule: { initial, edges: edgesOf(walk) }, taken, first, end: difference };
    taken.push(walk.taken.length);
  }
  return { schedule: { initial, edges: edgesOf(walk) }, taken, first, end: null };
}

const edgesOf = ({ taken }: Walk): readonly Edge[] => taken.map(({ edge }) => edge);

/** A position in a run of the other variant. */
interface Walk {
  readonly taken: readonly FiredEdge[];
  readonly ways: () => readonly FiredEdge[];
  readonly after: (way: FiredEdge) => Walk;
  /** Where a copy of a thread is; null: there is none. */
  readonly locationOf: (thread: string, replica: number) => number | null;
}

const plainWalk = (system: TransitionSystem, state: State, taken: Walk['taken'] = []): Walk => ({
  taken,
  ways: () => edgesOutOf(system, state),
  after: (way) => plainWalk(system, way.firing.state, [...taken, way]),
  locationOf: (thread, replica) => state.threads[thread]?.[replica]?.location ?? null,
});

/** The machine has no states that a walk could keep: each step replays those before it. */
function walkOnArm64(system: TransitionSystem, initial: number, taken: Walk['taken'] = []): Walk {
  const schedule = { initial, edges: taken.map(({ edge }) => edge) };
  return {
    taken,
    ways: () => firedOnArm64(system, schedule),
    after: (way) => walkOnArm64(system, initial, [...taken, way]),
    locationOf: (thread, replica) => {
      const { initial: before, steps } = replay(system, schedule);
      return (steps.at(-1)?.after ?? before).threads[thread]?.[replica]?.location ?? null;
    },
  };
}

const walkFrom = (system: TransitionSystem, initial: number): Walk =>
  system.model.machine === 'arm64'
    ? walkOnArm64(system, initial)
    : plainWalk(system, initialStates(system)[initial]!);

/** The statements at which the CPU of the last step of a trace is, where another variant has followed it; null: it has ended. */
export function nextOf(system: TransitionSystem, { schedule }: Followed, trace: Trace): string | null {
  const last = trace.steps.at(-1);
  if (last === undefined) return null;
  const { initial, steps } = replay(system, schedule);
  const copy = (steps.at(-1)?.after ?? initial).threads[last.thread]?.[last.replica];
  const own = system.threads.find(({ thread }) => thread.name === last.thread);
  const here = copy === undefined ? [] : (own?.locations[copy.location] ?? []);
  const texts = [...new Set(here.map((transition) => `'${textOf(transition)}'`))];
  return texts.length === 0 ? null : `${last.thread} is at ${texts.join(' or ')}`;
}

/** In how many states a run of a variant may begin. */
export const startsOf = (system: TransitionSystem): number =>
  system.model.machine === 'arm64' ? startsOnArm64(system) : initialStates(system).length;

interface Versions {
  readonly from: TransitionSystem;
  readonly system: TransitionSystem;
}

interface Along {
  readonly walk: Walk;
  /** Null: it takes the same step. */
  readonly difference: Omit<Difference, 'step'> | null;
}

/** The steps of the other variant for one step of the first. */
function along(step: TraceStep, versions: Versions, walk: Walk): Along {
  const { system, from } = versions;
  const { thread } = step;
  const same = sameWay(system, walk, step);
  if (same !== undefined) return { walk: walk.after(same), difference: null };
  const text = textOf(step.edge.transition);
  if (walk.locationOf(thread, step.replica) === null)
    return { walk, difference: stuckAt(system, walk, step) };
  if (!hasText(system, thread, step.edge.transition)) {
    const [instead] = newWays(versions, walk, step);
    if (instead === undefined || !leadsOn(instead))
      return { walk, difference: { kind: 'gone', sentence: `${thread} has no '${text}' here` } };
    const sentence = `${thread} executes '${textOf(instead.edge.transition)}' in place of '${text}'`;
    return { walk: walk.after(instead), difference: { kind: 'gone', sentence } };
  }
  const alone = aheadTo(step, versions, walk);
  if (alone.reached !== null) {
    const more = alone.extra.map((way) => textOf(way.edge.transition)).join('; ');
    const difference = { kind: 'extra' as const, sentence: `${thread} executes more here: ${more}` };
    return { walk: alone.walk.after(alone.reached), difference };
  }
  // Steps that only the other variant has are taken, to say where they lead.
  const isNew = ({ edge }: FiredEdge) => !hasText(from, thread, edge.transition);
  const end = alone.extra.findIndex((way) => !isNew(way));
  const extra = end < 0 ? alone.extra : alone.extra.slice(0, end);
  const last = extra.at(-1);
  const at = extra.reduce((now, way) => now.after(way), walk);
  if (last !== undefined && !leadsOn(last)) {
    const { error, failed } = last.firing;
    const sentence = `${thread} stops at '${textOf(last.edge.transition)}': ${error ?? failed}`;
    return { walk: at, difference: { kind: 'stops', sentence } };
  }
  return { walk: at, difference: stuckAt(system, at, step) };
}

interface Ahead {
  readonly extra: readonly FiredEdge[];
  readonly walk: Walk;
  /** The step behind the additional ones; null: they do not lead there. */
  readonly reached: FiredEdge | null;
}

/** The steps of the thread alone up to the same step, as far as there is one way. */
function aheadTo(step: TraceStep, { system }: Versions, from: Walk): Ahead {
  const extra: FiredEdge[] = [];
  let walk = from;
  while (extra.length < mostExtra) {
    const way = onlyWay(waysOf(system, walk, step));
    if (way === undefined) break;
    extra.push(way);
    if (!leadsOn(way)) break;
    walk = walk.after(way);
    const reached = sameWay(system, walk, step);
    if (reached !== undefined) return { extra, walk, reached };
  }
  return { extra, walk, reached: null };
}

/** The only way, if the first variant has no such statement. */
function newWays({ from, system }: Versions, walk: Walk, step: TraceStep): readonly FiredEdge[] {
  const way = onlyWay(waysOf(system, walk, step));
  return way === undefined || hasText(from, step.thread, way.edge.transition) ? [] : [way];
}

const waysOf = (
  system: TransitionSystem,
  walk: Walk,
  { thread, replica }: Pick<TraceStep, 'thread' | 'replica'>,
): readonly FiredEdge[] =>
  walk
    .ways()
    .filter(({ edge }) => system.threads[edge.thread]!.thread.name === thread && edge.replica === replica);

const sameWay = (system: TransitionSystem, walk: Walk, step: TraceStep): FiredEdge | undefined =>
  waysOf(system, walk, step).find((way) => isSameStep(system, way, step));

function isSameStep({ model }: TransitionSystem, { edge, firing }: FiredEdge, step: TraceStep): boolean {
  if (ownTextOf(edge.transition) !== ownTextOf(step.edge.transition)) return false;
  return model.machine === 'arm64'
    ? seenIn(firing.events) === seenIn(step.events)
    : edge.choice === step.edge.choice;
}

/** What a step of the ARMv8 machine sees and shows: its choice is a number of its own in each variant. */
const seenIn = (events: readonly ExecutedStatement[]): string =>
  JSON.stringify([
    events.flatMap(({ reads }) => reads),
    events.flatMap(({ chosen }) => chosen ?? []),
    events.flatMap(({ outOfOrder }) => outOfOrder?.early ?? []),
  ]);

/** The way of the only statement that is enabled; under arm64 it has several, of which one is in order. */
function onlyWay(ways: readonly FiredEdge[]): FiredEdge | undefined {
  const [only] = ways;
  if (new Set(ways.map(({ edge }) => edge.transition)).size > 1) return undefined;
  return ways.length === 1 ? only : ways.find(({ firing }) => isInOrder(firing.events));
}

const isInOrder = (events: readonly ExecutedStatement[]) =>
  events.every(({ outOfOrder, chosen }) => outOfOrder === undefined && chosen === null);

function hasText(system: TransitionSystem, thread: string, transition: Transition): boolean {
  const own = system.threads.find((other) => other.thread.name === thread);
  const text = ownTextOf(transition);
  return own !== undefined && transitionsOf(own).some((other) => ownTextOf(other) === text);
}

const transitionsOf = ({ locations }: ThreadTable): readonly Transition[] => locations.flat();

function stuckAt(system: TransitionSystem, walk: Walk, step: TraceStep): Omit<Difference, 'step'> {
  const [kind, sentence] = stuck(system, walk, step);
  return { kind, sentence };
}

function stuck(system: TransitionSystem, walk: Walk, step: TraceStep): [Difference['kind'], string] {
  const { thread, replica, edge } = step;
  const own = system.threads.find((other) => other.thread.name === thread);
  const location = walk.locationOf(thread, replica);
  if (own === undefined || location === null)
    return ['other', `this variant has no ${thread} (copy ${replica})`];
  if (location === own.end) return ['other', `${thread} has already ended`];
  const ways = waysOf(system, walk, step);
  const here = own.locations[location]!;
  const texts = [...new Set(here.map((transition) => `'${textOf(transition)}'`))].join(' or ');
  const text = textOf(edge.transition);
  const alike = ways.filter((way) => ownTextOf(way.edge.transition) === ownTextOf(edge.transition));
  if (alike.length > 0)
    return ['other', `${thread} cannot ${seenWords(system.model, step.events)} at '${text}' here`];
  const [first] = here;
  const until = first === undefined ? null : guardWords(system.model, thread, first);
  if (ways.length === 0)
    return ['waits', `${thread} waits at ${texts}${until === null ? '' : `, until ${until}`}`];
  return ['other', `${thread} does not reach '${text}': it is at ${texts}${behind(system, walk, step)}`];
}

/** The statement that led a thread to where it is, with what it read. */
function behind(
  { threads, model }: TransitionSystem,
  { taken }: Walk,
  { thread, replica }: TraceStep,
): string {
  const last = taken.findLast(
    ({ edge }) => threads[edge.thread]!.thread.name === thread && edge.replica === replica,
  );
  if (last === undefined) return '';
  const reads = readWords(model, last.firing.events);
  return `, behind '${textOf(last.edge.transition)}'${reads === '' ? '' : `, which reads ${reads}`}`;
}

/** The values read, without the checker's own. */
function readWords(model: Model, events: readonly ExecutedStatement[]): string {
  const names = cellNamesOf(model);
  return events
    .flatMap(({ reads }) => reads)
    .filter(({ cell }) => model.shared[partsOfCell(cell).name]?.insideCpu === undefined)
    .map(({ cell, value }) => `${names.cell(cell)} == ${names.value(cell, value)}`)
    .join(' and ');
}

function seenWords(model: Model, events: readonly ExecutedStatement[]): string {
  const early = events.flatMap(({ outOfOrder }) => outOfOrder?.early ?? []);
  if (early.length > 0)
    return `make its store to ${early.map(cellNamesOf(model).cell).join(' and ')} visible`;
  const choices = events.flatMap(({ chosen }) => (chosen === null ? [] : [`choose ${chosen}`]));
  const reads = readWords(model, events);
  return reads === '' ? choices.join(' and ') : `read ${reads}`;
}

/**
 * What is wrong where a schedule ends, in the words of a verdict; null: nothing.
 *
 * Shape:  `answer` is the verdict of the run that was followed, whose livelock begins its cycle at the step `cycleFrom` of
 *         the other variant.
 */
export function wrongAtEnd(
  system: TransitionSystem,
  schedule: Schedule,
  answer: Answer,
  cycleFrom: number | null,
): string | null {
  if (answer.verdict === 'livelock') {
    const { property } = answer;
    const known = system.model.liveness?.some(({ name }) => name === property) === true;
    if (!known || cycleFrom === null) return null;
    const lasso = { ...schedule, cycleFrom };
    return confirms(system, { ...answer, schedule: lasso }, replay(system, lasso))
      ? `"${property}" stays false in this cycle`
      : null;
  }
  const trace = replay(system, schedule);
  if (trace.stopped !== null) return trace.stopped;
  const broken = system.model.properties.find(
    ({ kind, name }) =>
      kind === 'always' &&
      confirms(
        system,
        { verdict: 'violated', kind: 'invariant', property: name, schedule, minimal: false },
        trace,
      ),
  );
  if (broken !== undefined) return `"${broken.name}" is false`;
  return confirms(system, { verdict: 'deadlock', schedule, minimal: false }, trace) ? 'a deadlock' : null;
}
