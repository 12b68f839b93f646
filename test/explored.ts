/** All reachable states of a model, for tests that know them by heart. */
import { transitionSystem } from '../checker/program/build-transitions.ts';
import type { Model } from '../checker/language/model.ts';
import { interpretedSpace } from '../checker/state-space/interpreted-space.ts';
import type { Outcome } from '../checker/state-space/outcome.ts';
import { search } from '../checker/search/breadth-first.ts';
import { noLimits } from '../checker/search/check.ts';
import type { State } from '../checker/interpreter/evaluate.ts';

export interface Explored {
  readonly outcome: Outcome;
  /** In the order in which they were found. */
  readonly states: readonly State[];
}

export function explored(model: Model): Explored {
  const system = transitionSystem(model);
  const space = interpretedSpace(system);
  const outcome = search(system, space, noLimits, 'test');
  return { outcome, states: Array.from({ length: space.count }, (_, id) => space.state(id)) };
}
