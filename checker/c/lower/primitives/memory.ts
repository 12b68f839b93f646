/**
 * Marked accesses and barriers.
 *
 * Source:  Documentation/memory-barriers.txt; tools/memory-model/Documentation/access-marking.txt
 */
import type { BarrierKind, Ordering } from '../../../language/statement.ts';
import { nullPointer } from '../../memory.ts';
import type { Place } from '../../syntax/source.ts';
import type { Side } from '../barriers-beside.ts';
import { constant, isConstant, type Lvalue } from '../value.ts';
import {
  argument,
  excusedRegion,
  nothing,
  pointedBy,
  valueAt,
  type Lowering,
  type Primitive,
} from '../lowering.ts';

type Entry = readonly [string, Primitive];

/** Reads the place that the argument names; a struct that is one word, such as a pte_t, is a value of its own. */
const read: Primitive = (thread, call, scope) => {
  const source = thread.addressed(thread.lvalue(argument(thread, call, 0), scope), call.place);
  const { type } = source;
  if (type.kind !== 'struct') return thread.load(source, call.place);
  const copy = thread.unnamed(type);
  const word = thread.load(wordOf(thread, source, call.place), call.place);
  thread.store(wordOf(thread, copy, call.place), word, call.place);
  return { kind: 'struct', type, source: copy };
};

/** The only cell of a struct. */
function wordOf(thread: Lowering, object: Lvalue, place: Place): Lvalue {
  const leaves = thread.leaves(object, place);
  return leaves.length === 1
    ? leaves[0]!
    : thread.fail(place, 'a marked access is of one word, and this struct has several members');
}

/** Writes the place that the first argument names. */
const write =
  (ordering: Ordering): Primitive =>
  (thread, call, scope) => {
    const value = valueAt(thread, call, scope, 1);
    const target = thread.addressed(thread.lvalue(argument(thread, call, 0), scope), call.place);
    if (target.type.kind === 'struct' && value.kind === 'struct') {
      const word = thread.load(wordOf(thread, value.source, call.place), call.place);
      thread.store(wordOf(thread, target, call.place), word, call.place, ordering);
    } else thread.store(target, value, call.place, ordering);
    return nothing;
  };

const barrier =
  (kind: BarrierKind): Primitive =>
  (thread, call) => {
    thread.emitter.barrier(call.place, kind);
    return nothing;
  };

const barriers: Readonly<Record<BarrierKind, readonly string[]>> = {
  full: ['smp_mb', 'mb', 'virt_mb', 'dma_mb'],
  read: ['smp_rmb', 'rmb', 'dma_rmb', 'smp_acquire__after_ctrl_dep'],
  write: ['smp_wmb', 'wmb', 'dma_wmb'],
};

/**
 * A barrier that belongs to the atomic operation or the lock beside it, and orders nothing elsewhere: on x86 it is none.
 *
 * Source:  Documentation/atomic_t.txt: smp_mb__{before,after}_atomic() only apply to the RMW atomic ops
 */
const beside =
  (side: Side): Primitive =>
  (thread, call) => {
    thread.emitter.barrierBeside(call.place, side);
    return nothing;
  };

/** A store that readers of RCU follow: a release, but for NULL. */
const assignPointer: Primitive = (thread, call, scope) => {
  const value = valueAt(thread, call, scope, 1);
  const target = thread.lvalue(argument(thread, call, 0), scope);
  const isNull =
    (value.kind === 'pointer' && isConstant(value.expr, nullPointer)) ||
    (value.kind === 'number' && isConstant(value.expr, 0));
  thread.store(target, value, call.place, isNull ? null : 'release');
  return nothing;
};

/** The compiler's barrier orders nothing for other CPUs; racewalk's steps keep the order of the text. */
const none: Primitive = () => nothing;

/** A region whose plain reads are excused: a seqcount's reader tries again if a write has disturbed them. */
const region =
  (isInside: boolean): Primitive =>
  (thread, call) => {
    const flag = thread.emitter.reference(thread.emitter.local(excusedRegion, { kind: 'bool' }, false));
    thread.emitter.compute(call.place, { kind: 'set', target: flag, value: constant(isInside) });
    return nothing;
  };

export const memoryPrimitives: readonly Entry[] = [
  ['kcsan_nestable_atomic_begin', region(true)],
  ['kcsan_nestable_atomic_end', region(false)],
  ...['READ_ONCE', '__READ_ONCE', 'rcu_access_pointer'].map((name): Entry => [name, read]),
  // A dependency is an order in every memory model of racewalk.
  ...[
    'rcu_dereference',
    'rcu_dereference_check',
    'rcu_dereference_protected',
    'rcu_dereference_raw',
    'rcu_dereference_sched',
  ].map((name): Entry => [name, read]),
  ...['WRITE_ONCE', '__WRITE_ONCE', 'RCU_INIT_POINTER'].map((name): Entry => [name, write(null)]),
  ['rcu_assign_pointer', assignPointer],
  [
    'smp_store_mb',
    (thread, call, scope) => {
      write(null)(thread, call, scope);
      thread.emitter.barrier(call.place, 'full');
      return nothing;
    },
  ],
  ['smp_mb__before_atomic', beside('before')],
  ['smp_mb__after_atomic', beside('after')],
  ['smp_mb__after_spinlock', beside('after')],
  [
    'smp_load_acquire',
    (thread, call, scope) => thread.load(pointedBy(thread, call, scope), call.place, 'acquire'),
  ],
  [
    'smp_store_release',
    (thread, call, scope) => {
      const value = valueAt(thread, call, scope, 1);
      thread.store(pointedBy(thread, call, scope), value, call.place, 'release');
      return nothing;
    },
  ],
  ...(Object.keys(barriers) as BarrierKind[]).flatMap((kind) =>
    barriers[kind].map((name): Entry => [name, barrier(kind)]),
  ),
  ...['barrier', 'cpu_relax', 'prefetch', 'prefetchw'].map((name): Entry => [name, none]),
  ...['ASSERT_EXCLUSIVE_WRITER', 'ASSERT_EXCLUSIVE_ACCESS'].map((name): Entry => [name, none]),
];
