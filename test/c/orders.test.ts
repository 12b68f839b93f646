/**
 * The order of every primitive of the kernel: which of the accesses around it may be exchanged, and which of its own access
 * and of one beside it. Each answer is a litmus test whose outcome is possible, or impossible, under every memory model.
 *
 * Source:  Documentation/memory-barriers.txt; Documentation/atomic_t.txt; Documentation/atomic_bitops.txt;
 *          tools/memory-model/linux-kernel.{bell,cat,def}
 */
import { describe, expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { law, quick, sampled } from '../depth.ts';
import { protocol } from './protocol.ts';

type Memory = 'tso' | 'pso' | 'arm64';
/** What the primitive's own access of `z` is, if it has one that others can see. */
type Access = 'none' | 'load' | 'store';
type Order = 'nothing' | 'control' | 'acquire' | 'release' | 'full' | 'wmb' | 'rmb';

/** A load or a store of thread `one`, or the primitive itself. */
type Point = 'R' | 'W' | 'P';
type Pair = `${Point}${Point}`;

interface Row {
  readonly order: Order;
  readonly access: Access;
  /** An atomic operation, which empties a store buffer. */
  readonly drains: boolean;
  /** Some other CPU accesses what it stores. */
  readonly isSeen: boolean;
  /** The text of thread `one`: `s` is a struct, `z` what the primitive accesses. */
  readonly code: string;
  /** The declaration of z, how others read it, and how they make it 1. */
  readonly z: readonly [string, string, string];
  /** Declarations that the code needs. */
  readonly more: string;
  /** What `one` executes before and after. */
  readonly begin: string;
  readonly end: string;
}

const int = ['int z;', 'READ_ONCE(z)', 'WRITE_ONCE(z, 1)'] as const;
const atomic = ['atomic_t z;', 'atomic_read(&z)', 'atomic_set(&z, 1)'] as const;
const refcount = [
  'refcount_t z = REFCOUNT_INIT(5);',
  'refcount_read(&z) != 5',
  'refcount_set(&z, 6)',
] as const;
const bits = ['unsigned long z;', 'READ_ONCE(z)', 'WRITE_ONCE(z, 1)'] as const;
const setBits = ['unsigned long z = 1;', '!READ_ONCE(z)', 'WRITE_ONCE(z, 3)'] as const;

const row = (order: Order, access: Access, code: string, more: Partial<Row> = {}): Row => ({
  order,
  access,
  drains: false,
  isSeen: false,
  code,
  z: int,
  more: '',
  begin: '',
  end: '',
  ...more,
});

/** An atomic operation, of which others see the store. */
const update = (order: Order, code: string, more: Partial<Row> = {}) =>
  row(order, 'store', code, { drains: true, ...more });
const around = (order: Order, code: string, more: Partial<Row> = {}) => row(order, 'none', code, more);
const neutral = (code: string, more: Partial<Row> = {}) => around('nothing', code, more);

/** An operation in its four orders. */
const orders = (name: string, code: (name: string) => string, z: Row['z']): readonly [string, Row][] =>
  (
    [
      ['', 'full'],
      ['_acquire', 'acquire'],
      ['_release', 'release'],
      ['_relaxed', 'nothing'],
    ] as const
  ).map(([suffix, order]) => [`${name}${suffix}()`, update(order, code(`${name}${suffix}`), { z })]);

const pool = {
  more: `struct s { int a, b; };
POOL(struct s, 2);
struct s *got, *initial;
bool ready;
THREAD(init) { initial = kzalloc(sizeof(*initial), GFP_KERNEL); smp_store_release(&ready, true); }`,
  begin: 'WAIT_UNTIL(smp_load_acquire(&ready));',
};
/** Makes racewalk keep what RCU, IPIs and KCSAN need. */
const rcu = 'bool never; THREAD(never_runs) { if (READ_ONCE(never)) synchronize_rcu(); }';
const ipi = `bool never; static void handler(void *info) { }
THREAD(never_runs) { if (READ_ONCE(never)) on_each_cpu(handler, NULL, 1); }`;
const plainly =
  'bool never; int read_elsewhere; THREAD(never_runs) { if (READ_ONCE(never)) { int v = read_elsewhere; } }';
const lock = (name: string, type: string): Partial<Row> => ({ more: `${type} ${name};` });
const handler = 'static void handler(void *info) { }';
const callback = 'struct s { struct rcu_head rcu; } o; static void callback(struct rcu_head *head) { }';
const queue = 'wait_queue_head_t queue;';
const mask = { more: 'struct cpumask mask;' };
const sequence = { more: 'seqcount_t seq;' };

const table: Readonly<Record<string, Row>> = {
  'READ_ONCE()': row('nothing', 'load', 'int v = READ_ONCE(z);'),
  'WRITE_ONCE()': row('nothing', 'store', 'WRITE_ONCE(z, 1);'),
  'smp_load_acquire()': row('acquire', 'load', 'int v = smp_load_acquire(&z);'),
  'smp_cond_load_acquire()': row('acquire', 'load', 'int v = smp_cond_load_acquire(&z, VAL < 2);'),
  'smp_store_release()': row('release', 'store', 'smp_store_release(&z, 1);'),
  'smp_mb()': around('full', 'smp_mb();'),
  'smp_wmb()': around('wmb', 'smp_wmb();'),
  'smp_rmb()': around('rmb', 'smp_rmb();'),
  'barrier()': neutral('barrier();'),
  'smp_mb__before_atomic()': around('full', 'smp_mb__before_atomic(); atomic_inc(&n);', {
    more: 'atomic_t n;',
    drains: true,
  }),
  'smp_mb__after_atomic()': around('full', 'atomic_inc(&n); smp_mb__after_atomic();', {
    more: 'atomic_t n;',
  }),
  'smp_mb__after_atomic() in one leg': around(
    'full',
    'if (atomic_dec_return_relaxed(&n) == -1) { smp_mb__after_atomic(); } else { smp_mb__after_atomic(); }',
    { more: 'atomic_t n;' },
  ),
  'smp_mb__before_atomic() alone': neutral('smp_mb__before_atomic();'),
  'smp_mb__after_atomic() alone': neutral('smp_mb__after_atomic();'),
  'smp_mb__after_atomic() behind a store': neutral('w = 1; smp_mb__after_atomic();'),
  'smp_mb__before_atomic() before a store': neutral('smp_mb__before_atomic(); w = 1;'),
  'smp_mb__after_spinlock()': around('full', 'spin_lock(&l); smp_mb__after_spinlock();', {
    ...lock('l', 'spinlock_t'),
    end: 'spin_unlock(&l);',
  }),
  'smp_mb__after_spinlock() alone': neutral('smp_mb__after_spinlock();'),
  'smp_acquire__after_ctrl_dep()': around('rmb', 'smp_acquire__after_ctrl_dep();'),
  'atomic_read()': row('nothing', 'load', 'int v = atomic_read(&z);', { z: atomic }),
  'atomic_set()': row('nothing', 'store', 'atomic_set(&z, 1);', { z: atomic }),
  'atomic_read_acquire()': row('acquire', 'load', 'int v = atomic_read_acquire(&z);', { z: atomic }),
  'atomic_cond_read_acquire()': row('acquire', 'load', 'int v = atomic_cond_read_acquire(&z, VAL < 2);', {
    z: atomic,
  }),
  'atomic_set_release()': row('release', 'store', 'atomic_set_release(&z, 1);', { z: atomic }),
  'atomic_inc()': update('nothing', 'atomic_inc(&z);', { z: atomic }),
  ...Object.fromEntries([
    ...orders('atomic_add_return', (name) => `int v = ${name}(1, &z); w = v != 1;`, atomic),
    ...orders('atomic_fetch_or', (name) => `int v = ${name}(1, &z); w = v;`, atomic),
    ...orders('atomic_xchg', (name) => `int v = ${name}(&z, 1); w = v;`, atomic),
    ...orders('atomic_cmpxchg', (name) => `int v = ${name}(&z, 0, 1); w = v;`, atomic),
    ...orders('xchg', (name) => `int v = ${name}(&z, 1); w = v;`, int),
    ...orders('cmpxchg', (name) => `int v = ${name}(&z, 0, 1); w = v;`, int),
  ]),
  // On arm64 it is a branch, or an acquire: later stores stay behind it, which the kernel does not promise.
  'a cmpxchg() that fails': row('control', 'load', 'int v = cmpxchg(&z, 5, 6);'),
  'atomic_dec_and_test()': update('full', 'bool v = atomic_dec_and_test(&z); w = v;', { z: atomic }),
  'atomic_inc_not_zero() of 0': row('nothing', 'load', 'bool v = atomic_inc_not_zero(&n);', {
    more: 'atomic_t n;',
    access: 'none',
  }),
  'refcount_inc()': update('nothing', 'refcount_inc(&z);', { z: refcount }),
  'refcount_inc_not_zero()': update('nothing', 'bool v = refcount_inc_not_zero(&z); w = v;', {
    z: refcount,
  }),
  'refcount_dec()': update('release', 'refcount_dec(&z);', { z: refcount }),
  'refcount_dec_and_test() that is not the last': update(
    'release',
    'bool v = refcount_dec_and_test(&z); w = v;',
    { z: refcount },
  ),
  'refcount_add()': update('nothing', 'refcount_add(1, &z);', { z: refcount }),
  'refcount_add_not_zero()': update('nothing', 'bool v = refcount_add_not_zero(1, &z); w = v;', {
    z: refcount,
  }),
  'refcount_sub_and_test() that is not the last': update(
    'release',
    'bool v = refcount_sub_and_test(1, &z); w = v;',
    {
      z: refcount,
    },
  ),
  'refcount_dec_not_one()': update('release', 'bool v = refcount_dec_not_one(&z); w = v;', { z: refcount }),
  'cpumask_set_cpu()': around('nothing', 'cpumask_set_cpu(0, &mask);', { ...mask, drains: true }),
  'cpumask_clear_cpu()': around('nothing', 'cpumask_clear_cpu(0, &mask);', { ...mask, drains: true }),
  'cpumask_test_cpu()': around('nothing', 'w = cpumask_test_cpu(0, &mask);', mask),
  'cpumask_test_and_set_cpu()': around('full', 'w = cpumask_test_and_set_cpu(0, &mask);', {
    ...mask,
    drains: true,
  }),
  'cpumask_test_and_clear_cpu()': around('full', 'w = cpumask_test_and_clear_cpu(0, &mask);', {
    ...mask,
    drains: true,
  }),
  'mutex_is_locked()': neutral('w = mutex_is_locked(&l);', lock('l', 'struct mutex')),
  'rwsem_is_locked()': neutral('w = rwsem_is_locked(&l);', lock('l', 'struct rw_semaphore')),
  'completion_done()': neutral('w = completion_done(&c);', { more: 'struct completion c;' }),
  'set_bit()': update('nothing', 'set_bit(0, &z);', { z: bits }),
  'test_bit()': row('nothing', 'load', 'bool v = test_bit(0, &z);', { z: bits }),
  'test_bit_acquire()': row('acquire', 'load', 'bool v = test_bit_acquire(0, &z);', { z: bits }),
  'test_and_set_bit()': update('full', 'bool v = test_and_set_bit(0, &z); w = v;', { z: bits }),
  'test_and_set_bit_lock()': update('acquire', 'bool v = test_and_set_bit_lock(0, &z); w = v;', {
    z: bits,
  }),
  'clear_bit_unlock()': update('release', 'clear_bit_unlock(0, &z);', { z: setBits }),
  'smp_store_mb()': row('full', 'store', 'smp_store_mb(z, 1);'),
  'rcu_assign_pointer()': row('release', 'store', 'rcu_assign_pointer(z, &o);', {
    z: ['int o, *z;', 'READ_ONCE(z) != NULL', 'WRITE_ONCE(z, &o)'],
  }),
  'rcu_assign_pointer() of NULL': row('nothing', 'store', 'rcu_assign_pointer(z, NULL);', {
    z: ['int o, *z = &o;', 'READ_ONCE(z) == NULL', 'WRITE_ONCE(z, NULL)'],
  }),
  'rcu_dereference()': row('nothing', 'load', 'int *p = rcu_dereference(z); int v = p != NULL;', {
    z: ['int o, *z;', 'READ_ONCE(z) != NULL', 'WRITE_ONCE(z, &o)'],
  }),
  'spin_lock()': update('acquire', 'spin_lock(&z);', {
    z: ['spinlock_t z;', 'spin_is_locked(&z)', ''],
  }),
  'spin_unlock()': row('release', 'store', 'spin_unlock(&z);', {
    z: ['spinlock_t z;', 'smp_load_acquire(&held) && !spin_is_locked(&z)', ''],
    more: 'bool held;',
    begin: 'spin_lock(&z); smp_mb(); smp_store_mb(held, true);',
  }),
  'mutex_unlock()': around('release', 'mutex_unlock(&l);', {
    ...lock('l', 'struct mutex'),
    begin: 'mutex_lock(&l);',
  }),
  'write_unlock()': around('release', 'write_unlock(&l);', {
    ...lock('l', 'rwlock_t'),
    begin: 'write_lock(&l);',
  }),
  'up_write()': around('release', 'up_write(&l);', {
    ...lock('l', 'struct rw_semaphore'),
    begin: 'down_write(&l);',
  }),
  'downgrade_write()': around('release', 'downgrade_write(&l);', {
    ...lock('l', 'struct rw_semaphore'),
    begin: 'down_write(&l);',
    end: 'up_read(&l);',
  }),
  'down_read()': update('acquire', 'down_read(&l);', {
    access: 'none',
    ...lock('l', 'struct rw_semaphore'),
    end: 'up_read(&l);',
  }),
  'a spin_trylock() that fails': neutral('bool v = spin_trylock(&l); w = v;', {
    ...lock('l', 'spinlock_t'),
    begin: 'spin_lock(&l);',
    end: 'spin_unlock(&l);',
  }),
  'rcu_read_lock()': neutral('rcu_read_lock();', { more: rcu, end: 'rcu_read_unlock();' }),
  'rcu_read_unlock()': neutral('rcu_read_unlock();', { more: rcu, begin: 'rcu_read_lock();' }),
  'local_irq_save()': neutral('unsigned long flags; local_irq_save(flags); local_irq_restore(flags);', {
    more: ipi,
  }),
  'local_irq_disable()': neutral('local_irq_disable(); local_irq_enable();', { more: ipi }),
  'preempt_disable()': neutral('preempt_disable(); preempt_enable();', { more: rcu }),
  'smp_processor_id()': neutral('int c = smp_processor_id();'),
  'kmalloc()': neutral('struct s *p = kmalloc(sizeof(*p), GFP_ATOMIC); got = p;', pool),
  'kzalloc()': neutral('struct s *p = kzalloc(sizeof(*p), GFP_ATOMIC); got = p;', pool),
  'kfree()': neutral('kfree(initial);', pool),
  'read_seqcount_begin()': around('nothing', 'unsigned s = read_seqcount_begin(&seq); w = s;', sequence),
  'raw_read_seqcount()': around('nothing', 'unsigned s = raw_read_seqcount(&seq); w = s;', sequence),
  'read_seqcount_retry()': around('rmb', 'w = read_seqcount_retry(&seq, 0);', sequence),
  'raw_write_seqcount_begin()': around('wmb', 'raw_write_seqcount_begin(&seq);', sequence),
  'raw_write_seqcount_end()': around('wmb', 'raw_write_seqcount_end(&seq);', sequence),
  'write_seqcount_invalidate()': around('wmb', 'write_seqcount_invalidate(&seq);', sequence),
  ...Object.fromEntries(
    [
      ['spin_trylock', 'spinlock_t', 'spin_unlock'],
      ['mutex_trylock', 'struct mutex', 'mutex_unlock'],
      ['read_trylock', 'rwlock_t', 'read_unlock'],
      ['write_trylock', 'rwlock_t', 'write_unlock'],
      ['down_read_trylock', 'struct rw_semaphore', 'up_read'],
      ['down_write_trylock', 'struct rw_semaphore', 'up_write'],
    ].map(([take, type, leave]) => [
      `a ${take!}() that succeeds`,
      update('acquire', `bool v = ${take!}(&l); w = v;`, {
        access: 'none',
        ...lock('l', type!),
        end: `${leave!}(&l);`,
      }),
    ]),
  ),
  'wake_up()': around('release', 'wake_up(&queue);', { drains: true, more: queue }),
  'wait_event() that does not sleep': neutral('wait_event(queue, READ_ONCE(done));', {
    more: `${queue} bool done = true;`,
  }),
  'complete()': around('release', 'complete(&c);', { drains: true, more: 'struct completion c;' }),
  'wait_for_completion()': around('acquire', 'wait_for_completion(&c);', {
    drains: true,
    more: 'struct completion c = { 1 };',
  }),
  // What waits for another CPU's answer is ordered by that.
  'smp_call_function() that waits': around('full', 'smp_call_function(handler, NULL, 1);', { more: handler }),
  'smp_call_function() that does not wait': around('release', 'smp_call_function(handler, NULL, 0);', {
    more: handler,
    isSeen: true,
  }),
  'smp_call_function_many() of no CPU': neutral('smp_call_function_many(&mask, handler, NULL, 1);', {
    more: `struct cpumask mask; ${handler}`,
  }),
  'call_rcu()': around('release', 'call_rcu(&o.rcu, callback);', { more: callback, isSeen: true }),
  'kfree_rcu()': around('release', 'kfree_rcu(initial, rcu);', {
    ...pool,
    more: pool.more.replace('b;', 'b; struct rcu_head rcu;'),
    isSeen: true,
  }),
  'rcu_barrier()': around('full', 'rcu_barrier();', {
    more: `${callback} bool never; THREAD(never_runs) { if (READ_ONCE(never)) call_rcu(&o.rcu, callback); }`,
  }),
  'synchronize_rcu()': around('full', 'synchronize_rcu();'),
  'a claim': neutral('REACHED("one is here"); HOLDS_HERE(true, "here"); CHECK(w == 0, "w is 0"); BUG_ON(0);'),
  'a choice': neutral('int a = ANY(2); w = a;'),
  'a plain load': neutral('int v = w;'),
  'a plain store': neutral('w = 1;'),
  'a plain store to what others read plainly': neutral('read_elsewhere = 1;', { more: plainly }),
  'a store to what others read plainly': neutral('WRITE_ONCE(read_elsewhere, 1);', { more: plainly }),
  'a variable of the proof': neutral('ghost = ghost + 1;', { more: 'GHOST int ghost;' }),
  'a local that may be uninitialised': neutral('int l; if (READ_ONCE(w) == 0) l = 1; w = l;'),
};

const pointsOf = (pair: Pair) => [pair.charAt(0), pair.charAt(1)] as [Point, Point];

/** What each primitive leaves in order under a memory model. */
function isOrdered(memory: Memory, { order, access, drains, isSeen }: Row, pair: Pair): boolean {
  const [from, to] = pointsOf(pair);
  // The barrier of smp_store_mb() stands behind its store.
  const isBarrierBehind = access === 'store' && order === 'full' && !drains;
  if (memory === 'arm64') {
    if (order === 'full') return !(isBarrierBehind && to === 'P');
    if (order === 'control') return pair === 'PW';
    if (order === 'wmb') return pair === 'WW';
    if (order === 'rmb') return from === 'R';
    // What others see of an atomic operation is its store, and an acquire orders its load.
    if (order === 'acquire') return from === 'P' && access === 'load';
    return order === 'release' && to === 'P';
  }
  const isStore = (point: Point) => point === 'W' || (point === 'P' && access === 'store');
  if (drains || (order === 'full' && !(isBarrierBehind && to === 'P')) || !isStore(from)) return true;
  if (!isStore(to)) return false;
  return memory === 'tso' || order === 'wmb' || (order === 'release' && (to === 'P' || isSeen));
}

const accesses = {
  R: { first: 'r1 = READ_ONCE(x);', second: 'r2 = READ_ONCE(y);' },
  W: { first: 'WRITE_ONCE(x, 1);', second: 'WRITE_ONCE(y, 1);' },
};

/**
 * Thread `one` makes two accesses, `two` the opposite ones of the same cells in the opposite order. The claim is false
 * where the later access of `one` has been performed before what `two` does, and the earlier one after it.
 */
function program({ access, code, z, more, begin, end }: Row, pair: Pair): string {
  const [from, to] = pointsOf(pair);
  const [declared, isSet, set] = z;
  const isLoad = (point: Point) => (point === 'P' ? access === 'load' : point === 'R');
  const opposite = (point: Point, cell: string, into: string) => {
    if (isLoad(point)) return point === 'P' ? `${set};` : `WRITE_ONCE(${cell}, 1);`;
    return `${into} = ${point === 'P' ? isSet : `READ_ONCE(${cell})`};`;
  };
  const isAfter = isLoad(from) ? 'got1 == 1' : 'saw1 == 0';
  const isBefore = isLoad(to) ? 'got2 == 0' : 'saw2 == 1';
  return `#include <racewalk.h>
int x, y, w;
GHOST int got1 = -1, got2 = -1, saw1 = -1, saw2 = -1;
${declared}
${more}
THREAD(one)
{
	int r1 = -1, r2 = -1;

	${begin}
	${from === 'P' ? '' : accesses[from].first}
	${code}
	${to === 'P' ? '' : accesses[to].second}
	got1 = ${from === 'P' && access === 'load' ? 'v' : 'r1'};
	got2 = ${to === 'P' && access === 'load' ? 'v' : 'r2'};
	${end}
}
THREAD(two)
{
	int q1 = -1, q2 = -1;

	${opposite(to, 'y', 'q2')}
	smp_mb();
	${opposite(from, 'x', 'q1')}
	saw1 = q1;
	saw2 = q2;
}
FINALLY("in order", !(${isAfter} && ${isBefore}));
`;
}

const outcomeOf = (text: string, memory: string): string => {
  const { outcome } = check(withMemoryOption(protocol(text)).build({ memory }));
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

const around4: readonly Pair[] = ['WR', 'WW', 'RR', 'RW'];
const own: readonly Pair[] = ['PR', 'PW', 'RP', 'WP'];

/** Some of the pairs, others for the next row; all of them in the long run. */
const chosen = (pairs: readonly Pair[], at: number) =>
  quick
    ? pairs.filter((_, other) => (other + at * (pairs.length - 1)) % pairs.length < pairs.length / 4)
    : pairs;

const cases = sampled(Object.entries(table), 3).map(([name, made], at) => ({
  name,
  made,
  pairs: chosen(made.access === 'none' ? around4 : [...around4, ...own], at),
}));

describe.each(cases)('$name', ({ made, pairs }) => {
  test.each(pairs)('%s', law, (pair) => {
    const text = program(made, pair);
    const found = { sc: outcomeOf(text, 'sc') } as Record<string, string>;
    for (const memory of ['tso', 'pso', 'arm64'] as const) found[memory] = outcomeOf(text, memory);
    const expected = (memory: Memory) => (isOrdered(memory, made, pair) ? 'holds' : 'in order');
    expect(found, text).toEqual({
      sc: 'holds',
      tso: expected('tso'),
      pso: expected('pso'),
      arm64: expected('arm64'),
    });
  });
});
