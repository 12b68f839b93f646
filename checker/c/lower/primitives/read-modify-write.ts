/** Atomic read-modify-writes of one cell. */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Effect, Ordering } from '../../../language/statement.ts';
import { zeroOf } from '../../memory.ts';
import type { Place } from '../../syntax/source.ts';
import { isScalar, type ScalarType } from '../../syntax/types.ts';
import type { Lowering } from '../lowering.ts';
import { constant, isConstant, scalar, type CValue, type Lvalue } from '../value.ts';
import { isWritten, lastWritten, viewed, withMember } from '../view.ts';

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
  const target = thread.emitter.temporary(cell.name, cell.domain, zeroOf(lvalue.shared?.type ?? type));
  const { view } = lvalue;
  const old = view === undefined ? scalar(type, target) : viewed(view, target);
  const { next, when } = change(old);
  const stored = thread.asScalar(next, type, place);
  const write: Effect = {
    kind: 'set',
    target: cell,
    value: view === undefined ? stored : withMember(view, target, stored),
  };
  const isConditional = when !== null && !isConstant(when, true);
  thread.access({
    place,
    effects: [
      ...thread.asserted(lvalue, place),
      ...thread.written(lvalue, place),
      { kind: 'set', target, value: cell },
      ...writtenLast(thread, lvalue, target, place),
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
  const { view } = lvalue;
  const next = change(view === undefined ? scalar(type, cell) : viewed(view, cell));
  const stored = thread.asScalar(next, type, place);
  const value = view === undefined ? stored : withMember(view, cell, stored);
  thread.access({
    place,
    effects: [
      ...thread.asserted(lvalue, place),
      ...thread.written(lvalue, place),
      ...writtenLast(thread, lvalue, cell, place),
      { kind: 'set', target: cell, value },
    ],
    ordering: 'relaxed',
  });
}

/** That the member of a union is the one that was written last. */
const writtenLast = (thread: Lowering, { view }: Lvalue, cell: AnyExpr, place: Place): readonly Effect[] => {
  const condition = view === undefined ? constant(true) : isWritten(view, cell);
  const claim = `${thread.emitter.text(place)}: ${lastWritten}`;
  return isConstant(condition, true) ? [] : [{ kind: 'assert', claim, condition }];
};

const scalarOf = (thread: Lowering, { type }: Lvalue, place: Place): ScalarType =>
  isScalar(type) ? type : thread.fail(place, 'an atomic operation needs a number or a pointer');
