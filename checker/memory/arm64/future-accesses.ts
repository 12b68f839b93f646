/** What a copy may still do to memory from each of its locations on. */
import { effectsIn, nodesOf } from '../../program/code-walk.ts';
import type { CellRange, Numbering } from '../../program/numbering.ts';
import type { Code } from '../../program/transition-system.ts';
import { referencesOf, type NamedCells } from './access-cells.ts';
import type { Operation } from './operation.ts';

/** Kinds of access, as bits. */
export const loads = 1;
/** Reads only the newest value: within a block. */
export const looks = 2;
export const stores = 4;
/** An atomic operation that always writes: it reads the newest value, or what stands right before its promise. */
export const updates = 8;
/** A load of several cells at one time; it counts among the loads too. */
export const snapshots = 16;
/** Any that reads. */
export const reading = loads | looks | updates;

export interface AccessesToCome {
  /** By cell: kinds of access. */
  readonly cells: Uint8Array;
  /** Whether something orders later accesses behind earlier ones: a barrier, a release, a block. */
  readonly orders: boolean;
  /** Whether an acquire comes that is not performed before an earlier release. */
  readonly acquires: boolean;
}

/** Accesses of cells; with `position`, of the one that the local at that position selects, which does not change before. */
interface FutureAccess {
  readonly kinds: number;
  readonly first: number;
  readonly length: number;
  readonly position: number | null;
}

/** What is known of the future at one location. */
class Outlook {
  orders = false;
  acquires = false;
  readonly #cells: number;
  readonly #entries = new Map<string, FutureAccess>();
  readonly #known = new Map<number | string, AccessesToCome>();
  #positions: readonly number[] = [];

  constructor(cells: number) {
    this.#cells = cells;
  }

  get entries(): Iterable<FutureAccess> {
    return this.#entries.values();
  }

  /** True where that was not known. */
  add(entry: FutureAccess): boolean {
    const key = `${entry.kinds} ${entry.first} ${entry.length} ${entry.position ?? '-'}`;
    if (this.#entries.has(key)) return false;
    this.#entries.set(key, entry);
    return true;
  }

  addFlags(orders: boolean, acquires: boolean): boolean {
    if ((!orders || this.orders) && (!acquires || this.acquires)) return false;
    this.orders ||= orders;
    this.acquires ||= acquires;
    return true;
  }

  seal(): void {
    const positions = [...this.#entries.values()].flatMap(({ position }) => position ?? []);
    this.#positions = [...new Set(positions)];
  }

  /** With the values that the locals have. */
  with(locals: readonly number[]): AccessesToCome {
    const key = this.#keyOf(locals);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const cells = new Uint8Array(this.#cells);
    for (const { kinds, first, length, position } of this.#entries.values()) {
      const at = position === null ? null : locals[position]!;
      // Past the end it is a mistake, and no access.
      if (at === null) for (let cell = first; cell < first + length; cell++) cells[cell]! |= kinds;
      else if (at >= 0 && at < length) cells[first + at]! |= kinds;
    }
    const future = { cells, orders: this.orders, acquires: this.acquires };
    this.#known.set(key, future);
    return future;
  }

  /** Equal for equal values of the locals that select cells: at most one, nearly always. */
  #keyOf(locals: readonly number[]): number | string {
    const [position] = this.#positions;
    if (this.#positions.length <= 1) return position === undefined ? 0 : locals[position]!;
    return this.#positions.map((one) => locals[one]!).join();
  }
}

/** The future of a copy with these locals, the location first. */
export type FutureOf = (locals: readonly number[]) => AccessesToCome;

/** `operations` are by location. */
export function futuresOf(operations: readonly (readonly Operation[])[], whose: Whose): FutureOf {
  const outlooks = operations.map(() => new Outlook(whose.isOwn.length));
  const known = operations.map((some) => some.map((operation) => knownOf(operation, whose)));
  for (let grew = true; grew;) {
    grew = false;
    for (const [location, outlook] of outlooks.entries())
      for (const { entries, assigned, orders, acquires, next } of known[location]!) {
        const put = (entry: FutureAccess) => {
          const isChanged = entry.position !== null && assigned.has(entry.position);
          grew = outlook.add(isChanged ? { ...entry, position: null } : entry) || grew;
        };
        for (const entry of entries) put(entry);
        grew = outlook.addFlags(orders, acquires) || grew;
        for (const target of next) {
          for (const entry of outlooks[target]!.entries) put(entry);
          grew = outlook.addFlags(outlooks[target]!.orders, outlooks[target]!.acquires) || grew;
        }
      }
  }
  for (const outlook of outlooks) outlook.seal();
  return (locals) => outlooks[locals[0]!]!.with(locals);
}

interface Whose {
  readonly numbering: Numbering;
  readonly isOwn: readonly boolean[];
  readonly thread: number;
  readonly replica: number;
}

/** What one operation does itself, and where it leads. */
function knownOf(operation: Operation, { numbering, thread, replica }: Whose) {
  const ranges = numbering.locals[thread]!;
  const { reads, writes } = referencesOf(operation.transition, replica, numbering);
  const entryOf = ({ first, length, index }: NamedCells, kinds: number): FutureAccess => {
    const position = index === null ? null : ranges.get(index)!.first;
    return { kinds, first, length, position };
  };
  const nodes = nodesOf(operation.code);
  return {
    entries: [
      ...reads.map((one) => entryOf(one, readingOf(operation))),
      ...writes.map((one) => entryOf(one, stores)),
    ],
    assigned: new Set(assignedIn(operation.transition.code, ranges)),
    orders:
      operation.kind === 'block' ||
      operation.order === 'full' ||
      operation.order === 'release' ||
      nodes.some((node) => node.kind === 'effects' && node.barrier !== null),
    acquires: operation.order === 'acquire' && operation.kind !== 'snapshot',
    next: nodes.flatMap((node) => (node.kind === 'goto' ? [node.location] : [])),
  };
}

function readingOf({ kind, isUpdate, mayFail }: Operation): number {
  switch (kind) {
    case 'block':
      return looks;
    case 'snapshot':
      return loads | snapshots;
    case 'access':
      return isUpdate && !mayFail ? updates : loads;
  }
}

/** The positions of locals that code may assign. */
function* assignedIn(code: Code, ranges: ReadonlyMap<string, CellRange>): Generator<number> {
  for (const effect of effectsIn(code))
    if (effect.kind === 'set' && effect.target.kind === 'local') yield ranges.get(effect.target.name)!.first;
  for (const node of nodesOf(code)) if (node.kind === 'choose') yield ranges.get(node.target.name)!.first;
}
