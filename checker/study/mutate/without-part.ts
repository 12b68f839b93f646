/** Removes one operand of a condition: a && b becomes weaker, a || b stronger. */
import type { AnyExpr } from '../../language/expression.ts';
import { printExpr } from '../../language/print.ts';
import type { Statement } from '../../language/statement.ts';
import type { Change, StatementSite } from './site.ts';

/** The conditions of branches and the guards of steps. */
export function withoutPart({ statement }: StatementSite): readonly Change[] {
  switch (statement.kind) {
    case 'branch':
      return changes(statement.condition, (condition) => ({ ...statement, condition }));
    case 'step':
      if (statement.guard === null) return [];
      return changes(statement.guard, (guard) => ({ ...statement, guard }), statement.addedGuard);
    case 'choose':
    case 'either':
    case 'loop':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return [];
  }
}

/** `kept`: the operand before the author's, which stays, because the author has not written it. */
function changes(
  condition: AnyExpr,
  make: (condition: AnyExpr) => Statement,
  kept?: AnyExpr,
): readonly Change[] {
  if (condition === kept) return [];
  const isAdded = condition.kind === 'binary' && condition.left === kept;
  return [...smaller(isAdded ? condition.right : condition)].map(({ lost, expr }) => {
    const statement = make(isAdded ? { ...condition, right: expr } : expr);
    return { change: `without '${printExpr(lost)}'`, edits: new Map([[statement.line, [statement]]]) };
  });
}

interface Smaller {
  readonly lost: AnyExpr;
  readonly expr: AnyExpr;
}

function* smaller(expr: AnyExpr): Generator<Smaller> {
  switch (expr.kind) {
    case 'not':
    case 'claim':
      for (const { lost, expr: operand } of smaller(expr.operand)) yield { lost, expr: { ...expr, operand } };
      return;
    case 'quantifier':
      for (const { lost, expr: body } of smaller(expr.body)) yield { lost, expr: { ...expr, body } };
      return;
    case 'binary':
      if (expr.operator === '&&' || expr.operator === '||') yield* smallerChain(expr, expr.operator);
      return;
    case 'constant':
    case 'shared':
    case 'local':
    case 'self':
    case 'bound':
    case 'conditional':
    case 'ended':
    case 'wrap':
      return;
  }
}

/** a && b && c without one operand, or with one operand reduced. */
function* smallerChain(expr: AnyExpr, operator: '&&' | '||'): Generator<Smaller> {
  const operands = operandsOf(expr, operator);
  const joined = (parts: readonly AnyExpr[]) =>
    parts.reduce((left, right) => ({ kind: 'binary', operator, left, right }));
  for (const [at, operand] of operands.entries()) {
    yield { lost: operand, expr: joined(operands.toSpliced(at, 1)) };
    for (const part of smaller(operand))
      yield { lost: part.lost, expr: joined(operands.with(at, part.expr)) };
  }
}

const operandsOf = (expr: AnyExpr, operator: '&&' | '||'): readonly AnyExpr[] =>
  expr.kind === 'binary' && expr.operator === operator
    ? [...operandsOf(expr.left, operator), ...operandsOf(expr.right, operator)]
    : [expr];
