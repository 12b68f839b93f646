/** All files below docs/races, pages and pictures, by file name. */
import { checksPage } from './checks-page.ts';
import { indexPage } from './index-page.ts';
import { raceFiles } from './race-page.ts';
import { allRaces } from './races.ts';

export function racePages(): ReadonlyMap<string, string> {
  const races = allRaces();
  const models = new Set(races.map(({ definition }) => definition.name));
  return new Map([
    ['README.md', indexPage(races)],
    ['what-each-check-is-for.md', checksPage(models)],
    ...races.flatMap((race) => raceFiles(race, models)),
  ]);
}
