/** The facts of the races: their forms, their order, and what is found by them. */
import { describe, expect, test } from 'vitest';
import { factsText, noRaces, racesWith } from '../../cli/list/facts.ts';
import { factRows } from '../../models/race-facts-text.ts';
import { facts } from '../../models/facts.ts';
import { affects, byRelease, isExposed } from '../../models/race-facts.ts';
import { mechanisms } from './races/kernels.ts';

const release = /^(?:v?2\.6\.\d+|v\d+\.\d+)$/;
const namesOf = (query: Parameters<typeof racesWith>[0]) => racesWith(query).map(({ name }) => name);

describe.each(facts.map((race) => [race.name, race] as const))('%s', (_, race) => {
  test('has each fact in its form, or says that it is unknown', () => {
    for (const { first, last } of race.broken)
      for (const one of [first, last]) expect(one ?? 'v1.0').toMatch(release);
    expect(race.mechanisms.length).toBeGreaterThan(0);
    for (const mechanism of race.mechanisms) expect(mechanisms).toContain(mechanism);
    for (const fix of race.fixes) expect(fix).toMatch(/^[0-9a-f]{12}$|^".+"$/);
    for (const commit of race.broke === 'unknown' ? [] : race.broke) expect(commit).toMatch(/^[0-9a-f]{12}$/);
    for (const cve of race.cves === 'unknown' ? [] : race.cves) expect(cve).toMatch(/^CVE-20\d\d-\d{4,}$/);
    for (const [, value] of factRows(race)) expect(value).not.toBe('');
  });

  test('has releases in their order', () => {
    const ends = race.broken.flatMap(({ first, last }) => [
      ...(first === null ? [] : [first]),
      ...(last === null ? [] : [last]),
    ]);
    expect(ends).toEqual(ends.toSorted(byRelease));
    for (const { first, last } of race.broken.slice(1)) expect([first, last]).not.toContain(null);
  });

  test('is found by what it says of itself', () => {
    for (const { first, last } of race.broken)
      for (const affected of [first, last]) if (affected !== null) expect(affects(race, affected)).toBe(true);
    for (const fix of race.fixes.filter((one) => !one.startsWith('"'))) {
      expect(namesOf({ fix: fix.slice(0, 7) })).toContain(race.name);
      expect(namesOf({ fix: `${fix}0123456789abcdef` })).toContain(race.name);
    }
    for (const cve of race.cves === 'unknown' ? [] : race.cves)
      expect(namesOf({ cve: cve.toLowerCase() })).toContain(race.name);
    for (const line of factsText(race, 80).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

test('releases are compared by their numbers', () => {
  expect(['v6.10', 'v6.2', '2.6.13', 'v2.6.38', 'v4.8'].toSorted(byRelease)).toEqual([
    ...['2.6.13', 'v2.6.38', 'v4.8', 'v6.2', 'v6.10'],
  ]);
});

test('a race is looked for by release, architecture and mechanism at once', () => {
  expect(namesOf({ affects: 'v5.19', about: 'huge pages' })).toContain('gup-fast-vs-collapse');
  expect(namesOf({ affects: 'v6.0', about: 'huge pages' })).not.toContain('gup-fast-vs-collapse');
  expect(namesOf({ affects: '5.19.17', arch: 'arm64', about: 'HUGE' })).toContain('gup-fast-vs-collapse');
  expect(namesOf({ affects: 'v5.19', arch: 'x86', about: 'huge pages' })).not.toContain(
    'gup-fast-vs-collapse',
  );
  expect(namesOf({ affects: 'v5.18-rc3', arch: 'arm64' })).toEqual(
    namesOf({ affects: 'v5.18', arch: 'arm64' }),
  );
  expect(namesOf({ affects: 'v6.16' })).toContain('vma-refcount-vs-exit');
  expect(namesOf({ affects: 'v6.17' })).not.toContain('vma-refcount-vs-exit');
});

test('an exposure that names an architecture excludes the others', () => {
  const race = (name: string) => facts.find((one) => one.name === name)!;
  expect([isExposed(race('ksm-vs-pin'), 'x86'), isExposed(race('ksm-vs-pin'), 'arm64')]).toEqual([
    false,
    true,
  ]);
  expect([
    isExposed(race('switch-mm-vs-flush'), 'x86'),
    isExposed(race('switch-mm-vs-flush'), 'arm64'),
  ]).toEqual([true, false]);
});

test('an empty answer says what was searched', () => {
  expect(racesWith({ fix: '209954cbc7d0' })).toEqual([]);
  expect(noRaces({ fix: '209954cbc7d0' })).toMatch(
    /^no race with --fix 209954cbc7d0: \d+ races were searched; their fixes are \d+ commits; .* broke should-flush-tlb$/,
  );
  expect(noRaces({ cve: 'CVE-2020-99999' })).toMatch(/the CVEs of \d+ of them are unknown$/);
});

test.each([
  [{ affects: 'six' }, /expected a release/],
  [{ arch: 'vax' }, /expected x86,/],
  [{ about: 'huge pagez' }, /did you mean 'huge pages'/],
  [{ cve: '2020-1234' }, /expected a CVE/],
  [{ fix: '70cbc3' }, /7 digits or more/],
  [{ fix: 'recheck' }, /7 digits or more/],
])('%j is refused', (query, message) => {
  expect(() => racesWith(query)).toThrow(message);
});
