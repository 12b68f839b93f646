/** What a step knows of the locals of its copy: that one equals a counter plus a number. */
import type { AnyExpr } from '../language/expression.ts';
import type { CounterValue, StepConfiguration } from './configuration.ts';
import { compileCell, compileExpr, ownLocal, type Compiling } from './expressions.ts';
import { endsOf, isInside } from './interval.ts';
import { placeOf } from './roles.ts';
import { printExpr } from '../language/print.ts';

type Known = (context: StepConfiguration) => CounterValue | null;

/**
 * The expression as a counter plus a number, or null.
 *
 * Sound for:  the answer depends on the run and on no view: on the text, and on the assignments and comparisons of the step.
 */
export function compileKnown(expr: AnyExpr, compiling: Compiling): Known {
  switch (expr.kind) {
    case 'shared':
    case 'local': {
      if (placeOf(compiling.roles, expr).role.kind === 'counter') {
        const cell = compileCell(expr, compiling);
        return (context) =>
          cell.isOther(context) || !cell.isThere(context)
            ? null
            : { counter: cell.counter!(context), plus: 0 };
      }
      const key = ownLocal(expr);
      return key === null ? unknown : ({ known }) => known.get(key) ?? null;
    }
    case 'binary': {
      const { operator, left, right } = expr;
      if (operator !== '+' && operator !== '-') return unknown;
      const sign = operator === '+' ? 1 : -1;
      if (isNumber(right)) return added(compileKnown(left, compiling), sign * right.value);
      if (isNumber(left) && sign === 1) return added(compileKnown(right, compiling), left.value);
      return unknown;
    }
    case 'wrap': {
      const known = compileKnown(expr.operand, compiling);
      if (known === unknown) return unknown;
      const check = compileNoWrap(expr, compiling);
      return (context) => {
        const value = known(context);
        return value !== null && check(context) ? value : null;
      };
    }
    case 'constant':
    case 'self':
    case 'bound':
    case 'not':
    case 'conditional':
    case 'quantifier':
    case 'ended':
    case 'claim':
      return unknown;
  }
}

const unknown: Known = () => null;

const isNumber = (expr: AnyExpr): expr is AnyExpr & { readonly kind: 'constant'; readonly value: number } =>
  expr.kind === 'constant' && typeof expr.value === 'number';

const added =
  (known: Known, more: number): Known =>
  (context) => {
    const value = known(context);
    return value === null ? null : { ...value, plus: value.plus + more };
  };

/** Reports a sum that may wrap, because its value would not be the sum of its parts; returns whether it cannot. */
export function compileNoWrap(
  expr: AnyExpr & { kind: 'wrap' },
  compiling: Compiling,
): (context: StepConfiguration) => boolean {
  const operand = compileExpr(expr.operand, compiling);
  const ends = endsOf(expr);
  return (context) => {
    if (isInside(operand(context), ends) || compiling.faults.wraps === true) return true;
    context.report(`'${printExpr(expr)}' may wrap`);
    return false;
  };
}

/** After this: the local of an assignment equals what `value` says, or nothing is known of it. */
export function learn({ known }: StepConfiguration, key: string | null, value: CounterValue | null): void {
  if (key === null) return;
  if (value === null) known.delete(key);
  else known.set(key, value);
}

/** Takes the equalities that follow from a condition, if it is true or if it is false, into account. */
export function compileFacts(
  condition: AnyExpr,
  isTrue: boolean,
  compiling: Compiling,
): (context: StepConfiguration) => void {
  const facts = equalitiesIn(condition, isTrue).flatMap(([one, other]) =>
    [
      [one, other],
      [other, one],
    ].flatMap(([local, value]) => {
      const key = ownLocal(local!);
      return key === null ? [] : [{ key, value: compileKnown(value!, compiling) }];
    }),
  );
  return (context) => {
    for (const { key, value } of facts) {
      const found = context.known.has(key) ? null : value(context);
      if (found !== null) context.known.set(key, found);
    }
  };
}

/** The pairs of expressions that are equal if the condition is true, or false. */
function equalitiesIn(condition: AnyExpr, isTrue: boolean): readonly (readonly [AnyExpr, AnyExpr])[] {
  if (condition.kind === 'claim') return equalitiesIn(condition.operand, isTrue);
  if (condition.kind === 'not') return equalitiesIn(condition.operand, !isTrue);
  if (condition.kind !== 'binary') return [];
  const { operator, left, right } = condition;
  if (operator === (isTrue ? '&&' : '||'))
    return [...equalitiesIn(left, isTrue), ...equalitiesIn(right, isTrue)];
  return operator === (isTrue ? '==' : '!=') ? [[left, right]] : [];
}
