/** The kernel's memory model as the judge of a litmus test: every final state that it allows. */
import { int, wide } from '../c-arithmetic.ts';
import type { CExpr, CStatement, CType, LitmusTest, LitmusValue, Observed, Proposition } from '../litmus-test.ts';
import { LitmusError } from '../litmus-test.ts';
import type { AxiomName } from './axioms.ts';
import { candidateOf } from './candidate.ts';
import type { Places } from './paths.ts';
import { pathsOf } from './paths.ts';
import { feasible } from './possible-values.ts';
import type { Execution, Reached } from './search.ts';
import { search } from './search.ts';
import { combinationsOf, exchanged, groupsIn, orderedPairs } from './symmetry.ts';

export type Row = readonly LitmusValue[];

export interface Judged {
  /** The final states, each with an execution that ends in it and how many there are, where they were counted. */
  readonly states: readonly { readonly row: Row; readonly execution: Execution; readonly count: number }[];
  /** In herd's words, each once, in order. */
  readonly flags: readonly string[];
  /** An execution with a data race, or null. */
  readonly race: Execution | null;
}

export interface JudgeOptions {
  /** Counts the executions of each state, which takes all of them. */
  readonly counts: boolean;
  readonly tick: () => void;
  readonly without: AxiomName | null;
  readonly isNaive: boolean;
}

export const defaultJudge: JudgeOptions = { counts: false, tick: () => undefined, without: null, isNaive: false };

/** Throws  LitmusError for what is not supported, and whatever `tick` throws. */
export function judge(
  test: LitmusTest,
  observed: readonly Observed[],
  { counts, tick, without, isNaive }: JudgeOptions = defaultJudge,
): Judged {
  const places = placesOf(test);
  const initial = initialValues(test, places);
  const all = test.processes.map((one) => pathsOf(one, test, places));
  const threads = isNaive ? all : feasible(all, initial);
  const rows = new Map<string, { row: Row; execution: Execution; count: number }>();
  const flags = new Set<string>();
  let race: Execution | null = null;
  const locations = [...observed, ...(test.filter === null ? [] : observedIn(test.filter))].flatMap(
    ({ owner, name }) => (owner === null ? [name] : []),
  );
  const valueAtEnd = ({ candidate, valueIn }: Reached, last: ReadonlyMap<string, LitmusValue>) =>
    ({ owner, name }: Observed): LitmusValue => {
      if (owner === null) return last.get(name) ?? initial(name);
      const thread = candidate.paths.findIndex(({ process }) => process === owner);
      const term = candidate.paths[thread]?.registers.get(name);
      return term === undefined ? 0 : (valueIn(thread, term) ?? 0);
    };
  const groups = counts || isNaive ? [] : groupsIn(test, observed);
  const numbers = groups.map((group) => group.map((at) => test.processes[at]!.number));
  for (const paths of combinationsOf(threads, groups)) {
    tick();
    const candidate = candidateOf(paths, initial);
    if (candidate === null) continue;
    const mayTell = () =>
      counts || isNaive || (candidate.known.mayRace && race === null) || candidate.known.hasSrcu
        ? true
        : candidate.known.flags.some((flag) => !flags.has(flag));
    search(candidate, {
      observed: [...new Set(locations)],
      isWanted: (at, last) => {
        if (last === null) return true;
        const value = valueAtEnd(at, last);
        if (test.filter !== null && !holds(test.filter, value)) return false;
        return mayTell() || !rows.has(JSON.stringify(observed.map(value)));
      },
      found: (execution, at, last) => {
        for (const row of exchanged(observed.map(valueAtEnd(at, last)), observed, numbers)) {
          const key = JSON.stringify(row);
          const known = rows.get(key);
          if (known === undefined) rows.set(key, { row, execution, count: 1 });
          else known.count += 1;
        }
        for (const flag of execution.flags) flags.add(flag);
        if (execution.hasRace) {
          race ??= execution;
          flags.add('data-race');
        }
        return mayTell();
      },
      tick,
      without,
      isNaive,
      ordered: orderedPairs(paths, groups),
    });
  }
  return { states: [...rows.values()], flags: [...flags].sort(), race };
}

/** Every location that the test names, and which of them a pointer can hold the address of. */
function placesOf(test: LitmusTest): Places {
  const types = new Map<string, CType>();
  const declare = (name: string, type: CType) => {
    const known = types.get(name);
    if (known === undefined || known.bits < type.bits) types.set(name, type);
  };
  for (const { parameters, types: declared } of test.processes)
    for (const name of parameters) declare(name, declared.get(name) ?? int);
  const addressed = new Set<string>();
  for (const { observed, type, value } of test.initial) {
    if (observed.owner === null) declare(observed.name, type ?? types.get(observed.name) ?? int);
    if (typeof value === 'string') addressed.add(value);
  }
  const conditions = [test.condition, ...(test.filter === null ? [] : [test.filter])];
  for (const { owner, name } of [...test.locations, ...conditions.flatMap(observedIn)])
    if (owner === null && !types.has(name)) declare(name, int);
  for (const name of addressed) if (!types.has(name)) declare(name, int);
  for (const { body } of test.processes)
    for (const name of namesOfValues(body)) if (types.has(name)) addressed.add(name);
  // A pointer to an array may have been moved on.
  for (const name of types.keys()) if (addressed.has(name.replace(/\[\d+\]$/, ''))) addressed.add(name);
  return { types, addressed: [...addressed] };
}

/** The names whose values are used, beside being accessed through. */
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

function initialValues(test: LitmusTest, { types }: Places): (location: string) => LitmusValue {
  const values = new Map(
    test.initial.flatMap(({ observed, value }) =>
      observed.owner === null ? [[observed.name, value] as const] : [],
    ),
  );
  for (const [name, value] of values) if (typeof value === 'string' && !types.has(value))
      throw new LitmusError(1, `'${name}' begins with the address of '${value}', which is no location`);
  void wide;
  return (location) => values.get(location) ?? 0;
}

export function observedIn(proposition: Proposition): readonly Observed[] {
  switch (proposition.kind) {
    case 'constant':
      return [];
    case 'equals':
      return [proposition.observed];
    case 'same':
      return [proposition.left, proposition.right];
    case 'not':
      return observedIn(proposition.operand);
    case 'and':
    case 'or':
      return [...observedIn(proposition.left), ...observedIn(proposition.right)];
  }
}

export function holds(proposition: Proposition, value: (observed: Observed) => LitmusValue): boolean {
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
