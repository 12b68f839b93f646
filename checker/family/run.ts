/** Compiled statements in continuation-passing style: each passes a configuration to the next. */
import { walk, type AnyExpr } from '../language/expression.ts';
import { compileExpr, type Compiling } from './expressions.ts';
import { groupOfBinder } from './roles.ts';
import { Refusal } from './refusal.ts';
import { printExpr } from '../language/print.ts';
import { forked, type StepConfiguration } from './configuration.ts';
import { compileFacts } from './known.ts';
import { mayBeFalse, mayBeTrue } from './interval.ts';

export type Next = (context: StepConfiguration) => void;

/** Changes the configuration in place and continues; with several possible results, on a copy for each. */
export type Execute = (context: StepConfiguration, next: Next) => void;

/** False after a reported error, or if another configuration takes the step. */
export function goesOn(context: StepConfiguration): boolean {
  if (context.fault !== null) {
    context.report(context.fault);
    context.fault = null;
    return false;
  }
  return !context.leads;
}

/** Takes one branch if the condition may be true, and the other if it may be false. */
export function compileChoice(
  condition: AnyExpr,
  compiling: Compiling,
  [then, otherwise]: readonly [Execute, Execute],
): Execute {
  refuseQuantifiers(condition, compiling);
  const test = compileExpr(condition, compiling);
  const [ifTrue, ifFalse] = [
    after(compileFacts(condition, true, compiling), then),
    after(compileFacts(condition, false, compiling), otherwise),
  ];
  return (context, next) => {
    const value = test(context);
    if (!goesOn(context)) return;
    if (!mayBeFalse(value)) return ifTrue(context, next);
    if (!mayBeTrue(value)) return ifFalse(context, next);
    const other = forked(context);
    ifTrue(context, next);
    ifFalse(other, next);
  };
}

const after =
  (facts: (context: StepConfiguration) => void, run: Execute): Execute =>
  (context, next) => {
    facts(context);
    run(context, next);
  };

/** `count` contexts, including the given one. */
export function copies(context: StepConfiguration, count: number): readonly StepConfiguration[] {
  return Array.from({ length: count }, (_, at) => (at === 0 ? context : forked(context)));
}

/** Refuses a step whose decision depends on all copies, because some are outside. */
export function refuseQuantifiers(expr: AnyExpr, { roles }: Compiling): void {
  for (const part of walk(expr))
    if (part.kind === 'quantifier' && groupOfBinder(roles, part.binder) >= 0)
      throw new Refusal(`'${printExpr(part)}' decides what a step does by all copies`);
}
