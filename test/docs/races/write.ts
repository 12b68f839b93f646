/** `npm run docs`: writes docs/races anew. */
import { cliReference } from '../../../cli/reference.ts';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { racePages } from './pages.ts';

const pages = racePages();
const folder = new URL('../../../docs/races/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of pages) writeFileSync(new URL(name, folder), text);

const reference = new URL('../../../docs/reference/', import.meta.url);
mkdirSync(reference, { recursive: true });
writeFileSync(new URL('cli.md', reference), cliReference());
