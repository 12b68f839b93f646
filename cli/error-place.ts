/** Where in a file an error was thrown, from its stack. */

/** `line:column` of the innermost stack frame in a file, or null. */
export function placeIn(error: unknown, file: string): string | null {
  if (!(error instanceof Error) || error.stack === undefined) return null;
  for (const line of error.stack.split('\n')) {
    const at = line.indexOf(file);
    const place = at < 0 ? null : /^:(\d+:\d+)/.exec(line.slice(at + file.length));
    if (place !== null) return place[1]!;
  }
  return null;
}
