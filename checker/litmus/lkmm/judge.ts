/** The final states of a litmus test that the kernel's memory model allows. */
import { combinationsOf, exchanged, groupsIn, orderedPairs, type ObservedValues } from './symmetry.ts';
import { int } from '../c-arithmetic.ts';
import {
  LitmusError,
  type CExpr,
  type CStatement,
  type LitmusTest,
  type LitmusValue,
  type Observed,
} from '../litmus-test.ts';
import { holds, observedIn, truthOf, valuesOf } from '../proposition.ts';
import { locationTypes } from '../types.ts';
import type { AxiomName } from './axioms.ts';
import { candidateOf } from './candidate.ts';
import type { ProcessPath } from './event.ts';
import { pathsOf, type LocationTypes } from './paths.ts';
import { feasible } from './possible-values.ts';
import { search, type Execution, type ReachedState } from './search.ts';

export interface Judged {
  /** The final states, each with the number of its executions if they are counted. */
  readonly states: readonly { readonly row: ObservedValues; readonly count: number }[];
  /** Whether the list is complete: a search over the budget is replaced by one for the verdict alone. */
  readonly isComplete: boolean;
  /** Observed registers that no process has: they count as 0. */
  readonly unknown: readonly Observed[];
  /** herd's flags, distinct and sorted. */
  readonly flags: readonly string[];
  /** An execution with a data race, or null. */
  readonly race: Execution | null;
}

export interface JudgeOptions {
  /** Counts the executions of each state, which requires the full search. */
  readonly counts: boolean;
  readonly tick: () => void;
  readonly without: readonly AxiomName[];
  /** Enumerates all choices and evaluates the axioms at the end: the reference implementation for tests. */
  readonly isNaive: boolean;
  /** The number of choices, for executions of 32 events, after which the search for all states ends. */
  readonly budget: number;
  /** Also enumerates executions that violate coherence and atomicity, for explanations. */
  readonly isLawless?: boolean;
}

export const defaultJudge: JudgeOptions = {
  counts: false,
  tick: () => undefined,
  without: [],
  isNaive: false,
  budget: 40_000,
};

/** Enumerates executions with the condition true (or false), without some axioms, until `take` returns false. */
export function executionsTo(
  goal: boolean,
  test: LitmusTest,
  observed: readonly Observed[],
  options: JudgeOptions & { readonly take: (execution: Execution) => boolean },
): void {
  const looking = lookingAt(test, observed, options);
  const found: ExecutionsFound = { rows: new Map(), flags: new Set(), race: null, execution: null };
  try {
    explore(goal, { ...looking, take: options.take }, found);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
}

/** Ends a search from inside. */
class Enough extends Error {}

/** The goal: all final states, one with the condition true or false, or a given one. */
type SearchGoal = 'states' | boolean | ObservedValues;

/** Throws  LitmusError for unsupported constructs, and every error of `tick`. */
export function judge(
  test: LitmusTest,
  observed: readonly Observed[],
  options: JudgeOptions = defaultJudge,
): Judged {
  const looking = lookingAt(test, observed, options);
  const found: ExecutionsFound = { rows: new Map(), flags: new Set(), race: null, execution: null };
  let isComplete = true;
  try {
    explore('states', looking, found);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    isComplete = false;
    for (const goal of [true, false]) {
      const isKnown = [...found.rows.values()].some(
        ({ row }) => holds(test.condition, valuesOf(observed, row)) === goal,
      );
      if (!isKnown) executionTo(goal, { ...looking, budget: Infinity }, found);
    }
  }
  return {
    states: [...found.rows.values()],
    isComplete,
    unknown: unknownRegisters(looking),
    flags: [...found.flags].sort(),
    race: found.race,
  };
}

/** An execution that ends in a given state, or null. */
export function executionOf(
  row: ObservedValues,
  test: LitmusTest,
  observed: readonly Observed[],
  options: JudgeOptions = defaultJudge,
): Execution | null {
  const looking = lookingAt(test, observed, { ...options, budget: Infinity });
  return executionTo(row, looking, { rows: new Map(), flags: new Set(), race: null, execution: null });
}

function executionTo(
  goal: boolean | ObservedValues,
  looking: JudgeContext,
  found: ExecutionsFound,
): Execution | null {
  try {
    explore(goal, looking, found);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return found.execution;
}

interface ExecutionsFound {
  readonly rows: Map<string, { row: ObservedValues; count: number }>;
  readonly flags: Set<string>;
  race: Execution | null;
  execution: Execution | null;
}

interface JudgeContext extends JudgeOptions {
  readonly test: LitmusTest;
  readonly observed: readonly Observed[];
  readonly initial: (location: string) => LitmusValue;
  /** The paths of each process. */
  readonly threads: readonly (readonly ProcessPath[])[];
  /** Returns whether it wants another execution. */
  readonly take?: (execution: Execution) => boolean;
}

function lookingAt(test: LitmusTest, observed: readonly Observed[], options: JudgeOptions): JudgeContext {
  const places = placesOf(test);
  const initial = initialValues(test, places);
  const all = test.processes.map((one) => pathsOf(one, test, places));
  return { ...options, test, observed, initial, threads: options.isNaive ? all : feasible(all, initial) };
}

/** Observed registers that no process has; as in herd they are 0. */
function unknownRegisters({ test, observed, threads }: JudgeContext): readonly Observed[] {
  const { processes, filter } = test;
  return [...observed, ...(filter === null ? [] : observedIn(filter))].filter(({ owner, name }) => {
    const paths = threads[processes.findIndex(({ number }) => number === owner)];
    return owner !== null && paths?.some(({ registers }) => registers.has(name)) !== true;
  });
}

function explore(goal: SearchGoal, looking: JudgeContext, found: ExecutionsFound): void {
  const { test, observed, initial, threads, counts, isNaive, without, budget } = looking;
  const { filter, condition } = test;
  const isExchangeable = goal === 'states' && !counts && !isNaive;
  const groups = isExchangeable ? groupsIn(test, observed) : [];
  const numbers = groups.map((group) => group.map((at) => test.processes[at]!.number));
  const locations = [...observed, ...(filter === null ? [] : observedIn(filter))].flatMap(
    ({ owner, name }) => (owner === null ? [name] : []),
  );
  let spent = 0;
  let cost = 1;
  const tick = () => {
    looking.tick();
    spent += cost;
    if (spent > budget) throw new Enough();
  };
  for (const paths of combinationsOf(threads, groups)) {
    tick();
    const candidate = candidateOf(paths, initial);
    if (candidate === null) continue;
    // The cost of a choice grows with the size of the relations.
    cost = Math.max(1, (candidate.size / 32) ** 2);
    const valueAt = valueAtEnd(test, initial);
    const hasMoreToTell = () =>
      counts ||
      isNaive ||
      (candidate.known.mayRace && found.race === null) ||
      candidate.known.hasSrcu ||
      candidate.known.flags.some((flag) => !found.flags.has(flag));
    search(candidate, {
      observed: [...new Set(locations)],
      isWanted: (at, last) => {
        const value = valueAt(at, last);
        if (filter !== null && truthOf(filter, value) === false) return false;
        if (typeof goal === 'boolean') return truthOf(condition, value) !== !goal;
        if (goal !== 'states')
          return observed.every((one, column) => [undefined, goal[column]].includes(value(one)));
        if (last === null || hasMoreToTell()) return true;
        return !found.rows.has(JSON.stringify(observed.map(value)));
      },
      found: (execution, at, last) => {
        const value = valueAt(at, last);
        for (const row of exchanged(
          observed.map((one) => value(one)!),
          observed,
          numbers,
        )) {
          const key = JSON.stringify(row);
          const known = found.rows.get(key);
          if (known === undefined) found.rows.set(key, { row, count: 1 });
          else known.count += 1;
        }
        for (const flag of execution.flags) found.flags.add(flag);
        if (execution.hasRace) {
          found.race ??= execution;
          found.flags.add('data-race');
        }
        if (goal !== 'states' && looking.take?.(execution) !== true) {
          found.execution = execution;
          throw new Enough();
        }
        return hasMoreToTell();
      },
      tick,
      without,
      isNaive,
      isLawless: looking.isLawless ?? false,
      ordered: orderedPairs(paths, groups),
    });
  }
}

/** The final values of registers and memory under the choices so far; undefined while open. */
const valueAtEnd =
  ({ processes }: LitmusTest, initial: (location: string) => LitmusValue) =>
  ({ candidate, valueIn }: ReachedState, last: ReadonlyMap<string, LitmusValue> | null) =>
  ({ owner, name }: Observed): LitmusValue | undefined => {
    if (owner === null) return last === null ? undefined : (last.get(name) ?? initial(name));
    const thread = processes.findIndex(({ number }) => number === owner);
    const term = candidate.paths[thread]?.registers.get(name);
    if (term === undefined) return 0;
    const value = valueIn(thread, term);
    return value === null ? 0 : value;
  };

/** Every location of the test, and those whose address a pointer can hold. */
function placesOf(test: LitmusTest): LocationTypes {
  const types = new Map(locationTypes(test));
  const addressed = new Set(test.initial.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])));
  const conditions = [test.condition, ...(test.filter === null ? [] : [test.filter])];
  const observed = [
    ...test.initial.map((one) => one.observed),
    ...test.locations,
    ...conditions.flatMap(observedIn),
  ];
  const named = observed.flatMap(({ owner, name }) => (owner === null ? [name] : []));
  for (const name of [...named, ...addressed]) if (!types.has(name)) types.set(name, int);
  for (const { body } of test.processes)
    for (const name of namesOfValues(body)) if (types.has(name)) addressed.add(name);
  // Arithmetic may advance a pointer into an array.
  for (const name of types.keys()) if (addressed.has(name.replace(/\[\d+\]$/, ''))) addressed.add(name);
  return { types, addressed: [...addressed] };
}

/** The names whose values are used other than as the address of an access. */
function namesOfValues(body: readonly CStatement[]): readonly string[] {
  const inExpr = (expr: CExpr): readonly string[] => {
    switch (expr.kind) {
      case 'constant':
        return [];
      case 'name':
        return [expr.name];
      case 'dereference':
        return expr.address.kind === 'name' ? [] : inExpr(expr.address);
      case 'cast':
      case 'unary':
        return inExpr(expr.operand);
      case 'binary':
        return [...inExpr(expr.left), ...inExpr(expr.right)];
      case 'call': {
        const [first, ...others] = expr.operands;
        if (first === undefined) return [];
        return [...(first.kind === 'name' ? [] : inExpr(first)), ...others.flatMap(inExpr)];
      }
    }
  };
  return body.flatMap((statement): readonly string[] => {
    switch (statement.kind) {
      case 'declare':
        return [];
      case 'evaluate':
        return inExpr(statement.value);
      case 'assign':
        return [
          ...(statement.target.kind === 'name' ? [] : inExpr(statement.target)),
          ...inExpr(statement.value),
        ];
      case 'if':
        return [
          ...inExpr(statement.condition),
          ...namesOfValues(statement.then),
          ...namesOfValues(statement.otherwise),
        ];
      case 'loop':
        return [...inExpr(statement.condition), ...namesOfValues(statement.body)];
    }
  });
}

function initialValues(test: LitmusTest, { types }: LocationTypes): (location: string) => LitmusValue {
  const values = new Map(
    test.initial.flatMap(({ observed, value }) =>
      observed.owner === null ? [[observed.name, value] as const] : [],
    ),
  );
  for (const [name, value] of values)
    if (typeof value === 'string' && !types.has(value))
      throw new LitmusError(1, `'${name}' begins with the address of '${value}', which is no location`);
  return (location) => values.get(location) ?? 0;
}
