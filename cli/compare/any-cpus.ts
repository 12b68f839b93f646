/** Proofs for any number of CPUs and ptes in a comparison. */
import { fixesOf, settingOf, type Comparison, type Row } from '../../checker/study/compare/compare.ts';
import type { Extremes } from '../../checker/study/compare/path-costs.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import { provingMost } from '../../checker/search/prove.ts';
import { claimsOf } from '../../checker/family/claim.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';
import { wrap } from '../../checker/report/wrap.ts';
import { boundedAnyOf, upToOf } from '../../checker/report/any-number.ts';
import { count } from '../../checker/report/numbers.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { describeChoices, describeSet } from './choices.ts';

/** Whether a row is proved for any number of these options; else none of the attempts succeeded. */
export interface AnyNumber {
  readonly any: readonly string[];
  /** The largest number that the proof covers; null: any. */
  readonly upTo: number | null;
  readonly isProved: boolean;
}

export type AnyNumbers = ReadonlyMap<Row, AnyNumber>;

/** Proves the rows of the smallest sets of fixes. */
export function* provingSmallest(
  comparison: Comparison,
  kept: readonly string[],
  limits: Limits,
): Cooperative<AnyNumbers> {
  const proved = new Map<Row, AnyNumber>();
  for (const row of comparison.rows) {
    if (!isSmallest(comparison, row)) continue;
    const found = yield* provingRow(comparison.definition, row, kept, limits);
    if (found !== null) proved.set(row, found);
  }
  return proved;
}

/** Proves a row; options in `kept` stay fixed. Null: it does not hold, or has no number. */
export function* provingRow(
  definition: AnyDefinition,
  { verdict, options }: Row,
  kept: readonly string[],
  limits: Limits,
): Cooperative<AnyNumber | null> {
  if (verdict !== 'holds') return null;
  const claims = claimsOf(definition, options, kept);
  if (claims.length === 0) return null;
  const { claim, result } = yield* provingMost(claims, limits);
  return { any: claim.any, upTo: upToOf(result), isProved: result.verdict === 'holds' };
}

function isSmallest({ definition: { options }, smallest }: Comparison, { varied }: Row): boolean {
  const [setting, fixes] = [settingOf(options, varied), fixesOf(options, varied)].map((one) =>
    JSON.stringify(one),
  );
  const own = smallest.find((one) => JSON.stringify(one.setting) === setting);
  return own === undefined || own.sets.some((set) => JSON.stringify(set) === fixes);
}

/** The options for which a row is proved for any number; `no`: not proved. */
export function anyColumn(row: Row, any: AnyNumbers): string {
  const proved = any.get(row);
  if (proved === undefined) return '';
  const bound = proved.upTo === null ? '' : ` (up to ${count(proved.upTo)})`;
  return proved.isProved ? `${proved.any.join(' ')}${bound}` : 'no';
}

/** The smallest sets of fixes with their proofs and additional costs. */
export function anySentences(comparison: Comparison, any: AnyNumbers, width: number): readonly string[] {
  const { definition, rows } = comparison;
  const told = rows.filter((row) => any.has(row) && isSmallest(comparison, row));
  const sentences = told.map((row) => {
    const { any: keys, upTo, isProved } = any.get(row)!;
    const setting = describeChoices(settingOf(definition.options, row.varied));
    const name = `${describeSet(definition, fixesOf(definition.options, row.varied))}${setting === '' ? '' : ` (${setting})`}`;
    const numbers = boundedAnyOf({ definition, given: row.options, any: keys }, upTo);
    const verdict = isProved ? `holds for ${numbers}` : `not proved for ${numbers}`;
    return `${name}: ${verdict}; ${moreCosts(comparison, row)}`;
  });
  return sentences.length === 0
    ? []
    : [
        [
          'Smallest sets of fixes, proved for any number:',
          ...sentences.flatMap((one) => wrap(`  ${one}`, width, 4)),
        ].join('\n'),
      ];
}

function moreCosts({ rows, definition: { options } }: Comparison, row: Row): string {
  const setting = JSON.stringify(settingOf(options, row.varied));
  const without = rows.find(
    ({ varied }) =>
      JSON.stringify(settingOf(options, varied)) === setting &&
      Object.keys(fixesOf(options, varied)).length === 0,
  );
  const more = Object.entries(row.costs).flatMap(([name, cost]) => {
    const before = without?.costs[name] ?? null;
    const isAlike =
      cost === null || before === null || (cost.least === before.least && cost.most === before.most);
    return isAlike ? [] : [`${name} ${spanned(cost)} instead of ${spanned(before)}`];
  });
  return more.length === 0 ? 'no additional cost' : `cost: ${more.join(', ')}`;
}

const spanned = ({ least, most }: Extremes) => (least === most ? String(least) : `${least}-${most ?? 'any'}`);
