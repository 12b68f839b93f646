/** A comparison as JSON. */
import type { Comparison, Row } from '../checker/search/compare.ts';
import { untriedOf } from '../checker/search/outcome.ts';
import type { CompareResult } from './compare-schema.ts';

export function compareJson(
  { definition, fixed, rows, smallest }: Comparison,
  seconds: number,
): CompareResult {
  return {
    kind: 'compare',
    model: definition.name,
    kept: fixed,
    rows: rows.map(rowJson),
    smallest: smallest.map(({ setting, sets, spoiled, undecided }) => ({
      setting,
      sets: [...sets],
      spoiled: [...spoiled],
      undecided,
    })),
    seconds,
  };
}

function rowJson({ varied, options, verdict, steps, outcome, costs }: Row): CompareResult['rows'][number] {
  const { states, transitions } = outcome.statistics;
  const counted: CompareResult['rows'][number]['costs'] = {};
  for (const [name, cost] of Object.entries(costs))
    counted[name] =
      cost === null ? null : { least: cost.least, most: cost.most === Infinity ? null : cost.most };
  const reason = outcome.verdict === 'inconclusive' ? outcome.reason : null;
  const untried = [...untriedOf(outcome)];
  return { varied, options, verdict, steps, states, transitions, reason, untried, costs: counted };
}
