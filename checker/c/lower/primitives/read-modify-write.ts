/** Atomic read-modify-writes of one cell. */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Effect, Ordering } from '../../../language/statement.ts';
import { zeroOf } from '../../memory.ts';
import type { Place } from '../../syntax/source.ts';
import { isScalar, type ScalarType } from '../../syntax/types.ts';
import { scalar } from '../claims.ts';
import type { Lowering } from '../lowering.ts';
import { isConstant, type CValue, type Lvalue } from '../value.ts';

/** The suffix of an operation; without one it is fully ordered. */
export const orders = { '': 'full', _acquire: 'acquire', _release: 'release', _relaxed: 'relaxed' } as const;
export type Suffix = keyof typeof orders;

/** What an operation does with the old value. */
export interface Change {
  readonly next: CValue;
  /** It writes only if this holds; null: always. */
  readonly when: AnyExpr | null;
}

/** The cell before the operation, and whether it wrote. */
export interface Changed {
  readonly old: CValue;
  readonly next: CValue;
  readonly wrote: AnyExpr | null;
}

/** One step that reads the cell, and writes what `change` makes of it. */
export function readModifyWrite(
  thread: Lowering,
  lvalue: Lvalue,
  place: Place,
  order: Exclude<Ordering, null>,
  change: (old: CValue) => Change,
): Changed {
  const type = scalarOf(thread, lvalue, place);
  const cell = thread.reference(lvalue, place);
  const target = thread.emitter.temporary(cell.name, cell.domain, zeroOf(type));
  const old = scalar(type, target);
  const { next, when } = change(old);
  const write: Effect = { kind: 'set', target: cell, value: thread.asScalar(next, type, place) };
  const isConditional = when !== null && !isConstant(when, true);
  thread.access({
    place,
    effects: [
      ...thread.asserted(lvalue, place),
      ...thread.written(lvalue, place),
      { kind: 'set', target, value: cell },
      isConditional ? { kind: 'when', condition: when, effects: [write] } : write,
    ],
    // A conditional operation is fully ordered only if it writes, which is what no mark means.
    ordering: isConditional && order === 'full' ? null : order,
  });
  return { old, next, wrote: when };
}

/** The same for an operation whose value nobody takes: it orders nothing. */
export function modify(
  thread: Lowering,
  lvalue: Lvalue,
  place: Place,
  change: (old: CValue) => CValue,
): void {
  const type = scalarOf(thread, lvalue, place);
  const cell = thread.reference(lvalue, place);
  const value = thread.asScalar(change(scalar(type, cell)), type, place);
  thread.access({
    place,
    effects: [
      ...thread.asserted(lvalue, place),
      ...thread.written(lvalue, place),
      { kind: 'set', target: cell, value },
    ],
    ordering: 'relaxed',
  });
}

const scalarOf = (thread: Lowering, { type }: Lvalue, place: Place): ScalarType =>
  isScalar(type) ? type : thread.fail(place, 'an atomic operation needs a number or a pointer');
