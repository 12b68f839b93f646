/** Runs a litmus test: all states that it can end in, and what its condition says of them. */
import { transitionTable } from '../analysis/transition-table.ts';
import type { MemoryModelName } from '../language/memory-name.ts';
import type { Untried } from '../language/model.ts';
import { defaultSettings, memoryModels } from '../memory/memory-model.ts';
import { reasonOf } from '../search/report.ts';
import type { Finding } from '../search/state-space.ts';
import type { State } from '../state/evaluate.ts';
import { endsOf, moves } from '../state/interpret.ts';
import { explored } from './explored.ts';
import type { LitmusTest, LitmusValue, Observed, Proposition } from './litmus-test.ts';
import { LitmusError, LitmusLimit } from './litmus-test.ts';
import { parseLitmus } from './parse.ts';
import type { Translation } from './translate.ts';
import { checkObserved, observedIn, processName, translate } from './translate.ts';

/** The values of what is observed, in the order of `LitmusResult.observed`. */
export type FinalState = readonly LitmusValue[];

export interface LitmusResult {
  readonly test: LitmusTest;
  readonly memory: MemoryModelName;
  readonly observed: readonly Observed[];
  /** Each once, in order. */
  readonly states: readonly FinalState[];
  /** How many of the states the condition is true of, and how many not. */
  readonly positive: number;
  readonly negative: number;
  /** Whether the quantifier is satisfied. */
  readonly ok: boolean;
  /** States of the whole run. */
  readonly explored: number;
  /** What the memory model has not tried: there may be more states then. */
  readonly untried: readonly Untried[];
}

/**
 * The result of a test.
 *
 * Throws  LitmusError for what cannot be read, is not supported or goes wrong, LitmusLimit for what was cut short, and for
 *         a Never or Always that rests on what was not tried.
 */
export function runLitmus(source: string, memory: MemoryModelName): LitmusResult {
  const result = statesOfLitmus(source, memory);
  const { positive, negative, untried } = result;
  if (untried.length > 0 && (positive === 0 || negative === 0))
    throw new LitmusLimit(`inconclusive: ${reasonOf(untried)}`);
  return result;
}

/** The states that were found, whatever was not tried. Throws as `runLitmus` does, for the rest. */
export function statesOfLitmus(source: string, memory: MemoryModelName): LitmusResult {
  const test = parseLitmus(source);
  const translation = translate(test);
  const observed = observedOf(test);
  checkObserved(
    [...observed, ...(test.filter === null ? [] : observedIn(test.filter))],
    translation,
    test.conditionLine,
  );
  const { ends, explored, untried } = finalStates(translation, memory);
  const all = ends.map((state) => valuesIn(state, translation));
  const kept = all.filter((value) => test.filter === null || holds(test.filter, value));
  const rows = new Map(kept.map((value) => [JSON.stringify(observed.map(value)), value]));
  const states = [...rows.values()].map((value) => ({
    row: observed.map(value),
    holds: holds(test.condition, value),
  }));
  states.sort((a, b) => compareRows(a.row, b.row));
  const positive = states.filter((state) => state.holds).length;
  const negative = states.length - positive;
  return {
    test,
    memory,
    observed,
    states: states.map(({ row }) => row),
    positive,
    negative,
    ok: isSatisfied(test.quantifier, positive, negative),
    explored,
    untried,
  };
}

function isSatisfied(quantifier: LitmusTest['quantifier'], positive: number, negative: number): boolean {
  switch (quantifier) {
    case 'exists':
      return positive > 0;
    case '~exists':
      return positive === 0;
    case 'forall':
      return negative === 0;
  }
}

/** What the condition speaks of and what `locations` adds: registers by process, then locations. */
function observedOf({ condition, locations }: LitmusTest): readonly Observed[] {
  const all = [...observedIn(condition), ...locations];
  const byKey = new Map(all.map((one) => [JSON.stringify(one), one]));
  const rank = ({ owner }: Observed) => owner ?? Infinity;
  return [...byKey.values()].sort((a, b) =>
    rank(a) === rank(b) ? (a.name < b.name ? -1 : 1) : rank(a) - rank(b),
  );
}

/** Whatever is found besides states: nothing may be said of the test. Throws  LitmusError. */
function refuse(finding: Finding): void {
  switch (finding.kind) {
    case 'error':
      throw new LitmusError(1, finding.message);
    case 'deadlock':
      throw new LitmusError(
        1,
        'a process can wait for ever: for a lock, or at an access through what is no address',
      );
    case 'invariant':
    case 'assertion':
      // The model of a litmus test claims nothing.
      throw new Error(`a litmus test has a finding of kind '${finding.kind}'`);
  }
}

/** The states in which nothing can happen any more. Throws  LitmusError when a process is not at its end there. */
function finalStates({ model }: Translation, memory: MemoryModelName) {
  const table = transitionTable(memoryModels[memory](model, defaultSettings));
  const space = explored(table);
  for (const finding of space.findings) refuse(finding);
  const [limit] = [...space.reached].map((at) => table.model.properties[at]!).filter((one) => one.limit);
  if (limit !== undefined) throw new LitmusLimit(`inconclusive: ${limit.name}`);
  const locationsAtEnd = endsOf(table);
  const hasEnded = (state: State) =>
    model.threads.every(({ name }) => state.threads[name]![0]!.location === locationsAtEnd[name]);
  // All states without a successor, and some that have one of a smaller number.
  const marks = new Uint8Array(space.count);
  space.markEnding(0, space.count, marks);
  const ends = [...marks.keys()]
    .filter((id) => marks[id] === 1)
    .map((id) => space.state(id))
    .filter((state) => hasEnded(state) && moves(table, state).length === 0);
  return { ends, explored: space.count, untried: table.model.ledger ?? [] };
}

type ValueIn = (observed: Observed) => LitmusValue;

const valuesIn =
  (state: State, { encoding }: Translation): ValueIn =>
  ({ owner, name }) => {
    const cells = owner === null ? state.shared : state.threads[processName(owner)]![0]!.locals;
    return encoding.decode(cells[name] as number);
  };

function holds(proposition: Proposition, value: ValueIn): boolean {
  switch (proposition.kind) {
    case 'constant':
      return proposition.value;
    case 'equals':
      return value(proposition.observed) === proposition.value;
    case 'same':
      return value(proposition.left) === value(proposition.right);
    case 'not':
      return !holds(proposition.operand, value);
    case 'and':
      return holds(proposition.left, value) && holds(proposition.right, value);
    case 'or':
      return holds(proposition.left, value) || holds(proposition.right, value);
  }
}

function compareRows(a: FinalState, b: FinalState): number {
  const at = a.findIndex((value, column) => value !== b[column]);
  if (at < 0) return 0;
  const [one, other] = [a[at]!, b[at]!];
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : 1;
}
