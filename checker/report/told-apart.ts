/** Why copies of threads are not interchangeable, in the author's words. */
import { asymmetries } from '../program/symmetry.ts';
import type { TransitionTable } from '../program/transition-system.ts';
import { transitionTable } from '../program/build-transitions.ts';

/** A sentence for each such thread; where only a memory model tells its copies apart, that is what it says. */
export function toldApart(table: TransitionTable): readonly string[] {
  const reasons = asymmetries(table);
  const { written } = table.model;
  if (written === undefined || reasons.length === 0) return reasons;
  const own = asymmetries(transitionTable(written));
  return reasons.map((reason) => {
    const subject = reason.slice(0, reason.indexOf(': '));
    return own.find((other) => other.startsWith(`${subject}: `)) ?? `${subject}: their store buffers are not`;
  });
}
