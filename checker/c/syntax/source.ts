/** C source files, places in them, and the mistakes that are found there. */

export interface SourceFile {
  /** As it is printed in messages. */
  readonly name: string;
  readonly text: string;
}

/** A stretch of a source file. */
export interface Place {
  readonly file: SourceFile;
  readonly offset: number;
  readonly length: number;
}

/** A mistake of the author, or something that racewalk does not read. */
export interface Mistake {
  readonly place: Place;
  readonly message: string;
  /** No C at all: where what it belongs to ends is unknown. */
  readonly isSyntax: boolean;
}

/** The line and column of a place, from 1. */
export function positionOf({ file, offset }: Place): { readonly line: number; readonly column: number } {
  const before = file.text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** From the beginning of one place to the end of another in the same file, or the first of them. */
export function span(first: Place, last: Place): Place {
  if (first.file !== last.file || last.offset < first.offset) return first;
  return { ...first, length: last.offset + last.length - first.offset };
}

/** The characters of a place. */
export const textOf = ({ file, offset, length }: Place): string => file.text.slice(offset, offset + length);

/** More mistakes are not printed: one missing brace makes hundreds. */
const mostMistakes = 20;

/** Collects mistakes, so that all of a file are reported at once. */
export class Mistakes {
  readonly #found = new Map<string, Mistake>();

  get any(): boolean {
    return this.#found.size > 0;
  }

  report(place: Place, message: string, isSyntax = false): void {
    const key = `${place.file.name} ${place.offset} ${message}`;
    if (!this.#found.has(key)) this.#found.set(key, { place, message, isSyntax });
  }

  /** Removes and returns mistakes. */
  take(isTaken: (mistake: Mistake) => boolean): readonly Mistake[] {
    const taken = [...this.#found].filter(([, mistake]) => isTaken(mistake));
    for (const [key] of taken) this.#found.delete(key);
    return taken.map(([, mistake]) => mistake);
  }

  /** All mistakes, by file and in the order of their places. */
  get all(): readonly Mistake[] {
    const byFile = Map.groupBy(this.#found.values(), ({ place }) => place.file.name);
    return [...byFile.values()].flatMap((found) => found.sort((a, b) => a.place.offset - b.place.offset));
  }
}

/** Ends the reading of a construct whose mistake has been reported. */
export class Unread extends Error {}

/** Reports a mistake and gives up the construct that contains it. */
export function fail(mistakes: Mistakes, place: Place, message: string): never {
  mistakes.report(place, message);
  throw new Unread(message);
}

/** The result of `read`, or null if it gave up. */
export function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

/** Mistakes as a compiler prints them: file, line, column, message, the source line and a caret. */
export function mistakesText(mistakes: readonly Mistake[]): string {
  const shown = mistakes.slice(0, mostMistakes).map(mistakeText);
  const rest = mistakes.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

const mistakeText = ({ place, message }: Mistake): string => {
  const { line, column } = positionOf(place);
  return `${place.file.name}:${line}:${column}: ${message}\n${excerptOf(place)}`;
};

/** The source line of a place, and a line with a caret below it. */
export function excerptOf(place: Place): string {
  const { line, column } = positionOf(place);
  const source = place.file.text.split('\n')[line - 1] ?? '';
  const widest = Math.max(1, source.length - (column - 1));
  const caret = '^'.repeat(Math.max(1, Math.min(place.length, widest)));
  // Tabs stay as they are in both lines, so that the caret stands below its character at any tab width.
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `  ${source}\n  ${indent}${caret}`;
}
