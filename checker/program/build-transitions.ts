/** Builds the transition system of a model: each thread's control flow, with local computation fused. */
import type { Model } from '../language/model.ts';
import type { TransitionSystem, Transition } from './transition-system.ts';
import { withConstantMemory } from './constant-memory.ts';
import { flowOf } from './control-flow.ts';
import { Fusion } from './fuse-local-steps.ts';
import { schedulingPoints } from './scheduling-points.ts';
import { watchedLocals } from './code-walk.ts';

export function transitionSystem(given: Model): TransitionSystem {
  const model = withConstantMemory(given);
  const transitions: Transition[] = [];
  const threads = model.threads.map((thread) => {
    const flow = flowOf(thread);
    const points = schedulingPoints(flow, watchedLocals(model, thread.name));
    return new Fusion(flow, points, transitions).table(thread);
  });
  return { model, threads, transitions };
}
