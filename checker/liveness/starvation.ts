/** Decides what a model claims of its runs, on a complete state space. */
import { goalsOf, type Goal } from '../language/liveness.ts';
import { fairClasses, type FairClasses } from '../program/fair-classes.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import type { LiveSpace, StateEdges } from '../state-space/live-space.ts';
import type { Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';
import { cpuOf } from '../trace/fewest-switches.ts';
import { fairComponents } from './fair-components.ts';
import { shortestLasso, waitingStates, type Lasso, type Waiting } from './lasso.ts';

/** A claim that a fair run breaks. */
export interface Starvation {
  /** Position in `goalsOf`. */
  readonly goal: number;
  readonly schedule: Schedule;
  readonly minimal: boolean;
}

/** A space whose states below `initial` are the initial ones, in the order of `initialStates`. */
interface Explored {
  readonly system: TransitionSystem;
  readonly space: LiveSpace;
  readonly initial: number;
}

/**
 * The first claim in the order of the model that some fair run breaks, with the shortest lasso of any copy; null: every
 * claim holds.
 *
 * Assumes: the space is complete and without findings.
 * Throws  ModelError when a condition of a claim is wrong in a state.
 */
export function* starvationIn({ system, space, initial }: Explored): Cooperative<Starvation | null> {
  const edges = yield* space.edges();
  const fairness = fairClasses(system);
  const goals = goalsOf(system.model);
  let best: { readonly goal: number; readonly lasso: Lasso } | null = null;
  for (const [at, goal] of goals.entries()) {
    if (best !== null && goals[best.goal]!.claim !== goal.claim) break;
    const lasso = lassoOf(waitingFor(goal, at), fairness.classes.length);
    if (lasso !== null && (best === null || isShorter(lasso, best.lasso))) best = { goal: at, lasso };
    yield;
  }
  return best === null
    ? null
    : {
        goal: best.goal,
        schedule: scheduleOf(best.lasso, space, edges, fairness),
        minimal: best.lasso.minimal,
      };

  function waitingFor(goal: Goal, at: number): Waiting {
    const from = space.judge(2 * at);
    const { thread, replica } = goal.ends ?? { thread: '', replica: 0 };
    const beginning = new Set(
      goal.from !== null
        ? []
        : [...fairness.classes.entries()].flatMap(([label, one]) =>
            system.threads[one.thread]!.thread.name === thread && one.replica === replica ? [label] : [],
          ),
    );
    return {
      edges,
      initial,
      begins: (state) => from[state] === 1,
      beginsWith: beginning.size === 0 ? null : (label) => beginning.has(label),
      to: space.judge(2 * at + 1),
      fair: goal.fair,
      cpuOf: cpuNumbers(system, fairness),
    };
  }
}

const isShorter = (one: Lasso, other: Lasso) =>
  one.stem.length < other.stem.length ||
  (one.stem.length === other.stem.length && one.cycle.length < other.cycle.length);

function lassoOf(waiting: Waiting, classes: number): Lasso | null {
  const { edges, fair } = waiting;
  const waits = waitingStates(waiting);
  const components = fairComponents(edges, classes, waits, fair);
  const stuck: number[] = [];
  for (let state = 0; state < waits.length; state++)
    if (waits[state] === 1 && edges.first[state] === edges.first[state + 1]) stuck.push(state);
  return components.length + stuck.length === 0 ? null : shortestLasso(waiting, components, stuck);
}

/** By class: the number of the CPU on which it runs. */
function cpuNumbers(system: TransitionSystem, { classes }: FairClasses): readonly number[] {
  const names = classes.map((one) => cpuOf(system, one));
  return names.map((name) => names.indexOf(name));
}

/** The lasso as a schedule; the interpreter names the steps of its states. */
function scheduleOf(
  { initial, stem, cycle }: Lasso,
  space: LiveSpace,
  { first, to, label }: StateEdges,
  { of }: FairClasses,
): Schedule {
  let state = initial;
  const edges = [...stem, ...cycle].map((at): Edge => {
    const step = space.successors(state)[at - first[state]!];
    // Generated code and interpreter list the edges of a state in the same order.
    if (step === undefined || step.to !== to[at] || of(step.edge) !== label[at])
      throw new Error('the interpreter does not see an edge of the search');
    state = step.to;
    return step.edge;
  });
  return { initial, edges, ...(cycle.length === 0 ? {} : { cycleFrom: stem.length }) };
}
