/** What a search that keeps its states elsewhere is compared by with one in memory. */
import type { Checked } from '../../checker/search/check.ts';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';

/** All states, under symmetry where it applies. */
export const allStates: SearchSettings = { ...defaultSettings, reduce: false, firstPhase: 0 };

/** What does not depend on the order of the states of a level. */
export function judgementOf({ outcome, trace }: Checked) {
  const { states, transitions, depth, unfired } = outcome.statistics;
  return {
    verdict: outcome.verdict,
    kind: 'kind' in outcome ? outcome.kind : null,
    property: 'kind' in outcome && outcome.kind === 'invariant' ? outcome.property : null,
    witnesses: 'witnesses' in outcome ? outcome.witnesses : null,
    reason: 'reason' in outcome ? outcome.reason : null,
    steps: trace?.steps.length ?? null,
    // A check in memory stores the initial states without symmetry, and may end there.
    ...(trace?.steps.length === 0
      ? {}
      : { states, transitions, depth, unfired: unfired.map(({ id }) => id) }),
  };
}
