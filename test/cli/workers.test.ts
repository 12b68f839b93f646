/**
 * The same output from any number of workers, byte for byte but for times; and runs that are cut short.
 *
 * @module-tag process
 */
import { describe, expect, test } from 'vitest';
import { long } from '../depth.ts';
import { expectWrongUse, racewalk } from './run.ts';

const email = 'gup-fast-vs-collapse';

/** The output of a run without its times. */
async function printed(words: readonly string[]) {
  const { code, out, err } = await racewalk(['check', ...words]);
  expect(err).toBe('');
  return { code, out: out.replace(/"seconds": .*|, [\d.,]+ s \([^)]*\)/g, '') };
}

describe('one worker, two and three print the same', () => {
  test.each([
    ['a proof', ['--cpus', '4', '--sync-ipi', '--no-reduce', '--no-symmetry'], 0],
    ['a violation under symmetry', ['--cpus', '7'], 1],
  ])('%s', { timeout: 60_000 }, expectSame);

  test.each([
    ['a violation', ['--cpus', '4', '--no-reduce', '--no-symmetry'], 1],
    ['a proof under symmetry', ['--cpus', '6', '--sync-ipi'], 0],
    [
      'memory that is full',
      ['--cpus', '4', '--sync-ipi', '--no-reduce', '--no-symmetry', '--max-memory', '0.006'],
      3,
    ],
    ['a limit of states', ['--cpus', '4', '--sync-ipi', '--no-reduce', '--max-states', '500000'], 3],
  ])('%s', long, expectSame);
});

async function expectSame(_: string, words: readonly string[], expected: number): Promise<void> {
  const one = await printed([email, ...words, '--json', '--workers', '1']);
  expect(one.code).toBe(expected);
  for (const workers of ['2', '3'])
    expect(await printed([email, ...words, '--json', '--workers', workers])).toEqual(one);
}

const endless = [
  'check',
  email,
  '--sync-ipi',
  '--cpus',
  '6',
  '--no-symmetry',
  '--no-reduce',
  '--workers',
  '2',
];

test('a timeout', long, async () => {
  const { code, out, err } = await racewalk([...endless, '--timeout', '2', '--quiet']);
  const line = `${email}: inconclusive: the limit of 2 seconds was reached\n`;
  expect({ code, out, err }).toEqual({ code: 3, out: line, err: '' });
});

test('Ctrl-C', long, async () => {
  const { code, out, err } = await racewalk(endless, (child) =>
    setTimeout(() => child.kill('SIGINT'), 3_000),
  );
  expect({ code, err }).toEqual({ code: 3, err: '' });
  expect(out).toMatch(/inconclusive: interrupted by Ctrl-C[^]*\d+ states, /);
});

test.each(['0', '-1', '2.5', 'many', '65', ''])('--workers %j', async (given) => {
  const run = await racewalk(['check', email, '--workers', given]);
  expectWrongUse(run, /invalid --workers '.*': expected a whole number from 1 to 64/);
});

test('compare takes it too', async () => {
  const { code, out, err } = await racewalk(['compare', email, '--vary', 'sync-ipi', '--workers', '2']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Smallest sets of fixes');
});
