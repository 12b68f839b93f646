/** What the models of mutual exclusion share: the grain of the benchmark's transitions, and what is claimed. */
import { always, and, atomically, eq, exists, flag, forAll, goto, never, or, reachable, say, wait } from 'racewalk';
import type { ArrayVariable, Expr, Operand, Parts, Text } from 'racewalk';

type Effects = Parameters<typeof wait> extends [unknown, unknown, ...infer E] ? E : never;

/**
 * One transition of the benchmark, from where it stands to a label.
 *
 * BEEM's processes stop after every transition, also after those that touch nothing but their own variables, where
 * racewalk would go on to the next access of shared memory. atomically(...) makes each a step of its own, and allows
 * those that read several variables at once, as the benchmark does; a CPU does not.
 */
export const transition = (to: string, text: string, guard: Operand<boolean>, ...effects: Effects): Text => [
  atomically('one transition of the benchmark', wait(text, guard, ...effects)),
  goto(to),
];

/** The benchmark's counts go on where a check has its answer. */
export const countAll = () => flag('variant', 'two processes inside and a deadlock do not end the search: the benchmark counts all states');

/** At most one process inside; whether one is follows from where it stands, so `inside` adds no states. */
export function mutualExclusion(inside: ArrayVariable<boolean>, all = false): Parts['properties'] {
  const n = inside.length;
  const both = (i: Expr<number>, j: Expr<number>) => never(and(inside.at(i), inside.at(j)), say`processes ${i} and ${j} are both inside`);
  const apart = forAll(n, (i) => forAll(n, (j) => or(eq(i, j), both(i, j))));
  const entered = reachable('a process gets inside', exists(n, (i) => inside.at(i)));
  return all ? [entered] : [always('mutual exclusion', apart), entered];
}
