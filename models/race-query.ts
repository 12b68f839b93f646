/** Which races of the catalogue fit some facts: kernel version, architecture, mechanism, CVE, commit. */
import { facts } from './facts.ts';
import { affects, architectures, isCommit, isExposed, type Architecture, type RaceFacts } from './race-facts.ts';

/** What a race must be; left out: anything. */
export interface Query {
  readonly affects?: string;
  readonly arch?: string;
  readonly about?: string;
  readonly cve?: string;
  readonly fix?: string;
}

export const queryKeys = ['affects', 'arch', 'about', 'cve', 'fix'] as const satisfies readonly (keyof Query)[];
export type QueryKey = (typeof queryKeys)[number];

export const mechanisms: readonly string[] = [...new Set(facts.flatMap((race) => race.mechanisms))];

/** What no race could be: the words that are expected in its place. */
export interface QueryMistake {
  readonly expected: string;
  /** The words, where there is a list of them. */
  readonly names: readonly string[];
}

/** Null: races are asked for it. */
export function mistakeIn(key: QueryKey, text: string): QueryMistake | null {
  const form = (pattern: RegExp, expected: string) => (pattern.test(text) ? null : { expected, names: [] });
  const oneOf = (names: readonly string[], isOne: boolean) => (isOne ? null : { expected: names.join(', '), names });
  switch (key) {
    case 'affects':
      return form(/^v?\d+\.\d+(\.\d+)*(-rc\d+)?$/, 'a release, such as v6.1');
    case 'arch':
      return oneOf(Object.keys(architectures), Object.hasOwn(architectures, text));
    case 'about':
      return oneOf(mechanisms, meantBy(text).length > 0);
    case 'cve':
      return form(/^CVE-\d{4}-\d{4,}$/i, 'a CVE, such as CVE-2016-5195');
    case 'fix':
      return form(/^[0-9a-f]{7,40}$/i, 'a commit of 7 digits or more');
  }
}

const meantBy = (about: string) => mechanisms.filter((name) => name.toLowerCase().includes(about.toLowerCase()));

/** The races that fit all of it, in the order of the catalogue; none fit a mistake. */
export function racesWith(query: Query): readonly RaceFacts[] {
  const asked = queryKeys.flatMap((key) => (query[key] === undefined ? [] : [[key, query[key]] as const]));
  if (asked.some(([key, text]) => mistakeIn(key, text) !== null)) return [];
  return facts.filter((race) => asked.every(([key, text]) => fits(race, key, text)));
}

function fits(race: RaceFacts, key: QueryKey, text: string): boolean {
  switch (key) {
    case 'affects':
      return affects(race, text);
    case 'arch':
      return isExposed(race, text as Architecture);
    case 'about':
      return meantBy(text).some((name) => race.mechanisms.includes(name));
    case 'cve':
      return race.cves.includes(text.toUpperCase());
    case 'fix':
      return race.fixes.some((fix) => isCommit(fix, text));
  }
}

/** What was searched, for an answer without races. */
export function searched(query: Query): string {
  const commits = new Set(facts.flatMap(({ fixes }) => fixes)).size;
  const cves = facts.filter((race) => race.cves === 'unknown').length;
  const notes = [
    ...(query.fix === undefined ? [] : [`their fixes are ${commits} commits`, ...brokenBy(query.fix)]),
    ...(query.cve === undefined ? [] : [`the CVEs of ${cves} of them are unknown`]),
  ];
  return [`${facts.length} races were searched`, ...notes].join('; ');
}

function brokenBy(commit: string): readonly string[] {
  const found = facts.filter(
    ({ broke }) => broke !== 'unknown' && broke.some((one) => isCommit(one, commit)),
  );
  return found.map(({ name }) => `${commit} is a commit that broke ${name}`);
}
