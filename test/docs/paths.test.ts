/** What documents and comments name exists: files, and the targets of links; and lines of prose are short. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(project + folder, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name))
    .filter((name) => !/(^|\/)(dist|node_modules)\//.test(name));

const read = (file: string): string => readFileSync(project + file, 'utf8');

const sources = [
  ...['checker', 'cli', 'models', 'web', 'test', 'build'].flatMap(filesBelow),
  ...filesBelow('docs').filter((name) => name.endsWith('.ts')),
];
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  // The site generates its pages of the programming interface from the types.
  ...filesBelow('docs').filter((name) => name.endsWith('.md') && !name.startsWith('docs/reference/api/')),
];
const names = new Set([...sources, 'vitest.config.ts', 'eslint.config.js'].map((name) => basename(name)));

/** Files that only the reader has: those of an example, and those of other projects. */
const elsewhere = new Set(['seqlock.ts', '.d.ts', 'docs/src/adr/015adr-trace.md']);

/** The files that a text names in backticks, where it is no import. */
const namedIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([\w./-]+\.(?:ts|tsx|js))(?::\d+)?`/g)].map(([, name]) => name!);

const isThere = (name: string): boolean =>
  elsewhere.has(name) ||
  (name.includes('/')
    ? sources.some((source) => `/${source}`.endsWith(`/${name.replace(/^(\.\.?\/)+/, '')}`))
    : names.has(name));

const prose = [
  ...documents,
  ...sources.filter((name) => /^(checker|cli|web\/src)\/.*\.(tsx?|md)$/.test(name)),
];

test('files that prose names exist', () => {
  const missing = prose.flatMap((file) =>
    namedIn(read(file))
      .filter((name) => !isThere(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test('documents that sources name exist', () => {
  const missing = sources
    .filter((name) => /\.(tsx?|md)$/.test(name) && name !== 'test/docs/paths.test.ts')
    .flatMap((file) =>
      [...read(file).matchAll(/(?<![\w/.-])docs\/[\w./-]*\w/g)]
        .map(([name]) => name)
        .filter((name) => !elsewhere.has(name) && !existsSync(project + name))
        .map((name) => `${file}: ${name}`),
    );
  expect(missing).toEqual([]);
});

test('links lead to files, and to headings in them', () => {
  const broken = documents.flatMap((file) =>
    [...read(file).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)|^\[[^\]]+\]: (?!https?:)(\S+)$/gm)]
      .map(([, target, defined]) => target ?? defined!)
      .filter((target) => !leadsSomewhere(file, target))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : posix.join(posix.dirname(file), path);
  if (!existsSync(project + target)) return false;
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor);
}

/** The anchors of headings, as GitHub makes them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Lines of prose: no tables, blocks of code, pictures or headings. */
const proseLines = (text: string): readonly string[] =>
  text
    .replaceAll(/^( *```).*?^\1$/gms, '')
    .split('\n')
    .filter((line) => !/^(\||#|!|\[|<)/.test(line));

test('lines of prose have at most 120 characters', () => {
  // The changelog is older than the rule.
  const long = documents
    .filter((file) => file !== 'CHANGELOG.md')
    .flatMap((file) =>
      proseLines(read(file))
        .filter((line) => line.length > 120)
        .map((line) => `${file}: ${line}`),
    );
  expect(long).toEqual([]);
});
