/** Bound variables of `each`, `forAll` and `exists`. */
import type { Binder, Expr } from './expression.ts';
import { reportModelError } from './model-error.ts';

let level = 0;

/** Calls `body` with a new bound variable; reports an empty range as an error. */
export function bind<T>(
  count: number,
  thread: string | null,
  body: (bound: Expr<number>, binder: Binder) => T,
): T {
  const isCount = Number.isInteger(count) && count >= 1;
  if (!isCount)
    reportModelError(
      `invalid range ${String(count)} of each, forAll or exists: expected a whole number, 1 or more`,
    );
  const binder: Binder = { level, low: 0, high: isCount ? count - 1 : 0, thread };
  level += 1;
  try {
    return body({ kind: 'bound', binder }, binder);
  } finally {
    level -= 1;
  }
}
