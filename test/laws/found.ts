/** What a whole state space finds, apart from its number of states. */
import type { State } from '../../checker/interpreter/evaluate.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';

/** `valuesIn`: what is compared of the states at the end. */
export function found(space: StateSpace, valuesIn: (state: State) => string = allValues) {
  const states = Array.from({ length: space.count }, (_, id) => id);
  const ends = states.filter((id) => space.successors(id).length === 0);
  return {
    reached: [...space.reached].sort(),
    violated: [
      ...new Set(space.findings.flatMap((one) => (one.kind === 'invariant' ? [one.property] : []))),
    ].sort(),
    deadlock: space.findings.some(({ kind }) => kind === 'deadlock'),
    ends: [...new Set(ends.map((id) => valuesIn(space.state(id))))].sort(),
  };
}

/** The values of all variables: memory and locals. */
const allValues = ({ shared, threads }: State): string =>
  JSON.stringify([shared, Object.values(threads).map((copies) => copies.map(({ locals }) => locals))]);

/** Whether a search of the space ends at an assertion or an error. */
export const stops = ({ findings }: StateSpace) =>
  findings.some(({ kind }) => kind === 'assertion' || kind === 'error');
