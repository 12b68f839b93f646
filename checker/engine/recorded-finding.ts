/** Findings as generated code records them, and what they mean. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { authored, ModelError } from '../language/model-error.ts';
import { evaluate, type State } from '../interpreter/evaluate.ts';
import { endsOf, fire, propertyPlace } from '../interpreter/interpreter.ts';
import type { CompiledModel } from '../codegen/compile-model.ts';
import { deadlockFound, invariantFound } from '../codegen/memory-map.ts';
import type { Edge, Finding } from '../state-space/state-space.ts';

/** Three numbers for each finding: what (or, from 0 on, which edge), the state, and the property or choice. */
export type Recorded = readonly [what: number, state: number, detail: number];

/** The finding that was recorded; what stopped an edge is said by the interpreter. */
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

/** The interpreter throws the mistake of a property itself; this repeats it there. */
export function blameProperty(system: TransitionSystem, property: number, state: State): never {
  const { condition, name } = system.model.properties[property]!;
  authored(`property '${name}'`, () => evaluate(condition, propertyPlace(state, endsOf(system))));
  throw new ModelError(`property '${name}' is wrong in a state`);
}
