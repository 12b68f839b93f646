/** Hashes that tell whether two processes run the same code on the same models. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../version.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

let identity: string | null = null;

/** `0.1.0+5f3a...`: the version, and a hash of all files of checker, cli and models. */
export const programIdentity = (): string => (identity ??= identityOfFiles());

function identityOfFiles(): string {
  const hash = createHash('sha256');
  for (const folder of ['checker', 'cli', 'models'])
    for (const file of filesIn(folder)) hash.update(`${file}\0`).update(readFileSync(join(project, file)));
  return `${version()}+${hash.digest('hex').slice(0, 16)}`;
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(project.length))
    .sort();

/** A hash of models, which are plain data. */
export function modelsIdentity(models: Iterable<unknown>): string {
  const hash = createHash('sha256');
  for (const model of models) hash.update(`${JSON.stringify(model)}\n`);
  return hash.digest('hex').slice(0, 16);
}

/** A hash of this program and of what a search is about. */
export const searchIdentity = (search: string): string =>
  createHash('sha256').update(`${programIdentity()}\n${search}`).digest('hex');
