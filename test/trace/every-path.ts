/** A search as plain as can be: every path, by recursion, with nothing shared with the real search but the interpreter. */
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { isTrue, type State } from '../../checker/interpreter/evaluate.ts';
import { endsOf, fire, initialStates, moves, propertyPlace } from '../../checker/interpreter/interpreter.ts';

/** The steps and switches of the best run to anything that is wrong, or null when no run of `most` steps gets there. */
export interface Best {
  readonly steps: number;
  readonly switches: number;
  /** Every kind of thing that is wrong after so many steps. */
  readonly wrong: ReadonlySet<string>;
}

interface Run {
  readonly state: State;
  readonly last: string | null;
  readonly switches: number;
}

/** Grows all runs by one step at a time; runs are never merged, so `most` is small. */
export function bestOf(
  system: TransitionSystem,
  most: number,
  budget = 60_000,
): Best | 'nothing' | 'too many' {
  let runs: readonly Run[] = initialStates(system).map((state) => ({ state, last: null, switches: 0 }));
  let wrong = runs.flatMap((run) =>
    wrongIn(system, run.state).map((what) => ({ what, switches: run.switches })),
  );
  for (let steps = 0; steps <= most; steps++) {
    if (wrong.length > 0)
      return {
        steps,
        switches: Math.min(...wrong.map(({ switches }) => switches)),
        wrong: new Set(wrong.map(({ what }) => what)),
      };
    if (runs.length > budget) return 'too many';
    const next: Run[] = [];
    wrong = [];
    for (const run of runs)
      for (const move of moves(system, run.state))
        for (const { state, failed, error } of fire(run.state, move)) {
          const cpu = `${move.thread.thread.on ?? move.thread.thread.name} ${move.replica}`;
          const switches = run.switches + Number(run.last !== null && run.last !== cpu);
          const stopped = error ?? failed;
          if (stopped !== null) wrong.push({ what: stopped, switches });
          else {
            next.push({ state, last: cpu, switches });
            for (const what of wrongIn(system, state)) wrong.push({ what, switches });
          }
        }
    runs = next;
    if (runs.length === 0 && wrong.length === 0) return 'nothing';
  }
  return 'too many';
}

/** The invariants that are false in a state, and a deadlock. */
function wrongIn(system: TransitionSystem, state: State): readonly string[] {
  const place = propertyPlace(state, endsOf(system));
  const stuck = system.threads.some(
    ({ thread, end }) =>
      !thread.mayBlockForever && state.threads[thread.name]!.some(({ location }) => location !== end),
  );
  return [
    ...system.model.properties
      .filter(({ kind, condition }) => kind === 'always' && !isTrue(condition, place))
      .map(({ name }) => name),
    ...(stuck && moves(system, state).length === 0 ? ['deadlock'] : []),
  ];
}
