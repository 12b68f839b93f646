/**
 * A lasso as a user sees it: in columns, as JSON, in a changelog, saved and replayed, and what memory models decide.
 *
 * @module-tag process
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkOutput, type JsonCheckResult } from '../../cli/report/check-schema.ts';
import { file, folder, racewalk } from './run.ts';

/** A user's model: one CPU wants the lock once, another takes it again and again. */
const lock = file(
  'lock.ts',
  `import { bool, defineModel, ended, eventually, flag, forever, ifdef, init, not, oneOf, reachable, set, shared, step, thread, wait } from 'racewalk';
export const model = defineModel({
  name: 'lock', summary: 'a lock without a queue',
  options: { fair: oneOf('variant', 'fairness', ['weak', 'strong', 'none']), claims: flag('variant', 'it must end', true) },
  build: ({ fair, claims }) => {
    const mem = shared({ locked: init(bool, false) });
    const once = thread('once', {}, () => [
      wait('spin_lock(&lock)', not(mem.locked), set(mem.locked, true)),
      step('spin_unlock(&lock)', set(mem.locked, false)),
    ]);
    const again = thread('again', { mayBlockForever: true }, () => [forever(
      wait('spin_lock(&lock)', not(mem.locked), set(mem.locked, true)),
      step('spin_unlock(&lock)', set(mem.locked, false)),
    )]);
    return { shared: mem, threads: [once, again], properties: [reachable('it ends', ended(once)), ...(claims ? [eventually(once, { fair })] : [])] };
  },
});
`,
);

const withoutFigures = (text: string) => text.replace(/[\d.]+ MB, [\d.]+ s \([\d,]+\/s, \w+\)/, '(measured)');

describe('a livelock', () => {
  test('stands in columns, with who is starved and why fairness does not help', async () => {
    const { code, out, err } = await racewalk(['check', lock]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(withoutFigures(out)).toMatchInlineSnapshot(`
      "lock: livelock after 0 steps: "every once ends" stays false in a cycle of 2 steps
      with --fair weak --claims

           CPU 1: again
           from here round and round:
        1  spin_lock(&lock)                                      locked: false -> true
        2  spin_unlock(&lock)                                    locked: true -> false
           and again from step 1

      => once never ends: it waits at 'spin_lock(&lock)' and could step only when a
         round begins: weak fairness does not oblige it to step in time; the round is
         fair: again steps in each round

      5 states, 6 transitions, depth 3, (measured)
      reproduce: racewalk check lock.ts
      "
    `);
  });

  test('is none where a fairness forbids its cycle, and one where none does', async () => {
    const [strong, none] = await Promise.all([
      racewalk(['check', lock, '--fair', 'strong', '--quiet']),
      racewalk(['check', lock, '--fair', 'none']),
    ]);
    expect(strong).toMatchObject({ code: 0, out: 'lock: holds\n' });
    expect(none.code).toBe(1);
    expect(none.out).toContain('fairness is not assumed');
  });

  test('is found by --ends where the model claims nothing', async () => {
    const [plain, ends] = await Promise.all([
      racewalk(['check', lock, '--no-claims', '--quiet']),
      racewalk(['check', lock, '--no-claims', '--ends', '--quiet']),
    ]);
    expect(plain).toMatchObject({ code: 0, out: 'lock: holds\n' });
    expect(ends.code).toBe(1);
    expect(ends.out).toBe(
      'lock: livelock after 0 steps: "every once ends" stays false in a cycle of 2 steps\n',
    );
  });

  test('is JSON that the schema describes', async () => {
    const { out } = await racewalk(['check', lock, '--json']);
    const result = checkOutput.parse(JSON.parse(out)) as JsonCheckResult;
    expect(result).toMatchObject({
      verdict: 'livelock',
      property: 'every once ends',
      minimal: true,
      cycle: { first: 1, last: 2 },
    });
    expect(result.trace!.map(({ thread }) => thread)).toEqual(['again', 'again']);
  });

  test('is text for a changelog', async () => {
    const { out } = await racewalk(['check', lock, '--lkml']);
    expect(out).toContain('from here round and round:\nspin_lock(&lock)');
    expect(out).toContain('and again from step 1');
  });

  test('is saved and replayed, also where only --ends claims it; a cycle that does not close is refused', async () => {
    await racewalk(['check', lock, '--no-claims', '--ends', '--save-trace', 'lasso.json']);
    const saved = JSON.parse(readFileSync(join(folder, 'lasso.json'), 'utf8')) as Record<string, unknown>;
    expect(saved).toMatchObject({ verdict: 'livelock', claim: 'every once ends', cycleFrom: 0, goal: 0 });
    const replayed = await racewalk(['replay', 'lasso.json']);
    expect(replayed.code).toBe(1);
    expect(replayed.out).toContain('confirmed by the interpreter');
    for (const [name, change] of Object.entries({
      open: { cycleFrom: 1 },
      short: { cycleFrom: undefined },
    })) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ ...saved, ...change }));
      const { code, err } = await racewalk(['replay', `${name}.json`]);
      expect(code).toBe(2);
      expect(err).toContain("no longer ends in 'livelock'");
    }
  });

  test('is ITF with the state to which it returns', async () => {
    await racewalk(['check', lock, '--save-trace', 'itf.json']);
    const { out } = await racewalk(['export', 'itf.json', '--to', 'itf']);
    const itf = JSON.parse(out) as { loop: number; states: readonly Record<string, unknown>[] };
    expect(itf.loop).toBe(0);
    const [first, last] = [itf.states[itf.loop]!, itf.states.at(-1)!];
    expect({ ...last, '#meta': null }).toEqual({ ...first, '#meta': null });
  });

  test.each(['tso', 'pso'])('is decided under %s', async (memory) => {
    const { code, out } = await racewalk(['check', lock, '--memory', memory, '--quiet']);
    expect(code).toBe(1);
    expect(out).toContain('lock: livelock');
  });

  test.each(['arm64'])('is not decided under %s: exit code 3', async (memory) => {
    const { code, out } = await racewalk(['check', lock, '--memory', memory, '--quiet']);
    expect({ code, out }).toEqual({
      code: 3,
      out: `lock: inconclusive: liveness under ${memory} is not decided\n`,
    });
  });
});

test('a limit that the edges meet leaves liveness open', async () => {
  const { code, out } = await racewalk(['check', 'peterson', '--n', '4', '--max-states', '1000', '--quiet']);
  expect(code).toBe(3);
  expect(out).toContain('inconclusive');
});

test.each(['sc', 'pso', 'arm64'])(
  'a claim that deadlock freedom settles is decided under %s',
  async (memory) => {
    const words = ['gup-fast-vs-fork', '--write-protect-seq', '--barrier-before-check', '--memory', memory];
    const { code, out } = await racewalk(['check', ...words, '--quiet']);
    expect({ code, out }).toEqual({ code: 0, out: 'gup-fast-vs-fork: holds\n' });
  },
);
