/** What is known of a race, in words. */
import { architectures, isExposed, type Architecture, type RaceFacts } from './race-facts.ts';

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
