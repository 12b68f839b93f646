/** `npm run docs`: generates docs/races, models/facts.ts, docs/reference/cli.md, the annotated picture, and the table of races in README.md. */
import { cliReference } from '../../../cli/reference.ts';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { annotatedSvg } from '../annotated-svg.ts';
import { withParts } from '../marked.ts';
import { racePages } from './pages.ts';

const { files, fixes, facts } = racePages();
const folder = new URL('../../../docs/races/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of files) writeFileSync(new URL(name, folder), text);

writeFileSync(new URL('../../../models/facts.ts', import.meta.url), facts);

const reference = new URL('../../../docs/reference/', import.meta.url);
mkdirSync(reference, { recursive: true });
writeFileSync(new URL('cli.md', reference), cliReference());

const readme = new URL('../../../README.md', import.meta.url);
writeFileSync(readme, withParts(readFileSync(readme, 'utf8'), { races: fixes }));

const picture = new URL('../../../docs/guide/reading-a-trace.svg', import.meta.url);
writeFileSync(picture, annotatedSvg(files.get('gup-fast-vs-fork.svg')!));
