/** What `npm run docs` generates from the models. */
import { checksPage } from './checks-page.ts';
import { factsModule } from './facts.ts';
import { fixTable } from './fix-table.ts';
import { indexPage } from './index-page.ts';
import { raceFiles } from './race-page.ts';
import { allRaces } from './races.ts';

export interface RacePages {
  /** All files below docs/races, pages and pictures, by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** The text of models/facts.ts. */
  readonly facts: string;
  /** The table of races in README.md. */
  readonly fixes: string;
}

export function racePages(): RacePages {
  const races = allRaces();
  const models = new Set(races.map(({ definition }) => definition.name));
  const files = new Map([
    ['README.md', indexPage(races)],
    ['what-each-check-is-for.md', checksPage(models)],
    ...races.flatMap((race) => raceFiles(race, models)),
  ]);
  return { files, facts: factsModule(races), fixes: fixTable(races) };
}
