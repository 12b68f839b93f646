/** What the rewriting of a thread for a weakly ordered CPU knows, and what many statements need of it. */
import type { AnyExpr, SharedReference } from '../../language/expression.ts';
import { set, type Effect, type Statement } from '../../language/statement.ts';
import { accessesOf, shapeOf, unwrapped } from '../common/accesses.ts';
import type { DrainContext } from '../store-buffer/drain.ts';
import type { Fresh } from '../store-buffer/flat-either.ts';
import type { ReadQuestions } from '../store-buffer/reads-before-barrier.ts';
import { failureOf, isFullBarrier, isReadModifyWrite } from '../common/ordering.ts';
import type { Stale } from './stale-list.ts';
import { forgetAll, forgetVariables } from './stale-reading.ts';
import type { Buffer } from '../store-buffer/store-buffer.ts';

export interface WeakCore extends DrainContext {
  readonly self: AnyExpr;
  /** Null where no store of the CPU waits. */
  readonly buffer: Buffer | null;
  /** Null where the CPU reads nothing that others write. */
  readonly stale: Stale | null;
  readonly reading: ReadQuestions;
  /** By label: variables of which an old value may be read from there on. */
  readonly labels: Map<string, ReadonlySet<string>>;
  readonly fresh: Fresh;
}

/** The variables of which an old value may be read before and after a statement. */
export interface Around {
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
}

/** The variables of which a statement may read an old value. */
export function oldReadsOf(statement: Statement): readonly string[] {
  if (statement.kind !== 'step' && statement.kind !== 'branch') return [];
  const mayBeOld =
    shapeOf(statement) === 'load' ||
    (statement.kind === 'step' && isReadModifyWrite(statement) && failureOf(statement) !== null);
  return mayBeOld ? accessesOf(statement).reads.map(({ name }) => name) : [];
}

/** What a thread reads of these variables, and where nothing old is left of them. */
export const readingOf = (names: ReadonlySet<string>): ReadQuestions => ({
  reads: (statement) => oldReadsOf(statement).filter((name) => names.has(name)),
  refreshes: (statement) =>
    (statement.kind === 'barrier' && statement.barrier === 'read') ||
    (statement.kind === 'atomically' && !isBuffered(statement)) ||
    isFullBarrier(statement),
});

/** An atomic block that is one plain store, or touches no memory. */
export function isBuffered(statement: Statement & { kind: 'atomically' }): boolean {
  const only = unwrapped(statement);
  const { reads, writes } = accessesOf(statement);
  return (only.kind === 'step' && shapeOf(only) === 'store') || reads.length + writes.length === 0;
}

/** Whether a barrier finds no old values and nobody who waits for some. */
export const isIdle = ({ of }: Stale, { before, after }: Around): boolean =>
  of.places.every(({ variable }) => of.watched.has(variable)) && before.size === 0 && after.size === 0;

/** Forgets all old values, and keeps from now on those that may be read later. */
export const refresh = (stale: Stale, { after }: Pick<Around, 'after'>): readonly Effect[] => [
  ...forgetAll(stale),
  ...[...stale.watch].map(([name, watch]) => set(watch, after.has(name))),
];

/** The watched variables of which no old value is of use any more after a statement. */
export const lostAt = (stale: Stale | null, { before, after }: Around): ReadonlySet<string> =>
  new Set([...(stale?.watch.keys() ?? [])].filter((name) => before.has(name) && !after.has(name)));

/** Forgets old values that are of no use any more after a statement. */
export function lose(stale: Stale | null, around: Around): readonly Effect[] {
  const lost = lostAt(stale, around);
  if (stale === null || lost.size === 0) return [];
  return [...[...lost].map((name) => set(stale.watch.get(name)!, false)), ...forgetVariables(stale, lost)];
}

/** A store that reaches memory at once. */
export function storeNow(
  { overwriting, self }: WeakCore,
  target: SharedReference,
  value: AnyExpr,
  depth: number,
): readonly Effect[] {
  return [...overwriting(target, self, depth), { kind: 'set', target, value }];
}
