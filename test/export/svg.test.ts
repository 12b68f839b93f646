/** The SVG of a trace is XML, contains the whole trace, and draws within its borders. */
import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, test } from 'vitest';
import { toSvg } from '../../checker/export/trace/lanes-svg.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import { racesInWords } from '../../checker/report/race-sentences.ts';
import { traceLines } from '../../checker/report/trace-lines.ts';
import { awkward, traces } from './traces.ts';

/** Throws  for whatever is no XML. */
function parse(svg: string) {
  const strict = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  });
  return [...strict.parseFromString(svg, 'image/svg+xml').getElementsByTagName('*')];
}

const textOf = (elements: ReturnType<typeof parse>, kind: string) =>
  elements
    .filter((element) => (element.getAttribute('class') ?? '').split(' ').includes(kind))
    .map((element) => element.textContent);

/** Without the places where lines were broken. */
const joined = (parts: readonly (string | null)[]) => parts.join('').replaceAll(/\s+/g, '');

describe.each(traces)('%s', (_, exported) => {
  const elements = parse(toSvg(exported));
  const cpus = cpusOf(exported.system, exported.trace);
  const lines = traceLines(exported.system, exported.trace, cpus);

  test('contains every line, every value read, and the end', () => {
    const texts = elements.filter(({ localName }) => localName === 'text');
    const code = texts.filter((element) => /rw-(text|note)/.test(element.getAttribute('class') ?? ''));
    expect(joined(code.map(({ textContent }) => textContent))).toBe(joined(lines.map(({ text }) => text)));
    const beside = lines.flatMap((line) => line.beside).map((part) => part.text.replace(' -> ', ' → '));
    expect(joined(textOf(elements, 'rw-beside'))).toContain(joined(beside));
    expect(joined(textOf(elements, 'rw-end'))).toBe(joined([`=> ${exported.end}`]));
    expect(textOf(elements, 'rw-number')).toEqual(lines.flatMap(({ step }) => step ?? []).map(String));
  });

  test('has a lane a CPU and an arrow a race', () => {
    expect(textOf(elements, 'rw-title')).toHaveLength(cpus.length);
    const titles = elements
      .filter((element) => element.localName === 'title' && element.parentNode?.nodeName === 'g')
      .map(({ textContent }) => textContent);
    for (const { sentence } of racesInWords(exported.system, exported.trace, cpus))
      expect(titles).toContain(sentence);
  });

  test('draws within its borders', () => {
    const [root] = elements;
    const [width, height] = ['width', 'height'].map((name) => Number(root!.getAttribute(name)));
    for (const text of elements.filter(({ localName }) => localName === 'text')) {
      const [x, y] = ['x', 'y'].map((name) => Number(text.getAttribute(name)));
      const small = (text.getAttribute('class') ?? '').includes('beside');
      const end =
        text.getAttribute('class') === 'rw-number' ? 0 : text.textContent!.length * (small ? 6.7 : 7.9);
      expect(x! + end).toBeLessThanOrEqual(width!);
      expect(y!).toBeLessThan(height!);
    }
  });
});

test('awkward words are escaped', () => {
  const svg = toSvg(traces.at(-1)![1]);
  expect(svg).not.toContain('<br/>');
  expect(joined(textOf(parse(svg), 'rw-text'))).toContain(joined([awkward]));
});

test('what XML has no character for is replaced', () => {
  const [, exported] = traces[0]!;
  expect(() => parse(toSvg({ ...exported, headline: 'a\u0001\uD800b' }))).not.toThrow();
});
