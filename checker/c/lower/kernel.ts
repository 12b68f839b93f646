/**
 * What the kernel itself keeps for a protocol: the interrupt flag of each CPU, inter-processor interrupts, RCU's grace
 * periods, and which objects of a pool are allocated. A part that the protocol does not use has no cells.
 */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, Binder, SharedReference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import type { AnyDeclaration } from '../../language/variable.ts';
import { typeKey, type Memory, type Space } from '../memory.ts';
import type { Place } from '../syntax/source.ts';
import type { PointerType } from '../syntax/types.ts';
import { ownersIn } from './objects.ts';
import { both, compared, constant, either, negated, plus, times, type CValue } from './value.ts';

/** A thread whose CPUs take interrupts and are waited for by RCU. */
export interface Cpus {
  readonly name: string;
  readonly cpus: number;
}

/** How many CPUs threads have together. */
export const cpusOf = (hosts: readonly Pick<Cpus, 'cpus'>[]): number =>
  hosts.reduce((sum, { cpus }) => sum + cpus, 0);

/** A function that other CPUs run, with its argument. */
export interface CrossCall {
  readonly key: string;
  readonly function: string;
  readonly info: CValue | null;
}

/**
 * What a thread asks of the interrupt controller, or of RCU: each copy has a cell, which a store fills and the agent that
 * does the work empties. So the caller orders no more than the kernel promises: what it did before is seen by the work.
 */
export interface Request {
  readonly key: string;
  readonly sender: Cpus;
}

/** The request that a function runs on other CPUs. */
export interface CallRequest extends Request {
  readonly call: CrossCall;
  /** The cell has the mask of the CPUs; otherwise it is true, and all others are called. */
  readonly isMasked: boolean;
}

/** What RCU does with an rcu_head after a grace period: calls a function, or frees the object around it. */
export interface Callback {
  readonly key: string;
  readonly place: Place;
  readonly function: string | null;
  /** The type of the object, and the number of the head that is a member of object 0. */
  readonly frees: { readonly type: PointerType; readonly base: number } | null;
}

/** Primitives that may sleep. */
const sleepers =
  /^(mutex_lock|down_read|down_write|synchronize_|rcu_barrier|kv?free_rcu_mightsleep|schedule|cond_resched|might_sleep|msleep|wait_event|wait_for_completion|k[mz]alloc|kmem_cache_z?alloc)/;

/** The name of a cell that racewalk adds: no member of C has a number for a name. */
export const ownName = (name: string): string => `${name}.0`;

const bool: AnyDomain = { kind: 'bool' };

export class Kernel {
  readonly cells: Record<string, AnyDeclaration> = {};
  readonly hosts: readonly Cpus[];
  /** Threads take interrupts, so that their interrupt flag is shared. */
  readonly hasInterrupts: boolean;
  readonly hasRcu: boolean;
  /** Something is allocated that is not zeroed. */
  readonly hasUnset: boolean;
  /** Something sleeps, so that critical sections are counted. */
  readonly hasSleepers: boolean;
  readonly calls = new Map<string, CrossCall>();
  /** What threads ask of the interrupt controller. */
  readonly callRequests = new Map<string, CallRequest>();
  /** Threads that wait for grace periods. */
  readonly waiters = new Map<string, Cpus>();
  /** Functions that RCU calls after a grace period. */
  readonly callbacks = new Map<string, Callback>();
  /** Threads that wait for callbacks, and ask RCU which are queued. */
  readonly barriers = new Map<string, Request>();
  /** Grace periods of callbacks: one for each rcu_head; null: nothing queues one. */
  readonly heads: Cpus | null;

  /** `heads`: how many rcu_heads have numbers. */
  constructor(
    hosts: readonly Cpus[],
    called: ReadonlySet<string>,
    hasHandlers: boolean,
    heads: number | null,
  ) {
    this.hosts = hosts;
    this.heads = heads === null ? null : { name: 'call_rcu', cpus: heads };
    this.hasInterrupts =
      hasHandlers || [...called].some((name) => /^(smp_call_function|on_each_cpu)/.test(name));
    this.hasUnset = called.has('kmalloc');
    this.hasSleepers = [...called].some((name) => sleepers.test(name));
    this.hasRcu = [...called].some((name) =>
      /^(synchronize_rcu|synchronize_sched|synchronize_net|call_rcu|kv?free_rcu|rcu_barrier)/.test(name),
    );
  }

  /** The number of the first CPU of a thread: CPUs are numbered in the order of the file; null: it has none. */
  firstCpu(name: string): number | null {
    const at = this.hosts.findIndex((host) => host.name === name);
    return at < 0 ? null : cpusOf(this.hosts.slice(0, at));
  }

  /** How many CPUs there are. */
  get cpuCount(): number {
    return cpusOf(this.hosts);
  }

  /** The cell of a CPU of a thread; `elements`: how many cells there are, if not one for each CPU. */
  #perCpu(name: string, { cpus }: Cpus, index: AnyExpr, meaning: string, elements = cpus): SharedReference {
    const declaration = (this.cells[ownName(name)] ??= {
      kind: 'declaration',
      domain: bool,
      initial: Array.from({ length: elements }, () => false),
      length: elements,
      meaning,
      elementNames: Array.from({ length: elements }, (_, at) => `${name}[${at}]`),
    });
    return { kind: 'shared', name: ownName(name), index, domain: declaration.domain };
  }

  irqsOff(host: Cpus, cpu: AnyExpr): SharedReference {
    return this.#perCpu(`irqs_off.${host.name}`, host, cpu, 'the interrupt flag of the CPU, inverted');
  }

  /** What a copy has asked for, until an agent takes it. */
  request({ key, sender }: Request, copy: AnyExpr, mask: number | null = null): SharedReference {
    const name = ownName(`${key}.${sender.name}`);
    const isMasked = mask !== null;
    const declaration = (this.cells[name] ??= {
      kind: 'declaration',
      domain: isMasked ? { kind: 'range', low: 0, high: mask } : bool,
      initial: Array.from({ length: sender.cpus }, () => (isMasked ? 0 : false)),
      length: sender.cpus,
      meaning: `${sender.name} has asked for it`,
      elementNames: Array.from({ length: sender.cpus }, (_, at) => `${key}.${sender.name}[${at}]`),
    });
    return { kind: 'shared', name, index: copy, domain: declaration.domain };
  }

  /** The same for the call of a function. */
  callRequest(request: CallRequest, copy: AnyExpr): SharedReference {
    return this.request(request, copy, request.isMasked ? 2 ** this.cpuCount - 1 : null);
  }

  /** A call that the CPU has been sent and has not finished. */
  pending(call: CrossCall, host: Cpus, cpu: AnyExpr): SharedReference {
    const meaning = `an IPI for ${call.function} has not been handled`;
    return this.#perCpu(`ipi.${call.key}.${host.name}`, host, cpu, meaning);
  }

  /** The CPU runs an interrupt handler of more than one step. */
  inHandler(host: Cpus, cpu: AnyExpr): SharedReference {
    const reference = this.#perCpu(
      `in_interrupt.${host.name}`,
      host,
      cpu,
      'the CPU runs an interrupt handler',
    );
    const declaration = this.cells[reference.name]!;
    this.cells[reference.name] = { ...declaration, insideCpu: 'interrupt state', ghost: 'proof' };
    return { ...reference, isNoMemory: true };
  }

  /** Whether some handler on the CPUs of a thread has several steps. */
  hasLongHandler({ name }: Cpus): boolean {
    return this.cells[ownName(`in_interrupt.${name}`)] !== undefined;
  }

  /** The CPU is in an RCU read-side critical section. */
  reader(host: Cpus, cpu: AnyExpr): SharedReference {
    const meaning = 'the CPU is in an RCU read-side critical section';
    return this.#perCpu(`rcu_reader.${host.name}`, host, cpu, meaning);
  }

  /** The grace period of a copy of `waiter` waits for this CPU. */
  blocks(waiter: Cpus, copy: AnyExpr, host: Cpus, cpu: AnyExpr): SharedReference {
    const index = waiter.cpus === 1 ? cpu : plus(times(copy, host.cpus), cpu);
    return this.#perCpu(
      `rcu_blocks.${waiter.name}.${host.name}`,
      host,
      index,
      `the grace period of ${waiter.name} waits for this CPU`,
      waiter.cpus * host.cpus,
    );
  }

  /** The rcu_head has been given to RCU, which has not called the function: a variable of the proof. */
  queued(heads: Cpus, head: AnyExpr): SharedReference {
    const reference = this.#perCpu('rcu_queued', heads, head, 'a callback waits for a grace period');
    this.cells[reference.name] = { ...this.cells[reference.name]!, ghost: 'proof' };
    return { ...reference, isNoMemory: true };
  }

  /** RCU is asked to call the function after a grace period, which has not begun. */
  requested({ key }: Callback, heads: Cpus, head: AnyExpr): SharedReference {
    return this.#perCpu(`rcu_request.${key}`, heads, head, `RCU has been asked to call ${key}`);
  }

  /** The grace period before the function is called has begun. */
  waits({ key }: Callback, heads: Cpus, head: AnyExpr): SharedReference {
    return this.#perCpu(`rcu_waits.${key}`, heads, head, `${key} waits for a grace period`);
  }

  /** A callback runs. */
  runs(heads: Cpus, head: AnyExpr): SharedReference {
    return this.#perCpu('rcu_callback', heads, head, 'a callback runs');
  }

  /** rcu_barrier() in a copy of `waiter` waits for the callback of a head. */
  barrier(waiter: Cpus, copy: AnyExpr, heads: Cpus, head: AnyExpr): SharedReference {
    const index = waiter.cpus === 1 ? head : plus(times(copy, heads.cpus), head);
    const meaning = `rcu_barrier() of ${waiter.name} waits for this callback`;
    return this.#perCpu(`rcu_barrier.${waiter.name}`, heads, index, meaning, waiter.cpus * heads.cpus);
  }

  /** A claim about the end of all runs, which callbacks belong to. */
  whenIdle(condition: AnyExpr): AnyExpr {
    const { heads } = this;
    if (heads === null || this.callbacks.size === 0) return condition;
    const isIdle = this.allCpus(heads, null, (head) =>
      this.none([this.queued(heads, head), this.runs(heads, head)]),
    );
    return { kind: 'binary', operator: '||', left: negated(isIdle), right: condition };
  }

  /** Whether an object of a pool is allocated; null: its type has no pool. */
  alive(space: Space, object: AnyExpr): SharedReference | null {
    const pool = space.regions.find(({ isPool }) => isPool);
    if (pool === undefined) return null;
    const name = ownName(`${typeKey(space.type)}.allocated`);
    const declaration = (this.cells[name] ??= {
      kind: 'declaration',
      domain: bool,
      // What is declared lives for ever; what is allocated lives from kmalloc() to kfree().
      initial: space.names.map((_, at) => at < pool.base || at >= pool.base + pool.count),
      length: space.names.length,
      meaning: 'an object of a POOL is allocated',
      ghost: 'proof',
      inTraces: 'changes',
      elementNames: space.names.map((element) => `${element} allocated`),
    });
    return { kind: 'shared', name, index: object, domain: declaration.domain, isNoMemory: true };
  }

  /** Whether an object of a pool has been allocated before. */
  used(space: Space, object: number): SharedReference {
    const name = ownName(`${typeKey(space.type)}.used`);
    const { domain } = (this.cells[name] ??= {
      kind: 'declaration',
      domain: bool,
      initial: space.names.map(() => false),
      length: space.names.length,
      meaning: 'an object of a POOL has been allocated before',
      ghost: 'proof',
      inTraces: 'none',
      elementNames: space.names.map((element) => `${element} used`),
    });
    return { kind: 'shared', name, index: constant(object), domain, isNoMemory: true };
  }

  /** Whether an object, and what it is a member of, is allocated; null: none of them is ever freed. */
  isAllocated(space: Space, object: AnyExpr): AnyExpr | null {
    const own = this.alive(space, object);
    const around = ownersIn(space, object).flatMap(({ isInside, owner, of }) => {
      const isOwned = this.isAllocated(of, owner);
      return isOwned === null ? [] : [either(negated(isInside), isOwned)];
    });
    const all = own === null ? around : [own, ...around];
    return all.length === 0 ? null : this.all(all);
  }

  /** Whether nothing has been written to a cell of an allocated object since kmalloc(); null: it is of none. */
  unset(memory: Memory, prefix: string, index: AnyExpr | null): SharedReference | null {
    const cells = memory.cells.get(prefix);
    if (!this.hasUnset || cells === undefined || index === null || !memory.isPooled(prefix)) return null;
    const name = ownName(`${prefix}.unset`);
    const declaration = (this.cells[name] ??= {
      kind: 'declaration',
      domain: bool,
      initial: cells.names.map(() => false),
      length: cells.names.length,
      meaning: 'nothing has been written since kmalloc()',
      ghost: 'watch',
      inTraces: 'none',
      elementNames: cells.names.map((element) => `${element} unset`),
    });
    return { kind: 'shared', name, index, domain: declaration.domain, isNoMemory: true };
  }

  /** Whether the lock in a cell is held by one holder alone: a variable of the proof, so that its release is a store. */
  held(memory: Memory, lock: SharedReference): SharedReference {
    const { names, length } = memory.cells.get(lock.name)!;
    const name = ownName(`${lock.name}.held`);
    const { domain } = (this.cells[name] ??= {
      kind: 'declaration',
      domain: bool,
      initial: names.map(() => false),
      length,
      meaning: 'one holder alone has the lock',
      ghost: 'proof',
      inTraces: 'none',
      elementNames: names.map((element) => `${element} held`),
    });
    return { kind: 'shared', name, index: lock.index, domain, isNoMemory: true };
  }

  /** Effects for each CPU of a thread but, where given, one. */
  forCpus(
    host: Cpus,
    except: AnyExpr | null,
    effects: (cpu: AnyExpr) => readonly Effect[],
  ): readonly Effect[] {
    const binder: Binder = { level: 0, low: 0, high: host.cpus - 1, thread: null };
    const cpu: AnyExpr = host.cpus === 1 ? constant(0) : { kind: 'bound', binder };
    const isOther = except === null ? constant(true) : compared('!=', cpu, except);
    if (isOther.kind === 'constant' && isOther.value === false) return [];
    const inner = effects(cpu);
    const guarded: readonly Effect[] =
      isOther.kind === 'constant' ? inner : [{ kind: 'when', condition: isOther, effects: inner }];
    return host.cpus === 1 ? guarded : [{ kind: 'each', binder, effects: guarded }];
  }

  /** A condition for all CPUs of a thread but, where given, one. */
  allCpus(host: Cpus, except: AnyExpr | null, condition: (cpu: AnyExpr) => AnyExpr): AnyExpr {
    const binder: Binder = { level: 0, low: 0, high: host.cpus - 1, thread: null };
    const cpu: AnyExpr = host.cpus === 1 ? constant(0) : { kind: 'bound', binder };
    const isSelf = except === null ? constant(false) : compared('==', cpu, except);
    const body: AnyExpr =
      isSelf.kind === 'constant'
        ? isSelf.value === true
          ? constant(true)
          : condition(cpu)
        : { kind: 'binary', operator: '||', left: isSelf, right: condition(cpu) };
    return host.cpus === 1 ? body : { kind: 'quantifier', quantifier: 'all', binder, body };
  }

  /** All of these. */
  all(conditions: readonly AnyExpr[]): AnyExpr {
    return conditions.reduce(both, constant(true));
  }

  none(cells: readonly AnyExpr[]): AnyExpr {
    return this.all(cells.map(negated));
  }
}
