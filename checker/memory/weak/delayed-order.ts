/** When what is open is done: before statements that must come after it, and at the end. */
import { and, type AnyExpr, type Expr } from '../../language/expression.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { comesAfter, type Conduct } from './program-order.ts';
import type { Late } from './delayed-step.ts';

/** By place in the text: what may be open. */
export type Open = ReadonlySet<number>;

/** What can be late, by place in the text. */
export interface Lateness {
  readonly late: ReadonlyMap<number, Late>;
}

export const openIn = (open: Open, { late }: Lateness): readonly Late[] =>
  inTextOrder([...open].flatMap((at) => late.get(at) ?? []));

export const inTextOrder = (late: Iterable<Late>): readonly Late[] => [...late].sort((a, b) => a.at - b.at);

/** Does what must come before a statement; what need not stays open. */
export function close(
  conduct: Conduct,
  before: Open,
  pass: Lateness,
): { readonly code: Block; readonly open: Open } {
  const open = new Set(before);
  const code = openIn(before, pass).flatMap((one) => {
    const when = comesAfter(conduct, one.conduct);
    if (when === false) return [];
    if (when === true) open.delete(one.at);
    return perform(one, when, pass);
  });
  return { code, open };
}

/** Does all that is open, at the end of the text. */
export const closing = (open: Open, pass: Lateness): Block =>
  openIn(open, pass).flatMap((one) => perform(one, true, pass));

/** Does a step that is open, after what it must follow itself. */
export function perform(
  { at, step, conduct, isOpen }: Late,
  when: Expr<boolean> | true,
  pass: Lateness,
): Block {
  const before = inTextOrder([...pass.late.values()].filter((one) => one.at < at)).flatMap((one) => {
    const must = comesAfter(conduct, one.conduct);
    return must === false ? [] : perform(one, must, pass);
  });
  const done: Statement = {
    ...step,
    role: 'delayed',
    effects: [...step.effects, { kind: 'set', target: isOpen, value: { kind: 'constant', value: false } }],
  };
  const condition: AnyExpr = when === true ? isOpen : and(isOpen, when);
  const { line, nth, text } = step;
  const then = [...before, done];
  return [{ kind: 'branch', line, nth, role: 'performs', text, condition, then, otherwise: [] }];
}

/**
 * What may be done just before a statement that would make it too late, or may have to be seen between two stores; or
 * between two loads, where a read barrier makes it matter which.
 */
export function willing(conduct: Conduct, open: Open, pass: Lateness): Block {
  const isStore = conduct.kind === 'store' || conduct.kind === 'update';
  const may = openIn(open, pass).filter((one) => {
    if (comesAfter(conduct, one.conduct) !== false) return false;
    if (conduct.order === 'acquire') return true;
    return one.conduct.kind === 'update' && (isStore || (conduct.kind === 'load' && one.conduct.isBlind));
  });
  return may.flatMap((one): Block => {
    const { line, nth, text } = one.step;
    const [way] = perform(one, true, pass) as [Statement & { kind: 'branch' }];
    const skip: Statement = { kind: 'note', line, nth, role: 'keeps', text };
    return [{ ...way, then: [{ kind: 'either', line, nth, alternatives: [way.then, [skip]] }] }];
  });
}
