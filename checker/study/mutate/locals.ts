/** The locals that a statement names, with all statements inside it. */
import { walk, type AnyExpr } from '../../language/expression.ts';
import type { Effect, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';

export interface StatementLocals {
  /** Read or written. */
  readonly touched: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

export function localsOf(statement: Statement): StatementLocals {
  const [touched, written] = [new Set<string>(), new Set<string>()];
  const touch = (expr: AnyExpr) => {
    for (const part of walk(expr)) if (part.kind === 'local') touched.add(part.name);
  };
  const write = (target: AnyExpr) => {
    touch(target);
    if (target.kind === 'local') written.add(target.name);
  };
  for (const part of statementsOf([statement])) {
    if (part.kind === 'branch') touch(part.condition);
    if (part.kind === 'choose') write(part.target);
    if (part.kind === 'loop') write(part.variable);
    if (part.kind !== 'step') continue;
    if (part.guard !== null) touch(part.guard);
    for (const effect of part.effects) addEffect(effect, touch, write);
  }
  return { touched, written };
}

type Add = (expr: AnyExpr) => void;

function addEffect(effect: Effect, touch: Add, write: Add): void {
  switch (effect.kind) {
    case 'set':
      touch(effect.value);
      write(effect.target);
      return;
    case 'when':
      touch(effect.condition);
      for (const part of effect.effects) addEffect(part, touch, write);
      return;
    case 'each':
      for (const part of effect.effects) addEffect(part, touch, write);
      return;
    case 'assert':
      touch(effect.condition);
      return;
    case 'count':
      return;
  }
}
