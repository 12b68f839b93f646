/** Runs a litmus test: all final states, and the truth of the condition in them. */
import { markEnding, type Finding, type StateSpace } from '../state-space/state-space.ts';
import type { Transition, TransitionSystem } from '../program/transition-system.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import type { AcquireName, Bounds, MemoryModelName } from '../language/memory-name.ts';
import { defaultSettings, memoryModels } from '../memory/memory-models.ts';
import { defaultProgram } from '../memory/arm64/program.ts';
import { defaultMachine } from '../memory/arm64/successors.ts';
import { Arm64Space } from '../memory/arm64/space.ts';
import { limitReached } from '../search/answer.ts';
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

/** The observed values, in the order of `LitmusResult.observed`. */
export type FinalState = readonly LitmusValue[];

/** A step of a run, by a process or by the machine on its behalf. */
export interface RunStep {
  readonly process: string;
  readonly text: string;
}

export interface LitmusResult {
  readonly test: LitmusTest;
  readonly memory: LitmusModel;
  readonly observed: readonly Observed[];
  /** Distinct and sorted. */
  readonly states: readonly FinalState[];
  /** Whether the list has all states; the verdict is final in either case. */
  readonly isComplete: boolean;
  /** The number of states (executions, if counted) with the condition true, and false. */
  readonly positive: number;
  readonly negative: number;
  /** Whether the quantifier is satisfied. */
  readonly ok: boolean;
  /** Remarks on the test that prevent misreading. */
  readonly notes: readonly string[];
  /** Errors of the test itself, as herd's flags; only lkmm reports them. */
  readonly flags: readonly string[];
  /** The number of explored machine states; 0 under lkmm. */
  readonly explored: number;
  /** A machine run that ends in the state; null if there is none, and under lkmm. */
  readonly runTo: (state: FinalState) => readonly RunStep[] | null;
  /** An execution of lkmm with a data race. */
  readonly race: Execution | null;
}

export interface LitmusOptions {
  /** Bounds of the machine. */
  readonly bounds?: Bounds;
  /** The instruction of an acquire; arm64 only. */
  readonly acquire?: AcquireName;
  /** Called periodically; may throw a LitmusLimit to end the run. */
  readonly tick: () => void;
  /** Counts executions instead of states; lkmm only. */
  readonly counts: boolean;
  /** Searches for all states without a limit; lkmm only. */
  readonly allStates: boolean;
}

export const defaultLitmus: LitmusOptions = { tick: () => undefined, counts: false, allStates: false };

/**
 * Throws  LitmusError for syntax errors, unsupported constructs and errors in a run; LitmusLimit for a search that a limit
 * ended.
 */
export function runLitmus(
  source: string,
  memory: LitmusModel,
  options: LitmusOptions = defaultLitmus,
): LitmusResult {
  return runTest(parseLitmus(source), memory, options);
}

/** Runs a parsed test. */
export const runTest = (test: LitmusTest, memory: LitmusModel, options: LitmusOptions): LitmusResult =>
  memory === 'lkmm' ? judged(test, options) : run(test, memory, options);

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
    ...unknown.map(({ owner, name }) => `process ${owner} has no register '${name}': it counts as 0`),
    ...(isComplete ? [] : ['the search did not visit every execution: a flag may be missing']),
  ];
  const nowhere = { flags, notes, isComplete, explored: 0, runTo: () => null, race };
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

/** All final states of a machine. */
function run(test: LitmusTest, memory: MemoryModelName, options: LitmusOptions): LitmusResult {
  const translation = translate(test);
  const observed = observedOf(test);
  checkObserved(
    [...observed, ...(test.filter === null ? [] : observedIn(test.filter))],
    translation,
    test.conditionLine,
  );
  const { ends, system, space } = finalStates(translation, memory, options);
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
  };
}

/** The steps of a shortest path to a state. */
function stepsTo(id: number, space: StateSpace, system: TransitionSystem): readonly RunStep[] {
  const cameFrom = new Map<number, { readonly from: number; readonly step: RunStep }>();
  const known = new Set<number>();
  // If processes choose a value first, there are several initial states.
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

/** Rejects any finding: the test has no verdict. Throws  LitmusError. */
function refuse(finding: Finding): void {
  switch (finding.kind) {
    case 'error':
      throw new LitmusError(1, finding.message);
    case 'deadlock':
      // As in herd, a run that waits forever does not count: it has no final state.
      return;
    case 'invariant':
    case 'assertion':
      // The model of a litmus test has no invariants.
      throw new Error(`a litmus test has a finding of kind '${finding.kind}'`);
  }
}

/** The states without successors. Throws  LitmusError if a process has not ended in one. */
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
  // All states without a successor, and some with only smaller successors.
  const marks = new Uint8Array(space.count);
  markEnding(space, 0, space.count, marks);
  const ends = [...marks.keys()]
    .filter((id) => marks[id] === 1)
    .map((id) => ({ id, state: space.state(id) }))
    .filter(({ state }) => hasEnded(state) && moves(system, state).length === 0);
  return { ends, system, space };
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
  return { ends, system, space };
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
