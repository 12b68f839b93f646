/** Builds the transition system of a model: each thread's control flow, with local computation fused. */
import type { Model } from '../language/model.ts';
import type { TransitionSystem, Transition } from './transition-system.ts';
import { flowOf } from './control-flow.ts';
import { Fusion } from './fuse-local-steps.ts';
import { schedulingPoints } from './scheduling-points.ts';
import { walk } from '../language/expression.ts';

export function transitionSystem(model: Model): TransitionSystem {
  const watched = watchedLocals(model);
  const transitions: Transition[] = [];
  const threads = model.threads.map((thread) => {
    const flow = flowOf(thread);
    const isWatched = (name: string) => watched.has(`${thread.name}.${name}`);
    return new Fusion(flow, schedulingPoints(flow, isWatched), transitions).table(thread);
  });
  return { model, threads, transitions };
}

/** The locals that properties and costs read, as `thread.local`: their changes must be seen. */
function watchedLocals(model: Model): ReadonlySet<string> {
  const conditions = [
    ...model.properties.map(({ condition }) => condition),
    ...model.costs.flatMap(({ until }) => until ?? []),
  ];
  const parts = conditions.flatMap((condition) => [...walk(condition)]);
  return new Set(parts.flatMap((part) => (part.kind === 'local' ? [`${part.thread}.${part.name}`] : [])));
}
