/**
 * The ticket spinlock of x86, and the test-and-set lock before it, which serves CPUs in no order.
 *
 * A CPU draws a ticket with one xadd and waits until the lock serves it: whoever came first enters first. A test-and-set lock
 * goes to any CPU that sees it free, so that one of them may find it taken forever.
 *
 * Source:  v2.6.25 include/asm-x86/spinlock.h, __raw_spin_lock; J. Corbet, Ticket spinlocks (LWN, 2008): on eight cores, some
 *          took the lock a million times more often than others
 * Fixed:   314cdbefd1fd (v2.6.25) -> lock ticket
 * Omitted: tickets of one byte: a CPU holds at most one, so numbers modulo the number of CPUs are enough. What is done inside.
 */
import type { Expr } from 'racewalk';
import { array, atomically, bool, conditional, defineModel, eq, goto, index, init, integer, add, label, not, oneOf, set, shared, step,
  thread, wait } from 'racewalk';
import { mutualExclusion } from './benchmark.ts';

export const model = defineModel({
  name: 'ticket-lock',
  summary: 'a spinlock that serves CPUs in the order in which they came',
  options: {
    n: integer('cpus', [2, 4], 3),
    lock: oneOf('fix', 'the kind of lock', ['test and set', 'ticket']),
  },
  scenarios: [
    { name: 'test-and-set', options: {}, verdict: 'livelock', steps: 2, why: 'a CPU that is slower than the others never finds it free' },
    { name: 'ticket', options: { lock: 'ticket' }, verdict: 'holds' },
    { name: 'ticket, 4 CPUs', options: { lock: 'ticket', n: 4 }, verdict: 'holds' },
  ],
  build: ({ n, lock }) => {
    const mem = shared({
      locked: init(bool, false, 'lock->slock of the test-and-set lock'),
      tail:   init(index(n), 0, 'the next ticket'),
      head:   init(index(n), 0, 'the ticket that is served'),
      inside: array(n, bool, false),
    });
    const after = (ticket: Expr<number>) => conditional(eq(ticket, n - 1), 0, add(ticket, 1));
    const enters = 'inside says where the CPU is: only the properties read it';

    const cpus = thread('process', { cpus: n, locals: { ticket: init(index(n), 0) } }, (l, cpu) => [
      label('outside'),
      ...(lock === 'ticket'
        ? [
          step('inc = xadd(&lock->tickets, 1)',           set(l.ticket, mem.tail), set(mem.tail, after(mem.tail))),
          atomically(enters, wait('inc.head == inc.tail', eq(mem.head, l.ticket), set(mem.inside.at(cpu), true))),
          atomically(enters, step('lock->tickets.head++', set(mem.head, after(mem.head)), set(mem.inside.at(cpu), false))),
        ]
        : [
          atomically(enters, wait('lock ; decb %0',       not(mem.locked), set(mem.locked, true), set(mem.inside.at(cpu), true))),
          atomically(enters, step('lock->slock = 1',      set(mem.locked, false), set(mem.inside.at(cpu), false))),
        ]),
      goto('outside'),
    ]);

    return { shared: mem, threads: [cpus], properties: mutualExclusion(mem.inside) };
  },

  survivors: [
    { why: 'a test-and-set lock starves a CPU with or without the change', mutants: [
      'process: lock ; decb %0: left out', "process: lock ; decb %0: without 'mem.inside[cpu] = true'" ] },
  ],
});
