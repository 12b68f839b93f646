/**
 * `racewalk barriers`: which repair needs which barrier, a variant barrier by barrier, and wrong use.
 *
 * @module-tag process
 */
import { describe, expect, test } from 'vitest';
import { barriersResult } from '../../cli/barriers/schema.ts';
import { long } from '../depth.ts';
import { expectWrongUse, file, racewalk, smallModel } from './run.ts';

const email = 'gup-fast-vs-collapse';

/** Every variant of every repair under every memory model, on a machine that others use as well. */
const patience = 120_000;

describe.concurrent('racewalk barriers', { timeout: patience }, () => {
  test('a model: each of its smallest repairs, on one screen', long, async () => {
    const { code, out, err } = await racewalk(['barriers', email]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThan(34);
    expect(out).toMatch(/\n\nflush=broadcast: sync-ipi\n {2}sc[^\n]* {2}no barrier\n/);
    expect(out).toMatch(
      /: recheck-pmd\n {2}sc +no barrier\n {2}tso.* dsb\(ish\) \(collapse_huge_page, line 4\)\n/,
    );
    expect(out).toMatch(
      /=all-pages\n {2}sc +no barrier\n {2}tso +smp_mb\(\) \(collapse_huge_page, line 17\)\n/,
    );
  });

  test('a variant: barrier by barrier', long, async () => {
    const { code, out } = await racewalk(['barriers', `${email}/second-check`]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ +sc +tso +pso/m);
    expect(out).toMatch(/^with all barriers +holds +holds +holds/m);
    expect(out).toMatch(/^ +4 {2}dsb\(ish\) +\. +holds +holds/m);
    expect(out).toMatch(/^ +17 {2}smp_mb\(\) +\. +violated +violated/m);
    expect(out).toMatch(/^ +19 {2}recheck: if \(page_count\(src_page\) +violated/m);
  });

  test('--memory asks for one machine', async () => {
    const { code, out } = await racewalk(['barriers', 'ksm-vs-pin', '--memory', 'tso']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}tso {2}smp_mb\(\) \(write_protect_page, line 2\)$/m);
    expect(out).not.toMatch(/pso|\bsc\b/);
  });

  test('the line numbers are those of show', async () => {
    const { out } = await racewalk(['show', `${email}/second-check`]);
    expect(out).toMatch(/^ *17 {2}smp_mb\(\)/m);
  });

  test('a variant that is broken whatever its barriers', long, async () => {
    const { code, out } = await racewalk(['barriers', email, '--flush', 'broadcast']);
    expect(code).toBe(0);
    expect(out).toContain('violated with all barriers');
  });

  test('--json follows the schema', async () => {
    const { code, out } = await racewalk(['barriers', email, '--memory', 'tso', '--json']);
    expect(code).toBe(0);
    const { variants } = barriersResult.parse(JSON.parse(out));
    const last = variants.find(({ repairs }) => repairs['secondPinCheck'] === 'all-pages')!;
    const sets = last.smallest.map((one) => one.sets);
    expect(sets).toEqual([[[expect.objectContaining({ text: 'smp_mb()', line: 17 })]]]);
  });

  test('a limit leaves questions open, and no set is claimed', long, async () => {
    const { code, out } = await racewalk(['barriers', `${email}/second-check`, '--max-states', '100']);
    expect(code).toBe(3);
    expect(out).toMatch(/^with all barriers +\? +\? +\?/m);
    expect(out).toMatch(/not decided$/m);
    expect(out).not.toMatch(/holds|no barrier/);
  });

  test('so does a timeout', long, async () => {
    const { code, out } = await racewalk(['barriers', email, '--timeout', '0.001']);
    expect(code).toBe(3);
    expect(out).not.toMatch(/holds|no barrier/);
  });

  test('a model that goes wrong', async () => {
    const name = file('goes-wrong.ts', smallModel({ statements: `step('n--', set(mem.n, add(mem.n, -1)))` }));
    const { code, out } = await racewalk(['barriers', name]);
    expect(code).toBe(2);
    expect(out).toContain('error');
  });
});

describe.concurrent('wrong use', () => {
  test.each([
    [['barriers'], /missing MODEL: name it first/],
    [['barriers', 'gup-fast-vs-colapse'], /unknown model 'gup-fast-vs-colapse': did you mean/],
    [['barriers', email, '--second-check'], /has no option '--second-check'/],
    [['barriers', email, '--memory', 'tsoo'], /invalid --memory 'tsoo': expected .*/],
    [['barriers', email, '--timeout', 'soon'], /invalid --timeout 'soon': expected a number of seconds/],
    [['barriers', `${email}/emails`], /has no scenario 'emails'/],
    [['barriers', email, email], /unexpected argument/],
  ] as const)('%j', async (words, message) => {
    expectWrongUse(await racewalk([...words]), message);
  });
});
