/** Paths as messages show them. */
import { relative } from 'node:path';

/** A path as it is shown: relative to where the user is, unless that climbs. */
export function displayPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
