/** The cells that a store buffer can hold stores to. */
import type { Value } from '../../language/domain.ts';
import type { AnyExpr, SharedReference } from '../../language/expression.ts';
import type { Model } from '../../language/model.ts';
import type { Effect, Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import type { AnyDeclaration } from '../../language/variable.ts';
import { accessesOf, shapeOf, unwrapped, type Accesses } from '../common/accesses.ts';
import type { ModelCpu } from '../common/cpu.ts';

/** A variable whose stores go through a buffer. */
export interface BufferedVariable {
  readonly variable: string;
  readonly declaration: AnyDeclaration;
  /** The elements with stores: `none` for a scalar, `own` if always the element of the copy's own index. */
  readonly element: 'none' | 'own' | 'any';
  /** The cell numbers in the buffer: `first` .. `first + cells - 1`; 0 is no cell. */
  readonly first: number;
  readonly cells: number;
  /** The stored values, or null if one is computed. */
  readonly values: readonly Value[] | null;
}

/** The names of the cells by number; 0 is no cell. */
export const cellNamesOf = (places: readonly BufferedVariable[]): readonly string[] => [
  '',
  ...places.flatMap(namesOf),
];

export function namesOf({ variable, element, cells }: BufferedVariable): readonly string[] {
  if (element === 'none') return [variable];
  if (element === 'own') return [`${variable}[cpu]`];
  return Array.from({ length: cells }, (_, index) => `${variable}[${index}]`);
}

interface VariableUse extends Accesses {
  readonly cpu: ModelCpu;
  readonly statement: Statement;
}

/**
 * The buffered variables of each CPU, without those that only one CPU accesses.
 *
 * Sound for: if no other CPU accesses a cell, its CPU cannot observe whether a store to the cell is buffered.
 */
export function placesOf(
  model: Model,
  cpus: readonly ModelCpu[],
): ReadonlyMap<ModelCpu, readonly BufferedVariable[]> {
  const uses = cpus.flatMap((cpu) => cpu.threads.flatMap((thread) => usesOf(cpu, thread)));
  const shared = [...commonVariables(model, cpus)];
  return new Map(
    cpus.map((cpu) => {
      const stores = uses.filter((use) => use.cpu === cpu && shapeOf(use.statement) === 'store');
      return [cpu, placesOn(stores, shared, model)];
    }),
  );
}

/** The variables of memory that more than one CPU accesses, or that a claim of C reads. */
export function commonVariables(model: Model, cpus: readonly ModelCpu[]): ReadonlySet<string> {
  const uses = cpus.flatMap((cpu) => cpu.threads.flatMap((thread) => usesOf(cpu, thread)));
  const isMemory = ([, { ghost }]: [string, AnyDeclaration]) => ghost === undefined;
  const variables = Object.entries(model.shared).filter(isMemory);
  const isSeen = ([variable, { isObserved }]: [string, AnyDeclaration]) =>
    isObserved === true || !isPrivate(variable, uses);
  return new Set(variables.filter(isSeen).map(([variable]) => variable));
}

/** The accesses of a thread; those of an atomic block count as one statement. */
function usesOf(cpu: ModelCpu, thread: AnyThread): readonly VariableUse[] {
  const all = [...statementsOf(thread.body)];
  const inside = new Set(
    all.flatMap((statement) => (statement.kind === 'atomically' ? [...statementsOf(statement.body)] : [])),
  );
  return all
    .filter((statement) => !inside.has(statement))
    .map((given) => ({ cpu, statement: unwrapped(given), ...accessesOf(given) }));
}

function isPrivate(variable: string, uses: readonly VariableUse[]): boolean {
  const touching = uses.flatMap(({ cpu, reads, writes }) =>
    [...reads, ...writes]
      .filter(({ name }) => name === variable)
      .map(({ index }) => ({ cpu, own: cpu.host.cpus === 1 || index?.kind === 'self' })),
  );
  return touching.every(({ cpu, own }) => own && cpu === touching[0]!.cpu);
}

function placesOn(
  stores: readonly VariableUse[],
  shared: readonly string[],
  model: Model,
): readonly BufferedVariable[] {
  const places: BufferedVariable[] = [];
  let first = 1;
  for (const variable of shared) {
    const targets = stores.flatMap(({ writes }) => writes.filter(({ name }) => name === variable));
    if (targets.length === 0) continue;
    const declaration = model.shared[variable]!;
    const element = elementOf(targets, declaration);
    const cells = element === 'any' ? declaration.length! : 1;
    const values = constantsOf(variable, stores);
    places.push({ variable, declaration, element, first, cells, values });
    first += cells;
  }
  return places;
}

function elementOf(
  targets: readonly SharedReference[],
  { length }: AnyDeclaration,
): BufferedVariable['element'] {
  if (length === null) return 'none';
  const isOwn = (index: AnyExpr | null) => index?.kind === 'self' && index.count <= length;
  return targets.every(({ index }) => isOwn(index)) ? 'own' : 'any';
}

/** The values of all stores to a variable if all are constants, otherwise null. */
function constantsOf(variable: string, stores: readonly VariableUse[]): readonly Value[] | null {
  const stored = stores.flatMap(({ statement }) =>
    statement.kind === 'step' ? statement.effects.flatMap((effect) => storedBy(effect, variable)) : [],
  );
  const constants = stored.flatMap((value) => (value.kind === 'constant' ? [value.value] : []));
  return constants.length === stored.length ? [...new Set(constants)] : null;
}

function storedBy(effect: Effect, variable: string): readonly AnyExpr[] {
  switch (effect.kind) {
    case 'set':
      return effect.target.kind === 'shared' && effect.target.name === variable ? [effect.value] : [];
    case 'when':
    case 'each':
      return effect.effects.flatMap((part) => storedBy(part, variable));
    case 'assert':
    case 'count':
      return [];
  }
}
