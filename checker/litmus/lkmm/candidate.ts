/** A combination of one path per process: its events, and the relations that do not depend on reads. */
import * as r from './relation.ts';
import type { LitmusValue } from '../litmus-test.ts';
import type { MemoryEvent, Fence, Mark, ProcessPath } from './event.ts';
import type { EventSet, Relation } from './relation.ts';
import { rcuSectionsIn } from './sections.ts';

/** An event of a candidate; events without a process are the initial writes. */
export interface ExecutionEvent extends MemoryEvent {
  readonly id: number;
  /** Index among the paths, or -1 for an initial write. */
  readonly thread: number;
  readonly position: number;
}

export interface Candidate {
  readonly paths: readonly ProcessPath[];
  readonly size: number;
  readonly events: readonly ExecutionEvent[];
  /** By thread and position in its path: the id, or -1 for a fence that only orders others. */
  readonly idAt: readonly (readonly number[])[];
  readonly reads: readonly ExecutionEvent[];
  /** By location, starting with the initial write. */
  readonly writes: ReadonlyMap<string, readonly ExecutionEvent[]>;
  /** By the id of the write of a lock: the unlock of the same process, or -1 if the process keeps the lock. */
  readonly unlockOf: ReadonlyMap<number, number>;
  readonly known: FixedRelations;
}

/** Sets and relations that do not depend on the reads-from choices. */
export interface FixedRelations {
  readonly everything: EventSet;
  readonly accesses: EventSet;
  readonly reads: EventSet;
  readonly writes: EventSet;
  readonly marked: EventSet;
  readonly plain: EventSet;
  readonly initial: EventSet;
  readonly unlocks: EventSet;
  readonly lockReads: EventSet;
  readonly srcuUnlocks: EventSet;
  readonly srcuLocks: EventSet;
  readonly afterUnlockLock: EventSet;
  /** The reads that a read barrier orders: all except those of atomic operations without a return value. */
  readonly orderedReads: EventSet;
  /** All events except reads of atomic operations without a return value. */
  readonly returning: EventSet;
  readonly same: Relation;
  readonly inThread: Relation;
  readonly acrossThreads: Relation;
  readonly programOrder: Relation;
  readonly sameLocation: Relation;
  readonly atomic: Relation;
  readonly address: Relation;
  readonly data: Relation;
  readonly control: Relation;
  readonly wmb: Relation;
  readonly rmb: Relation;
  /** Pairs around a read barrier, of any kind. */
  readonly acrossRmb: Relation;
  /** Full barriers, except those that depend on a lock handover. */
  readonly mb: Relation;
  readonly gracePeriod: Relation;
  readonly acquire: Relation;
  readonly release: Relation;
  readonly rcuGracePeriods: Relation;
  readonly membarriers: Relation;
  readonly srcuGracePeriods: Relation;
  /** From the end of a read-side critical section to its start. */
  readonly rcuSections: Relation;
  readonly hasRcu: boolean;
  readonly hasMembarrier: boolean;
  readonly hasSrcu: boolean;
  readonly hasUnlockLock: boolean;
  /** Whether a race is possible: a plain access conflicts with another access. */
  readonly mayRace: boolean;
  readonly flags: readonly string[];
}

/** Null if two processes keep the same lock forever, which is impossible. */
export function candidateOf(
  paths: readonly ProcessPath[],
  initial: (location: string) => LitmusValue,
): Candidate | null {
  const locations = new Set(
    paths.flatMap(({ events }) => events.flatMap(({ location }) => (location === '' ? [] : [location]))),
  );
  const events: ExecutionEvent[] = [...locations].map((location, id) => ({
    kind: 'write',
    location,
    mark: 'once',
    value: { kind: 'constant', value: initial(location) },
    address: 0n,
    data: 0n,
    control: 0n,
    isAtomic: false,
    partner: -1,
    line: 0,
    text: `${location} at the beginning`,
    id,
    thread: -1,
    position: id,
  }));
  const firstOf: number[] = [];
  paths.forEach((path, thread) => {
    firstOf.push(events.length);
    const first = events.length;
    path.events.forEach((event, position) => {
      events.push({
        ...event,
        id: first + position,
        thread,
        position,
        partner: event.partner < 0 ? -1 : first + event.partner,
      });
    });
  });
  const known = knownOf(paths, events, firstOf);
  // The relations now include the order of fences; without the fences they are smaller.
  const kept = events.filter((event) => event.kind !== 'fence' || isOfRcu(event));
  const newId = new Map(kept.map(({ id }, at) => [id, at]));
  const renamed = kept.map((event, id): ExecutionEvent => ({
    ...event,
    id,
    partner: newId.get(event.partner) ?? -1,
  }));
  return withEvents(renamed, {
    paths,
    idAt: paths.map((path, thread) =>
      path.events.map((_, position) => newId.get(firstOf[thread]! + position) ?? -1),
    ),
    known: projected(
      known,
      kept.map(({ id }) => id),
    ),
  });
}

const isOfRcu = ({ mark }: ExecutionEvent): boolean =>
  ['sync-rcu', 'sync-srcu', 'memb', 'rcu-lock', 'rcu-unlock', 'after-unlock-lock'].includes(mark);

function withEvents(
  events: readonly ExecutionEvent[],
  rest: Pick<Candidate, 'paths' | 'idAt' | 'known'>,
): Candidate | null {
  const unlockOf = unlocksOf(events);
  const kept = [...unlockOf].filter(([, unlock]) => unlock < 0).map(([lock]) => events[lock]!.location);
  if (new Set(kept).size < kept.length) return null;
  const isCookie = ({ mark }: ExecutionEvent) => mark === 'srcu-lock' || mark === 'srcu-unlock';
  return {
    ...rest,
    size: events.length,
    events,
    reads: events.filter((event) => event.kind === 'read' && !isCookie(event)),
    writes: Map.groupBy(
      events.filter((event) => event.kind === 'write' && !isCookie(event)),
      ({ location }) => location,
    ),
    unlockOf,
  };
}

/** The same sets and relations of some of the events, by their new ids. */
function projected(known: FixedRelations, ids: readonly number[]): FixedRelations {
  const part = (value: unknown): unknown => {
    if (value instanceof Uint32Array) return r.setOf(ids.length, (at) => r.isIn(value, ids[at]!));
    if (typeof value !== 'object' || value === null || !('bits' in value)) return value;
    return r.projection(value as Relation, ids);
  };
  return Object.fromEntries(
    Object.entries(known).map(([name, value]) => [name, part(value)]),
  ) as unknown as FixedRelations;
}

/** The unlock that ends each critical section: the next one of its process on that lock. */
function unlocksOf(events: readonly ExecutionEvent[]): ReadonlyMap<number, number> {
  const unlocks = new Map<number, number>();
  for (const lock of events)
    if (lock.mark === 'lock-write') {
      const end = events.find(
        ({ id, thread, location, mark }) =>
          id > lock.id && thread === lock.thread && location === lock.location && mark === 'unlock',
      );
      unlocks.set(lock.id, end?.id ?? -1);
    }
  return unlocks;
}

const isFence =
  (...kinds: readonly (Fence | Mark)[]) =>
  ({ mark }: ExecutionEvent): boolean =>
    kinds.includes(mark);

function knownOf(
  paths: readonly ProcessPath[],
  events: readonly ExecutionEvent[],
  firstOf: readonly number[],
): FixedRelations {
  const size = events.length;
  const set = (has: (event: ExecutionEvent) => boolean) => r.setOf(size, (id) => has(events[id]!));
  const relation = (holds: (from: ExecutionEvent, to: ExecutionEvent) => boolean) =>
    r.relationOf(size, (a, b) => holds(events[a]!, events[b]!));
  const accesses = set(({ kind }) => kind !== 'fence');
  const reads = set(({ kind }) => kind === 'read');
  const writes = set(({ kind }) => kind === 'write');
  const initial = set(({ thread }) => thread < 0);
  const plain = set(({ mark }) => mark === 'plain');
  const inThread = relation((a, b) => a.thread >= 0 && a.thread === b.thread);
  const programOrder = relation((a, b) => a.thread >= 0 && a.thread === b.thread && a.id < b.id);
  const across = (fence: Fence) => r.compose(r.to(programOrder, set(isFence(fence))), programOrder);
  const between = (one: EventSet, order: Relation, other: EventSet) => r.to(r.from(one, order), other);
  const orderedReads = set(({ kind, mark }) => kind === 'read' && mark !== 'noreturn');
  const acrossRmb = across('rmb');
  const orAt = r.orSame(programOrder);
  const depends = (part: 'address' | 'data' | 'control') => {
    const result = r.empty(size);
    for (const event of events)
      for (let rest = event[part], position = 0; rest !== 0n; rest >>= 1n, position++)
        if ((rest & 1n) !== 0n) r.add(result, firstOf[event.thread]! + position, event.id);
    return result;
  };
  const rcuSections = r.empty(size);
  paths.forEach((path, thread) => {
    for (const [begin, end] of rcuSectionsIn(path.events).pairs)
      r.add(rcuSections, firstOf[thread]! + end, firstOf[thread]! + begin);
  });
  const ofItself = (has: (event: ExecutionEvent) => boolean) => relation((a, b) => a === b && has(a));
  const sameLocation = relation((a, b) => a.location !== '' && a.location === b.location);
  const acquire = between(set(isFence('acquire', 'lock-read')), programOrder, accesses);
  const release = between(accesses, programOrder, set(isRelease));
  return {
    everything: set(() => true),
    accesses,
    reads,
    writes,
    marked: set(({ mark }) => mark !== 'plain'),
    plain,
    initial,
    unlocks: set(isFence('unlock')),
    lockReads: set(isFence('lock-read')),
    srcuUnlocks: set(isFence('srcu-unlock')),
    srcuLocks: set(isFence('srcu-lock')),
    afterUnlockLock: set(isFence('after-unlock-lock')),
    orderedReads,
    returning: set(({ mark }) => mark !== 'noreturn'),
    same: r.orSame(r.empty(size)),
    inThread,
    acrossThreads: relation((a, b) => a !== b && (a.thread < 0 || a.thread !== b.thread)),
    programOrder,
    sameLocation,
    atomic: relation((a, b) => b.partner === a.id),
    address: depends('address'),
    data: depends('data'),
    control: depends('control'),
    wmb: between(writes, across('wmb'), writes),
    rmb: between(orderedReads, acrossRmb, orderedReads),
    acrossRmb,
    mb: fullBarriers({ size, events, programOrder, accesses }),
    gracePeriod: r.compose(r.to(programOrder, set(isFence('sync-rcu', 'sync-srcu', 'memb'))), orAt),
    acquire,
    release,
    membarriers: ofItself(isFence('memb')),
    rcuGracePeriods: ofItself(isFence('sync-rcu')),
    srcuGracePeriods: ofItself(isFence('sync-srcu')),
    rcuSections,
    hasMembarrier: events.some(isFence('memb')),
    hasRcu: events.some(isFence('sync-rcu', 'rcu-lock')),
    hasSrcu: events.some(isFence('sync-srcu', 'srcu-lock', 'srcu-unlock')),
    hasUnlockLock: events.some(isFence('after-unlock-lock')),
    mayRace: mayRace(events),
    flags: [...new Set([...paths.flatMap((path) => path.flags), ...flagsOf(events)])],
  };
}

const mayRace = (events: readonly ExecutionEvent[]): boolean =>
  events.some(
    (a) =>
      a.mark === 'plain' &&
      events.some(
        (b) =>
          b.thread >= 0 &&
          a.thread !== b.thread &&
          a.location === b.location &&
          (a.kind === 'write' || b.kind === 'write'),
      ),
  );

/** Pairs around smp_mb() and operations as strong as it. */
function fullBarriers({
  size,
  events,
  programOrder,
  accesses,
}: Pick<Candidate, 'size' | 'events'> & Pick<FixedRelations, 'programOrder' | 'accesses'>): Relation {
  const set = (has: (event: ExecutionEvent) => boolean) => r.setOf(size, (id) => has(events[id]!));
  const across = (fence: Fence) => r.compose(r.to(programOrder, set(isFence(fence))), programOrder);
  const orAt = r.orSame(programOrder);
  const isHalf = set(({ isAtomic }) => isAtomic);
  const behind = (marks: EventSet, fence: Fence) => r.compose(r.to(orAt, marks), across(fence));
  const all = r.union(
    across('mb'),
    r.to(
      programOrder,
      set(({ kind, mark }) => kind === 'read' && mark === 'full'),
    ),
    r.from(
      set(({ kind, mark }) => kind === 'write' && mark === 'full'),
      programOrder,
    ),
    r.compose(r.to(across('before-atomic'), isHalf), orAt),
    behind(isHalf, 'after-atomic'),
    behind(set(isFence('lock-write')), 'after-spinlock'),
    behind(set(isFence('srcu-unlock')), 'after-srcu-read-unlock'),
  );
  return r.to(r.from(accesses, all), accesses);
}

const isRelease = ({ kind, mark }: ExecutionEvent) =>
  kind === 'write' && (mark === 'release' || mark === 'unlock');

const separators: readonly (Fence | Mark)[] = [
  ...([
    'barrier',
    'rmb',
    'wmb',
    'mb',
    'sync-rcu',
    'sync-srcu',
    'memb',
    'before-atomic',
    'after-atomic',
  ] as const),
  ...(['rcu-lock', 'rcu-unlock', 'srcu-lock', 'srcu-unlock', 'full'] as const),
];

/** The flags that do not depend on reads-from: misuse of locks, and mixed plain and marked accesses. */
function flagsOf(events: readonly ExecutionEvent[]): readonly string[] {
  const flags: string[] = [];
  const separates = (event: ExecutionEvent) =>
    separators.includes(event.mark) ||
    isRelease(event) ||
    (event.kind === 'read' && (event.mark === 'acquire' || event.mark === 'lock-read'));
  const isPlainWrite = ({ kind, mark }: ExecutionEvent) => kind === 'write' && mark === 'plain';
  const isMixed = events.some((first) =>
    events.some(
      (second) =>
        first.thread >= 0 &&
        first.thread === second.thread &&
        first.id < second.id &&
        first.location === second.location &&
        first.kind !== 'fence' &&
        second.kind !== 'fence' &&
        ((isPlainWrite(first) && second.mark !== 'plain') ||
          (isPlainWrite(second) && first.mark !== 'plain')) &&
        !isRelease(second) &&
        !(first.kind === 'read' && (first.mark === 'acquire' || first.mark === 'lock-read')) &&
        !events.slice(first.id + 1, second.id).some(separates),
    ),
  );
  if (isMixed) flags.push('mixed-accesses');
  const isLock = isFence('lock-read', 'lock-write', 'unlock', 'lock-failed', 'is-locked', 'is-unlocked');
  const locks = new Set(events.filter(isLock).map(({ location }) => location));
  for (const { location, mark } of events)
    if (mark === 'srcu-lock' || mark === 'srcu-unlock' || mark === 'sync-srcu') locks.add(location);
  const isOrdinary = (event: ExecutionEvent) =>
    event.thread >= 0 && event.kind !== 'fence' && !isLock(event) && !event.mark.startsWith('srcu');
  if (events.some((event) => isOrdinary(event) && locks.has(event.location)))
    flags.push('mixed-lock-accesses');
  const held = new Map<string, boolean>();
  for (const { thread, location, mark } of events) {
    const key = `${thread} ${location}`;
    if (mark === 'lock-write') held.set(key, true);
    if (mark === 'unlock' && held.get(key) !== true) flags.push('unmatched-unlock');
    if (mark === 'unlock') held.set(key, false);
  }
  return flags;
}
