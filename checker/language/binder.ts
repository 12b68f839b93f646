/** Bound variables: what `each`, `forAll` and `exists` hand to their bodies. */
import type { Binder, Expr } from './expression.ts';
import { ModelError } from './model-error.ts';

let level = 0;

/**
 * What `body` makes of a fresh bound variable.
 *
 * Throws  ModelError when there is nothing to run over.
 */
export function bind<T>(
  count: number,
  thread: string | null,
  body: (bound: Expr<number>, binder: Binder) => T,
): T {
  if (!Number.isInteger(count) || count < 1)
    throw new ModelError(
      `each, forAll and exists run over a whole number of elements from 1 on, not ${String(count)}`,
    );
  const binder: Binder = { level, low: 0, high: count - 1, thread };
  level += 1;
  try {
    return body({ kind: 'bound', binder }, binder);
  } finally {
    level -= 1;
  }
}
