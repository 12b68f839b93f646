/** `racewalk litmus`: herd's words, exit codes, and files that cannot be run. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectWrongUse, file, racewalk } from './run.ts';

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
  test("answers in herd's words: the file asks for what sc cannot do", async () => {
    const { code, out, err } = await racewalk(['litmus', storeBuffering]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.split('\n')).toEqual([
      'Test SB Allowed',
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
    const loop = file('loop.litmus', 'C loop\n\n{}\n\nP0(int *x)\n{\n\twhile (1) { }\n}\n\nexists (x=1)\n');
    expectWrongUse(
      await racewalk(['litmus', loop]),
      /^racewalk: loop\.litmus:7: 'while': loops are not supported/,
    );
    expectWrongUse(await racewalk(['litmus', 'nowhere.litmus']), /nowhere\.litmus: there is no such file/);
    expectWrongUse(await racewalk(['litmus', '.']), /\.: it is a directory: name the files in it/);
    const both = await racewalk(['litmus', loop, storeBuffering]);
    expect(both.code).toBe(2);
    expect(both.out).toContain('Observation SB Never 0 3');
  });

  test('no such memory model', async () => {
    const run = await racewalk(['litmus', storeBuffering, '--memory', 'x86']);
    expectWrongUse(run, /--memory takes one of sc, tso, pso, weak, arm64, and not 'x86'/);
  });
});

test('show --code prints the generated code', async () => {
  const { code, out } = await racewalk(['show', 'gup-fast-vs-collapse', '--code']);
  expect(code).toBe(0);
  expect(out.length).toBeGreaterThan(10_000);
  expect(out).toContain('i64');
});
