/** Steps and branches of a weakly ordered CPU: where a load finds its value, and what an atomic operation waits for. */
import {
  and,
  eq,
  not,
  or,
  walk,
  type AnyExpr,
  type Expr,
  type SharedReference,
} from '../../language/expression.ts';
import type { Block, Effect, Statement } from '../../language/statement.ts';
import { accessesOf, shapeOf } from '../common/accesses.ts';
import {
  cellNumber,
  hasNoRelease,
  hasRoomFor,
  isEmpty,
  isFor,
  placeOf,
  push,
} from '../store-buffer/buffering.ts';
import { storesOf } from '../store-buffer/capacity.ts';
import { isExclusive } from '../store-buffer/exclusive.ts';
import { failureOf, isReadModifyWrite, orderOf, type StepStatement } from '../common/ordering.ts';
import type { Stale } from './stale-list.ts';
import {
  addressTime,
  forgetAll,
  forgetUntil,
  later,
  readTime,
  setWrittenTime,
  settle,
  settleFor,
  sourcesOf,
  timeOf,
  type StaleSource,
} from './stale-reading.ts';
import { variablesOf, type Buffer } from '../store-buffer/store-buffer.ts';
import { withAccesses, withLoads, type Accessing, type Load } from '../common/substitute.ts';
import { lose, lostAt, refresh, storeNow, type Around, type WeakCore } from './weak-core.ts';

const unchanged: Load = (cell) => cell;

/** All conditions that there are, or null. */
export function allOf(...conditions: readonly (AnyExpr | null)[]): AnyExpr | null {
  const all = conditions.filter((condition) => condition !== null);
  return all.length === 0 ? null : and(...(all as Expr<boolean>[]));
}

export const readsShared = (expr: AnyExpr) => [...walk(expr)].some(({ kind }) => kind === 'shared');

export function rewriteStep(step: StepStatement, around: Around, core: WeakCore): Block {
  switch (shapeOf(step)) {
    case 'none':
      return [{ ...step, effects: withAccesses(step.effects, computing(core)) }];
    case 'load':
      return waiting(step, loads(step, around, core), core);
    case 'store':
      return [bufferedStore(step, around, core)];
    case 'atomic':
      return oneOf(step, atomics(step, around, core));
  }
}

/**
 * The ways to do a load. One that waits may find what memory has and go on waiting: then it reads nothing older any
 * more. Without such a round an old value would stay readable for ever to a wait that never looks.
 */
function waiting(step: StepStatement, ways: readonly Statement[], { buffer, stale, fresh }: WeakCore): Block {
  const cell = cellOf(step);
  const place = stale === null ? undefined : placeOf(stale.of, cell);
  if (step.guard === null || stale === null || place === undefined) return oneOf(step, ways);
  const { line, nth, text } = step;
  const number = cellNumber(place, cell);
  const [now] = sourcesOf(cell, buffer, stale);
  const isOld = or(...stale.slots.map((slot) => eq(slot.cell, number)));
  const round: Statement = {
    kind: 'step',
    line,
    nth,
    text,
    guard: and(isOld, not(withLoads(step.guard, () => now!.value))),
    effects: settle(stale, number),
    ordering: null,
  };
  const name = `again_${line}_${++fresh.count}`;
  fresh.rounds.add(name);
  const alternatives = [
    ...ways.map((way) => [way]),
    [round, { line, nth, kind: 'goto', label: name } as const],
  ];
  return [
    { line, nth, kind: 'label', name },
    { line, nth, kind: 'either', alternatives },
  ];
}

/** The only way, or a choice among ways. */
const oneOf = ({ line, nth }: Statement, ways: readonly Statement[]): Block =>
  ways.length === 1 ? ways : [{ kind: 'either', line, nth, alternatives: ways.map((way) => [way]) }];

const computing = (core: WeakCore): Accessing => ({
  load: unchanged,
  store: () => null,
  assign: timing(core.stale, null),
});

/** Says when a local was read, where that matters; what was loaded is as late as its source. */
const timing =
  (stale: Stale | null, source: StaleSource | null): NonNullable<Accessing['assign']> =>
  (target, value) => {
    const time = stale?.read.get(`${target.thread}.${target.name}`);
    if (stale === null || time === undefined) return [];
    const loaded = source !== null && readsShared(value) ? timeOf(source) : null;
    const computed = readTime(stale, [value]);
    return [{ kind: 'set', target: time, value: loaded === null ? computed : later(computed, loaded) }];
  };

export const cellOf = (statement: Statement): SharedReference => {
  const { reads, writes } = accessesOf(statement);
  return (reads[0] ?? writes[0])!;
};

/** A load, by each way to find its value; `failure` is what must be true of it, of an atomic operation that fails. */
function loads(
  step: StepStatement,
  around: Around,
  core: WeakCore,
  failure: AnyExpr | null = null,
): readonly Statement[] {
  const { buffer, stale } = core;
  const cell = cellOf(step);
  return sourcesOf(cell, buffer, stale).map((source): Statement => {
    const load: Load = () => source.value;
    const guards = [failure, step.guard].map((guard) => (guard === null ? null : withLoads(guard, load)));
    const effects = withAccesses(step.effects, { load, store: () => [], assign: timing(stale, source) });
    const isAcquire = failure === null && step.ordering === 'acquire';
    return {
      ...step,
      ...(source.entry === null ? {} : { old: source.entry }),
      guard: allOf(source.guard, ...guards),
      effects: [...found(step, source, { core, isAcquire, around }, effects), ...lose(stale, around)],
    };
  });
}

export interface FoundValue {
  readonly core: WeakCore;
  readonly around: Around;
  readonly isAcquire: boolean;
}

/** The effects of a load with what the CPU forgets because of it. */
export function found(
  statement: Statement,
  source: StaleSource,
  { core: { stale }, around, isAcquire }: FoundValue,
  effects: readonly Effect[],
): readonly Effect[] {
  if (stale === null) return effects;
  const cell = cellOf(statement);
  // What is lost with this load need not be put right first.
  const place = lostAt(stale, around).has(cell.name) ? undefined : placeOf(stale.of, cell);
  const past = isAcquire ? forgetUntil(stale, source) : [];
  // Memory is no entry: the list can change first, before the effects assign a local of the address or write the cell.
  if (source.entry === null)
    return [...(place === undefined ? [] : settle(stale, cellNumber(place, cell))), ...past, ...effects];
  // Up to the time of an entry there are all that are older and of its cell.
  if (place === undefined) return [...effects, ...past];
  const isPast = past.length > 0 && stale.since.has(place.first);
  return [...effects, ...(isPast ? past : settleFor(stale, source.entry))];
}

/** A store goes into the buffer, and waits for room where the buffer is shorter than a run may want. */
function bufferedStore(step: StepStatement, around: Around, core: WeakCore): Statement {
  const { buffer, stale } = core;
  const marks = { isRelease: step.ordering === 'release', isExclusive: false };
  const store: Accessing['store'] = (target, value, depth) => {
    if (buffer === null || placeOf(buffer.of, target) === undefined)
      return [...ownStore(stale, target, value), ...storeNow(core, target, value, depth)];
    return [...ownStore(stale, target, value), ...push(buffer, target, value, marks)];
  };
  const effects = withAccesses(step.effects, { load: unchanged, store, assign: timing(stale, null) });
  const guard = allOf(roomFor(step, buffer), step.guard);
  return { ...step, guard, effects: [...effects, ...lose(stale, around)] };
}

/** There is room for what a step stores; null where there always is. */
function roomFor({ effects }: StepStatement, buffer: Buffer | null): Expr<boolean> | null {
  if (buffer === null || buffer.of.room === null) return null;
  const stores = storesOf(effects, variablesOf(buffer.of));
  return stores > 0 ? hasRoomFor(stores, buffer) : null;
}

/** After its own store a CPU reads nothing older from that cell; the value is as old as what it was computed from. */
function ownStore(stale: Stale | null, target: SharedReference, value: AnyExpr): readonly Effect[] {
  const place = stale === null ? undefined : placeOf(stale.of, target);
  if (stale === null || place === undefined) return [];
  const time = later(readTime(stale, [value]), addressTime(stale, target));
  const written = readsShared(value) ? [] : setWrittenTime(stale, target, time);
  return [...written, ...settle(stale, cellNumber(place, target))];
}

/** What acts on memory itself: a read-modify-write, which may also fail as a mere load, or a fully ordered access. */
function atomics(step: StepStatement, around: Around, core: WeakCore): readonly Statement[] {
  const failure = failureOf(step);
  const isSplit = core.buffer !== null && isExclusive(core.buffer.of.exclusives, step);
  const success = (isSplit ? holding : acting)(step, failure, { around, core });
  if (failure === null) return [success];
  const failing = loads({ ...step, ordering: null }, around, core, failure);
  return step.only === 'failure' ? failing : [success, ...failing];
}

interface Acting {
  readonly around: Around;
  readonly core: WeakCore;
}

function acting(step: StepStatement, failure: AnyExpr | null, { around, core }: Acting): Statement {
  const { buffer, stale } = core;
  const order = isReadModifyWrite(step) ? orderOf(step) : 'full';
  const isOrdered = order === 'full' || order === 'release';
  const drained = buffer === null ? null : isOrdered ? isEmpty(buffer) : hasLeft(buffer, cellOf(step));
  const writes = failure === null ? null : not(failure);
  const guard = allOf(drained, behindReleases(order, buffer), notHeld(step, core), writes, step.guard);
  const store: Accessing['store'] = (target, value, depth) => [
    ...(order === 'full' ? [] : ownStore(stale, target, value)),
    ...storeNow(core, target, value, depth),
  ];
  const [source] = sourcesOf(cellOf(step), null, stale);
  const effects = withAccesses(step.effects, { load: unchanged, store, assign: timing(stale, source!) });
  if (stale === null) return { ...step, guard, effects };
  // One that may fail leaves it open what is read behind it.
  if (order === 'full' && failure === null)
    return { ...step, guard, effects: [...refresh(stale, around), ...effects] };
  const fresh = order === 'full' ? forgetAll(stale) : [];
  const own = found(step, source!, { core, around, isAcquire: order === 'acquire' }, effects);
  return { ...step, guard, effects: [...fresh, ...own, ...lose(stale, around)] };
}

/** An acquire that is an atomic operation comes after every release before it: ldaxr, casa and the like are no ldapr. */
const behindReleases = (order: string, buffer: Buffer | null): Expr<boolean> | null =>
  order === 'acquire' && buffer?.of.releasesAwaited === true ? hasNoRelease(buffer) : null;

/** No CPU is between the read and the write of an atomic operation on the cell. */
function notHeld(step: StepStatement, { isHeld }: WeakCore): Expr<boolean> | null {
  const held = isHeld(cellOf(step));
  return held === null ? null : not(held);
}

/**
 * An atomic operation that reads now and leaves its write in the buffer: it sees a store of its own CPU that waits, or
 * memory where no CPU holds the cell, and holds the cell itself from then on.
 */
function holding(step: StepStatement, failure: AnyExpr | null, { around, core }: Acting): Statement {
  const { stale } = core;
  const buffer = core.buffer!;
  const cell = cellOf(step);
  const order = orderOf(step);
  const [source] = sourcesOf(cell, buffer, stale);
  const load: Load = () => source!.value;
  const free = notHeld(step, core)!;
  const [writes, waits] = [failure === null ? null : not(failure as Expr<boolean>), step.guard].map((one) =>
    one === null ? null : withLoads(one, load),
  );
  const marks = { isRelease: order === 'release', isExclusive: true };
  const store: Accessing['store'] = (target, value) => [
    ...ownStore(stale, target, value),
    ...push(buffer, target, value, marks),
  ];
  const effects = withAccesses(step.effects, { load, store, assign: timing(stale, source!) });
  const own = found(step, source!, { core, around, isAcquire: order === 'acquire' }, effects);
  return {
    ...step,
    guard: allOf(
      roomFor(step, buffer),
      behindReleases(order, buffer),
      or(hasOwn(buffer, cell), free),
      writes!,
      waits!,
    ),
    effects: [...own, ...lose(stale, around)],
  };
}

/** A store to that cell waits. */
const hasOwn = (buffer: Buffer, cell: SharedReference): Expr<boolean> =>
  or(...buffer.slots.map((slot) => isFor(buffer, slot, cell)));

/** No store to that cell waits, and no write barrier stands behind one that does. */
function hasLeft(buffer: Buffer, cell: SharedReference): Expr<boolean> {
  const isKnown = placeOf(buffer.of, cell) !== undefined;
  const own = isKnown ? [not(hasOwn(buffer, cell))] : [];
  const fences = buffer.slots.flatMap(({ fence }) => fence ?? []);
  const all = buffer.fenced === null ? fences : [buffer.fenced, ...fences];
  return and(...own, ...all.map((barrier) => not(barrier)));
}
