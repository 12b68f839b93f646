/** Whether the end of a thread can make an invariant true, so that an earlier end may hide a violation. */
import { walk, type AnyExpr } from '../../language/expression.ts';
import type { Property } from '../../language/property.ts';
import type { AnyThread } from '../../language/thread.ts';

export const isEndSensitive = (properties: readonly Property[], { name }: AnyThread): boolean =>
  properties.some(({ kind, condition }) => kind === 'always' && mayTurn(condition, name, true));

/** Whether an expression may become `value` because the thread ends. */
function mayTurn(expr: AnyExpr, thread: string, value: boolean): boolean {
  switch (expr.kind) {
    case 'ended':
      return value && expr.thread === thread;
    case 'not':
      return mayTurn(expr.operand, thread, !value);
    case 'claim':
      return mayTurn(expr.operand, thread, value);
    case 'quantifier':
      return mayTurn(expr.body, thread, value);
    case 'binary':
      return expr.operator === '&&' || expr.operator === '||'
        ? mayTurn(expr.left, thread, value) || mayTurn(expr.right, thread, value)
        : mentions(expr, thread);
    case 'conditional':
    case 'wrap':
      return mentions(expr, thread);
    case 'constant':
    case 'shared':
    case 'local':
    case 'self':
    case 'bound':
      return false;
  }
}

const mentions = (expr: AnyExpr, thread: string): boolean =>
  [...walk(expr)].some((part) => part.kind === 'ended' && part.thread === thread);
