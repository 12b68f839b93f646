/**
 * The queued spinlock: one word with a locked byte, a pending bit for the first waiter, and the tail of a queue for the others.
 *
 * The first waiter took the pending bit in a cmpxchg loop. While the lock passes between CPUs that find it free, the word changes
 * between 0,0,0 and 0,0,1 (tail, pending, locked), and each cmpxchg of the waiter comes too late: it is starved.
 *
 *   CPU 0: process                                      CPU 1: process
 *   val = 0,0,1
 *                                                       unlock: 0,0,0
 *   cmpxchg(0,0,1 -> 0,1,1) fails: val = 0,0,0
 *                                                       lock: 0,0,1
 *   cmpxchg(0,0,0 -> 0,0,1) fails: val = 0,0,1
 *
 * Source:  v4.17 and v4.18 kernel/locking/qspinlock.c, queued_spin_lock_slowpath; W. Deacon in the changelog of 59fb586b4a07:
 *          "lockers can be starved indefinitely"
 * Fixed:   59fb586b4a07 (v4.18) -> fetchOr; 6512276d97b1 (v4.18, the wait for a hand-over in progress is bounded) -> boundedWait
 * Omitted: the trylock before a CPU queues, which saves time alone. Several queue nodes for each CPU: no interrupt takes the lock.
 *          Paravirtual locks. _Q_PENDING_LOOPS is 1, as on x86 then: more rounds only read the word again.
 */
import { and, array, atomically, bool, branch, defineModel, eq, eventually, flag, goto, ifdef, init, integer, label, ne, not, or, range,
  set, shared, step, thread, wait, when } from 'racewalk';
import { mutualExclusion } from './benchmark.ts';

export const model = defineModel({
  name: 'qspinlock',
  summary: 'the queued spinlock, whose first waiter took the pending bit in a loop without bound',
  options: {
    n: integer('cpus', [2, 4], 2),
    fetchOr: flag('fix', 'the first waiter takes the pending bit with one atomic_fetch_or'),
    boundedWait: flag('fix', 'a waiter that sees a hand-over in progress looks once more and then queues'),
    once: flag('variant', 'each CPU takes the lock once'),
  },
  scenarios: [
    { name: 'v4.17',             options: {},                                         verdict: 'livelock' },
    { name: 'fetch-or-alone',    options: { fetchOr: true, n: 3 },                    verdict: 'livelock', states: 368_119,
      why: 'hand-overs in progress whenever the third CPU looks' },
    { name: 'bounded-alone',     options: { boundedWait: true },                      verdict: 'livelock' },
    { name: 'v4.18',             options: { fetchOr: true, boundedWait: true },       verdict: 'holds' },
    { name: 'v4.18, 3 CPUs',     options: { fetchOr: true, boundedWait: true, n: 3 }, verdict: 'holds', states: 491_821 },
    { name: 'v4.17, once',       options: { once: true, n: 3 },                       verdict: 'holds',
      why: 'the others take the lock only so often' },
    { name: 'v4.18, once',       options: { fetchOr: true, boundedWait: true, once: true, n: 3 }, verdict: 'holds' },
  ],
  build: ({ n, fetchOr, boundedWait, once }) => {
    const none = n;
    const Tail = range(0, n);
    const mem = shared({
      tail:    init(Tail, none, 'lock->tail; n is none'),
      pending: init(bool, false, 'lock->pending'),
      locked:  init(bool, false, 'lock->locked'),
      next:    array(n, Tail, none, 'node->next; n is NULL'),
      granted: array(n, bool, false, 'node->locked'),
      inside:  array(n, bool, false),
    });
    const word = 'the fields are one word';
    const isZero = and(eq(mem.tail, none), not(mem.pending), not(mem.locked));
    const locals = { tail: init(bool, false, 'val & _Q_TAIL_MASK'), pending: init(bool, false, 'val & _Q_PENDING_MASK'),
      locked: init(bool, false, 'val & _Q_LOCKED_MASK'), won: init(bool, false), other: init(Tail, none, 'prev, next') };

    const cpus = thread('process', { cpus: n, locals }, (l, cpu) => {
      const reads = () => [set(l.tail, ne(mem.tail, none)), set(l.pending, mem.pending), set(l.locked, mem.locked)];
      const handOver = and(not(l.tail), l.pending, not(l.locked));
      const waitAsFirst = () => [
        wait('smp_cond_load_acquire(&lock->val.counter, !(VAL & _Q_LOCKED_MASK))', not(mem.locked)),
        atomically(word, step('clear_pending_set_locked(lock)', set(mem.pending, false), set(mem.locked, true))),
        goto('locked'),
      ];
      return [
        label('outside'),
        atomically(word, step('val = atomic_cmpxchg_acquire(&lock->val, 0, _Q_LOCKED_VAL)',
          ...reads(), when(isZero, set(mem.locked, true)))),
        branch('val == 0',                                and(not(l.tail), not(l.pending), not(l.locked)), [goto('locked')]),
        branch('val == _Q_PENDING_VAL',                   handOver, [
          atomically(word, boundedWait
            ? step('val = atomic_read(&lock->val)', ...reads())
            : wait('(val = atomic_read(&lock->val)) != _Q_PENDING_VAL',
              not(and(eq(mem.tail, none), mem.pending, not(mem.locked))), ...reads())),
        ]),

        ifdef(!fetchOr,
          label('again'),
          branch('val & ~_Q_LOCKED_MASK',                 or(l.tail, l.pending), [goto('queue')]),
          atomically(word, step('old = atomic_cmpxchg_acquire(&lock->val, val, new)',
            set(l.won, and(eq(mem.tail, none), not(mem.pending), eq(mem.locked, l.locked))),
            when(and(l.won, l.locked), set(mem.pending, true)),
            when(and(l.won, not(l.locked)), set(mem.locked, true)),
            when(not(l.won), ...reads()))),
          branch('old != val',                            not(l.won), [goto('again')]),
          branch('new == _Q_LOCKED_VAL',                  not(l.locked), [goto('locked')]),
          ...waitAsFirst()),
        ifdef(fetchOr,
          branch('val & ~_Q_LOCKED_MASK',                 or(l.tail, l.pending), [goto('queue')]),
          atomically(word, step('val = atomic_fetch_or_acquire(_Q_PENDING_VAL, &lock->val)', ...reads(), set(mem.pending, true))),
          branch('!(val & ~_Q_LOCKED_MASK)',              not(or(l.tail, l.pending)), waitAsFirst()),
          branch('!(val & _Q_PENDING_MASK)',              not(l.pending), [
            step('clear_pending(lock)',                   set(mem.pending, false))])),

        label('queue'),
        atomically('no other CPU knows the node yet',
          step('node->locked = 0, node->next = NULL',     set(mem.granted.at(cpu), false), set(mem.next.at(cpu), none))),
        step('old = xchg_tail(lock, tail)',               set(l.other, mem.tail), set(mem.tail, cpu)),
        branch('old & _Q_TAIL_MASK',                      ne(l.other, none), [
          step('WRITE_ONCE(prev->next, node)',            set(mem.next.at(l.other), cpu)),
          wait('arch_mcs_spin_lock_contended(&node->locked)', mem.granted.at(cpu)),
        ]),
        atomically(word, wait('val = smp_cond_load_acquire(&lock->val.counter, !(VAL & _Q_LOCKED_PENDING_MASK))',
          and(not(mem.locked), not(mem.pending)), set(l.won, eq(mem.tail, cpu)))),
        branch('(val & _Q_TAIL_MASK) == tail',            l.won, [
          atomically(word, step('atomic_try_cmpxchg_relaxed(&lock->val, &val, _Q_LOCKED_VAL)',
            set(l.won, and(eq(mem.tail, cpu), not(mem.pending), not(mem.locked))),
            when(l.won, set(mem.tail, none), set(mem.locked, true)))),
          branch('atomic_try_cmpxchg_relaxed(&lock->val, &val, _Q_LOCKED_VAL)', l.won, [goto('locked')]),
        ]),
        step('set_locked(lock)',                          set(mem.locked, true)),
        wait('next = READ_ONCE(node->next)',              ne(mem.next.at(cpu), none), set(l.other, mem.next.at(cpu))),
        step('arch_mcs_spin_unlock_contended(&next->locked)', set(mem.granted.at(l.other), true)),

        label('locked'),
        // The locals of the slow path end with it.
        step('<critical section>',                        set(mem.inside.at(cpu), true), set(l.tail, false), set(l.pending, false),
          set(l.locked, false), set(l.won, false), set(l.other, none)),
        atomically('inside says where the CPU is: only the properties read it',
          step('smp_store_release(&lock->locked, 0)',     set(mem.locked, false), set(mem.inside.at(cpu), false))),
        ifdef(!once, goto('outside')),
      ];
    });

    const ends = once ? [eventually(cpus)] : [];
    return { shared: mem, threads: [cpus], properties: [...mutualExclusion(mem.inside, { stops: once }), ...ends] };
  },

  survivors: [
    { why: 'the first look saves time alone: the atomic operation after it sees the word again', mutants: [
      'process: if (val == _Q_PENDING_VAL): always taken', "process: if (val == _Q_PENDING_VAL): without '!tail'",
      "process: if (val == _Q_PENDING_VAL): without 'pending'", "process: if (val == _Q_PENDING_VAL): without '!locked'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without 'tail = mem.tail != 2'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without 'pending = mem.pending'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without 'locked = mem.locked'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without 'mem.tail == 2'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without '!mem.locked'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without 'tail = mem.tail != 3'",
      "process: (val = atomic_read(&lock->val)) != _Q_PENDING_VAL: without 'mem.tail == 3'",
      'process: val = atomic_read(&lock->val): left out', "process: val = atomic_read(&lock->val): without 'tail = mem.tail != 3'",
      "process: val = atomic_read(&lock->val): without 'pending = mem.pending'",
      "process: val = atomic_read(&lock->val): without 'locked = mem.locked'",
      "process: val = atomic_read(&lock->val): without 'tail = mem.tail != 2'", 'process: if (val & ~_Q_LOCKED_MASK) #2: never taken',
      "process: if (val & ~_Q_LOCKED_MASK) #2: without 'tail'", "process: if (val & ~_Q_LOCKED_MASK) #2: without 'pending'",
      'process: if (val & ~_Q_LOCKED_MASK): never taken', "process: if (val & ~_Q_LOCKED_MASK): without 'tail'",
      "process: if (val & ~_Q_LOCKED_MASK): without 'pending'" ] },
    { why: 'the loop of cmpxchg starves the first waiter with or without the change, and it ends once the others have ended', mutants: [
     
      "process: old = atomic_cmpxchg_acquire(&lock->val, val, new): without 'tail = mem.tail != 2'",
      "process: old = atomic_cmpxchg_acquire(&lock->val, val, new): without 'pending = mem.pending'",
      "process: old = atomic_cmpxchg_acquire(&lock->val, val, new): without 'tail = mem.tail != 3'" ] },
    { why: 'a CPU that gives the pending bit back queues, a wait for a free lock does not wait, and two CPUs never queue', mutants: [
      "process: val = atomic_fetch_or_acquire(_Q_PENDING_VAL, &lock->val): without 'locked = mem.locked'",
      'process: if (!(val & ~_Q_LOCKED_MASK)): never taken' ] },
    { why: 'a cmpxchg that comes too early fails, and the tail keeps others out until the lock is taken', mutants: [
      'process: if ((val & _Q_TAIL_MASK) == tail): always taken',
      "process: set_locked(lock): after 'next = READ_ONCE(node->next)'" ] },
    { why: 'a call that has ended reads its locals no more', mutants: [
      "process: <critical section>: without 'tail = false'", "process: <critical section>: without 'pending = false'",
      "process: <critical section>: without 'locked = false'", "process: <critical section>: without 'won = false'",
      "process: <critical section>: without 'other = 2'", "process: <critical section>: without 'other = 3'" ] },
  ],
});
