/**
 * kmalloc() and kfree() of objects from a POOL of the file.
 *
 * Assumes: an allocation fails only when its pool is empty; it may give out what has been freed, whichever it is, or an object
 *          that is new, all of which are alike; memory keeps what it had unless it is zeroed.
 * Source:  include/linux/slab.h
 */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Effect } from '../../../language/statement.ts';
import { nullPointer, typeKey, zeroOf } from '../../memory.ts';
import type { Place } from '../../syntax/source.ts';
import { isScalar, pointerTo, sizeOfType, type StructType, type Type } from '../../syntax/types.ts';
import { argument, nothing, valueAt, type Call, type Lowering, type Primitive } from '../lowering.ts';
import { placeType } from '../place-type.ts';
import type { Scope } from '../scope.ts';
import {
  both,
  compared,
  constant,
  isConstant,
  negated,
  plus,
  scalar,
  type CValue,
  type Lvalue,
} from '../value.ts';

/** __GFP_ZERO */
const zeroing = 0x100n;
/** __GFP_DIRECT_RECLAIM */
const mayReclaim = 0x400n;

type Entry = readonly [string, Primitive];

/** The type of `sizeof(*p)` or `sizeof(struct foo)`. */
function allocatedType(thread: Lowering, call: Call, scope: Scope): Type {
  const size = argument(thread, call, 0);
  const type =
    size.kind === 'sizeof'
      ? (size.type ?? (size.operand === null ? null : placeType(thread.program, size.operand, scope)))
      : null;
  return type ?? thread.fail(size.place, `${call.name} needs sizeof(*pointer) or sizeof(struct type)`);
}

const allocate =
  (isZeroed: boolean): Primitive =>
  (thread, call, scope) => {
    const type = allocatedType(thread, call, scope);
    const space = thread.program.memory.space(type);
    const pool = space?.regions.find(({ isPool }) => isPool);
    if (space === null || pool === undefined || type.kind !== 'struct')
      return thread.fail(
        call.place,
        `there are no objects to allocate: write POOL(${typeKey(type)}, n) at file scope`,
      );
    const flags = call.arguments[1] === undefined ? null : thread.constant(call.arguments[1], scope);
    if (flags !== null && (flags.value & mayReclaim) !== 0n) thread.mightSleep(call.place);
    const isZeroing = isZeroed || (flags !== null && (flags.value & zeroing) !== 0n);
    const found = thread.emitter.temporary(
      `new_${typeKey(type)}`,
      { kind: 'range', low: -1, high: space.names.length },
      nullPointer,
    );
    const alive = (at: number) => thread.program.kernel.alive(space, constant(at))!;
    const objects = Array.from({ length: pool.count }, (_, at) => pool.base + at);
    const used = (at: number) => thread.program.kernel.used(space, at);
    const chosen =
      pool.count === 1
        ? null
        : thread.emitter.choose(call.place, { kind: 'range', low: 0, high: pool.count - 1 });
    const setFound = (at: number): Effect => ({ kind: 'set', target: found, value: constant(at) });
    thread.emitter.atomically('the allocator gives an object to one caller', () =>
      thread.access({
        place: call.place,
        effects: [
          { kind: 'set', target: found, value: constant(nullPointer) },
          ...objects.toReversed().map((at): Effect => ({
            kind: 'when',
            condition: negated(alive(at)),
            effects: [setFound(at)],
          })),
          // A new one, of which the first is as good as any; or one that pointers may have been left to.
          ...(chosen === null
            ? []
            : [
                ...objects.toReversed().map((at): Effect => ({
                  kind: 'when',
                  condition: negated(used(at)),
                  effects: [setFound(at)],
                })),
                ...objects.map((at): Effect => ({
                  kind: 'when',
                  condition: both(
                    compared('==', chosen, constant(at - pool.base)),
                    both(used(at), negated(alive(at))),
                  ),
                  effects: [setFound(at)],
                })),
              ]),
          ...objects.map((at): Effect => ({
            kind: 'when',
            condition: compared('==', found, constant(at)),
            effects: [
              { kind: 'set', target: alive(at), value: constant(true) },
              ...(chosen === null ? [] : [{ kind: 'set' as const, target: used(at), value: constant(true) }]),
              ...thread.unset(objectAt(thread, call, type, at), call.place, !isZeroing),
            ],
          })),
        ],
      }),
    );
    const pointer = { kind: 'pointer', type: pointerTo(type), expr: found } as const;
    if (isZeroing) zero(thread, pointer, call.place);
    return pointer;
  };

/** Stores 0 to every cell of an allocated object, one by one; the pointer may be NULL. */
function zero(thread: Lowering, pointer: CValue & { kind: 'pointer' }, place: Place): void {
  const { emitter } = thread;
  const [yes, no] = [emitter.newLabel(), emitter.newLabel()];
  emitter.generated(() => {
    emitter.branch(place, compared('!=', pointer.expr, constant(nullPointer)), yes, no);
    emitter.label(yes);
    for (const leaf of thread.leaves(thread.pointee(pointer, place), place)) zeroCell(thread, leaf, place);
    emitter.label(no);
  });
}

function zeroCell(thread: Lowering, leaf: Lvalue, place: Place): void {
  if (isScalar(leaf.type))
    thread.store(leaf, scalar(leaf.type, constant(zeroOf(leaf.type) as number | boolean)), place);
}

/** The object with a number. */
const objectAt = (thread: Lowering, call: Call, type: StructType, at: number): Lvalue =>
  thread.pointee({ kind: 'pointer', type: pointerTo(type), expr: constant(at) }, call.place);

/** memset(pointer, 0, sizeof(*pointer)), and the like for an array: every cell is written on its own. */
const memset: Primitive = (thread, call, scope) => {
  const { place } = call;
  const pointer = valueAt(thread, call, scope, 0);
  const value = thread.constant(argument(thread, call, 1), scope);
  if (value?.value !== 0n)
    return thread.fail(argument(thread, call, 1).place, 'racewalk reads memset() of 0 alone');
  const object = thread.pointee(pointer, place);
  const size = thread.constant(argument(thread, call, 2), scope);
  const given = argument(thread, call, 2);
  const measured =
    given.kind === 'sizeof'
      ? (given.type ?? (given.operand === null ? null : placeType(thread.program, given.operand, scope)))
      : null;
  const whole = object.array === undefined ? 1 : object.array.count;
  const bytes = measured === null ? Number(size?.value ?? -1n) : sizeOfType(measured);
  const count = bytes / sizeOfType(object.type);
  if (count !== 1 && count !== whole)
    return thread.fail(given.place, 'racewalk reads memset() of an object or an array as a whole');
  for (let at = 0; at < count; at += 1) {
    const element = count === 1 ? object : { ...object, index: plus(object.array!.first, constant(at)) };
    for (const leaf of thread.leaves(element, place)) zeroCell(thread, leaf, place);
  }
  return nothing;
};

const free: Primitive = (thread, call, scope) => {
  const pointer = thread.lasting(valueAt(thread, call, scope, 0), call.place);
  const { emitter } = thread;
  if (pointer.kind !== 'pointer')
    return thread.fail(call.place, `${call.name} needs a pointer that kmalloc() has returned`);
  if (isConstant(pointer.expr, nullPointer)) return nothing;
  const [yes, no] = [emitter.newLabel(), emitter.newLabel()];
  emitter.generated(() =>
    emitter.branch(call.place, compared('!=', pointer.expr, constant(nullPointer)), yes, no),
  );
  emitter.label(yes);
  freeObject(thread, pointer, call.place);
  emitter.label(no);
  return nothing;
};

/** Gives an object back to its pool; the pointer is not NULL. */
export function freeObject(thread: Lowering, pointer: CValue & { kind: 'pointer' }, place: Place): void {
  const space = thread.program.memory.space(pointer.type.to);
  const pool = space?.regions.find(({ isPool }) => isPool);
  const cell = space === null ? null : thread.program.kernel.alive(space, pointer.expr);
  if (pool === undefined || cell === null)
    return thread.fail(place, 'no object of this type is ever allocated');
  const isOfPool = both(
    compared('>=', pointer.expr, constant(pool.base)),
    compared('<', pointer.expr, constant(pool.base + pool.count)),
  );
  const claimed = (claim: string, condition: AnyExpr): Effect => ({
    kind: 'assert',
    claim: `${thread.emitter.text(place)}: ${claim}`,
    condition,
  });
  thread.access({
    place,
    effects: [
      claimed('only what kmalloc() has returned is freed', isOfPool),
      claimed('no object is freed twice', cell),
      { kind: 'set', target: cell, value: constant(false) },
      // What a freed object holds is of no consequence.
      ...thread.unset(thread.pointee(pointer, place), place, false),
    ],
  });
}

export const allocationPrimitives: readonly Entry[] = [
  ['kmalloc', allocate(false)],
  ['memset', memset],
  ['kzalloc', allocate(true)],
  ...['kfree', 'kvfree'].map((name): Entry => [name, free]),
];
