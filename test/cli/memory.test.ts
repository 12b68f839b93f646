/**
 * `--memory` on every command that takes a model, and traces of store buffers.
 *
 * @module-tag process
 */
import { long } from '../depth.ts';
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

  test('check: the trace names the cells of store buffers', async () => {
    const { out } = await racewalk(['check', ...unordered, '--memory', 'tso']);
    expect(out).toMatch(/ 1 +_pmd = pmdp_get_and_clear\(mm, address, pmd\)\n +store pmd = none waits\n/);
    expect(out).toMatch(
      /store buffer: pmd = none reaches memory\n +pmd: table -> none\n +late: stored in step \d+\n/,
    );
    expect(out).not.toMatch(/buffer\d|Fence/);
  });

  test('check: arm64 proves, and lists the statements that never ran', async () => {
    const { code, out } = await racewalk(['check', email, '--recheck-pmd', '--memory', 'arm64']);
    expect(code).toBe(0);
    expect(out.slice(out.indexOf('Statements that'))).toBe(
      'Statements that never run:\n  IPI handler: <IPI> handled (line 3)\n',
    );
  });

  test('compare varies it when asked', long, async () => {
    const { code, out } = await racewalk([
      ...['compare', email, '--vary', 'memory,check-barrier', '--second-pin-check', 'all-pages'],
    ]);
    expect(code).toBe(0);
    expect(out.match(/^(sc|tso|pso|arm64) +(on|off) +\w+/gm)?.map((row) => row.split(/ +/))).toEqual([
      ['sc', 'off', 'holds'],
      ['sc', 'on', 'holds'],
      ['tso', 'off', 'violated'],
      ['tso', 'on', 'holds'],
      ['pso', 'off', 'violated'],
      ['pso', 'on', 'holds'],
      ['arm64', 'off', 'violated'],
      ['arm64', 'on', 'holds'],
    ]);
  });

  test('compare --no-costs has the verdicts alone', async () => {
    const words = ['compare', email, '--vary', 'memory', '--sync-ipi'];
    const [all, fewer] = await Promise.all([racewalk(words), racewalk([...words, '--no-costs'])]);
    expect([all.code, fewer.code]).toEqual([0, 0]);
    expect(all.out).toMatch(/IPIs[^]*Costs are minima/);
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

  test('a saved trace records the memory model, and one without it means sc', async () => {
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
    expectWrongUse(run, /invalid --memory 'tos': expected sc, tso, pso or arm64: did you mean 'tso'\?/);
  });

  test.each([
    ['check', email],
    ['prove', email],
    ['barriers', email],
    ['litmus', 'SB.litmus'],
  ])('%s names arm64 in place of weak, which has been removed', async (...words) => {
    const run = await racewalk([...words, '--memory', 'weak']);
    expectWrongUse(run, /invalid --memory 'weak': it has been removed, use arm64\n$/);
  });
});

describe.concurrent('a scenario with a memory model', () => {
  const statements = `step('x = 1', set(mem.x, true))`;

  test('is checked under it, and contradicts another', long, async () => {
    const scenarios = `{ name: 'late', options: {}, memory: 'tso', verdict: 'holds' }`;
    const name = file('late.ts', smallModel({ statements, scenarios }));
    const run = await racewalk(['check', `${name}/late`]);
    expect(run.code).toBe(0);
    expect(run.out).toContain('--memory tso');
    expectWrongUse(await racewalk(['check', `${name}/late`, '--memory', 'pso']), /contradicts --memory pso/);
    expect((await racewalk(['check', name, '--all'])).code).toBe(0);
  });

  test('that does not exist', async () => {
    const scenarios = `{ name: 'late', options: {}, memory: 'tos' as 'tso', verdict: 'holds' }`;
    const name = file('wrong-memory.ts', smallModel({ statements, scenarios }));
    expectWrongUse(
      await racewalk(['check', name]),
      /scenario 'late'.*invalid memory tos: expected sc, tso, pso or arm64/,
    );
  });

  test('an option of a model cannot be called memory', async () => {
    const name = file('own-memory.ts', smallModel({ statements, options: `memory: flag('fix', 'no')` }));
    expectWrongUse(await racewalk(['check', name]), /option 'memory' is reserved/);
  });
});

describe.concurrent('a bound that is met', () => {
  const endless = file(
    'endless.ts',
    `
import { always, defineModel, eq, goto, init, label, ne, range, reachable, set, shared, step, thread } from 'racewalk';
export const model = defineModel({
  name: 'endless', summary: 'a writer without end', options: {},
  build: () => {
    const mem = shared({ seq: init(range(0, 3), 0) });
    const writer = thread('writer', { mayBlockForever: true, locals: {} }, () => [
      label('again'), step('seq = 1', set(mem.seq, 1)), step('seq = 2', set(mem.seq, 2)), goto('again'),
    ]);
    const reader = thread('reader', { locals: { got: init(range(0, 3), 0) } }, (l) => [
      step('got = seq', set(l.got, mem.seq)), step('got = seq', set(l.got, mem.seq)),
    ]);
    return { shared: mem, threads: [writer, reader], properties: [always('small', ne(mem.seq, 3)), reachable('stored', eq(mem.seq, 1))] };
  },
});
`,
  );
  const why = 'writer stores to seq (lines 2, 3) in a loop';

  test('names loop, variable and option in every command, which takes the option', long, async () => {
    const runs = await Promise.all(
      ['check', 'compare', 'barriers', 'mutate'].map((command) =>
        racewalk([command, endless, '--memory', 'pso', '--store-buffer', '4']),
      ),
    );
    for (const { out, err } of runs) {
      const text = (out + err).replaceAll(/\s+/g, ' ');
      expect(text).toContain('the store buffer bound of 4 was reached (writer)');
      expect(text).toContain(`${why} without a full barrier, and --store-buffer raises it`);
    }
  });

  test('is kept by the line that reproduces a trace, and refused where it is too large', async () => {
    const run = await racewalk(['check', ...unordered, '--memory', 'tso', '--store-buffer', '9']);
    expect(run.out.replaceAll(/\s+/g, ' ')).toMatch(/reproduce: .* --memory tso --store-buffer 9/);
    expectWrongUse(
      await racewalk(['check', email, '--store-buffer', '65']),
      /invalid --store-buffer '65': expected a whole number from 0 to 64/,
    );
  });

  test('an option of a model cannot be called so', async () => {
    const own = `storeBuffer: flag('fix', 'no')`;
    const name = file(
      'own-bound.ts',
      smallModel({ statements: `step('x', set(mem.x, true))`, options: own }),
    );
    expectWrongUse(await racewalk(['check', name]), /option 'storeBuffer' is reserved/);
  });
});
