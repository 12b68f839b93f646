/** docs/guide/reading-a-trace.md and README.md quote what the command prints today. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { racewalk } from '../cli/run.ts';
import { annotatedSvg, callouts } from './annotated-svg.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const guide = read('docs/guide/reading-a-trace.md');
const readme = read('README.md');

const blocksOf = (text: string, language = '') =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , block]) => block!);

test('the picture is that of the race page, with its letters: npm run docs', () => {
  expect(read('docs/guide/reading-a-trace.svg')).toBe(annotatedSvg(read('docs/races/gup-fast-vs-fork.svg')));
});

test('each letter of the picture is explained, in order', () => {
  const letters = [...guide.matchAll(/^- \*\*([A-Z]), /gm)].map(([, letter]) => letter);
  expect(letters).toEqual(Object.keys(callouts));
});

test('a picture without a letter’s text is refused', () => {
  expect(() => annotatedSvg('<svg></svg>')).toThrow('no rw-headline');
});

describe('what is quoted', () => {
  test('is printed for gup-fast-vs-fork', async () => {
    const { out } = await racewalk(['check', 'gup-fast-vs-fork']);
    expect(out).toContain(blocksOf(guide)[0]);
    expect(out).toContain(blocksOf(readme)[0]);
  });

  test('is printed for late stores', async () => {
    const { out } = await racewalk(['check', 'gup-fast-vs-fork/seqcount-tso']);
    const [, stores, sentence] = blocksOf(guide);
    for (const line of stores!.trimEnd().split('\n')) expect(out).toContain(line);
    expect(out).toContain(sentence);
  });

  test('stands in the model', () => {
    const model = read('models/gup-fast-vs-fork.ts').split('\n');
    const [quoted] = blocksOf(readme, 'ts');
    const lines = quoted!.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) expect(model).toContain(line);
  });
});
