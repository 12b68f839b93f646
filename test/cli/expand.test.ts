/**
 * `racewalk expand`: the lines of a search by another engine, and what is refused.
 *
 * @module-tag process
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { expandStates, type ExpandOptions } from '../../cli/expand/run.ts';
import { readEnd } from '../../cli/expand/protocol.ts';
import { UsageError } from '../../cli/terminal/usage-error.ts';
import { long } from '../depth.ts';
import { folder, racewalk } from './run.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

const email = 'gup-fast-vs-collapse';

/** Runs the command in this process. */
async function expand(
  input: string,
  words: readonly string[] = [],
  options: ExpandOptions = {},
  name = email,
) {
  let out = '';
  const write = (text: string) => Promise.resolve(void (out += text));
  const bytes = Readable.from([Buffer.from(input)]) as AsyncIterable<Uint8Array>;
  try {
    const { exitCode, message = '' } = await expandStates(name, words, options, { input: bytes, write });
    return { code: exitCode, out, err: message };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 2, out, err: error.message };
  }
}

let initial = '';
beforeAll(async () => {
  initial = (await expand('', [], { init: true })).out.split('\n')[0]!;
});

test('the command reads standard input, and exits with 3 where it ends early', () => {
  const run = (input: string) =>
    spawnSync(process.execPath, [join(project, 'cli/racewalk.js'), 'expand', email], {
      cwd: folder,
      input,
      encoding: 'utf8',
    });
  const { status, stdout } = run(`${initial}\nend\t1\n`);
  expect([status, stdout.split('\n').slice(0, -1)]).toEqual([
    0,
    expect.arrayContaining([expect.stringMatching(/^end\t/)]),
  ]);
  const cut = run(`${initial}\n`);
  expect([cut.status, cut.stdout]).toEqual([3, '']);
  expect(cut.stderr).toMatch(/^racewalk: the input ended early: line 2/);
});

test('blocks of one process stand for themselves', async () => {
  const { code, out } = await expand(`${initial}\nend\t1\nend\t0\n${initial}\nend\t1\n`);
  expect(code).toBe(0);
  const [first, second, third, rest] = out.split(/(?<=^end\t.*\n)/m);
  expect([third, rest]).toEqual([first, undefined]);
  const end = (block: string) => readEnd(/^end\t(.*)$/m.exec(block)![1]!);
  expect(end(first!)).toMatchObject({ read: 1, states: first!.split('\n').length - 2, findings: 0 });
  expect(end(second!)).toMatchObject({ read: 0, states: 0 });
});

test.each<[string, () => string, number, string]>([
  ['nothing', () => '', 3, 'the input ended early: line 1 '],
  ['no end', () => `${initial}\n`, 3, 'the input ended early: line 2 '],
  ['states after the end', () => `${initial}\nend\t1\n${initial}\n`, 3, 'the input ended early: line 4 '],
  ['an end that is cut', () => `${initial}\nend\t1`, 3, 'the input ended early: line 2 '],
  ['another number', () => `${initial}\nend\t11\n`, 2, 'line 2 ends 11 states, and 1 were before it'],
  [
    'a word of another length',
    () => `${initial}\nabc\nend\t2\n`,
    2,
    'line 2 is no state of this search: expected',
  ],
  [
    'a letter changed',
    () => `${initial.replace(/^./, (a) => (a === 'A' ? 'B' : 'A'))}\nend\t1\n`,
    2,
    'is damaged',
  ],
  ['a state of another length', () => `${initial.slice(1)}\nend\t1\n`, 2, 'expected'],
])('%s: no end line', async (_, input, code, message) => {
  const run = await expand(input());
  expect(run).toMatchObject({ code, err: expect.stringContaining(message) as string });
  const complete = run.out.split('\n').filter((line) => line.startsWith('end'));
  expect(complete).toHaveLength(input().includes('end\t1\n') && code === 3 ? 1 : 0);
});

test('a state of other options is refused, and so is one of another search', async () => {
  const { code, out, err } = await expand(`${initial}\nend\t1\n`, ['--sync-ipi']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/line 1 is no state of this search: .*other options/);
  expect(await expand('end\t0\n', [], { leadsTo: 'abc' })).toMatchObject({ code: 2, out: '' });
});

test('what is no path to a finding has no trace', async () => {
  const finding = `finding\t${initial}\t{"kind":"deadlock"}\n`;
  for (const [input, message] of [
    [`${initial}\n`, /no line of a finding/],
    [finding, /does not end in the state/],
    [`${initial}\n${finding}`, /does not confirm the finding/],
  ] as const) {
    const { code, out, err } = await expand(input, [], { trace: true });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  }
});

test('claims about runs are refused', async () => {
  expect(await expand('', [], {}, 'peterson')).toMatchObject({
    code: 2,
    err: expect.stringContaining('liveness is not decided by other engines') as string,
  });
});

test('the engine of the guide, sort and comm, prints the trace of the check', long, async () => {
  const guide = readFileSync(join(project, 'docs/guide/other-engines.md'), 'utf8');
  const script = /```sh engine\n(.*?)```/s.exec(guide)![1]!;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `racewalk() { "${process.execPath}" "${project}cli/racewalk.js" "$@"; }\n${script}`],
    { cwd: mkdtempSync(join(folder, 'sort-')), encoding: 'utf8' },
  );
  expect([stderr, status]).toEqual(['', 1]);
  const { out } = await racewalk(['check', 'pmdp-invalidate-vs-dirty']);
  const columns = (text: string) => text.split('\n').filter((line) => /^ {0,2}\d+ {2}/.test(line));
  expect(columns(stdout)).toEqual(columns(out));
  expect(columns(stdout)).toHaveLength(3);
});
