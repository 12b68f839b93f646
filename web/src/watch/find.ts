/** The search for a state in which a condition is true. */
import { plainOutcome, type FoundState } from '../check/messages.ts';
import { transitionSystem } from '../../../checker/program/build-transitions.ts';
import { inFull } from '../../../checker/memory/memory-models.ts';
import type { AnyExpr } from '../../../checker/language/expression.ts';
import type { Model } from '../../../checker/language/model.ts';
import type { Property } from '../../../checker/language/property.ts';
import { exploring } from '../../../checker/search/strategy.ts';
import type { Limits } from '../../../checker/state-space/outcome.ts';
import type { SearchSettings } from '../../../checker/search/settings.ts';
import type { Cooperative } from '../../../checker/state-space/cooperative.ts';

/**
 * Searches for a state between two steps in which the condition is true.
 *
 * The transition system is that of the model, so that the steps are the same; only the properties differ. There is no
 * reduction, because reductions depend on the properties.
 */
export function* findingState(
  model: Model,
  condition: AnyExpr,
  { limits, settings }: { readonly limits: Limits; readonly settings: SearchSettings },
): Cooperative<FoundState> {
  const system = transitionSystem(inFull(model));
  const asked: Property = { kind: 'always', name: 'not yet', condition: { kind: 'not', operand: condition } };
  const everything = { ...settings, reduce: false, symmetry: false };
  // If the model reaches a bound, the search cannot prove that there is no such state.
  const properties = [asked, ...model.properties.filter(({ limit }) => limit === true)];
  const question = { ...system, model: { ...system.model, properties } };
  const outcome = yield* exploring(question, limits, everything);
  const plain = plainOutcome(outcome);
  if (plain.verdict === 'violated' && plain.kind === 'invariant')
    return { schedule: plain.schedule, reason: '' };
  return { schedule: null, reason: reasonOf(plain.verdict, plain) };
}

function reasonOf(verdict: string, outcome: object): string {
  if (verdict === 'holds') return 'No such state is reachable.';
  if ('reason' in outcome) return `No such state was found: ${String(outcome.reason)}.`;
  return `No such state was found before the search ended: ${verdict}.`;
}
