/** Which copies of threads are interchangeable: decided from the model, with the reason where they are not. */
import {
  partsOf,
  walk,
  type AnyExpr,
  type Binder,
  type LocalReference,
  type Reference,
} from '../language/expression.ts';
import { printExpr } from '../language/print.ts';
import type { Effect } from '../language/statement.ts';
import { conditionsIn, effectsIn, exprsOf, withParts } from './code-walk.ts';
import { numberingOf, type Numbering } from './numbering.ts';
import type { TransitionSystem } from './transition-system.ts';

/** Copies that may change places, with all that belongs to each. */
export interface SymmetricGroup {
  /** By replica: the numbers of its copies: of the thread, and of those that run on its CPUs. */
  readonly members: readonly (readonly number[])[];
  /** By replica: the shared cells that belong to it. */
  readonly cells: readonly (readonly number[])[];
  /** Local arrays with a cell for each replica, of copies that are in no group. */
  readonly columns: readonly Column[];
  /** Those of copies that are in a group, and so change places themselves. */
  readonly movingColumns: readonly Column[];
}

/** A local array of one copy, with a cell for each replica of a group. */
export interface Column {
  /** The copy that has the array. */
  readonly copy: number;
  readonly name: string;
  /** The position of its first cell in a local state. */
  readonly first: number;
}

export interface Symmetry {
  readonly groups: readonly SymmetricGroup[];
  /** Why the copies of a thread are no group. */
  readonly reasons: readonly string[];
}

/** A thread whose copies may be interchangeable, and the findings so far. */
interface Suspect {
  readonly copies: number;
  /** The thread and those that run on its CPUs. */
  readonly threads: ReadonlySet<string>;
  /** Shared arrays with a cell for each copy: those that an index of a copy selects from anywhere. */
  readonly owned: Set<string>;
  /** Local arrays with a cell for each copy, by `keyOf`. */
  readonly columns: Map<string, LocalReference>;
  /** Integers that run over the copies, because they select from an owned array. */
  readonly runners: Set<Binder>;
  readonly reasons: Set<string>;
}

/**
 * The groups of interchangeable copies: arrays whose cells belong to them may be shared, or locals of any thread.
 *
 * Sound for:  every permutation of the replicas of a group maps runs to runs, and keeps all properties.
 * Assumes:    nothing: an index that serves for more than to find what belongs to its copy is a reason against it.
 */
export function symmetryOf(numbering: Numbering): Symmetry {
  const suspects: Suspect[] = [];
  const reasons: string[] = [];
  const { threads } = numbering.system.model;
  for (const { name, cpus, on } of threads) {
    if (cpus === 1 || on !== null) continue;
    const members = threads.filter((thread) => thread.name === name || thread.on === name);
    const suspect: Suspect = {
      copies: cpus,
      threads: new Set(members.map((thread) => thread.name)),
      owned: new Set(),
      columns: new Map(),
      runners: new Set(),
      reasons: new Set(),
    };
    examine(numbering, suspect);
    const [reason] = suspect.reasons;
    if (reason === undefined) suspects.push(suspect);
    else reasons.push(`the copies of '${name}' are not interchangeable: ${reason}`);
  }
  const moving = new Set(suspects.flatMap((suspect) => [...suspect.threads]));
  return { groups: suspects.map((suspect) => groupOf(numbering, suspect, moving)), reasons };
}

/** Why copies of threads are not interchangeable, a sentence for each thread. */
export const asymmetries = (system: TransitionSystem): readonly string[] =>
  symmetryOf(numberingOf(system)).reasons;

function groupOf(
  numbering: Numbering,
  { copies, threads, owned, columns }: Suspect,
  moving: ReadonlySet<string>,
): SymmetricGroup {
  const { firstCopy, shared } = numbering;
  const each = (select: (replica: number) => readonly number[]) =>
    Array.from({ length: copies }, (_, at) => select(at));
  const columnsOf = (isMoving: boolean) =>
    [...columns.values()]
      .filter(({ thread }) => moving.has(thread) === isMoving)
      .flatMap((array) => [...columnsIn(numbering, array)]);
  return {
    members: each((replica) => [...threads].map((name) => firstCopy.get(name)! + replica)),
    cells: each((replica) => [...owned].map((name) => shared.get(name)!.first + replica)),
    columns: columnsOf(false),
    movingColumns: columnsOf(true),
  };
}

/** The array of each copy of its thread. */
function* columnsIn({ copies, locals }: Numbering, { thread, name }: LocalReference): Generator<Column> {
  for (const [copy, { thread: at, table }] of copies.entries())
    if (table.thread.name === thread) yield { copy, name, first: locals[at]!.get(name)!.first };
}

/** Copies with cells in locals, at most: generated code has a bit for each pair of neighbours. */
const mostCrossed = 64;

function examine({ system }: Numbering, suspect: Suspect): void {
  const transitions = system.threads.flatMap(({ locations }) => locations.flat());
  const codes = [...system.threads.map(({ entry }) => entry), ...transitions.map(({ code }) => code)];
  const effects = codes.flatMap((code) => [...effectsIn(code)]);
  const conditions = system.model.properties.map(({ condition }) => condition);
  const guards = transitions.flatMap(({ guard }) => guard ?? []);
  const all = [
    ...conditions,
    ...guards,
    ...codes.flatMap((code) => [...conditionsIn(code)]),
    ...effects.flatMap(exprsOf),
  ];
  findOwned(
    all.flatMap((expr) => [...walk(expr)]),
    suspect,
  );
  for (const expr of all) examineUse(expr, suspect);
  for (const effect of effects) if (effect.kind === 'each') examineOrder(effect, suspect);
  for (const name of suspect.owned) {
    const { initial } = system.model.shared[name]!;
    if (initial.length !== suspect.copies || new Set(initial).size > 1)
      suspect.reasons.add(`'${name}' does not begin alike for each copy`);
  }
  if (suspect.columns.size > 0 && suspect.copies > mostCrossed)
    suspect.reasons.add(`they are more than the ${mostCrossed} that arrays in locals are sorted for`);
  for (const { thread, name } of suspect.columns.values()) {
    const { initial } = system.threads.find((other) => other.thread.name === thread)!.thread.locals[name]!;
    if (initial.length !== suspect.copies || new Set(initial).size > 1)
      suspect.reasons.add(`'${name}' of '${thread}' does not begin alike for each copy`);
  }
}

/** What an index of a copy selects from belongs to the copies; what else selects from it runs over them. */
function findOwned(parts: readonly AnyExpr[], suspect: Suspect): void {
  const { owned, columns, runners } = suspect;
  const known = () => owned.size + columns.size + runners.size;
  for (let before = -1; before !== known();) {
    before = known();
    for (const part of parts) {
      if (
        (part.kind === 'shared' || part.kind === 'local') &&
        part.index !== null &&
        isIndex(part.index, suspect)
      )
        if (part.kind === 'shared') owned.add(part.name);
        else columns.set(keyOf(part), part);
      for (const slot of slotsOf(part, suspect))
        if (slot.kind === 'bound' && slot.binder.thread === null) runners.add(slot.binder);
    }
  }
}

const keyOf = ({ thread, name }: LocalReference) => JSON.stringify([thread, name]);

/** Surely an index of a copy of the suspect. */
function isCopyIndex(expr: AnyExpr, { threads }: Suspect): boolean {
  if (expr.kind === 'self') return threads.has(expr.thread);
  return expr.kind === 'bound' && expr.binder.thread !== null && threads.has(expr.binder.thread);
}

const isIndex = (expr: AnyExpr, suspect: Suspect) =>
  isCopyIndex(expr, suspect) || (expr.kind === 'bound' && suspect.runners.has(expr.binder));

/** The parts of an expression where the index of a copy belongs. */
function slotsOf(expr: AnyExpr, { owned, columns, threads }: Suspect): readonly AnyExpr[] {
  if (expr.kind === 'shared') return expr.index !== null && owned.has(expr.name) ? [expr.index] : [];
  if (expr.kind === 'local')
    return [
      ...(expr.replica !== null && threads.has(expr.thread) ? [expr.replica] : []),
      ...(expr.index !== null && columns.has(keyOf(expr)) ? [expr.index] : []),
    ];
  return expr.kind === 'ended' && threads.has(expr.thread) ? [expr.replica] : [];
}

/** Reports indices of copies where they do not belong, and other things where such an index belongs. */
function examineUse(expr: AnyExpr, suspect: Suspect, within = expr): void {
  if (isIndex(expr, suspect))
    suspect.reasons.add(`'${printExpr(within)}' uses the index of a copy as a value`);
  const slots = slotsOf(expr, suspect);
  for (const slot of slots)
    if (!isIndex(slot, suspect)) suspect.reasons.add(`'${printExpr(expr)}' names one of them`);
    else if (slot.kind === 'bound' && (slot.binder.low !== 0 || slot.binder.high !== suspect.copies - 1))
      suspect.reasons.add(`'${printExpr(expr)}' runs over some of them only`);
  for (const part of partsOf(expr)) if (!slots.includes(part)) examineUse(part, suspect, expr);
}

/** A loop over the copies must not depend on their order: each turn writes only what belongs to its copy. */
function examineOrder({ binder, effects }: Effect & { kind: 'each' }, suspect: Suspect): void {
  if (!suspect.runners.has(binder) && (binder.thread === null || !suspect.threads.has(binder.thread))) return;
  const inner = effects.flatMap((effect) => [...withParts(effect)]);
  const isOwn = (index: AnyExpr | null) => index?.kind === 'bound' && index.binder === binder;
  const written = new Set<string>();
  for (const effect of inner) {
    if (effect.kind !== 'set') continue;
    const { target } = effect;
    if (isOwn(target.index)) written.add(nameOf(target));
    else suspect.reasons.add(`the order of the copies decides what '${printExpr(target)}' becomes`);
  }
  for (const part of inner.flatMap(exprsOf).flatMap((expr) => [...walk(expr)]))
    if ((part.kind === 'shared' || part.kind === 'local') && written.has(nameOf(part)) && !isOwn(part.index))
      suspect.reasons.add(`the order of the copies decides what is read from '${printExpr(part)}'`);
}

/** What tells a variable from all others. */
const nameOf = (variable: Reference) => (variable.kind === 'shared' ? variable.name : keyOf(variable));
