/** A comparison as JSON. */
import type { Comparison, Row } from '../../checker/study/compare/compare.ts';
import type { AnyNumbers } from './any-cpus.ts';
import type { CompareResult } from './schema.ts';

export function compareJson(
  { definition, fixed, rows, smallest }: Comparison,
  seconds: number,
  any: AnyNumbers | null,
): CompareResult {
  return {
    kind: 'compare',
    model: definition.name,
    kept: fixed,
    rows: rows.map((row) => ({ ...rowJson(row), anyNumberOf: anyNumberOf(row, any) })),
    smallest: smallest.map(({ setting, sets, spoiled, undecided }) => ({
      setting,
      sets: [...sets],
      spoiled: [...spoiled],
      undecided,
    })),
    seconds,
  };
}

function anyNumberOf(row: Row, any: AnyNumbers | null): string[] | null {
  const proved = any?.get(row);
  if (proved === undefined) return null;
  return proved.result.verdict === 'holds' ? [...proved.claim.any] : [];
}

function rowJson({
  varied,
  options,
  verdict,
  steps,
  outcome,
  costs,
}: Row): Omit<CompareResult['rows'][number], 'anyNumberOf'> {
  const { states, transitions } = outcome.statistics;
  const counted: CompareResult['rows'][number]['costs'] = {};
  for (const [name, cost] of Object.entries(costs))
    counted[name] =
      cost === null ? null : { least: cost.least, most: cost.most === Infinity ? null : cost.most };
  const reason = outcome.verdict === 'inconclusive' ? outcome.reason : null;
  return { varied, options, verdict, steps, states, transitions, reason, costs: counted };
}
