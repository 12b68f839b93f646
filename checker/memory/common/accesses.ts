/** How a statement accesses shared memory, which determines its treatment by a store buffer. */
import { walk, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Block, Effect, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';

export interface Accesses {
  readonly reads: readonly SharedReference[];
  readonly writes: readonly SharedReference[];
}

/**
 * `none` does not access shared memory; `load` reads; `store` writes without reading, so a buffer can delay it;
 * `atomic` acts on memory directly: a read-modify-write, a fully ordered access, an atomic block that writes.
 */
export type AccessShape = 'none' | 'load' | 'store' | 'atomic';

/** The reads and writes of a statement; for an atomic block, those of the whole block. */
export function accessesOf(statement: Statement): Accesses {
  switch (statement.kind) {
    case 'step':
      return joined([readsOf(statement.guard), ...statement.effects.map(accessesOfEffect)]);
    case 'branch':
      return readsOf(statement.condition);
    case 'atomically':
      return joined([...statementsOf(statement.body)].map(accessesOf));
    case 'choose':
    case 'either':
    case 'loop':
    case 'forever':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return nothing;
  }
}

/** The statements of a text; an atomic block is one statement. */
export function accessStatements(body: Block): readonly Statement[] {
  const all = [...statementsOf(body)];
  const inside = new Set(
    all.flatMap((one) => (one.kind === 'atomically' ? [...statementsOf(one.body)] : [])),
  );
  return all.filter((one) => !inside.has(one)).map(unwrapped);
}

export function shapeOf(given: Statement): AccessShape {
  const statement = unwrapped(given);
  if (statement.kind === 'atomically' && [...statementsOf(statement.body)].some(needsMemory)) return 'atomic';
  const { reads, writes } = accessesOf(statement);
  if (reads.length + writes.length === 0) return 'none';
  if (statement.kind === 'step' && statement.ordering === 'full') return 'atomic';
  if (writes.length === 0) return 'load';
  return reads.length > 0 ? 'atomic' : 'store';
}

/**
 * The step of an atomic block that is one access to one cell, which is already atomic: the block only allows other steps
 * before and after it. Any other statement is returned unchanged.
 */
export function unwrapped(statement: Statement): Statement {
  if (statement.kind !== 'atomically') return statement;
  const [step, ...others] = statement.body.filter(({ kind }) => kind !== 'note');
  if (step?.kind !== 'step' || others.length > 0 || step.effects.some(({ kind }) => kind === 'each'))
    return statement;
  const { reads, writes } = accessesOf(step);
  const [cell] = writes;
  const isOne = writes.length === 1 && reads.every((read) => isSameCell(read, cell!));
  return isOne ? step : statement;
}

const isSameCell = (one: SharedReference, other: SharedReference): boolean =>
  one.name === other.name && JSON.stringify(one.index) === JSON.stringify(other.index);

/** Whether the statement makes an atomic block around it act on memory directly. */
const needsMemory = (statement: Statement): boolean =>
  statement.kind === 'barrier'
    ? statement.barrier === 'full'
    : ['store', 'atomic'].includes(shapeOf(statement));

/** Whether a part of an expression is a cell that an instruction accesses. */
export const isMemory = (part: AnyExpr): part is SharedReference =>
  part.kind === 'shared' && part.isNoMemory !== true;

const nothing: Accesses = { reads: [], writes: [] };

const joined = (parts: readonly Accesses[]): Accesses => ({
  reads: parts.flatMap(({ reads }) => reads),
  writes: parts.flatMap(({ writes }) => writes),
});

const readsOf = (expr: AnyExpr | null): Accesses => ({
  reads: expr === null ? [] : [...walk(expr)].filter(isMemory),
  writes: [],
});

function accessesOfEffect(effect: Effect): Accesses {
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      const own = isMemory(target) ? { reads: [], writes: [target] } : nothing;
      return joined([readsOf(value), readsOf(target.index), own]);
    }
    case 'when':
      return joined([readsOf(effect.condition), ...effect.effects.map(accessesOfEffect)]);
    case 'each':
      return joined(effect.effects.map(accessesOfEffect));
    case 'assert':
      return readsOf(effect.condition);
    case 'count':
      return nothing;
  }
}
