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
  /** The name that is unknown there; null: it is about something else. */
  readonly about: string | null;
  /** The names that it leaves undeclared: that they are unknown is no mistake of its own. */
  readonly leavesOpen: Set<string>;
}

type Kind = Partial<Omit<Mistake, 'place' | 'message'>>;

export const mistakeAt = (place: Place, message: string, kind: Kind = {}): Mistake => ({
  place,
  message,
  isSyntax: false,
  about: null,
  leavesOpen: new Set(),
  ...kind,
});

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

  report(place: Place, message: string, kind: Kind = {}): void {
    this.add(mistakeAt(place, message, kind));
  }

  /** The mistake, or the one that has been reported with its place and message. */
  add(mistake: Mistake): Mistake {
    const { place, message } = mistake;
    const key = `${place.file.name} ${place.offset} ${message}`;
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, mistake);
    return known ?? mistake;
  }

  /** Removes and returns mistakes. */
  take(isTaken: (mistake: Mistake) => boolean): readonly Mistake[] {
    const taken = [...this.#found].filter(([, mistake]) => isTaken(mistake));
    for (const [key] of taken) this.#found.delete(key);
    return taken.map(([, mistake]) => mistake);
  }

  /** All mistakes that do not follow from others, by file and in the order of their places. */
  get all(): readonly Mistake[] {
    const open = new Set<string>();
    const own = [...this.#found.values()].filter(({ about, leavesOpen }) => {
      const follows = about !== null && open.has(about);
      for (const name of leavesOpen) open.add(name);
      return !follows;
    });
    const byFile = Map.groupBy(own, ({ place }) => place.file.name);
    return [...byFile.values()].flatMap((found) => found.sort((a, b) => a.place.offset - b.place.offset));
  }
}

/** Ends the reading of a construct whose mistake has been reported. */
export class Unread extends Error {
  readonly mistake: Mistake;

  constructor(mistake: Mistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/** Reports a mistake and gives up the construct that contains it; `about`: the name that is unknown. */
export function fail(mistakes: Mistakes, place: Place, message: string, about: string | null = null): never {
  throw new Unread(mistakes.add(mistakeAt(place, message, { about })));
}

/** The result of `read`; where it gives up, these names stay undeclared. */
export function declaring<T>(names: () => readonly string[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unread) for (const name of names()) error.mistake.leavesOpen.add(name);
    throw error;
  }
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

/** What the message about an unknown name adds, or nothing. */
type HintFor = (name: string) => string;

/**
 * Mistakes as a compiler prints them: file, line, column, message, the source line and a caret; `hintFor` adds to the
 * message about an unknown name.
 */
export function mistakesText(mistakes: readonly Mistake[], hintFor: HintFor = () => ''): string {
  const shown = mistakes.slice(0, mostMistakes).map((one) => mistakeText(one, hintFor));
  const rest = mistakes.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

const mistakeText = ({ place, message, about }: Mistake, hintFor: HintFor): string => {
  const { line, column } = positionOf(place);
  const hint = about === null ? '' : hintFor(about);
  return `${place.file.name}:${line}:${column}: ${message}${hint}\n${excerptOf(place)}`;
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
