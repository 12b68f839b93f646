/** The races of the catalogue by facts, for a terminal. */
import type { RaceFacts } from '../../models/race-facts.ts';
import { factRows } from '../../models/race-facts-text.ts';
import { mistakeIn, queryKeys, racesWith as fitting, searched, type Query } from '../../models/race-query.ts';
import { wrap } from '../../checker/report/wrap.ts';
import { styled } from '../terminal/output.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { twoColumns } from '../terminal/two-columns.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** Throws  UsageError for a word that no race could have. */
export function racesWith(query: Query): readonly RaceFacts[] {
  for (const key of queryKeys) {
    const text = query[key];
    const mistake = text === undefined ? null : mistakeIn(key, text);
    if (mistake !== null)
      throw new UsageError(
        `invalid --${key} '${text!}': expected ${mistake.expected}${didYouMean(text!, mistake.names)}`,
      );
  }
  return fitting(query);
}

/** What was searched, for an answer without races. */
export function noRaces(query: Query): string {
  const asked = Object.entries(query).map(([key, value]) => `--${key} ${value as string}`);
  return `no race with ${asked.join(' ')}: ${searched(query)}`;
}

/** A race with its facts, in lines of at most `width` characters. */
export function factsText(race: RaceFacts, width: number): string {
  const [first = '', ...more] = wrap(`${race.name}  ${race.summary}`, width, 2);
  const rows = factRows(race).map(([name, value]) => [name, value] as const);
  return [
    styled('bold', race.name) + first.slice(race.name.length),
    ...more,
    ...twoColumns(rows, width),
  ].join('\n');
}
