/** Breaks text into lines at spaces. */

/**
 * The lines of a text, the first at most `width` wide and the others indented by `hang`.
 *
 * Units:  width and hang in characters; a word longer than a line is cut.
 */
export function wrap(text: string, width: number, hang = 0): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room(lines, width, hang)) {
    const fits = room(lines, width, hang);
    const space = rest.lastIndexOf(' ', fits);
    const end = space > 0 ? space : fits;
    lines.push(indented(lines, hang, rest.slice(0, end)));
    rest = rest.slice(end).trimStart();
  }
  return rest === '' && lines.length > 0 ? lines : [...lines, indented(lines, hang, rest)];
}

const room = (before: readonly string[], width: number, hang: number) =>
  Math.max(1, before.length === 0 ? width : width - hang);

const indented = (before: readonly string[], hang: number, line: string) =>
  (before.length === 0 ? '' : ' '.repeat(hang)) + line;
