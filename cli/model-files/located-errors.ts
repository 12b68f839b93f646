/** Errors in a model file with the source line and a caret. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelError, type LocalError } from '../../checker/language/model-error.ts';
import { displayPath } from '../terminal/display-path.ts';

export interface SourcePosition {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** In characters, counted from 1. */
  readonly column: number;
}

export interface LocatedError {
  readonly place: SourcePosition | null;
  readonly message: string;
}

/** `file:line:column: message` */
export const errorLine = ({ place, message }: LocatedError): string =>
  place === null ? message : `${displayPath(place.file)}:${place.line}:${place.column}: ${message}`;

/** More errors are usually consequences of one. */
const mostShown = 50;

/** All errors under a heading, each with its source line. */
export function errorsText(subject: string, errors: readonly LocatedError[]): string {
  const number = errors.length === 1 ? '' : ` ${errors.length} errors`;
  const more = errors.length > mostShown ? [`and ${errors.length - mostShown} more`] : [];
  return [
    `invalid model ${subject}:${number}`,
    ...errors.slice(0, mostShown).map((error) => [errorLine(error), ...excerpt(error.place)].join('\n')),
    ...more,
  ].join('\n');
}

/** Characters of a line that are shown at most. */
const widest = 72;

function excerpt(place: SourcePosition | null): readonly string[] {
  const text = place === null ? undefined : sourceLine(place);
  if (place === null || text === undefined || text.trim() === '') return [];
  const at = place.column - 1;
  const indent = text.length - text.trimStart().length;
  // Of a long line, the part around the error.
  const from = at - indent < widest ? indent : at - Math.floor(widest / 2);
  const shown = text.slice(from, from + widest).replaceAll('\t', ' ');
  return [`    ${shown}`.trimEnd(), `    ${' '.repeat(Math.max(0, at - from))}^`];
}

function sourceLine({ file, line }: SourcePosition): string | undefined {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
  } catch {
    return undefined;
  }
}

/** The errors of an exception, each with its place in the model file. */
export function locatedErrors(error: unknown): readonly LocatedError[] {
  const errors: readonly LocalError[] =
    error instanceof ModelError
      ? error.errors
      : error instanceof Error
        ? [{ message: error.message, origin: error }]
        : [{ message: String(error), origin: null }];
  return errors
    .map(({ message, origin }) => ({ message, place: placeOf(origin) }))
    .sort((a, b) => inOrder(a.place, b.place));
}

/** In the order of the file; errors without a place come first. */
function inOrder(a: SourcePosition | null, b: SourcePosition | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return a.file === b.file ? (a.line - b.line) * 1e6 + a.column - b.column : 0;
}

const project = new URL('../..', import.meta.url).href;
/** Folders of the language itself. */
const ofLanguage = ['checker/', 'models/kernel/', 'cli/'].map((folder) => `${project}${folder}`);

/** The innermost stack frame in a model file; null: none. */
function placeOf(origin: Error | null): SourcePosition | null {
  for (const line of origin?.stack?.split('\n') ?? []) {
    const [, url, row, column] = /(file:\/\/\S+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (url === undefined || ofLanguage.some((folder) => url.startsWith(folder))) continue;
    return { file: fileURLToPath(url), line: Number(row), column: Number(column) };
  }
  return null;
}
