/** What a check adds to a complete search without findings: the claims about runs. */
import { goalsOf } from '../language/liveness.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { isSettled } from '../liveness/finite-runs.ts';
import { starvationIn } from '../liveness/starvation.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import type { LiveSpace } from '../state-space/live-space.ts';
import type { Answer, Limits, Outcome } from '../state-space/outcome.ts';

/** A search without findings that has seen all that it had to see. */
export const isSafe = ({ verdict }: Answer): boolean => verdict === 'holds' || verdict === 'unreached';

/**
 * Whether the claims need all states with all edges: there are some, and the text of the threads does not settle them.
 */
export const needsEdges = (system: TransitionSystem): boolean =>
  goalsOf(system.model).length > 0 && !isSettled(system);

/** Decides the claims in a space that is complete where the outcome is safe. */
export function* decided(
  system: TransitionSystem,
  space: LiveSpace,
  outcome: Outcome,
  limits: Limits,
): Cooperative<Outcome> {
  if (!isSafe(outcome) || !needsEdges(system)) return outcome;
  const { statistics } = outcome;
  const steps = starvationIn({ system, space, initial: initialStates(system).length });
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      if (value === null) return outcome;
      const { goal, schedule, minimal } = value;
      const property = system.model.liveness![goalsOf(system.model)[goal]!.claim]!.name;
      return { verdict: 'livelock', property, goal, schedule, minimal, statistics };
    }
    const reason = limits.stop();
    if (reason !== null)
      return { verdict: 'inconclusive', reason: `${reason}, before liveness was decided`, statistics };
    yield;
  }
}

/** The reason why a memory model leaves the claims undecided; null: it does not. */
export function undecidedUnder(system: TransitionSystem): string | null {
  const { undecidedRuns } = system.model;
  return undecidedRuns !== undefined && needsEdges(system)
    ? `liveness under ${undecidedRuns} is not decided`
    : null;
}
