/** Components in which a fair run can stay for ever. */
import type { Fairness } from '../language/liveness.ts';
import type { StateEdges } from '../state-space/live-space.ts';
import { Components, type Component } from './components.ts';

/** Where the classes of steps stand in a component. */
interface ClassesIn {
  /** By class: in how many states of the component a step of it can be made. */
  readonly enabledIn: Uint32Array;
  /** By class: 1 where one of its steps stays in the component. */
  readonly steps: Uint8Array;
}

/** Counts where the classes of steps are enabled, and which make a step inside. */
export function classesIn(edges: StateEdges, classes: number, { states, has }: Component): ClassesIn {
  const { first, to, label } = edges;
  const enabledIn = new Uint32Array(classes);
  const steps = new Uint8Array(classes);
  const lastSeen = new Int32Array(classes).fill(-1);
  for (const state of states)
    for (let at = first[state]!; at < first[state + 1]!; at++) {
      const one = label[at]!;
      if (has(to[at]!)) steps[one] = 1;
      if (lastSeen[one] === state) continue;
      lastSeen[one] = state;
      enabledIn[one]!++;
    }
  return { enabledIn, steps };
}

/** The classes that make no step in the component, although fairness demands one of those that are enabled. */
function starvedIn({ enabledIn, steps }: ClassesIn, fair: Fairness, size: number): readonly number[] {
  const least = { weak: size, strong: 1, none: Infinity }[fair];
  return [...enabledIn.keys()].filter((one) => enabledIn[one]! >= least && steps[one] === 0);
}

/** Whether the states of a component contain a cycle that is fair to every class. */
export const isFair = (edges: StateEdges, classes: number, component: Component, fair: Fairness): boolean =>
  starvedIn(classesIn(edges, classes, component), fair, component.states.length).length === 0;

/**
 * The states of the graph among those marked (1) in `inside` in which a fair run can stay for ever, by component.
 *
 * Of a run that stays, the states that it visits infinitely often are a component of a part of the graph. Under weak
 * fairness a larger component is at least as fair; under strong fairness a class that is enabled in some states but
 * makes no step forbids these states, and what remains is divided again.
 *
 * Source: E. A. Emerson and C.-L. Lei, Modalities for model checking (SCP 8, 1987), section 5
 */
export function fairComponents(
  edges: StateEdges,
  classes: number,
  inside: Uint8Array,
  fair: Fairness,
): readonly Uint32Array[] {
  const components = new Components(edges);
  const found: Uint32Array[] = [];
  /** By state: the number of the part to which it belongs; those of parts that have been divided belong to none. */
  const part = fair === 'strong' ? new Uint32Array(inside.length) : null;
  const rest: Uint32Array[] = [];
  const judge = (component: Component) => {
    const { states } = component;
    const where = classesIn(edges, classes, component);
    const starved = new Set(starvedIn(where, fair, states.length));
    if (starved.size === 0) found.push(states.slice());
    else if (part !== null) rest.push(states.filter((state) => !canStep(edges, state, starved)));
  };
  components.each(
    () => marked(inside),
    (state) => inside[state] === 1,
    judge,
  );
  for (let number = 1; rest.length > 0; number++) {
    const states = rest.pop()!;
    for (const state of states) part![state] = number;
    components.each(
      () => states,
      (state) => part![state] === number,
      judge,
    );
  }
  return found;
}

function canStep({ first, label }: StateEdges, state: number, classes: ReadonlySet<number>): boolean {
  for (let at = first[state]!; at < first[state + 1]!; at++) if (classes.has(label[at]!)) return true;
  return false;
}

function* marked(marks: Uint8Array): Iterable<number> {
  for (let at = 0; at < marks.length; at++) if (marks[at] === 1) yield at;
}
