/** What a copy may still do to memory from each of its locations on. */
import type { Accessed } from './access-cells.ts';
import type { Node, Operation } from './operation.ts';

/** Kinds of access, as bits. */
export const loads = 1;
/** Reads only the newest value: within a block. */
export const looks = 2;
export const stores = 4;

export interface Future {
  /** By cell: kinds of access. */
  readonly cells: Uint8Array;
  /** Whether something orders later accesses behind earlier ones: a barrier, a release, a block. */
  readonly orders: boolean;
  /** Whether an acquire comes that is not performed before an earlier release. */
  readonly acquires: boolean;
}

/** By location; `accesses` are by location and operation. */
export function futuresOf(
  operations: readonly (readonly Operation[])[],
  accesses: readonly (readonly Accessed[])[],
  cells: number,
): readonly Future[] {
  const futures = operations.map(() => ({ cells: new Uint8Array(cells), orders: false, acquires: false }));
  for (let grew = true; grew;) {
    grew = false;
    for (const [location, future] of futures.entries()) {
      const add = (cell: number, kinds: number) => {
        if ((future.cells[cell]! | kinds) === future.cells[cell]) return;
        future.cells[cell]! |= kinds;
        grew = true;
      };
      const addFlags = (orders: boolean, acquires: boolean) => {
        if ((!orders || future.orders) && (!acquires || future.acquires)) return;
        future.orders ||= orders;
        future.acquires ||= acquires;
        grew = true;
      };
      for (const [at, operation] of operations[location]!.entries()) {
        const { reads, writes } = accesses[location]![at]!;
        for (const cell of reads) add(cell, operation.kind === 'block' ? looks : loads);
        for (const cell of writes) add(cell, stores);
        addFlags(
          operation.kind === 'block' || operation.order === 'full' || operation.order === 'release',
          operation.order === 'acquire',
        );
        for (const node of nodesOf(operation.code)) {
          if (node.kind === 'effects' && node.barrier !== null) addFlags(true, false);
          if (node.kind !== 'goto') continue;
          const next = futures[node.location]!;
          for (const [cell, kinds] of next.cells.entries()) if (kinds !== 0) add(cell, kinds);
          addFlags(next.orders, next.acquires);
        }
      }
    }
  }
  return futures;
}

export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  switch (node.kind) {
    case 'goto':
      return;
    case 'effects':
    case 'choose':
      yield* nodesOf(node.next);
      return;
    case 'branch':
      yield* nodesOf(node.then);
      yield* nodesOf(node.otherwise);
  }
}
