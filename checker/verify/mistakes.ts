/** Possible errors of a partial state: a false condition, and a deadlock. */
import type { ThreadTable } from '../program/transition-system.ts';
import { partsOf, type AnyExpr } from '../language/expression.ts';
import { Elsewhere, Wrong, type At, type Meaning, type PartialState } from './meaning.ts';
import { locationIn } from './steps.ts';

/** The conjuncts of a condition. */
export const conjuncts = (expr: AnyExpr): readonly AnyExpr[] =>
  expr.kind === 'claim'
    ? conjuncts(expr.operand)
    : expr.kind === 'binary' && expr.operator === '&&'
      ? [...conjuncts(expr.left), ...conjuncts(expr.right)]
      : [expr];

/** Whether a condition may be false. */
export function isNot(m: Meaning, expr: AnyExpr, at: At): boolean {
  try {
    return m.value(expr, at) !== true;
  } catch (error) {
    if (error instanceof Wrong || error instanceof Elsewhere) return true;
    throw error;
  }
}

/** The number of copies that must be inside to show that an expression has a value. */
export function witnesses(expr: AnyExpr, value: boolean, m: Meaning): number {
  if (expr.kind === 'not') return witnesses(expr.operand, !value, m);
  if (expr.kind === 'claim') return witnesses(expr.operand, value, m);
  if (expr.kind === 'quantifier') {
    const inner = witnesses(expr.body, value, m);
    const isOfCopies = m.binderGroup(expr.binder, expr.binder) >= 0;
    if ((expr.quantifier === 'some') === value) return inner + (isOfCopies ? 1 : 0);
    return inner === 0
      ? 0
      : isOfCopies || m.isOverElements(expr.binder)
        ? Infinity
        : inner * (expr.binder.high - expr.binder.low + 1);
  }
  if (expr.kind === 'binary' && (expr.operator === '&&' || expr.operator === '||')) {
    const [one, other] = [witnesses(expr.left, value, m), witnesses(expr.right, value, m)];
    return (expr.operator === '&&') === value ? one + other : Math.max(one, other);
  }
  return partsOf(expr).reduce((sum, part) => sum + witnesses(part, true, m) + witnesses(part, false, m), 0);
}

/** Whether, judged by the copies inside, no thread can take a step although some thread has not ended. */
export function isStuck(
  m: Meaning,
  singles: readonly ThreadTable[],
  members: readonly (readonly ThreadTable[])[],
  part: PartialState,
  size: number,
): boolean {
  interface Who {
    readonly table: ThreadTable;
    readonly g: number;
    readonly me: number;
  }
  const all: readonly Who[] = [
    ...singles.map((table) => ({ table, g: -1, me: 0 })),
    ...members.flatMap((tables, g) =>
      part.copies[g]!.flatMap((_, me) => tables.map((table) => ({ table, g, me }))),
    ),
  ];
  const guards = ({ table, g, me }: Who) =>
    table.locations[locationIn(table, part, g, me)]!.map(({ guard }) => guard);
  const stuck = (who: Who, weak: boolean) =>
    guards(who).every(
      (guard) =>
        guard !== null &&
        isNot(m, guard, { part, group: who.g, me: who.me, bound: [], weak, set: new Set() }),
    );
  const waits = ({ table, g, me }: Who) =>
    !table.thread.mayBlockForever && locationIn(table, part, g, me) !== table.end;
  const blockers = (who: Who) =>
    guards(who).reduce((sum, guard) => sum + (guard === null ? 0 : witnesses(guard, false, m)), 0);
  const needed = all.filter(({ g }) => g < 0).reduce((sum, who) => sum + blockers(who), 0);
  // A single thread that waits does so in every deadlock with this common part: the blockers of the single threads are
  // inside one of its parts, whatever the copies wait for.
  const waiting = all.filter(waits);
  const first = waiting.find(({ g }) => g < 0);
  return (first === undefined ? waiting : [first]).some((one) => {
    const own = one.g < 0 ? 0 : 1;
    return all.every((who) =>
      stuck(
        who,
        who === one && own === 1 ? needed + 1 + blockers(one) > size : who.g >= 0 || needed + own > size,
      ),
    );
  });
}
