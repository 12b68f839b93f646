/** The fewest switches for the copies that move in a run that is shortest: what a search through canonical states cannot count. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import { initialStates } from '../state/interpret.ts';
import { compiledSpace } from './compiled-space.ts';
import { fewestSwitches } from './fewest-switches.ts';
import type { Schedule } from './outcome.ts';
import type { Edge, Finding, StateSpace } from './state-space.ts';
import type { Steps } from './steps.ts';

export interface Smoothing {
  /** Whether a finding is what the run ends in. */
  readonly isWanted: (finding: Finding) => boolean;
  /** Bytes that the states may take. */
  readonly maxBytes?: number;
}

/** States expanded between two pauses. */
const chunk = 4_096;

/**
 * A run as long as a shortest one, to a finding of the same kind, with the fewest switches of all whose copies move in it.
 *
 * Copies that rest in the run rest here too. Another choice of copies may need fewer switches still.
 *
 * Assumes: no run to such a finding is shorter.
 * Throws  CapacityError when memory is at its limit.
 */
export function* smoothing(
  table: TransitionTable,
  run: Schedule,
  { isWanted, ...limits }: Smoothing,
): Steps<Schedule> {
  const space = compiledSpace(table, { only: run, forget: true, ...limits });
  const levels = [0];
  space.start();
  while (!space.findings.some(isWanted)) {
    const [from, to] = [levels.at(-1)!, space.count];
    // The run itself is in the space, so that this would be a mistake of ours.
    if (from === to) throw new Error('the copies of a run cannot do what it does');
    for (let at = from; at < to; at += chunk) {
      space.expand(at, Math.min(at + chunk, to));
      yield;
    }
    levels.push(to);
  }
  const { initial, edges } = fewestSwitches(table, space, levels, targetsOf(space, levels, isWanted));
  return { initial: space.numbersOf(initialStates(table)).indexOf(initial), edges };
}

/** By state: the edges with which runs end there; a deadlock shows when its state is expanded, a step later than others. */
function targetsOf(
  { findings }: StateSpace,
  levels: readonly number[],
  isWanted: Smoothing['isWanted'],
): ReadonlyMap<number, readonly Edge[]> {
  const depthOf = ({ state }: Finding) => levels.findLastIndex((start) => start <= state);
  const wanted = findings.filter(isWanted);
  const depth = Math.min(...wanted.map(depthOf));
  const targets = new Map<number, readonly Edge[]>();
  for (const finding of wanted.filter((other) => depthOf(other) === depth))
    targets.set(finding.state, [
      ...(targets.get(finding.state) ?? []),
      ...('edge' in finding ? [finding.edge] : []),
    ]);
  return targets;
}
