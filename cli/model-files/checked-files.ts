/** Remembers that a model file has no type errors: the type check takes most of the time of a small check. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../terminal/make-folder.ts';

/** By path: the hash of each file that decided. */
type Hashes = Readonly<Record<string, string>>;

/** What checks: the compiler of a version, and these files. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const rules = ['type-check', 'misused-nodes', 'own-modules'].map((name) =>
  fileURLToPath(new URL(`./${name}${extension}`, import.meta.url)),
);
const compiler = fileURLToPath(import.meta.resolve('typescript/package.json'));

/** Whether the file had no errors when it was checked last, and nothing of what was read then has changed. */
export function isKnownToBeRight(file: string): boolean {
  const place = placeOf(file);
  if (place === null) return false;
  try {
    const known = JSON.parse(readFileSync(place, 'utf8')) as Hashes;
    return file in known && Object.entries(known).every(([path, hash]) => hashOf(path) === hash);
  } catch {
    // Never checked, or a file is gone.
    return false;
  }
}

/** Remembers that the file has no errors; `sources` are all files that the compiler has read. */
export function rememberRight(file: string, sources: readonly string[]): void {
  const place = placeOf(file);
  if (place === null) return;
  const hashes = Object.fromEntries([...sources, ...rules, compiler].map((path) => [path, hashOf(path)]));
  try {
    makeFolder(join(place, '..'));
    // Another process may read it meanwhile.
    writeFileSync(`${place}.${process.pid}`, JSON.stringify(hashes));
    renameSync(`${place}.${process.pid}`, place);
  } catch {
    // Without room for it, the file is checked again.
  }
}

/** Beside the code that Node has compiled; null: it keeps none. */
function placeOf(file: string): string | null {
  const folder = getCompileCacheDir();
  return folder === undefined ? null : join(folder, 'racewalk-checked', textHash(file));
}

const hashOf = (path: string): string => textHash(readFileSync(path));

const textHash = (text: string | NodeJS.ArrayBufferView): string =>
  createHash('sha256').update(text).digest('hex');
