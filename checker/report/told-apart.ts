/** Why copies of threads are not interchangeable, in the author's words. */
import { asymmetries } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { transitionSystem } from '../program/build-transitions.ts';

/** One sentence for each such thread; the store buffers are the reason if only they differ. */
export function asymmetryReasons(system: TransitionSystem): readonly string[] {
  const reasons = asymmetries(system);
  const { written } = system.model;
  if (written === undefined || reasons.length === 0) return reasons;
  const own = asymmetries(transitionSystem(written));
  return reasons.map((reason) => {
    const subject = reason.slice(0, reason.indexOf(': '));
    return own.find((other) => other.startsWith(`${subject}: `)) ?? `${subject}: their store buffers differ`;
  });
}
