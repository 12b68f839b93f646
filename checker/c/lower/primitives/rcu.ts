/**
 * RCU: read-side critical sections and grace periods. Interrupts off and preemption off are critical sections too, as
 * since v5.0.
 *
 * Source:  Documentation/RCU/whatisRCU.rst; kernel/rcu/tree.c
 */
import type { Effect } from '../../../language/statement.ts';
import { nothing, type Primitive } from '../lowering.ts';
import { constant, negated } from '../value.ts';
import { enter, leave } from './critical-section.ts';

type Entry = readonly [string, Primitive];

const synchronize: Primitive = (thread, call) => {
  const { kernel } = thread.program;
  const { emitter, definition, self } = thread;
  thread.mightSleep(call.place);
  const waiter = { name: definition.name, cpus: definition.cpus };
  kernel.waiters.set(waiter.name, waiter);
  const except = (name: string) => (name === definition.name ? self : null);
  const begun = kernel.hosts.flatMap((host) =>
    kernel.forCpus(host, except(host.name), (cpu): readonly Effect[] => [
      { kind: 'set', target: kernel.blocks(waiter, self, host, cpu), value: constant(true) },
    ]),
  );
  const over = kernel.all(
    kernel.hosts.map((host) =>
      kernel.allCpus(host, except(host.name), (cpu) => negated(kernel.blocks(waiter, self, host, cpu))),
    ),
  );
  if (begun.length === 0) return nothing;
  emitter.atomically('the grace period begins at one moment for all CPUs', () =>
    thread.access({ place: call.place, effects: begun }),
  );
  emitter.atomically('a quiescent state that has been reported is never taken back', () =>
    thread.access({ place: call.place, guard: over, effects: [] }),
  );
  return nothing;
};

const refused: Primitive = (thread, call) =>
  thread.fail(call.place, `racewalk does not read ${call.name}: write its callback as an AGENT`);

const names = (pattern: readonly string[], primitive: Primitive): readonly Entry[] =>
  pattern.map((name) => [name, primitive]);

export const rcuPrimitives: readonly Entry[] = [
  ...names(['rcu_read_lock', 'rcu_read_lock_sched', 'rcu_read_lock_bh'], (thread, call) => {
    enter(thread, call.place);
    return nothing;
  }),
  ...names(['rcu_read_unlock', 'rcu_read_unlock_sched', 'rcu_read_unlock_bh'], (thread, call) => {
    leave(thread, call.place);
    return nothing;
  }),
  ...names(
    ['synchronize_rcu', 'synchronize_rcu_expedited', 'synchronize_sched', 'synchronize_net'],
    synchronize,
  ),
  ...names(['call_rcu', 'kfree_rcu', 'rcu_barrier'], refused),
];
