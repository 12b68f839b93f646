/** Shared by the models of mutual exclusion: the transitions of the benchmark and the properties. */
import { always, and, atomically, eq, exists, flag, forAll, goto, leadsTo, never, or, reachable, say, wait } from 'racewalk';
import type { ArrayVariable, Expr, Operand, Parts, Text } from 'racewalk';

type Effects = Parameters<typeof wait> extends [unknown, unknown, ...infer E] ? E : never;

/**
 * One transition of the benchmark, from its place in the text to a label.
 *
 * In BEEM another process may run after every transition, even after one that accesses only local variables, which
 * racewalk would fuse with the next access to shared memory. atomically(...) makes each transition a separate step, and permits
 * transitions that read several variables at once, as in the benchmark; a CPU cannot do that.
 */
export const transition = (to: string, text: string, guard: Operand<boolean>, ...effects: Effects): Text => [
  atomically('one transition of the benchmark', wait(text, guard, ...effects)),
  goto(to),
];

/** The benchmark counts every state, whereas a check stops at the first violation. */
export const countAll = () => flag('variant', 'count all states, as the benchmark does, past a violation or a deadlock');

/**
 * Without this a process enters again and again, as in the benchmark. Under arm64 that is infinitely many states: a process
 * that has read nothing yet may still read the values of any number of rounds of the others.
 */
export const entersOnce = () => flag('variant', 'a process enters once, which bounds the old values under arm64');

/**
 * At most one process is inside, and every process gets inside again and again: none rests outside for ever, because each
 * steps on when it can. With `starves` some process gets inside again and again, though one may wait for ever. `inside`
 * follows from the label of each process, so it adds no states. With `all` neither is claimed, with `stops` the second is not.
 */
export function mutualExclusion(
  inside: ArrayVariable<boolean>,
  { all = false, stops = all, starves = false }: { readonly all?: boolean; readonly stops?: boolean; readonly starves?: boolean } = {},
): Parts['properties'] {
  const n = inside.length;
  const both = (i: Expr<number>, j: Expr<number>) => never(and(inside.at(i), inside.at(j)), say`processes ${i} and ${j} are both inside`);
  const apart = forAll(n, (i) => forAll(n, (j) => or(eq(i, j), both(i, j))));
  const occupied = exists(n, (i) => inside.at(i));
  const entered = reachable('a process gets inside', occupied);
  const free = () => starves
    ? leadsTo('some process gets inside', true, occupied)
    : leadsTo('every process gets inside', n, (i) => [true, inside.at(i)]);
  return all ? [entered] : [always('mutual exclusion', apart), entered, ...(stops ? [] : [free()])];
}
