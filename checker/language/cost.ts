/** Costs of a variant, counted over all executions of the model. */
import type { AnyExpr, Expr } from './expression.ts';
import type { AnyThread } from './thread.ts';
import { fail, type NameScope } from './validate-expression.ts';
import { checkSettings } from './model-error.ts';
import { partRecorder } from './unused.ts';

/**
 * What is counted: steps by kind (an access touches shared memory, a read-modify-write reads and writes a cell in one
 * step), `count(...)` effects by name, or the cells of a local array.
 */
export type Counted =
  | { readonly steps: 'access' | 'read-modify-write' | 'barrier' }
  | { readonly effect: string }
  | { readonly cells: string };

export interface Cost {
  readonly name: string;
  readonly counts: Counted;
  /** Only steps of the first copy of this thread count; null: all threads. */
  readonly thread: string | null;
  /** Counting stops in the first state where this is true; null: at the end. */
  readonly until: AnyExpr | null;
}

const shapes: readonly unknown[] = ['access', 'read-modify-write', 'barrier'];

/** Throws  ModelError unless `counts` is one of the three forms. */
export function checkCounted(counts: Counted, scope: Pick<NameScope, 'place' | 'origin'>): void {
  const { steps, effect, cells } = (counts as Readonly<Record<string, unknown>> | null) ?? {};
  const known = [shapes.includes(steps), isName(effect), isName(cells)].filter((one) => one).length;
  if (known === 1 && Object.keys(counts).length === 1) return;
  fail(
    scope,
    `invalid counts ${JSON.stringify(counts)}: expected { steps: 'access' | 'read-modify-write' | 'barrier' }, ` +
      "{ effect: 'the name in count(...)' } or { cells: 'a local array' }",
  );
}

const isName = (name: unknown) => typeof name === 'string' && name !== '';

/** Counts the minimum and maximum over all executions. */
export function cost(
  name: string,
  counts: Counted,
  where: { readonly thread?: AnyThread; readonly until?: Expr<boolean> } = {},
): Cost {
  checkSettings(`cost('${name}', ...)`, where, ['thread', 'until']);
  const made: Cost = { name, counts, thread: where.thread?.name ?? null, until: where.until ?? null };
  return partRecorder.built(made, `cost('${name}', ...)`);
}
