/**
 * `--memory arm64` as a user meets it: the sentence beside holds, traces of what was early or old, and what refuses it.
 *
 * @module-tag process
 */
import { describe, expect, test } from 'vitest';
import { checkOutput } from '../../cli/report/check-schema.ts';
import { expectWrongUse, file, folder, racewalk } from './run.ts';

/** A load of an object and a decrement of its count, relaxed or full, against who frees it. */
const source = `import { always, dec, eq, defineModel, ended, and, flag, forAll, full, ifdef, init, range, reachable, set, shared, smpMb, step, thread, values, wait } from 'racewalk';
export const model = defineModel({
  name: 'uaf', summary: 'a reference is given back', options: { full: flag('fix', 'put_page() is fully ordered') },
  build: ({ full: isFull }) => {
    const mem = shared({ ref: init(range(0, 1), 1), data: init(values('live', 'freed'), 'live') });
    const user = thread('user', { locals: { r: init(values('live', 'freed'), 'live') } }, (l) => [
      step('r = obj->data', set(l.r, mem.data)),
      ifdef(isFull, full(step('put', dec(mem.ref)))),
      ifdef(!isFull, step('atomic_dec(&ref)', dec(mem.ref))),
    ]);
    const freer = thread('freer', {}, () => [wait('while (ref)', eq(mem.ref, 0)), smpMb(), step('kfree(obj)', set(mem.data, 'freed'))]);
    return { shared: mem, threads: [user, freer], properties: [
      always('no use after free', forAll(user, (l) => eq(l.r, 'live'))), reachable('end', and(ended(user), ended(freer))) ] };
  },
});
`;

/** Store buffering with releases and acquires. */
const storeBuffering = `import { acquire, always, and, defineModel, ended, eq, exists, init, not, range, reachable, release, set, shared, step, thread } from 'racewalk';
export const model = defineModel({
  name: 'sb-rel-acq', summary: 'store buffering', options: {},
  build: () => {
    const V = range(0, 1);
    const mem = shared({ x: init(V, 0), y: init(V, 0) });
    const p = thread('p', { locals: { r: init(V, 1) } }, (l) => [release(step('smp_store_release(&x, 1)', set(mem.x, 1))),
      acquire(step('r = smp_load_acquire(&y)', set(l.r, mem.y)))]);
    const q = thread('q', { locals: { r: init(V, 1) } }, (l) => [release(step('smp_store_release(&y, 1)', set(mem.y, 1))),
      acquire(step('r = smp_load_acquire(&x)', set(l.r, mem.x)))]);
    return { shared: mem, threads: [p, q], properties: [
      always('one sees the other', not(and(exists(p, (l) => eq(l.r, 0)), exists(q, (l) => eq(l.r, 0))))), reachable('end', and(ended(p), ended(q))) ] };
  },
});
`;

describe.concurrent('--memory arm64', { timeout: 120_000 }, () => {
  test('holds in every ARMv8 execution, and the output states it', async () => {
    const name = file('uaf-full.ts', source);
    const { code, out } = await racewalk(['check', name, '--full', '--memory', 'arm64']);
    expect(code).toBe(0);
    expect(out).toContain('in every ARMv8 execution of this bounded model');
    const json = await racewalk(['check', name, '--full', '--memory', 'arm64', '--json']);
    const result = checkOutput.parse(JSON.parse(json.out));
    expect(result).toMatchObject({
      verdict: 'holds',
      covers: 'in every ARMv8 execution of this bounded model, smp_load_acquire() being ldapr',
    });
  });

  test('--acquire ldar keeps an acquire behind an earlier release, and the verdict says so', async () => {
    const name = file('sb-rel-acq.ts', storeBuffering);
    const usual = await racewalk(['check', name, '--memory', 'arm64']);
    expect(usual.code).toBe(1);
    const { code, out } = await racewalk(['check', name, '--memory', 'arm64', '--acquire', 'ldar']);
    expect(code).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'in every ARMv8 execution of this bounded model, smp_load_acquire() being ldar',
    );
    expectWrongUse(
      await racewalk(['check', name, '--memory', 'arm64', '--acquire', 'lda']),
      /invalid --acquire 'lda'/,
    );
  });

  test('a store that others see early has a line of its own, and a saved trace replays', async () => {
    const name = file('uaf-relaxed.ts', source);
    const path = `${folder}/uaf-trace.json`;
    const { code, out } = await racewalk(['check', name, '--memory', 'arm64', '--save-trace', path]);
    expect(code).toBe(1);
    expect(out).toMatch(/ 1 {2}atomic_dec\(&ref\) +ref: 1 -> 0\n +early: executed later\n/);
    expect(out).toContain("others see user's 'atomic_dec(&ref)'");
    const replayed = await racewalk(['replay', path]);
    expect(replayed.code).toBe(1);
    expect(replayed.out).toContain('confirmed by the arm64 machine');
    const json = await racewalk(['check', name, '--memory', 'arm64', '--json']);
    expect(json.out).toMatch(/"early": \[\s+"ref"\s+\]/);
  });

  test.each(['promela', 'dot'])('export --to %s refuses it by name', async (to) => {
    const name = file(`uaf-${to}.ts`, source);
    expectWrongUse(
      await racewalk(['export', name, '--to', to, '--memory', 'arm64']),
      /--memory arm64 is a machine of its own/,
    );
  });
});
