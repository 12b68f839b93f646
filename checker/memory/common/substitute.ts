/** Rewrites the loads inside expressions and effects. */
import type { AnyExpr, Sentence, SharedReference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';

/** The replacement of a load. */
export type Load = (reference: SharedReference) => AnyExpr;

/** The expression with every load of shared memory replaced. */
export function withLoads(expr: AnyExpr, load: Load): AnyExpr {
  const inner = (part: AnyExpr) => withLoads(part, load);
  switch (expr.kind) {
    case 'constant':
    case 'self':
    case 'bound':
      return expr;
    case 'shared':
      return load(expr.index === null ? expr : { ...expr, index: inner(expr.index) });
    case 'local':
      return expr.index === null ? expr : { ...expr, index: inner(expr.index) };
    case 'not':
    case 'wrap':
      return { ...expr, operand: inner(expr.operand) };
    case 'claim':
      return { ...expr, operand: inner(expr.operand), harm: tellWithLoads(expr.harm, load) };
    case 'binary':
      return { ...expr, left: inner(expr.left), right: inner(expr.right) };
    case 'conditional':
      return {
        ...expr,
        condition: inner(expr.condition),
        then: inner(expr.then),
        otherwise: inner(expr.otherwise),
      };
    case 'quantifier':
      return { ...expr, body: inner(expr.body) };
    case 'ended':
      return { ...expr, replica: inner(expr.replica) };
  }
}

const tellWithLoads = (harm: Sentence, load: Load): Sentence =>
  harm.map((part) => (typeof part === 'string' ? part : withLoads(part, load)));

/** The replacements of the accesses in effects. */
export interface Accessing {
  readonly load: Load;
  /** The replacement of a store to shared memory; null keeps the store. */
  readonly store: (target: SharedReference, value: AnyExpr) => readonly Effect[] | null;
}

/** The effects with every access replaced. */
export function withAccesses(effects: readonly Effect[], by: Accessing): readonly Effect[] {
  const { load } = by;
  return effects.flatMap((effect): readonly Effect[] => {
    switch (effect.kind) {
      case 'set':
        return withAssignment(effect, by);
      case 'when':
        return [
          {
            ...effect,
            condition: withLoads(effect.condition, load),
            effects: withAccesses(effect.effects, by),
          },
        ];
      case 'each':
        return [{ ...effect, effects: withAccesses(effect.effects, by) }];
      case 'assert':
        return [{ ...effect, condition: withLoads(effect.condition, load) }];
      case 'count':
        return [effect];
    }
  });
}

function withAssignment(effect: Effect & { kind: 'set' }, { load, store }: Accessing): readonly Effect[] {
  const value = withLoads(effect.value, load);
  const target = withIndex(effect.target, load);
  const own = [{ ...effect, target, value }];
  return target.kind === 'local' ? own : (store(target, value) ?? own);
}

const withIndex = <T extends { readonly index: AnyExpr | null }>(target: T, load: Load): T =>
  target.index === null ? target : { ...target, index: withLoads(target.index, load) };
