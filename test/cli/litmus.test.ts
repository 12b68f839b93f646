/**
 * `racewalk litmus`: herd's words, exit codes, and files that cannot be run.
 *
 * @module-tag process
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectWrongUse, file, folder, racewalk } from './run.ts';

const given = (name: string) => fileURLToPath(new URL(`../litmus/files/${name}.litmus`, import.meta.url));

/** Store buffering: each CPU writes, then reads what the other has written. */
const storeBuffering = file(
  'SB.litmus',
  `C SB

{}

P0(int *x, int *y)
{
	int r0;

	WRITE_ONCE(*x, 1);
	r0 = READ_ONCE(*y);
}

P1(int *x, int *y)
{
	int r0;

	WRITE_ONCE(*y, 1);
	r0 = READ_ONCE(*x);
}

exists (0:r0=0 /\\ 1:r0=0)
`,
);

describe.concurrent('litmus', () => {
  test("answers in herd's words, for the kernel's memory model", async () => {
    const { code, out, err } = await racewalk(['litmus', storeBuffering]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Test SB Allowed\nMemory lkmm, the kernel's memory model\nStates 4\n/);
    expect(out).toContain('Observation SB Sometimes 1 3\n');
  });

  test('the file asks for what sc cannot do', async () => {
    const { code, out, err } = await racewalk(['litmus', storeBuffering, '--memory', 'sc']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.split('\n')).toEqual([
      'Test SB Allowed',
      'Memory sc, a machine of racewalk',
      'States 3',
      '0:r0=0; 1:r0=1;',
      '0:r0=1; 1:r0=0;',
      '0:r0=1; 1:r0=1;',
      'No',
      'Witnesses',
      'Positive: 0 Negative: 3',
      'Condition exists (0:r0=0 /\\ 1:r0=0)',
      'Observation SB Never 0 3',
      '',
    ]);
  });

  test('and tso can', async () => {
    const { code, out } = await racewalk(['litmus', storeBuffering, '--memory', 'tso']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Ok$[^]*^Observation SB Sometimes 1 3$/m);
  });

  test('several files, one after the other; one that is not as asked decides the exit code', async () => {
    const { code, out } = await racewalk(['litmus', storeBuffering, given('LB+mbs')]);
    expect(code).toBe(1);
    expect(out.match(/^Test \S+/gm)).toEqual(['Test SB', 'Test LB_mbs']);
  });

  test('a file that cannot be read or run: file, line and reason, and the others all the same', async () => {
    const loop = file('loop.litmus', 'C loop\n\n{}\n\nP0(int *x)\n{\n\twhile (*x) { }\n}\n\nexists (x=1)\n');
    expectWrongUse(
      await racewalk(['litmus', loop]),
      /^racewalk: loop\.litmus:7: the loop 'while \(\*x\)' depends on memory/,
    );
    expectWrongUse(await racewalk(['litmus', 'nowhere.litmus']), /nowhere\.litmus: no such file/);
    expectWrongUse(await racewalk(['litmus', '.']), /\.: is a directory: name its files/);
    const both = await racewalk(['litmus', loop, storeBuffering]);
    expect(both.code).toBe(2);
    expect(both.out).toContain('Observation SB Sometimes 1 3');
  });

  test('one file with a satisfied condition shows an execution, or the run of a machine', async () => {
    const kernel = await racewalk(['litmus', storeBuffering]);
    expect(kernel.out).toContain('An execution that ends in 0:r0=0; 1:r0=0;');
    expect(kernel.out).toContain('  a: W[once] x = 1   c: W[once] y = 1\n');
    const machine = await racewalk(['litmus', storeBuffering, '--memory', 'tso']);
    expect(machine.out).toContain('A run of tso that ends in 0:r0=0; 1:r0=0;\n  P0: WRITE_ONCE(*x, 1)\n');
    expect(machine.out).toContain('  store buffer of P0: x = 1 reaches memory\n');
  });

  test('--explain shows the cycle that forbids, and the machine that gets there', async () => {
    const never = await racewalk(['litmus', '--explain', given('MP+mbs')]);
    expect(never.out).toContain('The axiom happens-before forbids this: no event executes before itself.');
    expect(never.out.match(/^ {2}\w --\w+--> \w/gm)).toHaveLength(4);
    const sometimes = await racewalk(['litmus', '--explain', storeBuffering]);
    expect(sometimes.out).toContain('The machine tso gets there:');
    const other = await racewalk(['litmus', '--explain', given('RWC+xchg')]);
    expect(other.out).toContain('No machine of racewalk gets there');
  });

  test('--herd: the lines of herd, and nothing else', async () => {
    const { out } = await racewalk(['litmus', '--herd', given('2+2W')]);
    expect(out.split('\n').slice(-6)).toEqual([
      'Ok',
      'Witnesses',
      'Positive: 1 Negative: 3',
      'Condition exists ([x]=2 /\\ [y]=2)',
      'Observation 2_2W Sometimes 1 3',
      '',
    ]);
    expect(out).not.toContain('Memory');
    expectWrongUse(
      await racewalk(['litmus', '--herd', '--memory', 'sc', given('2+2W')]),
      /--herd cannot be combined/,
    );
  });

  test('--compare: a table of files against memory models', async () => {
    const { code, out } = await racewalk(['litmus', '--compare', given('LB'), given('MP+mbs')]);
    expect(code).toBe(0);
    expect(
      out
        .split('\n')
        .slice(0, 5)
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['file', 'lkmm', 'sc', 'tso', 'pso', 'arm64'],
      ['LB', 'Sometimes', 'Never <', 'Never <', 'Never <', 'Sometimes'],
      ['MP+mbs', 'Never', 'Never', 'Never', 'Never', 'Never'],
      [''],
      ['<', expect.stringMatching(/^fewer final states than lkmm allows \(1 of 2 files\)/)],
    ]);
  });

  test('--timeout gives up on a file and goes on to the next', async () => {
    const threads = Array.from(
      { length: 9 },
      (_, at) => `P${at}(int *x) { int r0; WRITE_ONCE(*x, ${at + 1}); r0 = READ_ONCE(*x); }\n`,
    );
    const many = file('many.litmus', `C many\n{}\n${threads.join('')}exists (x=1 /\\ 0:r0=2 /\\ 1:r0=3)\n`);
    const run = await racewalk(['litmus', '--timeout', '0.001', '--all-states', many, storeBuffering]);
    expect(run.code).toBe(3);
    expect(run.err).toMatch(
      /^racewalk: many\.litmus:1: inconclusive under lkmm: the limit of 0\.001 seconds/,
    );
  });

  test('export draws an execution', async () => {
    const svg = await racewalk(['export', given('MP+mbs'), '--to', 'svg']);
    expect(svg.out).toMatch(
      /^<svg .*the execution shown is forbidden by happens-before.*rw-forbidden.*<\/svg>\n$/s,
    );
    const dot = await racewalk(['export', storeBuffering, '--to', 'dot']);
    expect(dot.out).toMatch(/^digraph "SB: .*is allowed" \{[^]*e\d+ -> e\d+ \[label="fr", color=orange/);
    expectWrongUse(
      await racewalk(['export', storeBuffering, '--to', 'itf']),
      /invalid --to 'itf' for a litmus test: expected dot or svg/,
    );
  });

  test('--html writes a page with text and picture', async () => {
    const page = `${folder}/page.html`;
    const { code } = await racewalk(['litmus', '--html', page, storeBuffering]);
    expect(code).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toMatch(/^<!doctype html>[^]*Sometimes under lkmm[^]*<svg [^]*An execution that ends in/);
    expect(html).not.toContain('<script');
    const nowhere = await racewalk(['litmus', '--html', '/dev/null/page.html', storeBuffering]);
    expect(nowhere.code).toBe(4);
    expect(nowhere.err).toContain(
      'cannot write /dev/null/page.html: a component of the path is not a directory',
    );
    expect(nowhere.out, 'said before the work begins').toBe('');
  });

  test('no such memory model', async () => {
    const run = await racewalk(['litmus', storeBuffering, '--memory', 'x86']);
    expectWrongUse(run, /invalid --memory 'x86': expected lkmm, sc, tso, pso or arm64/);
  });
});

test('show --code prints the generated code', async () => {
  const { code, out } = await racewalk(['show', 'gup-fast-vs-collapse', '--code']);
  expect(code).toBe(0);
  expect(out.length).toBeGreaterThan(10_000);
  expect(out).toContain('i64');
});
