/** What never happens in any scenario: statements, and sides of branches. */
import type { Code } from '../../../checker/program/transition-system.ts';
import { transitionSystem } from '../../../checker/program/build-transitions.ts';
import type { Model } from '../../../checker/language/model.ts';
import { statementsOf } from '../../../checker/language/thread.ts';
import { isViolated, type ExecutedStatement } from '../../../checker/interpreter/interpreter.ts';
import { walkStates } from '../../../checker/state-space/successors.ts';
import { titleOf } from '../../../checker/study/mutate/site.ts';

/**
 * The names of the mutants that these models cannot distinguish because they never execute the statement or branch
 * outcome.
 *
 * Assumes: the models are small, the smallest first: the interpreter explores their states until everything is
 *          executed.
 */
export function unfiredIn(models: readonly Model[]): ReadonlySet<string> {
  const missing = new Set(models.flatMap((model) => [...namesIn(model)]));
  for (const model of models) {
    const own = new Set([...namesIn(model)].filter((name) => missing.has(name)));
    for (const name of own.size === 0 ? [] : firedIn(model, own)) missing.delete(name);
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

/** Those of the names that happen; a run ends where a property is violated, and with the first mistake. */
function firedIn(model: Model, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const system = transitionSystem(model);
  const fired = new Set<string>();
  const add = (name: string) => wanted.has(name) && fired.add(name);
  for (const { thread, entry } of system.threads)
    for (const name of namesBefore(thread.name, entry)) add(name);
  for (const { edges } of walkStates(system, (state) => isViolated(system, state))) {
    if (fired.size === wanted.size) break;
    for (const { edge, firing } of edges)
      for (const event of firing.events) add(nameOf(system.threads[edge.thread]!.thread.name, event));
  }
  return fired;
}

/** The names that every run executes before the first step. */
function* namesBefore(thread: string, code: Code): Generator<string> {
  if (code.kind !== 'effects' && code.kind !== 'choose') return;
  yield `${thread}: ${titleOf(code.statement)}: left out`;
  yield* namesBefore(thread, code.next);
}
