/**
 * RCU: read-side critical sections and grace periods. Interrupts off and preemption off are critical sections too, as
 * since v5.0.
 *
 * Source:  Documentation/RCU/whatisRCU.rst; kernel/rcu/tree.c
 */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Effect } from '../../../language/statement.ts';
import { nullPointer, typeKey } from '../../memory.ts';
import type { Place } from '../../syntax/source.ts';
import type { Callback } from '../kernel.ts';
import { argument, nothing, valueAt, type Lowering, type Primitive } from '../lowering.ts';
import { both, compared, constant, negated, plus } from '../value.ts';
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
  emitter.generated(() => emitter.barrier(call.place, 'full'));
  emitter.atomically('the grace period begins at one moment for all CPUs', () =>
    thread.access({ place: call.place, effects: begun }),
  );
  emitter.atomically('a quiescent state that has been reported is never taken back', () =>
    thread.access({ place: call.place, guard: over, effects: [] }),
  );
  return nothing;
};

/** The number of an rcu_head, and what must be true of it. */
interface Queued {
  readonly head: AnyExpr;
  readonly checks: readonly Effect[];
}

/** A store to a cell that RCU reads: what comes before is seen by the callback, and no more is ordered. */
function queue(thread: Lowering, place: Place, { head, checks }: Queued, callback: Callback): void {
  const { kernel } = thread.program;
  const heads = kernel.heads!;
  kernel.callbacks.set(callback.key, callback);
  kernel.waiters.set(heads.name, heads);
  const queued = kernel.queued(heads, head);
  thread.emitter.atomically('RCU takes a head from one caller', () =>
    thread.access({
      place,
      effects: [
        ...checks,
        {
          kind: 'assert',
          claim: `${thread.emitter.text(place)}: no rcu_head is queued twice`,
          condition: negated(queued),
        },
        ...[queued, kernel.requested(callback, heads, head)].map((target): Effect => ({
          kind: 'set',
          target,
          value: constant(true),
        })),
      ],
      ordering: 'release',
    }),
  );
}

/** call_rcu(head, function) */
const callLater: Primitive = (thread, call, scope) => {
  const head = thread.lasting(valueAt(thread, call, scope, 0), argument(thread, call, 0).place);
  const called = valueAt(thread, call, scope, 1);
  const definition = called.kind === 'function' ? thread.program.functions.get(called.name) : undefined;
  if (head.kind !== 'pointer' || thread.program.kernel.heads === null)
    return thread.fail(argument(thread, call, 0).place, `${call.name} needs a pointer to an rcu_head`);
  if (definition === undefined)
    return thread.fail(argument(thread, call, 1).place, `${call.name} needs the name of a function`);
  const checks = thread.asserted(thread.pointee(head, call.place), call.place);
  queue(
    thread,
    call.place,
    { head: head.expr, checks },
    {
      key: definition.name,
      place: definition.place,
      function: definition.name,
      frees: null,
    },
  );
  return nothing;
};

/** kfree_rcu(pointer, member): kfree() after a grace period; of NULL it does nothing. */
const freeLater: Primitive = (thread, call, scope) => {
  const { memory, kernel } = thread.program;
  const { emitter } = thread;
  const { place } = call;
  const pointer = valueAt(thread, call, scope, 0);
  const member = argument(thread, call, 1);
  const type = pointer.kind === 'pointer' ? pointer.type : null;
  if (pointer.kind !== 'pointer' || type?.to.kind !== 'struct' || member.kind !== 'name')
    return thread.fail(place, `${call.name}(pointer, member) needs a pointer that kmalloc() has returned`);
  const [queueIt, end] = [emitter.newLabel(), emitter.newLabel()];
  emitter.branch(place, compared('!=', pointer.expr, constant(nullPointer)), queueIt, end);
  emitter.label(queueIt);
  const head = thread.member(thread.pointee(pointer, place), member.name, place);
  const [heads, objects] = [memory.space(head.type), memory.space(type.to)];
  if (kernel.heads === null || heads === null || objects === null || typeKey(head.type) !== 'rcu_head')
    return thread.fail(member.place, `'${member.name}' is no rcu_head`);
  const base = memory.memberBase(heads, objects, member.name);
  const queued = { head: plus(pointer.expr, constant(base)), checks: thread.asserted(head, place) };
  queue(thread, place, queued, {
    key: `kfree_rcu.${typeKey(type.to)}.${member.name}`,
    place,
    function: null,
    frees: { type, base },
  });
  emitter.label(end);
  return nothing;
};

/** Asks RCU which callbacks are queued, and waits for them; where there are none it orders nothing. */
const barrier: Primitive = (thread, call) => {
  const { kernel } = thread.program;
  const { heads } = kernel;
  thread.mightSleep(call.place);
  if (heads === null) return nothing;
  const { name, cpus } = thread.definition;
  const request = { key: 'rcu_barrier_request', sender: { name, cpus } };
  kernel.barriers.set(name, request);
  const asked = kernel.request(request, thread.self);
  thread.emitter.atomically('a request to RCU', () =>
    thread.access({
      place: call.place,
      effects: [{ kind: 'set', target: asked, value: constant(true) }],
      ordering: 'release',
    }),
  );
  thread.emitter.atomically('a callback that has run is never queued again by that call', () =>
    thread.access({
      place: call.place,
      guard: both(
        negated(asked),
        kernel.allCpus(heads, null, (head) =>
          negated(kernel.barrier(request.sender, thread.self, heads, head)),
        ),
      ),
      effects: [],
    }),
  );
  return nothing;
};

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
  ...names(['call_rcu'], callLater),
  ...names(['kfree_rcu', 'kvfree_rcu'], freeLater),
  ...names(['rcu_barrier'], barrier),
];
