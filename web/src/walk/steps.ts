/** What can happen behind a run, on whatever machine runs the model. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import { edgesOutOf, type FiredEdge } from '../../../checker/state-space/successors.ts';
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { State } from '../../../checker/interpreter/evaluate.ts';
import { initialStates } from '../../../checker/interpreter/interpreter.ts';
import { firedOnArm64, startsOnArm64 } from '../../../checker/trace/replay-arm64.ts';

/** Whether states of the model say all of what can happen next. */
export const isPlain = ({ model }: TransitionSystem): boolean => model.machine === undefined;

/** All steps behind a run, which ends in this state. */
export const stepsAfter = (system: TransitionSystem, run: Schedule, state: State): readonly FiredEdge[] =>
  isPlain(system) ? edgesOutOf(system, state) : firedOnArm64(system, run);

/** In how many states a run may begin. Throws  ModelError when the threads go wrong before their first step. */
export const beginningsOf = (system: TransitionSystem): number =>
  isPlain(system) ? initialStates(system).length : startsOnArm64(system);
