/** The weak memory of arm64's class: stores leave their buffer in any order, and loads may see what memory was. */
import { not, type AnyExpr, type Expr, type SharedReference } from '../../language/expression.ts';
import type { Model } from '../../language/model.ts';
import { exists, limit, type Property } from '../../language/property.ts';
import { set, when, type Effect } from '../../language/statement.ts';
import { statementRecorder } from '../../language/unused.ts';
import { validate } from '../../language/validate.ts';
import type { Declarations } from '../../language/variable.ts';
import { isFor, placeOf } from '../store-buffer/buffering.ts';
import { cpusOf, type ModelCpu } from '../common/cpu.ts';
import { drainThread, type DrainContext } from '../store-buffer/drain.ts';
import { exclusivesOf, isHeld } from '../store-buffer/exclusive.ts';
import { withDelayedAccesses } from './delayed-accesses.ts';
import type { MemorySettings } from '../common/memory-settings.ts';
import { isFullBarrier } from '../common/ordering.ts';
import { declarationsOfList, staleIn, type StaleList } from './stale-list.ts';
import { isFull, keepOld, noteWritten } from './stale-reading.ts';
import { staleLists } from './stale-lists.ts';
import { bufferIn, declarationsOfBuffer, type StoreBuffer } from '../store-buffer/store-buffer.ts';
import { withLoads } from '../common/substitute.ts';
import { rewriteWeakThread } from './weak-thread.ts';
import { buffersOf, limitOfBuffer, raisedBy, selfOf } from '../store-buffer/with-store-buffers.ts';

/** All that the CPUs have inside, by which the code of threads finds it. */
interface WeakMachine {
  readonly buffers: readonly StoreBuffer[];
  readonly lists: readonly StaleList[];
  readonly shared: Declarations;
}

/**
 * The model on CPUs that are multi-copy atomic and else as weak as arm64: a store is seen by all others at once, but
 * late; a load may see what memory was since the last barrier, older than other loads before it.
 *
 * Each CPU has a store buffer like that of PSO, and a list of what others have overwritten. A read-modify-write orders
 * as the kernel says: fully where it returns a value, not at all where it returns none or fails.
 * Source:  Zhang, Vijayaraghavan and Arvind, Weak memory models: balancing definitional simplicity and implementation
 *          flexibility (PACT 2017); Pulte, Flur, Deacon, French, Sarkar and Sewell, Simplifying ARM concurrency (POPL 2018)
 */
export function weak(given: Model, settings: MemorySettings): Model {
  const model = withDelayedAccesses(given);
  const cpus = cpusOf(model);
  const machine = machineOf(model, cpus, settings);
  const { buffers, lists, shared } = machine;
  const held = (target: SharedReference) => isHeld(buffers, target, shared);
  const besides = (cpu: ModelCpu): DrainContext => ({
    overwriting: (target, writer, depth) => overwriting(machine, { cpu, target, writer, depth }),
    isHeld: held,
  });
  const threads = model.threads.map((thread) => {
    const cpu = cpus.find((one) => one.threads.includes(thread))!;
    const self = selfOf(thread);
    const [buffer, list] = [buffers.find((one) => one.cpu === cpu), lists.find((one) => one.cpu === cpu)];
    return rewriteWeakThread(thread, {
      self,
      buffer: buffer === undefined ? null : bufferIn(buffer, self, shared),
      stale: list === undefined ? null : staleIn(list, self, shared),
      ...besides(cpu),
    });
  });
  return validate({
    ...model,
    shared,
    threads: [...threads, ...buffers.map((buffer) => drainThread(buffer, shared, besides(buffer.cpu)))],
    properties: [
      ...model.properties,
      ...buffers.flatMap((buffer) => limitOfBuffer(buffer, shared)),
      ...lists.flatMap((list) => limitOfList(list, shared)),
    ],
  });
}

function machineOf(model: Model, cpus: readonly ModelCpu[], { bound }: MemorySettings): WeakMachine {
  const exclusives = new Map(cpus.map((cpu) => [cpu, exclusivesOf(model, cpu, cpus)]));
  const buffers = buffersOf(model, cpus, {
    inOrder: false,
    bound: model.bounds?.storeBuffer ?? bound,
    releases: true,
    empties: isFullBarrier,
    exclusives: (cpu) => exclusives.get(cpu)!,
  });
  const lists = staleLists(model, cpus, { bound: model.bounds?.oldValues ?? bound });
  const added = [...buffers.map(declarationsOfBuffer), ...lists.map(declarationsOfList)];
  const shared: Declarations = Object.fromEntries(
    [model.shared, ...added].flatMap((variables) => Object.entries(variables)),
  );
  return { buffers, lists, shared };
}

interface Overwritten {
  readonly cpu: ModelCpu;
  readonly target: SharedReference;
  /** The copy that writes. */
  readonly writer: AnyExpr;
  /** So many `each` stand around it. */
  readonly depth: number;
}

/** Every other CPU that may still read the cell keeps what is about to be overwritten. */
function overwriting(machine: WeakMachine, store: Overwritten): readonly Effect[] {
  const { cpu, target, writer, depth } = store;
  return machine.lists.flatMap((list): readonly Effect[] => {
    const { cpus } = list.cpu.host;
    const isOwn = list.cpu === cpu;
    if (placeOf(list, target) === undefined || (isOwn && cpus === 1)) return [];
    if (cpus === 1) return keptBy(list, { kind: 'constant', value: 0 }, target, machine);
    const binder = { level: depth, low: 0, high: cpus - 1, thread: null };
    const others = keptBy(list, { kind: 'bound', binder }, target, machine);
    for (const effect of others) statementRecorder.used(effect);
    const all: Effect = { kind: 'each', binder, effects: others };
    if (!isOwn) return [all];
    const isWriting = staleIn(list, writer, machine.shared).writing!;
    return [set(isWriting, true), all, set(isWriting, false)];
  });
}

/** One CPU keeps it, unless it has a store of its own to that cell: its loads see that. */
function keptBy(
  list: StaleList,
  self: AnyExpr,
  target: SharedReference,
  { buffers, shared }: WeakMachine,
): readonly Effect[] {
  const stale = staleIn(list, self, shared);
  const buffer = buffers.find(({ cpu }) => cpu === list.cpu);
  const own =
    buffer === undefined || placeOf(buffer, target) === undefined ? null : bufferIn(buffer, self, shared);
  const conditions = [
    ...(stale.writing === null ? [] : [not(stale.writing)]),
    ...[stale.watch.get(target.name), useOf(list, target)].filter((condition) => condition !== undefined),
    ...(own === null ? [] : own.slots.map((slot) => not(isFor(own, slot, target)))),
  ];
  const kept = list.kept.has(target.name)
    ? keepOld(stale, placeOf(list, target)!, target)
    : noteWritten(stale, target);
  return conditions.reduceRight<readonly Effect[]>(
    (effects, condition) => [when(condition, ...effects)],
    kept,
  );
}

/** Whether the value of a cell can be read when it is old: undefined where any can. */
function useOf({ uses }: StaleList, target: SharedReference): Expr<boolean> | undefined {
  const use = uses.get(target.name);
  return use === undefined ? undefined : withLoads(use, () => target);
}

/** A list that is as full as its bound allows may lose what comes next: what follows proves nothing. */
function limitOfList(list: StaleList, shared: Declarations): readonly Property[] {
  if (!list.bounded) return [];
  const { cpu, length, need } = list;
  const name = `the bound of ${length} old values was reached (${cpu.host.name})`;
  return [
    limit(
      name,
      `${need}, and ${raisedBy('oldValues')} raises it`,
      exists(cpu.host, (_, self) => isFull(staleIn(list, self, shared))),
    ),
  ];
}
