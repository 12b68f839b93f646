/** Computations of a litmus test as expressions of a model: tables over all possible operand values. */
import { and, conditional, eq, or, toExpr, walk, type AnyExpr, type Expr } from '../language/expression.ts';
import { assignments, type ValuesOf } from './domains.ts';
import type { Encoding } from './encoding.ts';
import type { Computation } from './instruction.ts';
import { LitmusError } from './litmus-test.ts';
import { isTrue, old, valueOf, variablesOf, type Assignment, type ComputedValue } from './values.ts';

/** The place of a computation. */
export interface ComputationSite {
  readonly line: number;
  readonly text: string;
  readonly encoding: Encoding;
  /** The values of registers, and of `old`. */
  readonly valuesOf: ValuesOf;
  /** The same as variables of the model. */
  readonly variable: (name: string) => Expr<number>;
}

const isAssigned = (assignment: Assignment, { variable, encoding }: ComputationSite): Expr<boolean> =>
  and(...[...assignment].map(([name, value]) => eq(variable(name), encoding.encode(value))));

/** Throws  LitmusError if no operand values give the computation a result. */
export function expressionOf(computation: Computation, site: ComputationSite): Expr<number> {
  if (computation.kind === 'register') return site.variable(computation.name);
  if (computation.kind === 'old') return site.variable(old);
  const rows = rowsOf(computation, site);
  if (rows.every(({ result }) => result === null))
    throw new LitmusError(site.line, `'${site.text}' computes with addresses or divides by zero`);
  const { encode, nonsense } = site.encoding;
  const number = (result: ComputedValue): Expr<number> => ({
    kind: 'constant',
    value: result === null ? nonsense : encode(result),
  });
  const [first, ...others] = grouped(rows);
  const table = others.reduce<Expr<number>>(
    (otherwise, { result, assigned }) =>
      conditional(or(...assigned.map((one) => isAssigned(one, site))), number(result), otherwise),
    number(first!.result),
  );
  const named = dependence(computation, table, site);
  return named === null ? table : conditional<number, number>(named, table, table);
}

/** Mentions registers that do not affect the value: `r0 ^ r0` is still a dependency. */
function dependence(
  computation: Computation,
  expr: AnyExpr,
  { variable }: Pick<ComputationSite, 'variable'>,
): Expr<boolean> | null {
  const named = new Set([...walk(expr)].flatMap((part) => ('name' in part ? [part.name] : [])));
  const missing = [...variablesOf(computation)].filter((name) => name !== old && !named.has(name));
  return missing.length === 0 ? null : and(...missing.map((name) => eq(variable(name), variable(name))));
}

export function conditionOf(computation: Computation, site: ComputationSite): Expr<boolean> {
  const rows = rowsOf(computation, site);
  const isTrueIn = rows.filter(({ result }) => isTrue(result));
  const table =
    isTrueIn.length === rows.length
      ? toExpr<boolean>(true)
      : or(...isTrueIn.map(({ assignment }) => isAssigned(assignment, site)));
  const named = dependence(computation, table, site);
  return named === null ? table : and(named, table);
}

interface TruthTableRow {
  readonly assignment: Assignment;
  readonly result: ComputedValue;
}

const rowsOf = (computation: Computation, { valuesOf, line }: ComputationSite): readonly TruthTableRow[] =>
  assignments([computation], valuesOf, line).map((assignment) => ({
    assignment,
    result: valueOf(computation, assignment),
  }));

/** The rows by result, the most frequent first because it needs no condition. */
function grouped(rows: readonly TruthTableRow[]) {
  const groups = Map.groupBy(rows, ({ result }) => result);
  return [...groups]
    .map(([result, group]) => ({ result, assigned: group.map(({ assignment }) => assignment) }))
    .sort((a, b) => b.assigned.length - a.assigned.length);
}
