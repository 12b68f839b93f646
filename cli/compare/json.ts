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
    rows: rows.map((row) => ({
      ...rowJson(row),
      anyNumberOf: anyNumberOf(row, any),
      anyNumberUpTo: any?.get(row)?.upTo ?? null,
    })),
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
  return proved.isProved ? [...proved.any] : [];
}

const rowJson = (row: Row): Omit<CompareResult['rows'][number], 'anyNumberOf' | 'anyNumberUpTo'> => {
  const { varied, options, verdict, steps, states, transitions, reason, costs } = row;
  return { varied, options, verdict, steps, states, transitions, reason, costs };
};
