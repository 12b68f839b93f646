/** Rewrites the loads inside expressions and effects. */
import type { AnyExpr, Sentence, SharedReference } from '../language/expression.ts';
import type { Effect } from '../language/statement.ts';

/** What stands for the value of a shared cell. */
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

/** The effects with every load replaced, and every store to shared memory where `store` gives something for it. */
export function withAccesses(
  effects: readonly Effect[],
  load: Load,
  store: (target: SharedReference, value: AnyExpr) => readonly Effect[] | null,
): readonly Effect[] {
  return effects.flatMap((effect): readonly Effect[] => {
    switch (effect.kind) {
      case 'set': {
        const { target } = effect;
        const value = withLoads(effect.value, load);
        if (target.kind === 'local') return [{ ...effect, target: withIndex(target, load), value }];
        return (
          store(withIndex(target, load), value) ?? [{ ...effect, target: withIndex(target, load), value }]
        );
      }
      case 'when':
        return [
          {
            ...effect,
            condition: withLoads(effect.condition, load),
            effects: withAccesses(effect.effects, load, store),
          },
        ];
      case 'each':
        return [{ ...effect, effects: withAccesses(effect.effects, load, store) }];
      case 'assert':
        return [{ ...effect, condition: withLoads(effect.condition, load) }];
      case 'count':
        return [effect];
    }
  });
}

const withIndex = <T extends { readonly index: AnyExpr | null }>(target: T, load: Load): T =>
  target.index === null ? target : { ...target, index: withLoads(target.index, load) };
