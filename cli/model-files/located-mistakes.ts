/** Mistakes in a model file with their place: the line of the source, and a caret under what is wrong. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelError, type Mistake } from '../../checker/language/model-error.ts';
import { displayPath } from '../terminal/display-path.ts';

export interface SourcePosition {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** In characters, counted from 1. */
  readonly column: number;
}

export interface LocatedMistake {
  readonly place: SourcePosition | null;
  readonly message: string;
}

/** `file:line:column: what is wrong`, in one line. */
export const mistakeLine = ({ place, message }: LocatedMistake): string =>
  place === null ? message : `${displayPath(place.file)}:${place.line}:${place.column}: ${message}`;

/** More mistakes than these are one mistake that has many consequences. */
const mostShown = 50;

/** All mistakes under a heading, each with its line of the source. */
export function mistakesText(subject: string, mistakes: readonly LocatedMistake[]): string {
  const number = mistakes.length === 1 ? '' : ` ${mistakes.length} mistakes`;
  const more = mistakes.length > mostShown ? [`and ${mistakes.length - mostShown} more`] : [];
  return [
    `${subject} is not a correct model:${number}`,
    ...mistakes
      .slice(0, mostShown)
      .map((mistake) => [mistakeLine(mistake), ...excerpt(mistake.place)].join('\n')),
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
  // Of a long line, the part in which the mistake is.
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

/** What `error` says is wrong with a model, each mistake with the place where its author wrote it. */
export function locatedMistakes(error: unknown): readonly LocatedMistake[] {
  const mistakes: readonly Mistake[] =
    error instanceof ModelError
      ? error.mistakes
      : error instanceof Error
        ? [{ message: error.message, origin: error }]
        : [{ message: String(error), origin: null }];
  return mistakes
    .map(({ message, origin }) => ({ message, place: placeOf(origin) }))
    .sort((a, b) => inOrder(a.place, b.place));
}

/** As in the text of a file; what has no place comes first. */
function inOrder(a: SourcePosition | null, b: SourcePosition | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return a.file === b.file ? (a.line - b.line) * 1e6 + a.column - b.column : 0;
}

const project = new URL('../..', import.meta.url).href;
/** Where the language itself stands, which no author of a model has written. */
const ofLanguage = ['checker/', 'models/kernel/', 'cli/'].map((folder) => `${project}${folder}`);

/** The innermost frame of a stack that is in a model file; null: there is none. */
function placeOf(origin: Error | null): SourcePosition | null {
  for (const line of origin?.stack?.split('\n') ?? []) {
    const [, url, row, column] = /(file:\/\/\S+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (url === undefined || ofLanguage.some((folder) => url.startsWith(folder))) continue;
    return { file: fileURLToPath(url), line: Number(row), column: Number(column) };
  }
  return null;
}
