/** `npm run docs`: writes docs/races anew. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { racePages } from './pages.ts';

const pages = racePages();
const folder = new URL('../../../docs/races/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of pages) writeFileSync(new URL(name, folder), text);
