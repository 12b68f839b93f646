/**
 * `racewalk export` as a user meets it: every format, a saved trace, a variant that holds, and wrong words.
 *
 * @module-tag process
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { long } from '../depth.ts';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';

const email = 'gup-fast-vs-collapse';

test.each([
  ['svg', /^<svg .*collapse_huge_page.*<\/svg>\n$/s],
  ['mermaid', /^---\ntitle: .*\n---\nsequenceDiagram\n/],
  ['itf', /^\{\n {2}"#meta"/],
  ['dot', /^digraph "gup-fast-vs-collapse" \{\n.*penwidth=3.*\}\n$/s],
  [
    'text',
    /^gup-fast-vs-collapse: violated after 21 steps[^]*^CPU 0 +CPU 1\n[^]*^reproduce: racewalk check gup-fast-vs-collapse$/m,
  ],
  ['promela', /^\/\* gup-fast-vs-collapse/],
])('--to %s, the same from a saved trace', long, async (to, form) => {
  const saved = `saved-${to}.json`;
  await racewalk(['check', email, '--quiet', '--save-trace', saved]);
  const [fresh, again] = await Promise.all([
    racewalk(['export', email, '--to', to]),
    racewalk(['export', saved, '--to', to]),
  ]);
  expect(fresh).toMatchObject({ code: 0, err: '' });
  expect(fresh.out).toMatch(form);
  expect(again).toEqual(fresh);
});

test('--output writes the same into a file', async () => {
  const [{ out }, written] = await Promise.all([
    racewalk(['export', email, '--to', 'svg']),
    racewalk(['export', email, '--to', 'svg', '--output', 'race.svg']),
  ]);
  expect(written).toEqual({ code: 0, out: '', err: '' });
  expect(readFileSync(join(folder, 'race.svg'), 'utf8')).toBe(out);
  const nowhere = await racewalk(['export', email, '--to', 'svg', '--output', 'nowhere/race.svg']);
  const err = 'racewalk: cannot write nowhere/race.svg: its directory does not exist\n';
  expect(nowhere).toEqual({ code: 4, out: '', err });
});

test('a variant that holds has no trace; the message points to the witnesses', async () => {
  const { code, out, err } = await racewalk(['export', email, '--to', 'text', '--flush', 'ipi']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(
    /nothing to export as text: gup-fast-vs-collapse: holds; --witness 'gup_fast pins a page'/,
  );
  const witness = await racewalk([
    'export',
    email,
    '--to',
    'text',
    '--flush',
    'ipi',
    '--witness',
    'gup_fast pins a page',
  ]);
  expect(witness).toMatchObject({ code: 0, err: '' });
  expect(witness.out).toMatch(/\n\ngup_fast pins a page\n$/);
  // The shortest way there: gup_fast alone.
  expect(witness.out).not.toContain('collapse_huge_page');
});

test('a witness that is never reached, and one that no limit lets be found', async () => {
  const name = file(
    'never.ts',
    smallModel({ statements: `step('y', set(l.y, true)), step('x', set(mem.x, false))` }),
  );
  const never = await racewalk(['export', name, '--to', 'svg', '--witness', 'x is set']);
  expect(never).toMatchObject({ code: 1, out: '' });
  expect(never.err).toMatch(/'x is set' of small: never reached/);
  const cut = await racewalk(['export', email, '--to', 'svg', '--max-states', '5']);
  expect(cut).toMatchObject({ code: 3, out: '' });
  expect(cut.err).toMatch(/inconclusive/);
});

test.each([
  [[email], /required option '--to <format>'/],
  [
    [email, '--to', 'svgg'],
    /invalid --to 'svgg': expected promela, murphi, tla, c, pins, dot, svg, text, mermaid or itf.*svg/,
  ],
  [['--to', 'svg'], /missing MODEL/],
  [
    [email, '--to', 'svg', '--witness', 'nothing'],
    /has no witness 'nothing': expected 'gup_fast pins a page'/,
  ],
  [[email, '--to', 'dot', '--cpus', '2'], /more than 500 states.*--max-states/],
  [['no.json', '--to', 'svg'], /no.json: no such file/],
])('%j', async (words, message) => {
  expectWrongUse(await racewalk(['export', ...words]), message);
});
