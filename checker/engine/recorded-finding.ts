/** Findings as generated code records them, and their meaning. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { authored, ModelError } from '../language/model-error.ts';
import { evaluate, type State } from '../interpreter/evaluate.ts';
import { endsOf, fire, propertyPlace } from '../interpreter/interpreter.ts';
import type { CompiledModel } from '../codegen/compile-model.ts';
import { deadlockFound, invariantFound } from '../codegen/memory-map.ts';
import type { Edge, Finding } from '../state-space/state-space.ts';

/** Three numbers of a finding: its kind (from 0 on: its edge), the state, and the property or choice. */
export type Recorded = readonly [what: number, state: number, detail: number];

/** The finding of a record; the interpreter fires its edge again for the error or the failed assertion. */
export function findingOf(
  [what, state, detail]: Recorded,
  system: TransitionSystem,
  { edges }: CompiledModel,
  stateOf: (id: number) => State,
): Finding {
  if (what === deadlockFound) return { kind: 'deadlock', state };
  if (what === invariantFound) return { kind: 'invariant', state, property: detail };
  const edge: Edge = { ...edges[what]!, choice: detail };
  const { thread, replica, transition } = edge;
  const firings = fire(stateOf(state), { thread: system.threads[thread]!, replica, transition });
  const { failed, error } = firings[detail]!;
  if (error !== null) return { kind: 'error', state, edge, message: error };
  if (failed !== null) return { kind: 'assertion', state, edge, claim: failed };
  throw new Error(
    `the interpreter can fire '${transition.id}' in state ${state}, where the generated code cannot`,
  );
}

/** Throws the error of a property, which the interpreter finds in this state. */
export function blameProperty(system: TransitionSystem, property: number, state: State): never {
  const { condition, name } = system.model.properties[property]!;
  authored(`property '${name}'`, () => evaluate(condition, propertyPlace(state, endsOf(system))));
  throw new ModelError(`property '${name}' is wrong in a state`);
}
