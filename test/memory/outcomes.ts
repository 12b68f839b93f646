/** The final states of a model: memory and locals of states without successors. */
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Model } from '../../checker/language/model.ts';
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import { moves } from '../../checker/interpreter/interpreter.ts';
import { explore } from '../laws/explore.ts';
import { programOf } from '../../checker/memory/arm64/program.ts';
import { isStuck } from '../../checker/memory/arm64/space.ts';
import { arm64Space } from './arm64-machine.ts';

export interface Outcomes {
  /** Memory and locals of all states without successors, as JSON. */
  readonly terminal: ReadonlySet<string>;
  /** The same of all states. */
  readonly all: ReadonlySet<string>;
  readonly states: number;
}

/** The outcomes of a model under a memory model, or null when there are more than so many states. */
export function outcomesOf(model: Model, memory: MemoryModelName, most = Infinity): Outcomes | null {
  if (memory === 'arm64') return outcomesOnArm64(model, most);
  const system = transitionSystem(memoryModels[memory](model, defaultSettings));
  const space = explore(interpretedSpace(system), most);
  if (space === null) return null;
  const ids = Array.from({ length: space.count }, (_, id) => id);
  const ends = ids.filter((id) => moves(system, space.state(id)).length === 0);
  const told = (id: number) => seenOf(model, space.state(id));
  return { terminal: new Set(ends.map(told)), all: new Set(ids.map(told)), states: space.count };
}

/** Of the states before the end only those count that a property might see: none are listed. */
function outcomesOnArm64(model: Model, most: number): Outcomes | null {
  const space = arm64Space(model, new Set(), most);
  if (space === null) return null;
  const program = programOf(transitionSystem(model));
  const ends = Array.from({ length: space.count }, (_, id) => id).filter((id) =>
    isStuck(program, space.machineState(id), space.machine.steps(space.machineState(id))),
  );
  const terminal = new Set(ends.map((id) => seenOf(model, space.state(id))));
  return { terminal, all: terminal, states: space.count };
}

/** What a state has of the model as it was written: no store buffers, no locations, nothing that a rewrite added. */
function seenOf({ shared, threads }: Model, state: State): string {
  const memory = Object.keys(shared).map((name) => [name, state.shared[name]]);
  const locals = threads.map(({ name, locals: own }) => [
    name,
    state.threads[name]!.map((copy) =>
      Object.fromEntries(Object.keys(own).map((local) => [local, copy.locals[local]])),
    ),
  ]);
  return JSON.stringify(Object.fromEntries([...memory, ...locals]));
}
