/** Builds the transition system of a model: each thread's control flow, with local computation fused. */
import type { Model } from '../language/model.ts';
import type { TransitionSystem, Transition } from './transition-system.ts';
import { isFromC, withConstantMemory } from './constant-memory.ts';
import { flowOf } from './control-flow.ts';
import { Fusion } from './fuse-local-steps.ts';
import { schedulingPoints } from './scheduling-points.ts';
import { watchedLocals } from './code-walk.ts';
import { ownMemory } from './own-memory.ts';

/** `isMarked`: the statements whose plain reads of a thread's own memory are local computation. */
export function transitionSystem(given: Model, isMarked = isFromC): TransitionSystem {
  const model = withConstantMemory(given);
  const own = ownMemory(model);
  const transitions: Transition[] = [];
  const threads = model.threads.map((thread) => {
    const flow = flowOf(thread);
    const watched = watchedLocals(model, thread.name);
    const points = schedulingPoints(flow, { watched, own: own.get(thread)!, isMarked });
    return new Fusion(flow, points, transitions).table(thread);
  });
  return { model, threads, transitions };
}
