/** Runs the checker in a worker: receives work and `stop`, sends progress and one result. */
import { transitionSystem } from '../../../checker/program/build-transitions.ts';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { inFull } from '../../../checker/memory/memory-models.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import { checking } from '../../../checker/search/check.ts';
import { comparing } from '../../../checker/study/compare/compare.ts';
import type { Limits } from '../../../checker/state-space/outcome.ts';
import { defaultSettings } from '../../../checker/search/settings.ts';
import { runWhile, type Cooperative } from '../../../checker/state-space/cooperative.ts';
import { graphOf } from '../../../checker/state-space/state-graph.ts';
import { findingState } from '../watch/find.ts';
import { layoutOf } from './layout.ts';
import {
  keyOf,
  plainOutcome,
  type FromWorker,
  type CheckProgress,
  type Results,
  type ToWorker,
  type WorkRequest,
} from './messages.ts';
import { provingWork } from './prove-work.ts';

/** Milliseconds between two turns of the event loop. */
const turn = 40;

/** Memory limit for states in a browser tab. */
const settings = { ...defaultSettings, maxBytes: 2 ** 30 };

const stopped = new Set<number>();

const send = (message: FromWorker) => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'stop') stopped.add(data.id);
  else void perform(data.id, data.work);
});

async function perform(id: number, work: WorkRequest): Promise<void> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let reached: Omit<CheckProgress, 'seconds'> = { states: 0, frontier: 0, depth: 0, done: 0 };
  const limits: Limits = {
    maxStates: 'maxStates' in work ? work.maxStates : Infinity,
    stop: () => (stopped.has(id) ? 'stopped' : null),
    onProgress: (now) => (reached = { ...reached, ...now }),
  };
  const onVariant = (done: number) => (reached = { ...reached, done });
  try {
    const steps = stepsOf(work, limits, { seconds, onVariant });
    for (;;) {
      const end = runFor(turn, steps);
      if (end !== null) return send({ kind: 'result', id, result: end.value });
      send({ kind: 'progress', id, progress: { ...reached, seconds: seconds() } });
      await nextTask();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: error instanceof ModelError ? 'error' : 'bug', id, message });
  } finally {
    stopped.delete(id);
  }
}

interface ProgressWatch {
  readonly seconds: () => number;
  readonly onVariant: (done: number) => void;
}

function* stepsOf(
  work: WorkRequest,
  limits: Limits,
  { seconds, onVariant }: ProgressWatch,
): Cooperative<Results[WorkRequest['kind']]> {
  switch (work.kind) {
    case 'check': {
      const { outcome } = yield* checking(work.model, limits, settings);
      return { outcome: plainOutcome(outcome), seconds: seconds() };
    }
    case 'compare': {
      const { given } = work;
      const definition = withModels(work, onVariant);
      const { rows, varied, fixed, smallest } = yield* comparing(
        definition,
        { vary: null, given, settings },
        limits,
      );
      return { comparison: { rows, varied, fixed, smallest }, seconds: seconds() };
    }
    case 'prove':
      return yield* provingWork(work, limits, settings, seconds);
    case 'find':
      return yield* findingState(work.model, work.condition, { limits, settings });
    case 'graph': {
      const graph = yield* graphOf(transitionSystem(inFull(work.model)), work.maxStates);
      return graph === null ? null : { ...graph, positions: yield* layoutOf(graph) };
    }
  }
}

/** The definition with the models that the page has built. */
function withModels(
  { definition, models }: WorkRequest & { readonly kind: 'compare' },
  onVariant: (done: number) => void,
): AnyDefinition {
  let done = 0;
  return {
    ...definition,
    build: (options = {}) => {
      onVariant(done++);
      return models.get(keyOf(options))!;
    },
  };
}

/** Runs for some milliseconds; null: not finished. */
function runFor<T>(milliseconds: number, steps: Cooperative<T>): { readonly value: T } | null {
  const until = performance.now() + milliseconds;
  const end = runWhile(steps, () => performance.now() < until);
  return 'value' in end ? end : null;
}

/** A message to itself arrives after all pending messages. */
const nextTask = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => resolve());
    port1.start();
    port2.postMessage(null);
  });
