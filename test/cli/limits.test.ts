/**
 * Runs that are cut short: inconclusive, with how far they came, and never a proof.
 *
 * @module-tag process
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { file, folder, racewalk, smallModel } from './run.ts';

const email = 'gup-fast-vs-collapse';

test('a state space larger than the limit', async () => {
  const { code, out, err } = await racewalk(['check', email, '--flush', 'ipi', '--max-states', '50']);
  expect(err).toBe('');
  expect(code).toBe(3);
  expect(out).toMatch(/^gup-fast-vs-collapse: inconclusive: the limit of 50 states was reached\n/);
  expect(out).toMatch(/^\d+ states, \d+ transitions, depth \d+, /m);
  expect(out).not.toContain('holds');
});

test('a limit that is larger than the state space changes nothing', async () => {
  const run = await racewalk(['check', email, '--flush', 'ipi', '--max-states', '100000', '--quiet']);
  expect(run).toEqual({ code: 0, out: `${email}: holds\n`, err: '' });
});

test('memory without room for the first state', async () => {
  const { code, out, err } = await racewalk(['check', email, '--max-memory', '0.000005', '--quiet']);
  const line = `${email}: inconclusive: the visited set is full: 0 states in 5368 bytes\n`;
  expect({ code, out, err }).toEqual({ code: 3, out: line, err: '' });
});

const manyBeginnings = `
import { bool, choose, defineModel, exists, index, init, reachable, set, shared, step, thread } from 'racewalk';
export const model = defineModel({
  name: 'many', summary: 'sixteen CPUs that begin with a choice', options: {},
  build: () => {
    const mem = shared({ x: init(bool, false, 'a flag') });
    const cpu = thread('cpu', { cpus: 16, locals: { i: init(index(512), 0), done: init(bool, false) } }, (l) => [
      choose('i = any', l.i), step('x = 1', set(mem.x, true)), step('done', set(l.done, true))]);
    return { shared: mem, threads: [cpu], properties: [reachable('done', exists(cpu, (l) => l.done))] };
  },
});`;

test('a model with more beginnings than memory has room for', async () => {
  const { code, out, err } = await racewalk(['check', file('many.ts', manyBeginnings)]);
  expect({ code, err }).toEqual({ code: 3, err: '' });
  expect(out).toMatch(/inconclusive: more than 20000 initial states[^]*0 states, 0 transitions, depth 0, /);
});

const endless = ['check', email, '--flush', 'ipi', '--cpus', '8', '--no-symmetry', '--no-reduce'];

test('a timeout', async () => {
  const { code, out, err } = await racewalk([...endless, '--timeout', '0.2', '--quiet']);
  const line = `${email}: inconclusive: the limit of 0.2 seconds was reached\n`;
  expect({ code, out, err }).toEqual({ code: 3, out: line, err: '' });
});

test('Ctrl-C reports how far it came', async () => {
  const { code, out, err } = await racewalk(endless, (child) =>
    setTimeout(() => child.kill('SIGINT'), 3_000),
  );
  expect({ code, err }).toEqual({ code: 3, err: '' });
  expect(out).toMatch(/inconclusive: interrupted by Ctrl-C[^]*\d+ states, /);
});

test.each([
  [['show', email], 0],
  [['check', email], 1],
])('output into a pipe that closes: %j', async (words, expected) => {
  const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
  const shell = spawn(
    'bash',
    ['-c', '"$@" | true; echo "${PIPESTATUS[0]}"', '-', process.execPath, launcher, ...words],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [out, err] = ['', ''];
  shell.stdout.on('data', (part) => (out += String(part)));
  shell.stderr.on('data', (part) => (err += String(part)));
  await new Promise((resolve) => shell.on('close', resolve));
  expect({ out, err }).toEqual({ out: `${String(expected)}\n`, err: '' });
});

test('output is plain in a pipe, and coloured where that is asked for', async () => {
  expect(folder).not.toBe('');
  const { out } = await racewalk([
    'check',
    file('plain.ts', smallModel({ statements: `step('x = 1', set(mem.x, true))` })),
  ]);
  expect(out).not.toContain('\u001B');
});
