/** The races of the catalogue by facts: kernel version, architecture, mechanism, CVE, commit. */
import { facts } from '../../models/facts.ts';
import {
  affects,
  architectures,
  isCommit,
  isExposed,
  type Architecture,
  type RaceFacts,
} from '../../models/race-facts.ts';
import { wrap } from '../../checker/report/wrap.ts';
import { styled } from '../terminal/output.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { twoColumns } from '../terminal/two-columns.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** What a race must be; left out: anything. */
export interface Query {
  readonly affects?: string;
  readonly arch?: string;
  readonly about?: string;
  readonly cve?: string;
  readonly fix?: string;
}

/** Throws  UsageError for a word that no race could have. */
export function racesWith(query: Query): readonly RaceFacts[] {
  const tests = [
    ...given(query.affects, releaseTest),
    ...given(query.arch, archTest),
    ...given(query.about, aboutTest),
    ...given(query.cve, cveTest),
    ...given(query.fix, fixTest),
  ];
  return facts.filter((race) => tests.every((test) => test(race)));
}

type Test = (race: RaceFacts) => boolean;

const given = (text: string | undefined, test: (text: string) => Test): readonly Test[] =>
  text === undefined ? [] : [test(text)];

function releaseTest(release: string): Test {
  if (!/^v?\d+\.\d+(\.\d+)*(-rc\d+)?$/.test(release))
    throw new UsageError(`invalid --affects '${release}': expected a release, such as v6.1`);
  return (race) => affects(race, release);
}

function archTest(arch: string): Test {
  if (!(arch in architectures)) {
    const names = Object.keys(architectures);
    throw new UsageError(`invalid --arch '${arch}': expected ${names.join(', ')}${didYouMean(arch, names)}`);
  }
  return (race) => isExposed(race, arch as Architecture);
}

function aboutTest(about: string): Test {
  const names = [...new Set(facts.flatMap(({ mechanisms }) => mechanisms))];
  const meant = names.filter((name) => name.toLowerCase().includes(about.toLowerCase()));
  if (meant.length === 0)
    throw new UsageError(
      `invalid --about '${about}': expected ${names.join(', ')}${didYouMean(about, names)}`,
    );
  return ({ mechanisms }) => mechanisms.some((name) => meant.includes(name));
}

function cveTest(cve: string): Test {
  if (!/^CVE-\d{4}-\d{4,}$/i.test(cve))
    throw new UsageError(`invalid --cve '${cve}': expected a CVE, such as CVE-2016-5195`);
  return ({ cves }) => cves.includes(cve.toUpperCase());
}

function fixTest(commit: string): Test {
  if (!/^[0-9a-f]{7,40}$/i.test(commit))
    throw new UsageError(`invalid --fix '${commit}': expected a commit of 7 digits or more`);
  return ({ fixes }) => fixes.some((fix) => isCommit(fix, commit));
}

/** What was searched, for an answer without races. */
export function noRaces(query: Query): string {
  const asked = Object.entries(query).map(([key, value]) => `--${key} ${value as string}`);
  const commits = new Set(facts.flatMap(({ fixes }) => fixes)).size;
  const cves = facts.filter((race) => race.cves === 'unknown').length;
  const notes = [
    ...(query.fix === undefined ? [] : [`their fixes are ${commits} commits`, ...brokenBy(query.fix)]),
    ...(query.cve === undefined ? [] : [`the CVEs of ${cves} of them are unknown`]),
  ];
  return `no race with ${asked.join(' ')}: ${[`${facts.length} races were searched`, ...notes].join('; ')}`;
}

function brokenBy(commit: string): readonly string[] {
  const found = facts.filter(
    ({ broke }) => broke !== 'unknown' && broke.some((one) => isCommit(one, commit)),
  );
  return found.map(({ name }) => `${commit} is a commit that broke ${name}`);
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

/** The facts of a race in words: 'unknown' where nobody has looked. */
export function factRows(race: RaceFacts): readonly (readonly [name: string, value: string])[] {
  return [
    ['broken', releasesText(race)],
    ['exposed', exposedText(race)],
    ['about', race.mechanisms.join(', ')],
    ['broke', listed(race.broke)],
    ['fixed', listed(race.fixes)],
    ['CVE', listed(race.cves)],
    ...(race.notVerified === null ? [] : [['not verified', race.notVerified] as const]),
  ];
}

const listed = (items: readonly string[] | 'unknown') =>
  items === 'unknown' ? items : items.length === 0 ? 'none' : items.join(', ');

const releasesText = ({ broken, exposed }: RaceFacts) => {
  if (exposed === null) return 'several races: see the models of each';
  const ranges = broken.map(({ first, last }) =>
    first === last
      ? first!
      : first === null
        ? `until ${last}`
        : last === null
          ? `since ${first}`
          : `${first} to ${last}`,
  );
  return ranges.length === 0 ? 'in no release' : ranges.join(', ');
};

function exposedText(race: RaceFacts): string {
  if (race.exposed === null) return 'several races';
  const names = (Object.keys(architectures) as Architecture[]).filter((name) => isExposed(race, name));
  return `${race.exposed} (${names.join(', ')})`;
}
