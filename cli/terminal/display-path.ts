/** Paths in messages. */
import { relative } from 'node:path';

/** The path relative to the working directory, unless it is outside. */
export function displayPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
