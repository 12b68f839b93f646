/** What compiled statements do: each passes a configuration on to the next. */
import { walk, type AnyExpr } from '../language/expression.ts';
import { compileExpr, type Compiling } from './expressions.ts';
import { groupOfBinder } from './roles.ts';
import { Refusal } from './refusal.ts';
import { printExpr } from '../language/print.ts';
import { forked, type StepConfiguration } from './configuration.ts';
import { mayBeFalse, mayBeTrue } from './interval.ts';

export type Next = (context: StepConfiguration) => void;

/** Changes the configuration in place and goes on; where several things may happen, with a copy for each. */
export type Execute = (context: StepConfiguration, next: Next) => void;

/** False where something went wrong, which is reported, or where the step is taken elsewhere. */
export function goesOn(context: StepConfiguration): boolean {
  if (context.fault !== null) {
    context.report(context.fault);
    context.fault = null;
    return false;
  }
  return !context.leads;
}

/** One way where the condition may be true, the other where it may be false. */
export function compileChoice(
  condition: AnyExpr,
  compiling: Compiling,
  [then, otherwise]: readonly [Execute, Execute],
): Execute {
  refuseQuantifiers(condition, compiling);
  const test = compileExpr(condition, compiling);
  return (context, next) => {
    const value = test(context);
    if (!goesOn(context)) return;
    if (!mayBeFalse(value)) return then(context, next);
    if (!mayBeTrue(value)) return otherwise(context, next);
    const other = forked(context);
    then(context, next);
    otherwise(other, next);
  };
}

/** So many contexts, the given one among them. */
export function copies(context: StepConfiguration, count: number): readonly StepConfiguration[] {
  return Array.from({ length: count }, (_, at) => (at === 0 ? context : forked(context)));
}

/** A step that decides by what all copies have decides by copies that are not inside. */
export function refuseQuantifiers(expr: AnyExpr, { roles }: Compiling): void {
  for (const part of walk(expr))
    if (part.kind === 'quantifier' && groupOfBinder(roles, part.binder) >= 0)
      throw new Refusal(`'${printExpr(part)}' decides what a step does by all copies`);
}
