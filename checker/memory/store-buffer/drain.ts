/** The thread that drains a store buffer: the oldest store may reach memory at any time. */
import type { Value } from '../../language/domain.ts';
import {
  and,
  eq,
  ge,
  le,
  ne,
  not,
  sub,
  toExpr,
  type Expr,
  type SharedReference,
} from '../../language/expression.ts';
import {
  either,
  fairAs,
  forever,
  set,
  wait,
  when,
  type Effect,
  type Statement,
} from '../../language/statement.ts';
import { thread, type AnyThread } from '../../language/thread.ts';
import type { Declarations, Variable } from '../../language/variable.ts';
import { isEmpty } from './buffering.ts';
import { namesOf, type BufferedVariable } from './buffered-cells.ts';
import { bufferIn, deadValue, valueFor, type Buffer, type Slot, type StoreBuffer } from './store-buffer.ts';

/** Arrays with at most this many elements, and variables with at most this many values, have a separate named step for each. */
const fewCells = 8;
const fewValues = 4;

/**
 * The thread that drains a buffer; it runs on the buffer's CPU.
 *
 * Each cell has a separate step, so that a delayed step names its cell and accesses only that cell.
 */
export function drainThread(buffer: StoreBuffer, declared: Declarations): AnyThread {
  const { host } = buffer.cpu;
  const settings = { cpus: host.cpus, on: host, mayBlockForever: true };
  const agent = thread(`store buffer of ${host.name}`, settings, (_, self) => {
    const steps = drains(bufferIn(buffer, self, declared));
    return [forever(steps.length === 1 ? steps[0]! : either(...steps.map((step) => [step])))];
  });
  return { ...agent, ofMachine: true };
}

function drains(buffer: Buffer): readonly Statement[] {
  const leaving = buffer.of.inOrder ? [0] : buffer.slots.keys();
  return [...leaving].flatMap((at) =>
    buffer.of.places.flatMap((place) =>
      cellsOf(buffer, at, place).flatMap((cell) =>
        valuesOf(place).map((value) => drain({ buffer, at, cell, value })),
      ),
    ),
  );
}

/** A cell that a store may target: its name, the condition that slot `at` holds a store to it, and its reference. */
interface BufferedCell {
  readonly place: BufferedVariable;
  readonly name: string;
  readonly isIt: Expr<boolean>;
  readonly target: SharedReference;
}

function cellsOf(buffer: Buffer, at: number, place: BufferedVariable): readonly BufferedCell[] {
  const { variable, element, first, cells, declaration } = place;
  const { cell } = buffer.slots[at]!;
  const target: SharedReference = { kind: 'shared', name: variable, index: null, domain: declaration.domain };
  const isIt = eq(cell, first);
  const names = namesOf(place);
  if (element === 'none') return [{ place, name: names[0]!, isIt, target }];
  if (element === 'own') return [{ place, name: names[0]!, isIt, target: { ...target, index: buffer.self } }];
  if (cells > fewCells)
    return [
      {
        place,
        name: `an element of ${variable}`,
        isIt: and(ge(cell, first), le(cell, first + cells - 1)),
        target: { ...target, index: sub(cell, first) },
      },
    ];
  return names.map((name, index) => ({
    place,
    name,
    isIt: eq(cell, first + index),
    target: { ...target, index: toExpr(index) },
  }));
}

/** The values with a separate step each, or null for any value. */
const valuesOf = ({ values }: BufferedVariable): readonly (Value | null)[] =>
  values === null || values.length > fewValues ? [null] : values;

interface Drain {
  readonly buffer: Buffer;
  readonly at: number;
  readonly cell: BufferedCell;
  readonly value: Value | null;
}

function drain({ buffer, at, cell, value }: Drain): Statement {
  const stored = valueFor(buffer.slots[at]!, cell.place);
  const isValue = value === null || cell.place.values!.length === 1 ? [] : [eq(stored, value)];
  const text = `store buffer: ${cell.name}${value === null ? '' : ` = ${String(value)}`} reaches memory`;
  const step = wait(
    text,
    and(cell.isIt, ...mayLeave(buffer, at), ...isValue),
    set(cell.target as Variable, stored),
    ...closeGap(buffer, at),
  );
  // Where stores overtake each other, a store to one cell must not starve another.
  return buffer.of.inOrder ? step : fairAs(cell.name, step);
}

/** Whether a store may leave: no write barrier and no older store to its cell precede it. */
function mayLeave({ slots }: Buffer, at: number): readonly Expr<boolean>[] {
  const fences = slots.slice(1, at + 1).flatMap(({ fence }) => (fence === null ? [] : [not(fence)]));
  return [...fences, ...slots.slice(0, at).map(({ cell }) => ne(cell, slots[at]!.cell))];
}

/** Moves younger stores down by one slot; the new oldest store has no barrier before it. */
function closeGap(buffer: Buffer, gap: number): readonly Effect[] {
  const { slots, fenced } = buffer;
  const moved = slots.slice(gap).flatMap((slot, at) => take(slot, slots[gap + at + 1]));
  return [...moved, ...(fenced === null ? [] : [when(isEmpty(buffer), set(fenced, false))])];
}

function take(slot: Slot, from: Slot | undefined): readonly Effect[] {
  const values = slot.values.map((value, at) => set(value, from?.values[at] ?? toExpr(deadValue(value))));
  const fence = slot.fence === null ? [] : [set(slot.fence, from?.fence ?? false)];
  return [set(slot.cell, from?.cell ?? 0), ...values, ...fence];
}
