/** A model in which each CPU has a store buffer; shared by TSO and PSO. */
import { not, or, type AnyExpr } from '../../language/expression.ts';
import type { Bounds } from '../../language/memory-name.ts';
import type { Model } from '../../language/model.ts';
import { optionName } from '../../language/option.ts';
import { exists, limit, type Property } from '../../language/property.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { validate } from '../../language/validate.ts';
import type { Declarations } from '../../language/variable.ts';
import { hasRoomFor, isEmpty } from './buffering.ts';
import { endlessText, mostAtOnce, storesOf, waiting } from './capacity.ts';
import { cpusOf, type ModelCpu } from '../common/cpu.ts';
import { drainThread } from './drain.ts';
import { placesOf, type BufferedVariable } from './buffered-cells.ts';
import { rewriteThread } from './rewrite-thread.ts';
import { bufferIn, declarationsOfBuffer, variablesOf, type StoreBuffer } from './store-buffer.ts';

export interface StoreOrder {
  /** Whether stores leave a buffer in program order; otherwise only stores to the same cell do. */
  readonly inOrder: boolean;
  /** The capacity of a buffer if a loop can store without bound; null: one more than its cells. */
  readonly bound: number | null;
}

/**
 * The model with a store buffer for each CPU that stores to shared cells; the model itself if no CPU does.
 *
 * A plain store goes into the buffer of its CPU; a load reads the youngest store to its cell there, else memory; a drain
 * thread lets stores reach memory at any time. A read-modify-write, a full barrier and an atomic block that writes wait
 * until the buffer is empty: an atomic block must not delay part of its stores, and the hardware or lock that makes it
 * atomic starts with an ordered instruction. Properties read memory, not buffers.
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
    properties: [
      ...model.properties.map((property) => whereDrained(property, buffers, shared)),
      ...buffers.flatMap((buffer) => limitOfBuffer(buffer, shared)),
    ],
  });
}

/** The buffers of the CPUs that store to shared cells. */
function buffersOf(model: Model, cpus: readonly ModelCpu[], order: StoreOrder): readonly StoreBuffer[] {
  const places = placesOf(model, cpus);
  return cpus.flatMap((cpu) => {
    const own = places.get(cpu)!;
    return own.length === 0 ? [] : [bufferOf(model, cpu, own, order)].filter(everHolds);
  });
}

/** Unreachable stores need no buffer. */
const everHolds = ({ length }: StoreBuffer) => length > 0;

function bufferOf(
  model: Model,
  cpu: ModelCpu,
  places: readonly BufferedVariable[],
  { inOrder, bound }: StoreOrder,
): StoreBuffer {
  const variables = variablesOf({ places });
  const counting = waiting(variables);
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
    fenced: !inOrder && cpu.threads.some(hasWriteBarrier),
    prefix: prefixFor(cpu.host.name, 'buffer', model.shared),
  };
}

/** The index of the running copy, in the text of a thread. */
const selfOf = ({ name, cpus }: AnyThread): AnyExpr => ({ kind: 'self', thread: name, count: cpus });

/** The largest number of stores in one step. */
function widestStore({ threads }: ModelCpu, variables: ReadonlySet<string>): number {
  const steps = threads.flatMap(({ body }) => [...statementsOf(body)]).filter(({ kind }) => kind === 'step');
  return Math.max(...steps.map((step) => (step.kind === 'step' ? storesOf(step.effects, variables) : 0)));
}

const hasWriteBarrier = ({ body }: AnyThread) =>
  [...statementsOf(body)].some(
    (one) =>
      (one.kind === 'barrier' && one.barrier === 'write') ||
      (one.kind === 'step' && one.ordering === 'release'),
  );

/** A prefix that no variable name of the model has. */
function prefixFor(thread: string, what: string, shared: Declarations): string {
  const base = `${thread.replaceAll(/\W/g, '_')}_${what}`;
  const isTaken = (prefix: string) => Object.keys(shared).some((name) => name.startsWith(prefix));
  let prefix = base;
  for (let number = 2; isTaken(prefix); number++) prefix = `${base}${number}_`;
  return /^\d/.test(prefix) ? `_${prefix}` : prefix;
}

function drainThreads(buffers: readonly StoreBuffer[], shared: Declarations): readonly AnyThread[] {
  return buffers.map((buffer) => drainThread(buffer, shared));
}

/** An invariant of the end holds where a buffer still has a store. */
function whereDrained(property: Property, buffers: readonly StoreBuffer[], shared: Declarations): Property {
  if (property.atEnd !== true) return property;
  const waiting = buffers.map((buffer) =>
    exists(buffer.cpu.host, (_, self) => not(isEmpty(bufferIn(buffer, self, shared)))),
  );
  return { ...property, condition: or(...waiting, property.condition) };
}

/** The command-line option that raises a bound. */
const raisedBy = (key: keyof Bounds): string => `--${optionName(key)}`;

/** A full bounded buffer may have delayed a store that hardware would not delay: later states prove nothing. */
function limitOfBuffer(buffer: StoreBuffer, shared: Declarations): readonly Property[] {
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
