/** The threads that the kernel adds to a protocol: interrupt handlers, callbacks of RCU, and its quiescent states. */
import type { AnyExpr, SharedReference } from '../../language/expression.ts';
import { isPartOfStep, withBlocks, type Block, type Effect } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { attempt, type Place } from '../syntax/source.ts';
import { pointerTo } from '../syntax/types.ts';
import { Emitter } from './emitter.ts';
import type { Callback, Cpus } from './kernel.ts';
import { primitiveOf } from './primitives.ts';
import { freeObject } from './primitives/allocation.ts';
import { enter, leave } from './primitives/critical-section.ts';
import type { Program, ThreadDefinition } from './program.ts';
import { ThreadLowering } from './thread.ts';
import { both, compared, constant, either, hasBit, negated, plus, when, type CValue } from './value.ts';

/** A thread whose statements are known. */
export interface KernelThread {
  readonly name: string;
  readonly cpus: number;
  readonly on: string | null;
  readonly mayBlockForever: boolean;
  readonly emitter: Emitter;
  /** It is an interrupt handler of several steps, for which all else on its CPU waits. */
  readonly isLongHandler: boolean;
}

const selfOf = (name: string, cpus: number): AnyExpr =>
  cpus === 1 ? constant(0) : { kind: 'self', thread: name, count: cpus };

/** The handlers of IPIs and of `INTERRUPT(name, host)`: each runs on its CPU while interrupts are on. */
export function handlers(
  program: Program,
  definitions: readonly ThreadDefinition[],
): readonly KernelThread[] {
  const { kernel } = program;
  const place: Place = definitions[0]?.place ?? {
    file: { name: program.name, text: '' },
    offset: 0,
    length: 0,
  };
  const made: KernelThread[] = [];
  for (const host of kernel.hosts)
    for (const call of kernel.calls.values()) {
      const name = `IPI ${call.key} on ${host.name}`;
      const definition = program.functions.get(call.function);
      const body = (lowering: ThreadLowering) =>
        definition === undefined
          ? lowering.fail(place, `'${call.function}' is not defined`)
          : void lowering.paste(
              definition,
              definition.type.parameters.length === 0 || call.info === null ? [] : [call.info],
              definition.place,
            );
      const cpu = selfOf(name, host.cpus);
      const pending = kernel.pending(call, host, cpu);
      const at = definition?.place ?? place;
      made.push(handler(program, { name, host, place: at, pending, statements: [], body }));
    }
  for (const definition of definitions) {
    if (definition.on === null) continue;
    const host = kernel.hosts.find(({ name }) => name === definition.on);
    if (host === undefined) {
      attempt(() =>
        new ThreadLowering(program, definition, primitiveOf).fail(
          definition.place,
          `'${definition.on!}' is no thread`,
        ),
      );
      continue;
    }
    const body = (lowering: ThreadLowering) => lowering.lower();
    made.push(
      handler(program, {
        name: definition.name,
        host,
        place: definition.place,
        pending: null,
        statements: definition.body,
        body,
      }),
    );
  }
  return made;
}

interface Handler {
  readonly name: string;
  readonly host: Cpus;
  readonly place: Place;
  /** What it handles; null: it may run at any time. */
  readonly pending: ReturnType<Program['kernel']['pending']> | null;
  /** The text that the lowering begins with, where it is no call. */
  readonly statements: ThreadDefinition['body'];
  readonly body: (lowering: ThreadLowering) => void;
}

/** A handler that accesses no memory is one step; while another one runs, its CPU waits. */
function handler(program: Program, made: Handler): KernelThread {
  const { name, host, place, pending, statements } = made;
  const { kernel } = program;
  const body = (one: ThreadLowering) => withoutSleep(one, place, () => made.body(one));
  const definition: ThreadDefinition = {
    place,
    name,
    cpus: host.cpus,
    mayBlockForever: true,
    on: host.name,
    body: statements,
  };
  const lowering = new ThreadLowering(program, definition, primitiveOf);
  const { emitter } = lowering;
  const cpu = selfOf(name, host.cpus);
  const isOn = negated(kernel.irqsOff(host, cpu));
  const guard = pending === null ? isOn : both(pending, isOn);
  const done: readonly Effect[] =
    pending === null ? [] : [{ kind: 'set', target: pending, value: constant(false) }];
  const isOneStep = accessesOf(program, definition, body) === 0;
  const reason = 'an interrupt is taken between two instructions of its CPU, while irqs are on there';
  emitter.forever(() => {
    if (isOneStep) {
      emitter.atomically(reason, () => {
        emitter.generated(() => emitter.access({ place, text: '<interrupt>', guard, effects: [] }));
        attempt(() => lowering.atomic(() => body(lowering)));
        emitter.generated(() => emitter.compute(place, ...done));
      });
      return;
    }
    const running = kernel.inHandler(host, cpu);
    const idle = both(guard, negated(running));
    const set = (value: boolean): Effect => ({ kind: 'set', target: running, value: constant(value) });
    emitter.atomically(reason, () =>
      emitter.generated(() =>
        emitter.access({ place, text: '<interrupt>', guard: idle, effects: [set(true)] }),
      ),
    );
    attempt(() => body(lowering));
    emitter.generated(() =>
      emitter.access({
        place,
        text: '<end of interrupt>',
        effects: [...done, set(false)],
        ordering: pending === null ? null : 'release',
      }),
    );
  });
  return {
    name,
    cpus: host.cpus,
    on: host.name,
    mayBlockForever: true,
    emitter,
    isLongHandler: !isOneStep,
  };
}

/**
 * The callbacks of RCU: for each function a thread with a copy for each rcu_head, so that callbacks of several heads may
 * run at once, as on several CPUs.
 */
export function rcuCallbacks(program: Program): readonly KernelThread[] {
  const { kernel } = program;
  const { heads } = kernel;
  if (heads === null) return [];
  return [...kernel.callbacks.values()].map((callback) => {
    const { place } = callback;
    const name = `RCU calls ${callback.key}`;
    const { cpus } = heads;
    const definition: ThreadDefinition = { place, name, cpus, mayBlockForever: true, on: null, body: [] };
    const lowering = new ThreadLowering(program, definition, primitiveOf);
    const { emitter } = lowering;
    const head = selfOf(name, cpus);
    const type = pointerTo(program.unit.structs.find(({ tag }) => tag === 'rcu_head')!);
    // A callback runs in a softirq: it must not sleep.
    const body = (one: ThreadLowering) =>
      withoutSleep(one, place, () => perform(one, callback, { kind: 'pointer', type, expr: head }));
    const requested = kernel.requested(callback, heads, head);
    const waits = kernel.waits(callback, heads, head);
    const isOver = kernel.all(
      kernel.hosts.map((host) =>
        kernel.allCpus(host, null, (cpu) => negated(kernel.blocks(heads, head, host, cpu))),
      ),
    );
    const set = (target: SharedReference, value: boolean): Effect => ({
      kind: 'set',
      target,
      value: constant(value),
    });
    const begun = [set(waits, false), set(kernel.queued(heads, head), false)];
    const done = [...kernel.barriers.values()].flatMap(({ sender }) =>
      kernel.forCpus(sender, null, (copy) => [set(kernel.barrier(sender, copy, heads, head), false)]),
    );
    const blocked = kernel.hosts.flatMap((host) =>
      kernel.forCpus(host, null, (cpu) => [set(kernel.blocks(heads, head, host, cpu), true)]),
    );
    const reason = 'RCU calls a function when the grace period is over';
    const isOneStep = accessesOf(program, definition, body) <= 1;
    const first = { place, text: '<grace period> is over', guard: both(waits, isOver) };
    emitter.forever(() => {
      emitter.generated(() =>
        emitter.atomically('a grace period begins at one moment for all CPUs', () =>
          emitter.access({
            place,
            text: '<grace period> begins',
            guard: requested,
            effects: [set(requested, false), set(waits, true), ...blocked],
          }),
        ),
      );
      if (isOneStep) {
        emitter.atomically(reason, () => {
          emitter.generated(() => emitter.access({ ...first, effects: begun }));
          attempt(() => lowering.atomic(() => body(lowering)));
          emitter.generated(() => emitter.compute(place, ...done));
        });
        return;
      }
      const running = kernel.runs(heads, head);
      emitter.generated(() =>
        emitter.atomically(reason, () =>
          emitter.access({ ...first, effects: [...begun, set(running, true)] }),
        ),
      );
      attempt(() => body(lowering));
      emitter.generated(() =>
        emitter.atomically(reason, () =>
          emitter.access({ place, text: '<end of callback>', effects: [set(running, false), ...done] }),
        ),
      );
    });
    return { name, cpus, on: null, mayBlockForever: true, emitter, isLongHandler: false };
  });
}

/** RCU notes for rcu_barrier() which callbacks are queued or run. */
export function rcuBarriers(program: Program): readonly KernelThread[] {
  const { kernel } = program;
  const { heads } = kernel;
  if (heads === null) return [];
  return [...kernel.barriers.values()].map((request) =>
    requestAgent(program, `RCU barrier of ${request.sender.name}`, request.sender, (copy) => {
      const asked = kernel.request(request, copy);
      const isBusy = (head: AnyExpr) =>
        [...kernel.callbacks.values()]
          .flatMap((callback) => [
            kernel.requested(callback, heads, head),
            kernel.waits(callback, heads, head),
          ])
          .reduce<AnyExpr>(either, kernel.runs(heads, head));
      return {
        text: '<callbacks> that are queued',
        reason: 'the callbacks of one moment are waited for',
        guard: asked,
        effects: [
          { kind: 'set', target: asked, value: constant(false) },
          ...kernel.forCpus(heads, null, (head): readonly Effect[] => [
            { kind: 'set', target: kernel.barrier(request.sender, copy, heads, head), value: isBusy(head) },
          ]),
        ],
      };
    }),
  );
}

/** The interrupt controller, which sends a function to the CPUs that a thread has asked for. */
export function interruptController(program: Program): readonly KernelThread[] {
  const { kernel } = program;
  return [...kernel.callRequests.values()].map((request) => {
    const { call, sender, isMasked } = request;
    return requestAgent(program, `IPIs of ${sender.name}: ${request.key}`, sender, (copy) => {
      const asked = kernel.callRequest(request, copy);
      const except = (host: Cpus) => (host.name === sender.name ? copy : null);
      const isCalled = (host: Cpus, cpu: AnyExpr) =>
        isMasked ? hasBit(asked, plus(cpu, constant(kernel.firstCpu(host.name)!))) : constant(true);
      const idle = kernel.hosts.map((host) =>
        kernel.allCpus(host, except(host), (cpu) =>
          either(negated(isCalled(host, cpu)), negated(kernel.pending(call, host, cpu))),
        ),
      );
      const sent = kernel.hosts.flatMap((host) =>
        kernel.forCpus(host, except(host), (cpu): readonly Effect[] =>
          when(isCalled(host, cpu), [
            { kind: 'set', target: kernel.pending(call, host, cpu), value: constant(true) },
            { kind: 'count', name: 'IPIs', amount: 1 },
          ]),
        ),
      );
      return {
        text: '<IPI> is sent',
        reason: 'one message of the interrupt controller goes to all CPUs',
        guard: kernel.all([isMasked ? compared('!=', asked, constant(0)) : asked, ...idle]),
        effects: [...sent, { kind: 'set', target: asked, value: constant(isMasked ? 0 : false) }],
      };
    });
  });
}

interface RequestStep {
  readonly text: string;
  readonly reason: string;
  readonly guard: AnyExpr;
  readonly effects: readonly Effect[];
}

/** An agent on a CPU of its own for each copy of the thread that asks. */
function requestAgent(
  { name: file, threads }: Program,
  name: string,
  { cpus }: Cpus,
  stepOf: (copy: AnyExpr) => RequestStep,
): KernelThread {
  const emitter = new Emitter(name, file);
  const { reason, ...step } = stepOf(selfOf(name, cpus));
  const { place } = threads[0]!;
  emitter.forever(() =>
    emitter.atomically(reason, () => emitter.generated(() => emitter.access({ place, ...step }))),
  );
  return { name, cpus, on: null, mayBlockForever: true, emitter, isLongHandler: false };
}

/** What a callback does with its head. */
function perform(
  lowering: ThreadLowering,
  { function: name, frees, place }: Callback,
  head: CValue & { kind: 'pointer' },
): void {
  if (name !== null) lowering.paste(lowering.program.functions.get(name)!, [head], place);
  if (frees === null) return;
  const { type, base } = frees;
  freeObject(lowering, { kind: 'pointer', type, expr: plus(head.expr, constant(-base)) }, place);
}

/** What must not sleep. */
function withoutSleep(lowering: ThreadLowering, place: Place, work: () => void): void {
  enter(lowering, place);
  work();
  leave(lowering, place);
}

/** How often the body of a handler accesses memory. */
function accessesOf(program: Program, definition: ThreadDefinition, body: Handler['body']): number {
  const claims = [...program.claims];
  const trial = new ThreadLowering(program, definition, primitiveOf);
  attempt(() => body(trial));
  program.claims.splice(0, Infinity, ...claims);
  return [...statementsOf(trial.emitter.block)].filter(
    (statement) => statement.kind === 'step' && !isPartOfStep(statement),
  ).length;
}

/** The statements of a thread on whose CPU handlers of several steps may run: it goes on only when none runs. */
export function heldByHandlers(
  { kernel }: Program,
  { name, cpus, on, emitter, isLongHandler }: KernelThread,
): Block {
  const host = { name: on ?? name, cpus };
  if (isLongHandler || !kernel.hasLongHandler(host)) return emitter.block;
  return guarded(emitter.block, negated(kernel.inHandler(host, selfOf(name, cpus))));
}

function guarded(block: Block, condition: AnyExpr): Block {
  return block.map((statement) => {
    if (statement.kind === 'step' && !isPartOfStep(statement)) {
      const { guard, addedGuard = constant(true) } = statement;
      const added = both(condition, addedGuard);
      return { ...statement, guard: both(added, withoutPart(guard, addedGuard)), addedGuard: added };
    }
    // Only the first statement of an atomic block may wait.
    if (statement.kind === 'atomically')
      return {
        ...statement,
        body: [...guarded(statement.body.slice(0, 1), condition), ...statement.body.slice(1)],
      };
    return withBlocks(statement, (inner) => guarded(inner, condition));
  });
}

/** What stands beside a part of a condition that a front end has put before it. */
function withoutPart(condition: AnyExpr | null, added: AnyExpr): AnyExpr {
  if (condition === null || condition === added) return constant(true);
  return condition.kind === 'binary' && condition.left === added ? condition.right : condition;
}

/** RCU sees a CPU outside of every critical section, and stops waiting for it. */
export function quiescentStates(program: Program): readonly KernelThread[] {
  const { kernel, threads } = program;
  const place = threads[0]?.place;
  if (place === undefined) return [];
  return kernel.hosts.flatMap((host) =>
    [...kernel.waiters.values()].flatMap((waiter): readonly KernelThread[] => {
      if (waiter.name === host.name && host.cpus === 1) return [];
      const name = `RCU of ${waiter.name} on ${host.name}`;
      const emitter = new Emitter(name, program.name);
      const cpu = selfOf(name, host.cpus);
      const quiet = kernel.none([kernel.reader(host, cpu), kernel.irqsOff(host, cpu)]);
      const isFree = kernel.allCpus(waiter, null, (copy) => negated(kernel.blocks(waiter, copy, host, cpu)));
      emitter.forever(() =>
        emitter.atomically('RCU sees a CPU between two of its instructions', () =>
          emitter.generated(() =>
            emitter.access({
              place,
              text: '<quiescent state> of the CPU',
              guard: both(negated(isFree), quiet),
              // Grace periods of several copies may all have seen it: each ends when its waiter goes on.
              effects: kernel.forCpus(waiter, null, (copy): readonly Effect[] => [
                { kind: 'set', target: kernel.blocks(waiter, copy, host, cpu), value: constant(false) },
              ]),
            }),
          ),
        ),
      );
      const { cpus, name: on } = host;
      return [{ name, cpus, on, mayBlockForever: true, emitter, isLongHandler: false }];
    }),
  );
}
