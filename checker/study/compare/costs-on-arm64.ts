/** The executions of a variant on the ARMv8 machine, with what each step costs. */
import type { Property } from '../../language/property.ts';
import { isTrue, type State } from '../../interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../interpreter/interpreter.ts';
import type { MachineState } from '../../memory/arm64/machine-state.ts';
import { defaultProgram, programOf } from '../../memory/arm64/program.ts';
import { observedCells } from '../../memory/arm64/properties.ts';
import { plainState } from '../../memory/arm64/space.ts';
import { SequenceSet } from '../../memory/arm64/sequence-set.ts';
import { keyOf } from '../../memory/arm64/state-key.ts';
import { Arm64Machine, hasPromises, MachineLimit } from '../../memory/arm64/successors.ts';
import { transitionSystem } from '../../program/build-transitions.ts';
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import type { Limits } from '../../state-space/outcome.ts';
import { beginningsOnArm64, eventsOf } from '../../trace/replay-arm64.ts';
import { weightOf, type CostedGraph } from './costed-step.ts';
import { graphOf } from './path-costs.ts';

interface CostedEdge {
  readonly to: number;
  /** One weight for each cost of the model. */
  readonly weights: readonly number[];
}

/** States between two looks at the limits: each takes some tenths of a millisecond. */
const pause = 16;

/**
 * All executions, up to so many states; null where there are more, time is up or a bound of the machine is met. A promise costs nothing:
 * the store counts where its CPU executes it.
 */
export function* costedGraphOnArm64(
  { model }: TransitionSystem,
  maxStates: number,
  limits: Limits,
): Cooperative<CostedGraph | null> {
  const { costs } = model;
  // Up to where a cost is counted is seen as a property is: nothing that it asks for is merged or left out.
  const untils = costs.flatMap(({ name, until }): readonly Property[] =>
    until === null ? [] : [{ kind: 'reachable', name, condition: until }],
  );
  const system = transitionSystem({ ...model, properties: [...model.properties, ...untils] });
  const program = programOf(system, defaultProgram);
  const machine = new Arm64Machine(program, observedCells(program));
  const states: MachineState[] = [];
  const keys = new SequenceSet();
  const idOf = (state: MachineState) => {
    const id = keys.add(keyOf(state));
    if (id === states.length) states.push(state);
    return id;
  };
  const edges: CostedEdge[][] = [];
  try {
    const initial = beginningsOnArm64(machine).map(idOf);
    for (let at = 0; at < states.length; at++) {
      if (states.length > maxStates) return null;
      if (at % pause === 0) {
        if (limits.stop() !== null) return null;
        yield;
      }
      edges[at] = machine
        .steps(states[at]!, true)
        .filter(({ run }) => (run?.failed ?? null) === null && (run?.error ?? null) === null)
        .map((step) => {
          const { thread, replica } = program.processors[step.processor]!;
          const mover = { thread: system.threads[thread]!.thread, replica };
          return {
            to: idOf(machine.normal(step.after)),
            weights: costs.map((cost) => weightOf(cost, mover, eventsOf(program, step))),
          };
        });
    }
    const isDone = (state: MachineState) => !program.hosts.some((_, cpu) => hasPromises(state, cpu));
    const kept = completable(edges, (at) => isDone(states[at]!));
    const { edges: all, ...graph } = graphOf(
      edges.map((out, at) => (kept[at] === 1 ? out.filter(({ to }) => kept[to] === 1) : [])),
    );
    return {
      ...graph,
      weights: costs.map((_, at) => (edge) => all[edge]!.weights[at]!),
      isTarget: targetsOf(system, (at) => plainState(program, states[at]!, states[at]!.top)),
      initial: initial.filter((at) => kept[at] === 1),
    };
  } catch (error) {
    if (error instanceof MachineLimit) return null;
    throw error;
  }
}

/** By cost: whether a state is one up to which it is counted; null: it is counted up to the end. */
function targetsOf(system: TransitionSystem, stateAt: (at: number) => State): CostedGraph['isTarget'] {
  const ends = endsOf(system);
  return system.model.costs.map(({ until }) =>
    until === null ? null : (at) => isTrue(until, propertyPlace(stateAt(at), ends)),
  );
}

/** By state: 1 where a run leads on to a state in which nothing is promised; other runs are no executions. */
function completable(edges: readonly (readonly CostedEdge[])[], isDone: (at: number) => boolean): Uint8Array {
  const before = edges.map((): number[] => []);
  for (const [from, out] of edges.entries()) for (const { to } of out) before[to]!.push(from);
  const kept = new Uint8Array(edges.length);
  const todo = [...edges.keys()].filter(isDone);
  for (const at of todo) kept[at] = 1;
  for (let at = todo.pop(); at !== undefined; at = todo.pop())
    for (const from of before[at]!)
      if (kept[from] === 0) {
        kept[from] = 1;
        todo.push(from);
      }
  return kept;
}
