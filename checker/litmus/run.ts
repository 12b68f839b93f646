/** Runs a litmus test: all states that it can end in, and what its condition says of them. */
import type { Transition, TransitionSystem } from '../program/transition-system.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import type { AcquireName, Bounds, MemoryModelName } from '../language/memory-name.ts';
import type { Untried } from '../language/model.ts';
import { defaultSettings, memoryModels } from '../memory/memory-models.ts';
import { defaultProgram } from '../memory/arm64/program.ts';
import { defaultMachine } from '../memory/arm64/successors.ts';
import { Arm64Space } from '../memory/arm64/space.ts';
import { limitReached, reasonOf } from '../search/answer.ts';
import type { Finding, StateSpace } from '../state-space/state-space.ts';
import type { State } from '../interpreter/evaluate.ts';
import { endsOf, moves } from '../interpreter/interpreter.ts';
import { explored, exploredWhole } from './explored.ts';
import type { LitmusModel } from './litmus-model.ts';
import { LitmusError, LitmusLimit, type LitmusTest, type LitmusValue, type Observed } from './litmus-test.ts';
import type { Execution } from './lkmm/search.ts';
import { defaultJudge, judge } from './lkmm/judge.ts';
import { parseLitmus } from './parse.ts';
import { holds, isSatisfied, observedIn, observedOf, valuesOf, type ValueIn } from './proposition.ts';
import { checkObserved, processName, translate, type Translation } from './translate.ts';

/** The values of what is observed, in the order of `LitmusResult.observed`. */
export type FinalState = readonly LitmusValue[];

/** A step of a run: what a process does, or the machine for it. */
export interface RunStep {
  readonly process: string;
  readonly text: string;
}

export interface LitmusResult {
  readonly test: LitmusTest;
  readonly memory: LitmusModel;
  readonly observed: readonly Observed[];
  /** Each once, in order. */
  readonly states: readonly FinalState[];
  /** Whether these are all states: else the verdict is complete, but there are more of them. */
  readonly isComplete: boolean;
  /** How many of the states the condition is true of, and how many not; of executions where these were counted. */
  readonly positive: number;
  readonly negative: number;
  /** Whether the quantifier is satisfied. */
  readonly ok: boolean;
  /** What a reader may take for something else. */
  readonly notes: readonly string[];
  /** What is wrong with the test itself, in herd's words; only lkmm looks for that. */
  readonly flags: readonly string[];
  /** States of the whole run of a machine; 0 under lkmm, which has none. */
  readonly explored: number;
  /** A run of the machine that ends in a state; null where the machine has none, or is none. */
  readonly runTo: (state: FinalState) => readonly RunStep[] | null;
  /** An execution of lkmm with a data race. */
  readonly race: Execution | null;
  /** What the memory model has not tried: there may be more states then. */
  readonly untried: readonly Untried[];
}

export interface LitmusOptions {
  /** What raises the bounds of a machine. */
  readonly bounds?: Bounds;
  /** The instruction of an acquire; arm64 only. */
  readonly acquire?: AcquireName;
  /** Called now and then; may throw a LitmusLimit to end the run. */
  readonly tick: () => void;
  /** Counts executions instead of states; lkmm only. */
  readonly counts: boolean;
  /** Searches for all states, however many there are; lkmm only. */
  readonly allStates: boolean;
}

export const defaultLitmus: LitmusOptions = { tick: () => undefined, counts: false, allStates: false };

/**
 * Throws  LitmusError for what cannot be read, is not supported or goes wrong, LitmusLimit for what was cut short or
 * rests on what was not tried.
 */
export function runLitmus(
  source: string,
  memory: LitmusModel,
  options: LitmusOptions = defaultLitmus,
): LitmusResult {
  return runTest(parseLitmus(source), memory, options);
}

/** The same for a test that has been read. */
export function runTest(test: LitmusTest, memory: LitmusModel, options: LitmusOptions): LitmusResult {
  if (memory === 'lkmm') return judged(test, options);
  const result = run(test, memory, options);
  const { positive, negative, untried } = result;
  if (untried.length > 0 && (positive === 0 || negative === 0))
    throw new LitmusLimit(`inconclusive: ${reasonOf(untried)}`);
  return result;
}

/** The states that a machine ends in, whatever it has not tried. Throws as `runLitmus` does, for the rest. */
export const statesOfLitmus = (
  source: string,
  memory: MemoryModelName,
  options: LitmusOptions = defaultLitmus,
): LitmusResult => run(parseLitmus(source), memory, options);

/** All final states that the kernel's memory model allows. */
function judged(test: LitmusTest, { tick, counts, allStates }: LitmusOptions): LitmusResult {
  const observed = observedOf(test);
  const { states, flags, race, isComplete, unknown } = judge(test, observed, {
    ...defaultJudge,
    ...(counts || allStates ? { budget: Infinity } : {}),
    tick,
    counts,
  });
  const rows = states.map(({ row, count }) => ({ row, count: counts ? count : 1 }));
  const notes = [
    ...unknown.map(({ owner, name }) => `process ${owner} has no register '${name}': it is taken to be 0`),
    ...(isComplete ? [] : ['not every execution was looked at: a flag may be missing']),
  ];
  const nowhere = { flags, notes, isComplete, explored: 0, runTo: () => null, race, untried: [] };
  return { ...resultOf(test, observed, rows), memory: 'lkmm', ...nowhere };
}

function resultOf(
  test: LitmusTest,
  observed: readonly Observed[],
  rows: readonly { readonly row: FinalState; readonly count: number }[],
) {
  const sorted = rows.toSorted((a, b) => compareRows(a.row, b.row));
  const isPositive = ({ row }: { readonly row: FinalState }) =>
    holds(test.condition, valuesOf(observed, row));
  const total = (some: typeof sorted) => some.reduce((sum, { count }) => sum + count, 0);
  const positive = total(sorted.filter(isPositive));
  const negative = total(sorted) - positive;
  const ok = isSatisfied(test.quantifier, positive, negative);
  return { test, observed, states: sorted.map(({ row }) => row), positive, negative, ok };
}

/** All states that a machine can end in. */
function run(test: LitmusTest, memory: MemoryModelName, options: LitmusOptions): LitmusResult {
  const translation = translate(test);
  const observed = observedOf(test);
  checkObserved(
    [...observed, ...(test.filter === null ? [] : observedIn(test.filter))],
    translation,
    test.conditionLine,
  );
  const { ends, system, space, untried } = finalStates(translation, memory, options);
  const kept = ends
    .map(({ id, state }) => ({ id, value: valuesIn(state, translation) }))
    .filter(({ value }) => test.filter === null || holds(test.filter, value));
  const byRow = new Map(kept.map(({ id, value }) => [JSON.stringify(observed.map(value)), { id, value }]));
  const rows = [...byRow.values()].map(({ value }) => ({ row: observed.map(value), count: 1 }));
  return {
    ...resultOf(test, observed, rows),
    memory,
    flags: [],
    notes: [],
    isComplete: true,
    explored: space.count,
    race: null,
    runTo: (row) => {
      const end = byRow.get(JSON.stringify(row));
      return end === undefined ? null : stepsTo(end.id, space, system);
    },
    untried,
  };
}

/** The steps of a shortest run to a state. */
function stepsTo(id: number, space: StateSpace, system: TransitionSystem): readonly RunStep[] {
  const cameFrom = new Map<number, { readonly from: number; readonly step: RunStep }>();
  const known = new Set<number>();
  // Where processes choose something at first, there is more than one state to begin with.
  for (let root = 0; !known.has(id); root++) {
    if (known.has(root)) continue;
    known.add(root);
    const reached = [root];
    for (const from of reached)
      for (const { edge, to } of space.successors(from)) {
        if (known.has(to)) continue;
        known.add(to);
        reached.push(to);
        const { name } = system.threads[edge.thread]!.thread;
        cameFrom.set(to, { from, step: { process: name, text: textOf(edge.transition) } });
      }
  }
  const steps: RunStep[] = [];
  for (let at = cameFrom.get(id); at !== undefined; at = cameFrom.get(at.from)) steps.unshift(at.step);
  return steps;
}

const textOf = ({ statement }: Transition): string =>
  ('text' in statement ? statement.text : statement.kind).replace(/^store buffer: /, '');

/** Whatever is found besides states: nothing may be said of the test. Throws  LitmusError. */
function refuse(finding: Finding): void {
  switch (finding.kind) {
    case 'error':
      throw new LitmusError(1, finding.message);
    case 'deadlock':
      // A run that waits for ever is none, as in herd: it ends in no state.
      return;
    case 'invariant':
    case 'assertion':
      // The model of a litmus test claims nothing.
      throw new Error(`a litmus test has a finding of kind '${finding.kind}'`);
  }
}

/** The states in which nothing can happen any more. Throws  LitmusError when a process is not at its end there. */
function finalStates(translation: Translation, memory: MemoryModelName, options: LitmusOptions) {
  const { tick, bounds } = options;
  if (memory === 'arm64') return finalStatesOnArm64(translation, options);
  const model = bounds === undefined ? translation.model : { ...translation.model, bounds };
  const system = transitionSystem(memoryModels[memory](model, defaultSettings));
  const space = explored(system, tick);
  for (const finding of space.findings) refuse(finding);
  const [limit] = [...space.reached].map((at) => system.model.properties[at]!).filter((one) => one.limit);
  if (limit !== undefined) throw new LitmusLimit(`inconclusive: ${limitReached(limit)}`);
  const locationsAtEnd = endsOf(system);
  const hasEnded = (state: State) =>
    model.threads.every(({ name }) => state.threads[name]![0]!.location === locationsAtEnd[name]);
  // All states without a successor, and some that have one of a smaller number.
  const marks = new Uint8Array(space.count);
  space.markEnding(0, space.count, marks);
  const ends = [...marks.keys()]
    .filter((id) => marks[id] === 1)
    .map((id) => ({ id, state: space.state(id) }))
    .filter(({ state }) => hasEnded(state) && moves(system, state).length === 0);
  return { ends, system, space, untried: system.model.ledger ?? [] };
}

function finalStatesOnArm64({ model: given }: Translation, { tick, acquire }: LitmusOptions) {
  const model = acquire === undefined ? given : { ...given, acquire };
  const system = transitionSystem(model);
  const kept = new Set(
    model.threads.flatMap(({ name, locals }) => Object.keys(locals).map((local) => `${name}.${local}`)),
  );
  const space = new Arm64Space(system, defaultMachine, { ...defaultProgram, kept });
  exploredWhole(space, tick);
  for (const finding of space.findings) refuse(finding);
  const locationsAtEnd = endsOf(system);
  const ends = Array.from({ length: space.count }, (_, id) => ({ id, state: space.state(id) })).filter(
    ({ state }) =>
      model.threads.every(({ name }) => state.threads[name]![0]!.location === locationsAtEnd[name]),
  );
  return { ends, system, space, untried: [] };
}

const valuesIn =
  (state: State, { encoding }: Translation): ValueIn =>
  ({ owner, name }) => {
    const cells = owner === null ? state.shared : state.threads[processName(owner)]![0]!.locals;
    return encoding.decode(cells[name] as number);
  };

function compareRows(a: FinalState, b: FinalState): number {
  const at = a.findIndex((value, column) => value !== b[column]);
  if (at < 0) return 0;
  const [one, other] = [a[at]!, b[at]!];
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : 1;
}
