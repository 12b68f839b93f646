/** The cells that a copy of a thread may ever access: its future depends on no other cell. */
import type { Numbering } from '../../program/numbering.ts';
import { effectsIn, exprsIn } from '../../program/code-walk.ts';
import { amountAdded } from './access.ts';
import { walk, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Transition } from '../../program/transition-system.ts';

export interface CellScope {
  /** The tracked cells among them, counters first. */
  readonly cells: readonly number[];
  /** How many of them are counters. */
  readonly counters: number;
  /** By shared cell: its position in `cells`, or -1. */
  readonly positions: Int32Array;
  /** Positions of cells that the copy may change. */
  readonly changed: readonly number[];
}

/** The cells whose values the analysis knows, and which of them are counted up and down. */
interface TrackedCells {
  readonly tracked: readonly number[];
  readonly counters: readonly number[];
}

/**
 * Sound for:  indices that depend on the state: they count as naming the whole array.
 */
export function scopeOf(copy: number, numbering: Numbering, { tracked, counters }: TrackedCells): CellScope {
  const transitions = numbering.copies[copy]!.table.locations.flat();
  const named = (exprs: readonly AnyExpr[]) =>
    new Set(exprs.flatMap((expr) => (expr.kind === 'shared' ? cellsNamed(expr, copy, numbering) : [])));
  const accessed = named(transitions.flatMap(partsOfTransition));
  const written = named(transitions.flatMap(targetsOfSets));
  const others = tracked.filter((cell) => accessed.has(cell) && !counters.includes(cell));
  const cells = [...counters.filter((cell) => accessed.has(cell)), ...others];
  const positions = new Int32Array(numbering.cells.length).fill(-1);
  for (const [at, cell] of cells.entries()) positions[cell] = at;
  const changed = [...cells.keys()].filter((at) => written.has(cells[at]!));
  return { cells, counters: cells.length - others.length, positions, changed };
}

const partsOfTransition = (transition: Transition) =>
  [...exprsIn(transition)].flatMap((expr) => [...walk(expr)]);

const targetsOfSets = ({ code }: Transition) =>
  [...effectsIn(code)].flatMap((effect) => (effect.kind === 'set' ? effect.target : []));

/** The cells that a reference may name when the copy evaluates it. */
function cellsNamed(
  { name, index }: SharedReference,
  copy: number,
  { shared, copies }: Numbering,
): readonly number[] {
  const { first, length } = shared.get(name)!;
  const [low, high] = boundsOf(index, copies[copy]!.replica) ?? [0, length - 1];
  return Array.from({ length: Math.min(high, length - 1) - low + 1 }, (_, at) => first + low + at);
}

/** The least and the greatest value of an index; null where they depend on the state. */
function boundsOf(index: AnyExpr | null, replica: number): readonly [number, number] | null {
  if (index === null) return [0, 0];
  if (index.kind === 'self') return [replica, replica];
  if (index.kind === 'constant') return [Number(index.value), Number(index.value)];
  return index.kind === 'bound' ? [index.binder.low, index.binder.high] : null;
}

/** The tracked cells that some step of the model counts up or down. */
export function countersOf({ system, shared }: Numbering, tracked: readonly number[]): readonly number[] {
  const names = new Set<string>();
  for (const { code } of system.transitions)
    for (const effect of effectsIn(code))
      if (effect.kind === 'set' && amountAdded(effect) !== 0) names.add(effect.target.name);
  const counters = [...names].flatMap((name) => {
    const { first, length } = shared.get(name)!;
    return Array.from({ length }, (_, at) => first + at);
  });
  return counters.filter((cell) => tracked.includes(cell));
}
