/**
 * Atomic operations whose write reaches memory later than their read is performed: it waits in the store buffer, and
 * until it has left, no other write may reach its cell.
 */
import { conditional, or, toExpr, walk, type Expr, type SharedReference } from '../../language/expression.ts';
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
 * The variables whose atomic operations leave their write in the buffer of a CPU: those of which somebody might see
 * that the write comes later than what stands behind the read.
 *
 * Sound for:  all others, which write when they read. Nothing hangs on the value of one that returns none and that its
 *             CPU does not load either. A cell that others never load is one that they cannot reach while the write
 *             waits, so the write may as well come first; unless it has to wait itself, being a release or behind a
 *             store to its cell. Behind a write barrier it has to wait as well, but so has all that it could be seen
 *             to be later than, but loads; those find old values.
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
  /** What its CPU may load behind it, before everything that is pending has arrived. */
  readonly loaded: VariableNames;
}

/** The atomic operations of a CPU that are no full barriers. */
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

/** What is read without being written for certain. */
function loadedBy(statement: Statement): readonly string[] {
  const isWritten =
    statement.kind === 'step' && isReadModifyWrite(statement) && failureOf(statement) === null;
  return isWritten ? [] : accessesOf(statement).reads.map(({ name }) => name);
}

const namesInConditions = ({ properties, costs }: Model): readonly string[] =>
  [...properties.map(({ condition }) => condition), ...costs.flatMap(({ until }) => until ?? [])]
    .flatMap((condition) => [...walk(condition)])
    .flatMap((part) => (part.kind === 'shared' ? [part.name] : []));

/** An atomic operation that leaves its write in the buffer. */
export const isExclusive = (exclusives: VariableNames, statement: Statement): boolean =>
  statement.kind === 'step' &&
  isReadModifyWrite(statement) &&
  orderOf(statement) !== 'full' &&
  exclusives.has(accessesOf(statement).writes[0]!.name);

/** Whether a CPU has read a cell by an atomic operation whose write is still to come: the first to the cell that waits. */
const holds = (buffer: Buffer, cell: SharedReference): Expr<boolean> =>
  buffer.slots.reduceRight<Expr<boolean>>(
    (younger, slot) => conditional<boolean, boolean>(isFor(buffer, slot, cell), slot.exclusive!, younger),
    toExpr(false),
  );

/** Whether any CPU does; null: none ever will. */
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
