/** The ordering of a statement on a weakly ordered CPU: the kernel's guarantees for loads, stores and atomic operations. */
import { and, not, or, walk, type AnyExpr } from '../../language/expression.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import type { Effect, Ordering, Statement } from '../../language/statement.ts';
import { accessesOf, isMemory, shapeOf } from './accesses.ts';

export type StepStatement = Statement & { readonly kind: 'step' };

/**
 * The ordering of a step: its mark, or by default plain; a read-modify-write is full if it uses the value that it reads,
 * otherwise relaxed.
 *
 * Source:  Documentation/atomic_t.txt, ORDERING: operations without a return value are unordered
 */
export function orderOf(step: StepStatement): Exclude<Ordering, null> {
  if (step.ordering !== null) return step.ordering;
  return isReadModifyWrite(step) && usesWhatItReads(step) ? 'full' : 'relaxed';
}

/** A step that reads and writes its cell. */
export function isReadModifyWrite(step: StepStatement): boolean {
  const { reads, writes } = accessesOf(step);
  return reads.length > 0 && writes.length > 0;
}

/** Whether everything before the statement precedes everything after it, for any values. */
export function isFullBarrier(statement: Statement): boolean {
  if (statement.kind === 'barrier') return statement.barrier === 'full';
  if (statement.kind === 'step')
    return shapeOf(statement) === 'atomic' && orderOf(statement) === 'full' && failureOf(statement) === null;
  return statement.kind === 'atomically' && shapeOf(statement) === 'atomic';
}

const readsShared = (expr: AnyExpr) => [...walk(expr)].some(isMemory);

/** An assertion does not count as a use: a kernel build may omit it. */
export const usesWhatItReads = ({ guard, effects }: StepStatement): boolean =>
  (guard !== null && readsShared(guard)) || effects.some(usesValue);

function usesValue(effect: Effect): boolean {
  switch (effect.kind) {
    case 'set':
      return effect.target.kind === 'local' && readsShared(effect.value);
    case 'when':
      return readsShared(effect.condition) || effect.effects.some(usesValue);
    case 'each':
      return effect.effects.some(usesValue);
    case 'assert':
    case 'count':
      return false;
  }
}

/** The values of locals that a step has already assigned, by name. */
type Assigned = ReadonlyMap<string, AnyExpr>;

/**
 * The condition under which a read-modify-write does not write, such as a failed compare-and-exchange, and then orders
 * nothing. Null: it always writes.
 *
 * Throws  ModelError if the text does not determine the condition.
 */
export function failureOf(step: StepStatement): AnyExpr | null {
  if (!isReadModifyWrite(step)) return null;
  const conditions = writeConditions(step.effects, new Map());
  if (conditions.some((condition) => condition === null)) return null;
  return not(or(...conditions.map((condition) => condition!)));
}

/** The condition of each store to shared memory; null: always. */
function writeConditions(effects: readonly Effect[], before: Assigned): readonly (AnyExpr | null)[] {
  const assigned = new Map(before);
  return effects.flatMap((effect): readonly (AnyExpr | null)[] => {
    switch (effect.kind) {
      case 'set': {
        const { target, value } = effect;
        if (target.kind === 'shared') return isMemory(target) ? [null] : [];
        assigned.set(target.name, resolved(value, assigned));
        return [];
      }
      case 'when': {
        const inner = writeConditions(effect.effects, assigned);
        if (inner.length === 0) return [];
        const condition = resolved(effect.condition, assigned);
        return inner.map((more) => (more === null ? condition : and(condition, more)));
      }
      case 'each':
        return writeConditions(effect.effects, assigned);
      case 'assert':
      case 'count':
        return [];
    }
  });
}

/** The expression in terms of the values before the step. */
function resolved(expr: AnyExpr, assigned: Assigned): AnyExpr {
  switch (expr.kind) {
    case 'constant':
    case 'self':
    case 'shared':
      return expr;
    case 'local': {
      const value = assigned.get(expr.name);
      if (value === undefined) return expr;
      if (expr.index === null) return value;
      throw new ModelError(
        `whether an atomic operation writes depends on '${printExpr(expr)}', which the same step assigns: use a scalar`,
      );
    }
    case 'not':
    case 'wrap':
      return { ...expr, operand: resolved(expr.operand, assigned) };
    case 'binary':
      return { ...expr, left: resolved(expr.left, assigned), right: resolved(expr.right, assigned) };
    case 'conditional':
      return {
        ...expr,
        condition: resolved(expr.condition, assigned),
        then: resolved(expr.then, assigned),
        otherwise: resolved(expr.otherwise, assigned),
      };
    case 'bound':
    case 'quantifier':
    case 'ended':
    case 'claim':
      throw new ModelError(`whether an atomic operation writes depends on '${printExpr(expr)}': use a local`);
  }
}
