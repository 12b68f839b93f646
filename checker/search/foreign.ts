/** A search by another model checker: its word that it has seen all states, or a run of its that the interpreter replays. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { awaited, type Cooperative } from '../state-space/cooperative.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { mapTrace } from '../trace/map-trace.ts';
import { answerAtEnd, statisticsOf } from './answer.ts';
import { reasonToStop } from './breadth-first.ts';
import { shortestTrace } from './compiled-search.ts';
import { externalRefusal } from './external-space.ts';
import type { ForeignChecker, ForeignFound } from './foreign-checker.ts';
import { unstarted } from './found.ts';
import { EngineError } from './level-engine.ts';

export function* exploringForeign(
  system: TransitionSystem,
  limits: Limits,
  { place, search }: ForeignChecker,
): Cooperative<Outcome> {
  const refused = externalRefusal(system, place);
  if (refused !== null) return unstarted(system, refused, place);
  let [states, depth] = [0, 0];
  const controller = new AbortController();
  const onProgress: Limits['onProgress'] = (progress) => {
    ({ states, depth } = progress);
    limits.onProgress(progress);
  };
  try {
    const found = yield* awaited(search(system, { onProgress, signal: controller.signal }), () => {
      if (reasonToStop(states, limits) !== null) controller.abort();
    });
    return yield* judged(system, limits, found);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const explored = { count: states, transitions: 0, bytes: 0, fired: system.transitions.map(() => 0) };
    return {
      verdict: 'inconclusive',
      reason: reasonToStop(states, limits) ?? error.message,
      statistics: statisticsOf(system, explored, depth, place),
    };
  }
}

/** Throws  EngineError for a trace that is no run of the model to something bad. */
function* judged(system: TransitionSystem, limits: Limits, found: ForeignFound): Cooperative<Outcome> {
  const { states: count, transitions, depth, reached, method, trace } = found;
  const fired = found.fired.map(Number);
  const statistics = statisticsOf(system, { count, transitions, bytes: 0, fired }, depth, method);
  if (trace === null) return { ...answerAtEnd(system, { reached }), statistics };
  const mapped = mapTrace(system, trace);
  if (typeof mapped === 'string')
    throw new EngineError(`the trace of ${method} is not a run of the model: ${mapped}`);
  const minimal = mapped.trace.steps.length === depth;
  const { answer } = mapped;
  return yield* shortestTrace(system, limits, {
    ...('minimal' in answer ? { ...answer, minimal } : answer),
    statistics,
  });
}
