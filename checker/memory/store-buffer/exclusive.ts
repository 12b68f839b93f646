/**
 * Atomic operations whose write reaches memory after their read: the write waits in the store buffer, and until it leaves,
 * no other write may reach its cell.
 */
import { conditional, or, toExpr, walk, type Expr, type SharedReference } from '../../language/expression.ts';
import { conditionsOf } from '../../language/liveness.ts';
import type { Model } from '../../language/model.ts';
import { exists } from '../../language/property.ts';
import type { Block, Statement } from '../../language/statement.ts';
import type { Declarations } from '../../language/variable.ts';
import { accessesOf, accessStatements, shapeOf, unwrapped } from '../common/accesses.ts';
import { isFor, placeOf } from './buffering.ts';
import type { ModelCpu } from '../common/cpu.ts';
import { readsBeforeBarrierAtLabels } from './reads-before-barrier.ts';
import {
  failureOf,
  isFullBarrier,
  isReadModifyWrite,
  orderOf,
  usesWhatItReads,
  type StepStatement,
} from '../common/ordering.ts';
import { commonVariables } from './buffered-cells.ts';
import { bufferIn, type Buffer, type StoreBuffer } from './store-buffer.ts';

type VariableNames = ReadonlySet<string>;

/**
 * The variables whose atomic operations leave their write in the buffer of a CPU: those for which a CPU can observe
 * that the write is later than an access after the read.
 *
 * Sound for:  all others, which write when they read. If an operation returns no value and its CPU does not load the cell,
 *             nothing depends on the value. If the other CPUs never load the cell, they cannot access it while the write
 *             waits, so the write may come first, unless it must wait itself: as a release, or behind a store to its
 *             cell. Behind a write barrier it must wait as well, but so must every later access except loads, and those
 *             can read old values.
 */
export function exclusivesOf(model: Model, cpu: ModelCpu, cpus: readonly ModelCpu[]): VariableNames {
  const common = commonVariables(model, cpus);
  const others = cpus.flatMap((other) => (other === cpu && cpu.host.cpus === 1 ? [] : statementsOn(other)));
  const seen = new Set([...others.flatMap(loadedBy), ...namesInConditions(model)]);
  const stores = statementsOn(cpu).filter((one) => shapeOf(one) === 'store');
  const isLate = (update: StepStatement, name: string) =>
    seen.has(name) ||
    orderOf(update) === 'release' ||
    stores.some((store) => writesTo(store, name) && !isReleaseToAcquire(store, update));
  return new Set(
    relaxedUpdates(cpu).flatMap(({ update, loaded }) => {
      const { name } = accessesOf(update).writes[0]!;
      const isUsed = usesWhatItReads(update) || loaded.has(name);
      return common.has(name) && isUsed && isLate(update, name) ? [name] : [];
    }),
  );
}

interface ExclusiveUpdate {
  readonly update: StepStatement;
  /** The variables that its CPU may load after it, before all pending stores have reached memory. */
  readonly loaded: VariableNames;
}

/** The atomic operations of a CPU that are not full barriers. */
function relaxedUpdates({ threads }: ModelCpu): readonly ExclusiveUpdate[] {
  return threads.flatMap((thread) => {
    const beside = threads.filter((other) => other !== thread);
    const byOthers = beside.flatMap(({ body }) => accessStatements(body).flatMap(loadedBy));
    const behind = loadedBehind(thread.body);
    return accessStatements(thread.body).flatMap((update): readonly ExclusiveUpdate[] => {
      if (update.kind !== 'step' || !isReadModifyWrite(update) || orderOf(update) === 'full') return [];
      return [{ update, loaded: new Set([...byOthers, ...(behind.get(update) ?? [])]) }];
    });
  });
}

function loadedBehind(body: Block): ReadonlyMap<Statement, VariableNames> {
  const behind = new Map<Statement, VariableNames>();
  const tell = (statement: Statement, names: VariableNames) => behind.set(unwrapped(statement), names);
  readsBeforeBarrierAtLabels(body, { reads: loadedBy, refreshes: isFullBarrier, tell });
  return behind;
}

const statementsOn = ({ threads }: ModelCpu) => threads.flatMap(({ body }) => accessStatements(body));

const writesTo = (statement: Statement, variable: string) =>
  accessesOf(statement).writes.some(({ name }) => name === variable);

/** An acquire that is an atomic operation is ordered after every release before it: ldaxr, casa and the like. */
const isReleaseToAcquire = (store: Statement, update: StepStatement) =>
  store.kind === 'step' && store.ordering === 'release' && update.ordering === 'acquire';

/** The variables that the statement reads without certainly writing them. */
function loadedBy(statement: Statement): readonly string[] {
  const isWritten =
    statement.kind === 'step' && isReadModifyWrite(statement) && failureOf(statement) === null;
  return isWritten ? [] : accessesOf(statement).reads.map(({ name }) => name);
}

const namesInConditions = (model: Model): readonly string[] =>
  [...conditionsOf(model), ...model.costs.flatMap(({ until }) => until ?? [])]
    .flatMap((condition) => [...walk(condition)])
    .flatMap((part) => (part.kind === 'shared' ? [part.name] : []));

/** An atomic operation that leaves its write in the buffer. */
export const isExclusive = (exclusives: VariableNames, statement: Statement): boolean =>
  statement.kind === 'step' &&
  isReadModifyWrite(statement) &&
  orderOf(statement) !== 'full' &&
  exclusives.has(accessesOf(statement).writes[0]!.name);

/** Whether a CPU has read the cell in an atomic operation whose write is still buffered. */
const holds = (buffer: Buffer, cell: SharedReference): Expr<boolean> =>
  buffer.slots.reduceRight<Expr<boolean>>(
    (younger, slot) => conditional<boolean, boolean>(isFor(buffer, slot, cell), slot.exclusive!, younger),
    toExpr(false),
  );

/** Whether any CPU holds the cell; null: never. */
export function isHeld(
  buffers: readonly StoreBuffer[],
  cell: SharedReference,
  declared: Declarations,
): Expr<boolean> | null {
  const holders = buffers.filter((one) => one.exclusives.has(cell.name) && placeOf(one, cell) !== undefined);
  if (holders.length === 0) return null;
  return or(
    ...holders.map((buffer) =>
      exists(buffer.cpu.host, (_, self) => holds(bufferIn(buffer, self, declared), cell)),
    ),
  );
}
