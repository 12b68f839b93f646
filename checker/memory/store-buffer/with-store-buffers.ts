/** A model in which each CPU has a store buffer: what TSO and PSO share. */
import { not, type AnyExpr } from '../../language/expression.ts';
import type { Bounds } from '../../language/memory-name.ts';
import type { Model } from '../../language/model.ts';
import { optionName } from '../../language/option.ts';
import { exists, limit, type Property } from '../../language/property.ts';
import type { Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { validate } from '../../language/validate.ts';
import type { Declarations } from '../../language/variable.ts';
import { shapeOf } from '../common/accesses.ts';
import { hasRoomFor } from './buffering.ts';
import { endlessText, mostAtOnce, storesOf, waiting } from './capacity.ts';
import { cpusOf, type ModelCpu } from '../common/cpu.ts';
import { drainThread } from './drain.ts';
import { isExclusive } from './exclusive.ts';
import { isReadModifyWrite, orderOf } from '../common/ordering.ts';
import { placesOf, type BufferedVariable } from './buffered-cells.ts';
import { rewriteThread } from './rewrite-thread.ts';
import { bufferIn, declarationsOfBuffer, variablesOf, type StoreBuffer } from './store-buffer.ts';

export interface StoreOrder {
  /** Stores leave a buffer in the order in which they came; else only those to the same cell do. */
  readonly inOrder: boolean;
  /** The length of a buffer where a loop could store without end; null: one more than the cells it knows. */
  readonly bound: number | null;
  /** Younger stores may pass a release; else it is a store behind a write barrier. */
  readonly releases?: boolean;
  /** The statements that find a buffer empty; else all atomic accesses and full barriers. */
  readonly empties?: (statement: Statement) => boolean;
  /** Variables whose atomic operations leave their write in the buffer of a CPU; else none. */
  readonly exclusives?: (cpu: ModelCpu) => ReadonlySet<string>;
}

/**
 * The model with a store buffer for each CPU that stores to memory that others touch; the model itself without any.
 *
 * A plain store goes into the buffer of its CPU; a load sees the youngest store to its cell there, else memory; an
 * agent lets stores reach memory at any time. A read-modify-write and a full barrier wait until the buffer is empty,
 * and so does an atomic block that writes: what other CPUs see as one step can have no store of it held back, and
 * the hardware or the lock that makes it one is entered by an ordered instruction. Properties speak of memory.
 */
export function withStoreBuffers(model: Model, order: StoreOrder): Model {
  const buffers = buffersOf(model, cpusOf(model), order);
  const shared: Declarations = Object.fromEntries(
    [model.shared, ...buffers.map(declarationsOfBuffer)].flatMap((variables) => Object.entries(variables)),
  );
  const threads = model.threads.map((thread) => {
    const buffer = buffers.find(({ cpu }) => cpu.threads.includes(thread));
    return buffer === undefined ? thread : rewriteThread(thread, bufferIn(buffer, selfOf(thread), shared));
  });
  return validate({
    ...model,
    shared,
    threads: [...threads, ...drainThreads(buffers, shared)],
    properties: [...model.properties, ...buffers.flatMap((buffer) => limitOfBuffer(buffer, shared))],
  });
}

/** The buffers of the CPUs that store to what others touch. */
export function buffersOf(
  model: Model,
  cpus: readonly ModelCpu[],
  order: StoreOrder,
): readonly StoreBuffer[] {
  const { exclusives = () => none } = order;
  const places = placesOf(model, cpus, (cpu, statement) => waitsOn(exclusives(cpu), statement));
  return cpus.flatMap((cpu) => {
    const own = places.get(cpu)!;
    return own.length === 0 ? [] : [bufferOf(model, cpu, own, order)].filter(everHolds);
  });
}

const none: ReadonlySet<string> = new Set();

const waitsOn = (exclusives: ReadonlySet<string>, statement: Statement): boolean =>
  shapeOf(statement) === 'store' || isExclusive(exclusives, statement);

/** Stores that no way through the text reaches need no buffer. */
const everHolds = ({ length }: StoreBuffer) => length > 0;

function bufferOf(
  model: Model,
  cpu: ModelCpu,
  places: readonly BufferedVariable[],
  { inOrder, bound, releases = false, exclusives: exclusivesOn = () => none, empties }: StoreOrder,
): StoreBuffer {
  const variables = variablesOf({ places });
  const exclusives = exclusivesOn(cpu);
  const waits = (statement: Statement) => waitsOn(exclusives, statement);
  const counting = waiting(variables, empties === undefined ? { waits } : { waits, empties });
  const needs = cpu.threads.map((thread) => mostAtOnce(thread, counting));
  const endless = cpu.threads.filter((_, at) => needs[at] === null);
  const finite = needs.reduce<number | null>(
    (sum, need) => (sum === null || need === null ? null : sum + need),
    0,
  );
  const inOneStep = widestStore(cpu, variables);
  const cells = places.reduce((sum, place) => sum + place.cells, 0);
  return {
    cpu,
    places,
    length: finite ?? Math.max(bound ?? cells + 1, inOneStep),
    room: finite === null ? inOneStep : null,
    endless: endless.map((thread) => endlessText(thread, counting, variables)).join(', '),
    inOrder,
    fenced: !inOrder && cpu.threads.some((thread) => hasWriteBarrier(thread, !releases)),
    releases: releases && cpu.threads.some(hasRelease),
    releasesAwaited: releases && cpu.threads.some(hasRelease) && cpu.threads.some(hasAcquiringUpdate),
    exclusives,
    prefix: prefixFor(cpu.host.name, 'buffer', model.shared),
  };
}

/** The index of the running copy, as the text of a thread names it. */
export const selfOf = ({ name, cpus }: AnyThread): AnyExpr => ({ kind: 'self', thread: name, count: cpus });

/** The most stores that one step makes. */
function widestStore({ threads }: ModelCpu, variables: ReadonlySet<string>): number {
  const steps = threads.flatMap(({ body }) => [...statementsOf(body)]).filter(({ kind }) => kind === 'step');
  return Math.max(...steps.map((step) => (step.kind === 'step' ? storesOf(step.effects, variables) : 0)));
}

const hasWriteBarrier = (thread: AnyThread, asReleases: boolean) =>
  [...statementsOf(thread.body)].some((one) => one.kind === 'barrier' && one.barrier === 'write') ||
  (asReleases && hasRelease(thread));

const hasRelease = ({ body }: AnyThread) =>
  [...statementsOf(body)].some((statement) => statement.kind === 'step' && statement.ordering === 'release');

const hasAcquiringUpdate = ({ body }: AnyThread) =>
  [...statementsOf(body)].some(
    (one) => one.kind === 'step' && isReadModifyWrite(one) && orderOf(one) === 'acquire',
  );

/** A beginning that no variable of the model has. */
export function prefixFor(thread: string, what: string, shared: Declarations): string {
  const base = `${thread.replaceAll(/\W/g, '_')}_${what}`;
  const isTaken = (prefix: string) => Object.keys(shared).some((name) => name.startsWith(prefix));
  let prefix = base;
  for (let number = 2; isTaken(prefix); number++) prefix = `${base}${number}_`;
  return /^\d/.test(prefix) ? `_${prefix}` : prefix;
}

function drainThreads(buffers: readonly StoreBuffer[], shared: Declarations): readonly AnyThread[] {
  return buffers.map((buffer) => drainThread(buffer, shared));
}

/** The option that raises a bound, as it is typed. */
export const raisedBy = (key: keyof Bounds): string => `--${optionName(key)}`;

/** A buffer that got as full as its bound allows may have kept a store waiting: what follows proves nothing. */
export function limitOfBuffer(buffer: StoreBuffer, shared: Declarations): readonly Property[] {
  const { room, cpu, length, endless } = buffer;
  if (room === null) return [];
  const name = `the store buffer bound of ${length} was reached (${cpu.host.name})`;
  return [
    limit(
      name,
      `${endless} without a full barrier, and ${raisedBy('storeBuffer')} raises it`,
      exists(cpu.host, (_, self) => not(hasRoomFor(room, bufferIn(buffer, self, shared)))),
    ),
  ];
}
