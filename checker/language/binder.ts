/** Bound variables: what `each`, `forAll` and `exists` hand to their bodies. */
import type { Binder, Expr } from './expression.ts';
import { reportMistake } from './model-error.ts';

let level = 0;

/** What `body` makes of a fresh bound variable; that there is nothing to run over is a mistake. */
export function bind<T>(
  count: number,
  thread: string | null,
  body: (bound: Expr<number>, binder: Binder) => T,
): T {
  const isCount = Number.isInteger(count) && count >= 1;
  if (!isCount)
    reportMistake(
      `each, forAll and exists run over a whole number of elements from 1 on, not ${String(count)}`,
    );
  const binder: Binder = { level, low: 0, high: isCount ? count - 1 : 0, thread };
  level += 1;
  try {
    return body({ kind: 'bound', binder }, binder);
  } finally {
    level -= 1;
  }
}
