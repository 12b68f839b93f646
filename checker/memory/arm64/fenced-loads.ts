/** Loads that a copy reaches only behind a store of its own and a full barrier: they read nothing that is old by now. */
import type { Numbering } from '../../program/numbering.ts';
import type { Accessed } from './access-cells.ts';
import type { CodeNode, Operation } from './operation.ts';

/** What a way has passed: nothing, a store that is executed for sure, or a full barrier behind one. */
type Passed = 'nothing' | 'store';

/**
 * By location and cell: 1 where some way to a load of the cell has no full barrier behind a store before it.
 *
 * `accesses` are those of cells that other CPUs access too.
 */
export function unfencedLoads(
  operations: readonly (readonly Operation[])[],
  accesses: readonly (readonly Accessed[])[],
  { numbering, isOwn }: { readonly numbering: Numbering; readonly isOwn: readonly boolean[] },
): readonly Uint8Array[] {
  const empty = () => operations.map(() => new Uint8Array(isOwn.length));
  const isShared = (name: string) => {
    const { first, length } = numbering.shared.get(name)!;
    return isOwn.slice(first, first + length).every((own) => !own);
  };
  const found: Readonly<Record<Passed, readonly Uint8Array[]>> = { nothing: empty(), store: empty() };
  for (let grew = true; grew;) {
    grew = false;
    for (const passed of ['nothing', 'store'] as const)
      for (const [location, some] of operations.entries())
        for (const [at, operation] of some.entries()) {
          const { loaded, leads } = behind(operation, accesses[location]![at]!.reads, {
            passed,
            stores: operation.alwaysStores.some(isShared),
          });
          const target = found[passed][location]!;
          const put = (cell: number) => {
            grew ||= target[cell] === 0;
            target[cell] = 1;
          };
          for (const cell of loaded) put(cell);
          for (const next of leads)
            for (const [cell, isUnfenced] of found[next.passed][next.location]!.entries())
              if (isUnfenced === 1) put(cell);
        }
  }
  return found.nothing;
}

interface Behind {
  /** The cells that the operation itself may load without a barrier. */
  readonly loaded: readonly number[];
  /** Where it leads without a barrier. */
  readonly leads: readonly { readonly location: number; readonly passed: Passed }[];
}

function behind(
  operation: Operation,
  reads: readonly number[],
  { passed, stores }: { readonly passed: Passed; readonly stores: boolean },
): Behind {
  const { kind, order, isUpdate, mayFail } = operation;
  const isFull = kind === 'block' || (order === 'full' && !mayFail);
  if (isFull && passed === 'store') return nothing;
  if (isFull && stores) return nothing;
  // What an atomic operation that always writes reads is no old value.
  const loaded = kind === 'block' || (isUpdate && !mayFail) ? [] : reads;
  return { loaded, leads: [...leadsOf(operation.code, stores ? 'store' : passed)] };
}

const nothing: Behind = { loaded: [], leads: [] };

function* leadsOf(node: CodeNode, passed: Passed): Generator<Behind['leads'][number]> {
  switch (node.kind) {
    case 'goto':
      yield { location: node.location, passed };
      return;
    case 'effects':
      if (node.barrier !== 'full' || passed !== 'store') yield* leadsOf(node.next, passed);
      return;
    case 'choose':
      yield* leadsOf(node.next, passed);
      return;
    case 'branch':
      yield* leadsOf(node.then, passed);
      yield* leadsOf(node.otherwise, passed);
  }
}
