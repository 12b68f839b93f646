/** Builds the transition system of a model: each thread's control flow, with local computation fused. */
import type { Model } from '../language/model.ts';
import type { TransitionSystem, Transition } from './transition-system.ts';
import { isFromC, withConstantMemory, type IsMarked } from './constant-memory.ts';
import { flowOf } from './control-flow.ts';
import { Fusion } from './fuse-local-steps.ts';
import { schedulingPoints } from './scheduling-points.ts';
import { withLateChoices } from './late-choices.ts';
import { watchedLocals } from './code-walk.ts';
import { ownMemory } from './own-memory.ts';

/** The statements in which what the text says may take place at another time. */
export interface Moved {
  /** Plain reads of a thread's own memory are local computation. */
  readonly ownReads?: IsMarked;
  /** Choices are made where their values are first used. */
  readonly choices?: IsMarked;
}

export function transitionSystem(
  given: Model,
  { ownReads = isFromC, choices = isFromC }: Moved = {},
): TransitionSystem {
  const model = withConstantMemory(given);
  const own = ownMemory(model);
  const transitions: Transition[] = [];
  const threads = model.threads.map((thread) => {
    const watched = watchedLocals(model, thread.name);
    const flow = withLateChoices(flowOf(thread), watched, choices);
    const points = schedulingPoints(flow, { watched, own: own.get(thread)!, isMarked: ownReads });
    return new Fusion(flow, points, transitions).table(thread);
  });
  return { model, threads, transitions };
}
