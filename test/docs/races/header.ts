/** The header of a model file, which describes the race before the code. */

/** The fields at the end of a header, in order. */
export const fieldNames = [
  ...(['Kernel', 'About', 'Exposed', 'Source', 'Broke', 'Fixed'] as const),
  ...(['CVE', 'Read', 'Omitted'] as const),
] as const;
export type FieldName = (typeof fieldNames)[number];

export interface Header {
  /** The first sentence, without its full stop. */
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** The drawing, with its columns. */
  readonly drawing: string;
  readonly fields: Readonly<Partial<Record<FieldName, string>>>;
}

/**
 * The header of the text of a model file, in TypeScript or C.
 *
 * Shape:  blocks with an empty line between: a sentence, paragraphs, a drawing that is indented by two, and fields, each
 *         `Name:` with its text beginning in column 9, on every line.
 * Throws  Error for a header of another shape, whose content would be missing from the pages.
 */
export function headerOf(source: string): Header {
  const [, comment] = /^(?:\/\* SPDX[^\n]*\n\/\*|\/\*\*)\n(.*?)\n \*\/\n/s.exec(source) ?? [];
  if (comment === undefined) throw new Error('the file does not begin with a header');
  const blocks = comment
    .replaceAll(/^ \* ?/gm, '')
    .split(/\n\n+/)
    .map((block) => block.trimEnd());
  const isDrawing = (block: string) => block.startsWith('  ');
  const last = blocks.at(-1)!;
  const [title, ...paragraphs] = blocks
    .slice(0, -1)
    .filter((block) => !isDrawing(block))
    .map(joined);
  const drawings = blocks.filter(isDrawing);
  if (title === undefined || paragraphs.length === 0 || drawings.length !== 1)
    throw new Error('a header is a sentence, paragraphs, one drawing and fields');
  return {
    title: title.replace(/\.$/, ''),
    paragraphs,
    drawing: drawings[0]!.replaceAll(/^ {2}/gm, ''),
    fields: fieldsOf(last),
  };
}

const joined = (block: string) => block.replaceAll(/\s+/g, ' ').trim();

function fieldsOf(block: string): Header['fields'] {
  const fields: Partial<Record<FieldName, string>> = {};
  for (const part of block.split(/\n(?=\S)/)) {
    const [, name, text] = /^(\w+): {1,7}(\S.*)$/s.exec(part) ?? [];
    const known = fieldNames.find((other) => other === name);
    if (known === undefined || fields[known] !== undefined || /\n(?! {9}\S)/.test(part))
      throw new Error(`unknown or duplicate field of a header: ${part}`);
    fields[known] = joined(text!);
  }
  const names = Object.keys(fields);
  const ordered = fieldNames.filter((name) => names.includes(name));
  if (ordered.some((name, at) => names[at] !== name))
    throw new Error(`the fields of a header must have this order: ${ordered.join(', ')}`);
  return fields;
}
