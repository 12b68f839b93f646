/** Explores a state space level by level, and says what was found how far away. */
import { expect } from 'vitest';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { Schedule } from '../../checker/state-space/outcome.ts';
import type { Finding, StateSpace } from '../../checker/state-space/state-space.ts';
import { replay } from '../../checker/trace/replay.ts';
import { isTrue } from '../../checker/interpreter/evaluate.ts';
import { endsOf, isDeadlock, moves, propertyPlace } from '../../checker/interpreter/interpreter.ts';

export interface Explored<S extends StateSpace = StateSpace> {
  readonly space: S;
  /** By depth: the number of the first state there. */
  readonly levels: readonly number[];
}

/** The space with all its states expanded, or null when there are more than `most`. */
export function exploreLevels<S extends StateSpace>(space: S, most: number): Explored<S> | null {
  space.start();
  const levels = [0];
  for (let from = 0; from < space.count;) {
    if (space.count > most) return null;
    const to = space.count;
    space.expand(from, to);
    levels.push((from = to));
  }
  return { space, levels };
}

export const depthOf = ({ levels }: Explored, state: number) =>
  levels.findLastIndex((start) => start <= state);

/** The steps to a finding. */
export const lengthOf = (explored: Explored, finding: Finding): number =>
  depthOf(explored, finding.state) + Number('edge' in finding);

/** What a finding says, whichever copy it is about. */
export function told(finding: Finding): string {
  switch (finding.kind) {
    case 'deadlock':
      return 'deadlock';
    case 'invariant':
      return `invariant ${finding.property}`;
    case 'assertion':
      return `assertion ${finding.claim} at ${finding.edge.transition.id}`;
    case 'error':
      return `error ${finding.message.replace(/ \(copy \d+\)/, '')}`;
  }
}

/** Holds that a run is one of the model and ends in what was found. */
export function expectConfirmed(system: TransitionSystem, run: Schedule, finding: Finding): void {
  const trace = replay(system, run);
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  expect(trace.stopped === null).toBe(!('edge' in finding));
  if (finding.kind === 'assertion') expect(trace.stopped).toBe(finding.claim);
  if (finding.kind === 'deadlock')
    expect([moves(system, last), isDeadlock(system, last)]).toEqual([[], true]);
  if (finding.kind === 'invariant') {
    const { condition } = system.model.properties[finding.property]!;
    expect(isTrue(condition, propertyPlace(last, endsOf(system)))).toBe(false);
  }
}
