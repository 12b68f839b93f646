/** Markdown that reads well as plain text, too. */
import Table from 'cli-table3';
import { optionName, type Options } from '../../../checker/language/option.ts';
import { wrap } from '../../../checker/report/wrap.ts';

const width = 100;

/** A paragraph, or with a `bullet` an item of a list. */
export const paragraph = (text: string, bullet = ''): string =>
  wrap(bullet + text, width, bullet.length).join('\n');

export const item = (text: string): string => paragraph(text, '- ');

export const fenced = (text: string): string => ['```', text, '```'].join('\n');

/** A table whose columns are aligned in the source; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const frame = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
  ];
  const drawn = new Table({
    head: [...head],
    colAligns: head.map((_, at) =>
      rows.every((row) => typeof row[at] === 'number' || row[at] === '') ? 'right' : 'left',
    ),
    chars: {
      ...Object.fromEntries(frame.map((name) => [name, ''])),
      ...{ left: '|', right: '|', middle: '|', mid: '-', 'left-mid': '|', 'mid-mid': '|', 'right-mid': '|' },
    },
    style: { head: [], border: [], compact: true },
  });
  drawn.push(
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : cell.replaceAll('|', '\\|')))),
  );
  return drawn.toString();
}

/** What words of a header mean: options of its model, other models, commits. */
export interface Vocabulary {
  readonly options: Options;
  readonly models: ReadonlySet<string>;
}

const words = [
  /\b[0-9a-f]{12}\b/, // a commit
  /\b\w+(?:\/[\w.-]+)+\.[ch]\b/, // a file of the kernel
  /\b[a-z]+(?:-[a-z]+)+\b/, // a model
  /\b\w+(?:->\w+)*(?:\([^()]*\))?/, // a word, or C
];
const word = new RegExp(words.map(({ source }) => source).join('|'), 'g');

/** A header's text as Markdown: C as code, options as they are typed, commits and models as links. */
export function prose(text: string, { options, models }: Vocabulary): string {
  const marked = text.replaceAll(word, (found, at: number) => {
    if (isCommit(found) || models.has(found)) return `[${found}]`;
    const namesOption = /[A-Z]/.test(found) || /-> [^.;]*$/.test(text.slice(0, at));
    const option = optionIn(options, found);
    if (option !== null && namesOption) return code(`--${optionName(option)}`);
    return /_|\.[ch]$|->|\)$/.test(found) ? code(found) : found;
  });
  // An option and its value are one thing to type.
  return marked.replaceAll(/(`--[\w-]+)` `/g, '$1 ').replaceAll(/[*<]/g, '\\$&');
}

/** The key of the option that a word names: the key itself, or as C spells it. */
function optionIn(options: Options, word: string): string | null {
  const inC = (key: string) => key.replaceAll(/[A-Z0-9]/g, (letter) => `_${letter}`).toLowerCase();
  return Object.keys(options).find((key) => [key, inC(key), inC(key).toUpperCase()].includes(word)) ?? null;
}

const isCommit = (text: string) => /^(?=.*\d)[0-9a-f]{12}$/.test(text);

export const code = (text: string): string => `\`${text}\``;

/** The definitions of the links that the parts of a page use. */
export function links(page: string, models: ReadonlySet<string>): string {
  const used = [...new Set([...page.matchAll(/\[([\w-]+)\](?!\()/g)].map(([, target]) => target!))];
  return used
    .filter((target) => isCommit(target) || models.has(target))
    .sort()
    .map(
      (target) =>
        `[${target}]: ${isCommit(target) ? `https://git.kernel.org/linus/${target}` : `${target}.md`}`,
    )
    .join('\n');
}
