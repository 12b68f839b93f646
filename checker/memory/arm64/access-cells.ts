/** Which shared cells the text of a transition may name, for one copy of its thread. */
import type { Numbering } from '../../program/numbering.ts';
import type { Transition } from '../../program/transition-system.ts';
import { walk, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Model } from '../../language/model.ts';
import type { Effect, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { accessesOf } from '../common/accesses.ts';

/** Cells by number, each once. */
export interface Accessed {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** The cells that a transition may read and write when this replica fires it; what is behind its first statement reads none. */
export function accessedBy({ statement }: Transition, replica: number, numbering: Numbering): Accessed {
  const { reads, writes } = accessesOf(statement);
  const cells = (references: readonly SharedReference[]) => [
    ...new Set(references.flatMap((reference) => cellsNamed(reference, replica, numbering))),
  ];
  return { reads: cells(reads), writes: cells(writes) };
}

/** A reference with the cells that it may name; `index`: the local scalar that alone says which, or null. */
export interface NamedCells {
  readonly first: number;
  readonly length: number;
  readonly index: string | null;
}

/** The references of a transition: what it reads, and what it writes. */
export function referencesOf(
  { statement }: Transition,
  replica: number,
  numbering: Numbering,
): { readonly reads: readonly NamedCells[]; readonly writes: readonly NamedCells[] } {
  const { reads, writes } = accessesOf(statement);
  const named = (reference: SharedReference): NamedCells => {
    const { index } = reference;
    const { first, length } = numbering.shared.get(reference.name)!;
    if (index?.kind === 'local' && index.index === null) return { first, length, index: index.name };
    const cells = cellsNamed(reference, replica, numbering);
    return { first: cells[0] ?? first, length: cells.length, index: null };
  };
  return { reads: reads.map(named), writes: writes.map(named) };
}

/** The cells that a condition of a property may read. */
export const cellsIn = (condition: AnyExpr, numbering: Numbering): readonly number[] => [
  ...new Set(
    [...walk(condition)].flatMap((part) => (part.kind === 'shared' ? cellsNamed(part, null, numbering) : [])),
  ),
];

function cellsNamed(
  { name, index }: SharedReference,
  replica: number | null,
  numbering: Numbering,
): number[] {
  const { first, length } = numbering.shared.get(name)!;
  const [low, high] = boundsOf(index, replica) ?? [0, length - 1];
  const cells: number[] = [];
  for (let at = Math.max(low, 0); at <= Math.min(high, length - 1); at++) cells.push(first + at);
  return cells;
}

/** The least and the greatest value of an index; null where they depend on the state. */
function boundsOf(index: AnyExpr | null, replica: number | null): readonly [number, number] | null {
  if (index === null) return [0, 0];
  if (index.kind === 'self') return replica === null ? null : [replica, replica];
  if (index.kind === 'constant') return [Number(index.value), Number(index.value)];
  return index.kind === 'bound' ? [index.binder.low, index.binder.high] : null;
}

/**
 * The variables that copies of one thread, with the handlers on them, access alone, each copy its own element: as in the models with store
 * buffers, so that a property sees the same stores late.
 */
export function privateVariables({ shared, threads }: Model): ReadonlySet<string> {
  const uses = threads.flatMap(({ name: own, on, cpus, body }) =>
    [...statementsOf(body)].flatMap((statement) => {
      const { reads, writes } = accessesOf(statement);
      return [...reads, ...writes].map(({ name, index }) => ({
        name,
        host: on ?? own,
        isOfCopy: cpus === 1 || index?.kind === 'self',
      }));
    }),
  );
  return new Set(
    Object.keys(shared).filter((variable) => {
      const own = uses.filter(({ name }) => name === variable);
      if (shared[variable]!.isObserved === true) return false;
      return own.every(({ host, isOfCopy }) => isOfCopy && host === own[0]!.host);
    }),
  );
}

/** Locals that an expression names, pointers through which a cell is reached included. */
export function localsIn(expr: AnyExpr): readonly string[] {
  return [...walk(expr)].flatMap((part) => {
    if (part.kind === 'local') return [part.name];
    return part.kind === 'shared' ? (part.via ?? []).flatMap(localsIn) : [];
  });
}

/** All effects of a statement, those inside of others included. */
export function* effectsOf(statement: Statement): Generator<Effect> {
  if (statement.kind === 'step') yield* flattened(statement.effects);
  if (statement.kind === 'atomically')
    for (const inner of statementsOf(statement.body)) yield* effectsOf(inner);
}

function* flattened(effects: readonly Effect[]): Generator<Effect> {
  for (const effect of effects) {
    yield effect;
    if (effect.kind === 'when' || effect.kind === 'each') yield* flattened(effect.effects);
  }
}
