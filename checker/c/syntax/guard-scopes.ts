/** Which guards are held at labels and cases, so that jumps know what they leave. */
import { guardCall, scopedGuardCall, scopeEndCall } from './guards.ts';
import type { Expression, Statement } from './syntax.ts';
import { innerStatements } from './walk.ts';

/** The statements whose guards are held at each label, by name, and each case. */
export type GuardsAt = ReadonlyMap<string | Statement, ReadonlySet<Statement>>;

const isCallOf = (expression: Expression | null, ...names: readonly (string | undefined)[]): boolean =>
  expression?.kind === 'call' && names.includes(expression.name);

/** Whether the statement does something when control leaves the rest of its block. */
export const isGuard = (statement: Statement): boolean =>
  statement.kind === 'expression' && isCallOf(statement.expression, guardCall, scopeEndCall);

/** Whether the statement is `scoped_guard(...)`. */
export const isScopedGuard = (statement: Statement): boolean =>
  statement.kind === 'for' && isCallOf(statement.condition, scopedGuardCall);

export function guardsIn(body: readonly Statement[]): GuardsAt {
  const found = new Map<string | Statement, ReadonlySet<Statement>>();
  const walk = (statements: readonly Statement[], around: readonly Statement[]): void => {
    let held = around;
    for (const statement of statements) {
      if (statement.kind === 'label') found.set(statement.name, new Set(held));
      if (statement.kind === 'case') found.set(statement, new Set(held));
      walk(innerStatements(statement), isScopedGuard(statement) ? [...held, statement] : held);
      if (isGuard(statement)) held = [...held, statement];
    }
  };
  walk(body, []);
  return found;
}
