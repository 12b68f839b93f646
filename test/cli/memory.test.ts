/** `--memory` on every command that takes a model, and traces of store buffers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';

const email = 'gup-fast-vs-collapse';
const unordered = [email, '--recheck-pmd', '--no-flush-barrier'];

describe.concurrent('--memory', () => {
  test('check: a repair that holds only where stores are seen at once', async () => {
    const sc = await racewalk(['check', ...unordered]);
    const tso = await racewalk(['check', ...unordered, '--memory', 'tso']);
    expect([sc.code, tso.code]).toEqual([0, 1]);
    expect(sc.out).not.toContain('--memory');
    expect(tso.out.split('\n\n')[0]).toContain('--memory tso');
    expect(tso.out).toMatch(/^reproduce: [^]* --memory tso/m);
  });

  test('check: the cells of store buffers are told as what they are', async () => {
    const { out } = await racewalk(['check', ...unordered, '--memory', 'tso']);
    expect(out).toMatch(/ 1 +_pmd = pmdp_get_and_clear\(mm, address, pmd\)\n +store pmd = none waits\n/);
    expect(out).toMatch(
      /store buffer: pmd = none reaches memory\n +pmd: table -> none\n +late: stored in step \d+\n/,
    );
    expect(out).not.toMatch(/buffer\d|Fence/);
  });

  test('check: what has all its orders tried is proved under weak, and a step of many parts has fired', async () => {
    const { code, out } = await racewalk(['check', email, '--recheck-pmd', '--memory', 'weak']);
    expect(code).toBe(0);
    expect(out).not.toContain('Not tried');
    expect(out.slice(out.indexOf('Statements that'))).toBe(
      'Statements that never run:\n  IPI handler: <IPI> handled (line 3)\n',
    );
  });

  test('compare varies it when asked', async () => {
    const { code, out } = await racewalk([
      ...['compare', email, '--vary', 'memory,check-barrier', '--second-pin-check', 'all-pages'],
    ]);
    expect(code).toBe(0);
    expect(out.match(/^(sc|tso|pso|weak) +(on|off) +\w+/gm)?.map((row) => row.split(/ +/))).toEqual([
      ['sc', 'off', 'holds'],
      ['sc', 'on', 'holds'],
      ['tso', 'off', 'violated'],
      ['tso', 'on', 'holds'],
      ['pso', 'off', 'violated'],
      ['pso', 'on', 'holds'],
      ['weak', 'off', 'violated'],
      ['weak', 'on', 'holds'],
    ]);
  });

  test('compare --no-costs has the verdicts alone', async () => {
    const words = ['compare', email, '--vary', 'memory', '--sync-ipi'];
    const [all, fewer] = await Promise.all([racewalk(words), racewalk([...words, '--no-costs'])]);
    expect([all.code, fewer.code]).toEqual([0, 0]);
    expect(all.out).toMatch(/IPIs[^]*Costs are counted/);
    expect(fewer.out).not.toMatch(/IPIs|Costs/);
    expect(fewer.out).toMatch(/^tso +holds +229$/m);
  });

  test('export and show have the store buffers', async () => {
    const words = [email, '--memory', 'tso'];
    const [exported, shown] = await Promise.all([
      racewalk(['export', ...words, '--to', 'promela']),
      racewalk(['show', ...words]),
    ]);
    for (const { code, out } of [exported, shown])
      expect({ code, has: /store.buffer.of.collapse.huge.page/.test(out) }).toEqual({ code: 0, has: true });
  });

  test('a saved trace says it, and one that does not means sc', async () => {
    await racewalk(['check', ...unordered, '--memory', 'pso', '--save-trace', 'pso.json']);
    const replayed = await racewalk(['replay', 'pso.json']);
    expect({ code: replayed.code, err: replayed.err }).toEqual({ code: 1, err: '' });
    await racewalk(['check', email, '--save-trace', 'sc.json']);
    const { options, ...rest } = JSON.parse(readFileSync(join(folder, 'sc.json'), 'utf8')) as {
      options: Record<string, unknown>;
    };
    const { memory, ...others } = options;
    expect(memory).toBe('sc');
    const old = file('old.json', JSON.stringify({ ...rest, options: others }));
    expect((await racewalk(['replay', old])).code).toBe(1);
  });

  test('what is no memory model', async () => {
    const run = await racewalk(['check', email, '--memory', 'tos']);
    expectWrongUse(
      run,
      /--memory takes one of sc, tso, pso, weak, arm64, and not 'tos': did you mean 'tso'\?/,
    );
  });
});

describe.concurrent('a scenario with a memory model', () => {
  const statements = `step('x = 1', set(mem.x, true))`;

  test('is checked under it, and contradicts another', async () => {
    const scenarios = `{ name: 'late', options: {}, memory: 'tso', verdict: 'holds' }`;
    const name = file('late.ts', smallModel({ statements, scenarios }));
    const run = await racewalk(['check', `${name}/late`]);
    expect(run.code).toBe(0);
    expect(run.out).toContain('--memory tso');
    expectWrongUse(await racewalk(['check', `${name}/late`, '--memory', 'pso']), /contradicts it/);
    expect((await racewalk(['check', name, '--all'])).code).toBe(0);
  });

  test('that does not exist', async () => {
    const scenarios = `{ name: 'late', options: {}, memory: 'tos' as 'tso', verdict: 'holds' }`;
    const name = file('wrong-memory.ts', smallModel({ statements, scenarios }));
    expectWrongUse(
      await racewalk(['check', name]),
      /scenario 'late'.*memory is one of sc, tso, pso, weak, arm64, not tos/,
    );
  });

  test('an option of a model cannot be called memory', async () => {
    const name = file('own-memory.ts', smallModel({ statements, options: `memory: flag('fix', 'no')` }));
    expectWrongUse(await racewalk(['check', name]), /the option 'memory' is every model's/);
  });
});
