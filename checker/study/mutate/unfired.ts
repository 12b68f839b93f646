/** Statements and branch outcomes that no scenario executes. */
import type { Code, TransitionSystem } from '../../program/transition-system.ts';
import { transitionSystem } from '../../program/build-transitions.ts';
import type { Model } from '../../language/model.ts';
import { statementsOf } from '../../language/thread.ts';
import { isTrue, type State } from '../../interpreter/evaluate.ts';
import {
  endsOf,
  fire,
  initialStates,
  moves,
  propertyPlace,
  type ExecutedStatement,
} from '../../interpreter/interpreter.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import { titleOf } from './site.ts';

/**
 * The names of the mutants that these models cannot distinguish because they never execute the statement or branch
 * outcome.
 *
 * Assumes: the models are small, the smallest first: the interpreter explores their states until everything is
 *          executed.
 */
export function* unfiredIn(models: readonly Model[]): Cooperative<ReadonlySet<string>> {
  const missing = new Set(models.flatMap((model) => [...namesIn(model)]));
  for (const model of models) {
    const own = new Set([...namesIn(model)].filter((name) => missing.has(name)));
    for (const name of own.size === 0 ? [] : yield* firedIn(model, own)) missing.delete(name);
  }
  return missing;
}

/** All statements and branch outcomes of a model. */
function* namesIn({ threads }: Model): Generator<string> {
  for (const { name, body } of threads)
    for (const statement of statementsOf(body)) {
      const title = `${name}: ${titleOf(statement)}`;
      if (statement.kind === 'step' || statement.kind === 'choose') yield `${title}: left out`;
      if (statement.kind === 'branch') yield* [`${title}: never taken`, `${title}: always taken`];
    }
}

const nameOf = (thread: string, { statement, taken }: ExecutedStatement) =>
  `${thread}: ${titleOf(statement)}: ${taken === null ? 'left out' : taken ? 'never taken' : 'always taken'}`;

/** States between two pauses. */
const pause = 256;

/** The names that are executed; a run ends at a violation or model error. */
function* firedIn(model: Model, wanted: ReadonlySet<string>): Cooperative<ReadonlySet<string>> {
  const system = transitionSystem(model);
  const fired = new Set<string>();
  const states = new Map(initialStates(system).map((state) => [JSON.stringify(state), state]));
  const add = (name: string) => wanted.has(name) && fired.add(name);
  for (const { thread, entry } of system.threads)
    for (const name of namesBefore(thread.name, entry)) add(name);
  let at = 0;
  for (const state of states.values()) {
    if (fired.size === wanted.size) break;
    if (at++ % pause === 0) yield;
    if (isViolated(system, state)) continue;
    for (const move of moves(system, state))
      for (const { state: next, events, failed, error } of fire(state, move)) {
        for (const event of events) add(nameOf(move.thread.thread.name, event));
        if (failed === null && error === null) states.set(JSON.stringify(next), next);
      }
  }
  return fired;
}

/** The names that every run executes before the first step. */
function* namesBefore(thread: string, code: Code): Generator<string> {
  if (code.kind !== 'effects' && code.kind !== 'choose') return;
  yield `${thread}: ${titleOf(code.statement)}: left out`;
  yield* namesBefore(thread, code.next);
}

function isViolated(system: TransitionSystem, state: State): boolean {
  const place = propertyPlace(state, endsOf(system));
  return system.model.properties.some(
    ({ kind, condition }) => kind === 'always' && !isTrue(condition, place),
  );
}
