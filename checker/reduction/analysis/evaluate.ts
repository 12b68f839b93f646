/** Evaluates expressions over a domain of values: numbers in one state, or sets of numbers in many. */
import type { WrapExpr } from '../../language/arithmetic.ts';
import type { Value } from '../../language/domain.ts';
import type { AnyExpr, BinaryOperator, Reference } from '../../language/expression.ts';

/** Operators that need both operands. */
export type StrictOperator = Exclude<BinaryOperator, '&&' | '||'>;
export type StrictExpr = AnyExpr & { readonly kind: 'binary'; readonly operator: StrictOperator };

/** Where an expression is evaluated; `bound` holds the values of the bound variables, by level. */
export interface Place {
  readonly bound: readonly number[];
}

/** Values V, and what a place P knows of the variables. */
export interface ValueDomain<V, P extends Place> {
  /** The value of an expression that has none, such as one with an index outside of its array. */
  readonly none: V;
  readonly single: (number: number) => V;
  /** Whether the number is among those that the value stands for. */
  readonly has: (value: V, number: number) => boolean;
  readonly join: (a: V, b: V) => V;
  readonly constant: (value: Value, place: P) => V;
  readonly self: (place: P) => V;
  readonly read: (expr: Reference, place: P) => V;
  readonly ended: (expr: AnyExpr & { readonly kind: 'ended' }, place: P) => V;
  readonly strict: (expr: StrictExpr, place: P) => V;
  readonly wrap: (expr: WrapExpr, place: P) => V;
  /** The place where a condition that may have this truth has it; null: it cannot after all. */
  readonly assume: (condition: AnyExpr, truth: boolean, place: P) => P | null;
}

export const bind = <P extends Place>(place: P, level: number, value: number): P => ({
  ...place,
  bound: [...place.bound.slice(0, level), value],
});

/** The place where the condition is true, and the one where it is false; null where it cannot be that. */
export function split<V, P extends Place>(
  condition: AnyExpr,
  place: P,
  domain: ValueDomain<V, P>,
): readonly [P | null, P | null] {
  const value = evaluate(condition, place, domain);
  return [
    domain.has(value, 1) ? domain.assume(condition, true, place) : null,
    domain.has(value, 0) ? domain.assume(condition, false, place) : null,
  ];
}

export function evaluate<V, P extends Place>(expr: AnyExpr, place: P, domain: ValueDomain<V, P>): V {
  switch (expr.kind) {
    case 'constant':
      return domain.constant(expr.value, place);
    case 'shared':
    case 'local':
      return domain.read(expr, place);
    case 'self':
      return domain.self(place);
    case 'bound':
      return domain.single(place.bound[expr.binder.level]!);
    case 'not': {
      const value = evaluate(expr.operand, place, domain);
      return truth(domain.has(value, 0), domain.has(value, 1), domain);
    }
    case 'claim':
      return evaluate(expr.operand, place, domain);
    case 'binary':
      return isStrict(expr) ? domain.strict(expr, place) : evaluateLazy(expr, place, domain);
    case 'wrap':
      return domain.wrap(expr, place);
    case 'conditional': {
      const [then, otherwise] = split(expr.condition, place, domain);
      return domain.join(
        then === null ? domain.none : evaluate(expr.then, then, domain),
        otherwise === null ? domain.none : evaluate(expr.otherwise, otherwise, domain),
      );
    }
    case 'quantifier':
      return evaluateQuantifier(expr, place, domain);
    case 'ended':
      return domain.ended(expr, place);
  }
}

const isStrict = (expr: AnyExpr & { kind: 'binary' }): expr is StrictExpr =>
  expr.operator !== '&&' && expr.operator !== '||';

function truth<V, P extends Place>(canBeTrue: boolean, canBeFalse: boolean, domain: ValueDomain<V, P>): V {
  if (!canBeTrue) return canBeFalse ? domain.single(0) : domain.none;
  return canBeFalse ? domain.join(domain.single(0), domain.single(1)) : domain.single(1);
}

/** `&&` and `||`: the right operand is evaluated only where the left one does not decide. */
function evaluateLazy<V, P extends Place>(
  { operator, left, right }: AnyExpr & { kind: 'binary' },
  place: P,
  domain: ValueDomain<V, P>,
): V {
  const deciding = operator === '&&' ? 0 : 1;
  const value = evaluate(left, place, domain);
  const decided = domain.has(value, deciding) ? domain.single(deciding) : domain.none;
  const open = domain.has(value, 1 - deciding) ? domain.assume(left, deciding === 0, place) : null;
  return open === null ? decided : domain.join(decided, evaluate(right, open, domain));
}

function evaluateQuantifier<V, P extends Place>(
  { quantifier, binder, body }: AnyExpr & { kind: 'quantifier' },
  place: P,
  domain: ValueDomain<V, P>,
): V {
  const deciding = quantifier === 'all' ? 0 : 1;
  let decided = domain.none;
  for (let value = binder.low; value <= binder.high; value++) {
    const instance = evaluate(body, bind(place, binder.level, value), domain);
    if (domain.has(instance, deciding)) decided = domain.single(deciding);
    if (!domain.has(instance, 1 - deciding)) return decided;
  }
  return domain.join(decided, domain.single(1 - deciding));
}
