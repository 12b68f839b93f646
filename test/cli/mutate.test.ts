/**
 * `racewalk mutate` as a user meets it.
 *
 * @module-tag process
 */
import { describe, expect, test } from 'vitest';
import { mutateResult } from '../../cli/mutate/schema.ts';
import { expectWrongUse, file, racewalk, smallModel } from './run.ts';
import { long } from '../depth.ts';

const statements = `
  step('x = 1', set(mem.x, true)),
  step('n++', inc(mem.n)),
  branch('too much', lt(mem.n, 1), [step('n--', set(mem.n, 0))]),
`;
const holds = `{ name: 'all', options: {}, verdict: 'holds' }`;
const lines = (out: string) => out.split('\n');

describe.concurrent('racewalk mutate', () => {
  test('shows surviving mutants with their line and mutation, and exits with 1', async () => {
    const name = file('mutated.ts', smallModel({ statements, scenarios: holds }));
    const { code, out, err } = await racewalk(['mutate', name]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/^small: 7 mutants, 1 killed, 6 survive, 0 explained\nin 1 scenario, [\d.]+ s\n/);
    expect(out).toContain("  1  x = 1: after 'n++'\n  2  n++: left out\n");
    expect(out).toContain('  4  n--: left out\n');
    expect(out).toContain(`Line numbers refer to "racewalk show ${name}/all".`);
    expect(lines(out).filter((line) => line.length > 80)).toEqual([]);
  });

  test('of a model without scenarios, the smallest repairs are mutated', long, async () => {
    const retry = `import { bool, defineModel, eq, flag, ifdef, implies, init, always, reachable, set, shared, step, thread } from 'racewalk';
      export const model = defineModel({ name: 'fixed', summary: 's', options: { first: flag('fix', 'x goes first'), other: flag('fix', 'no help') },
        build: ({ first }) => {
          const mem = shared({ x: init(bool, false), y: init(bool, false) });
          const t = thread('t', {}, () => [ifdef(first, step('x', set(mem.x, true))), step('y', set(mem.y, true)), step('x again', set(mem.x, true))]);
          return { shared: mem, threads: [t], properties: [always('x before y', implies(mem.y, mem.x)), reachable('y', eq(mem.y, true))] };
        } });`;
    const { out } = await racewalk(['mutate', file('fixed.ts', retry)]);
    expect(out).toContain('Mutated:\n  --first: holds\n');
    expect(out).not.toContain('failing variant');
    const { out: broken } = await racewalk(['mutate', 'fixed.ts', '--other']);
    expect(broken).toContain('Mutated:\n  --other: violated\n\nA mutant of a failing variant');
  });

  test('is content with explanations, and exits with 0', async () => {
    const mutants = [
      "only: x = 1: after 'n++'",
      'only: n++: left out',
      "only: n++: after 'if (too much)'",
      'only: n--: left out',
      'only: if (too much): never taken',
      'only: if (too much): always taken',
    ];
    const survivors = `${holds}], survivors: [{ mutants: ${JSON.stringify(mutants)}, why: 'n is for the looks' }`;
    const name = file('explained.ts', smallModel({ statements, scenarios: survivors }));
    const { code, out } = await racewalk(['mutate', name]);
    expect(code).toBe(0);
    expect(out).toContain('7 mutants, 1 killed, 6 survive, 6 explained');
    expect(out).toContain('Explained: n is for the looks\n\nonly\n');
  });

  test('is not content with stale ones', async () => {
    const survivors = `${holds}], survivors: [{ mutants: ['only: x = 1: left out'], why: 'no' }`;
    const name = file(
      'stale.ts',
      smallModel({ statements: `step('x = 1', set(mem.x, true))`, scenarios: survivors }),
    );
    const { code, out } = await racewalk(['mutate', name]);
    expect(code).toBe(1);
    expect(out).toContain(
      'Stale explanations (the mutant is killed or does not exist):\n  only: x = 1: left out\n',
    );
  });

  test('takes one scenario, or options, or a model without scenarios', long, async () => {
    const one = await racewalk(['mutate', 'gup-fast-vs-unmap/get-page']);
    expect(one.out).toContain('in 1 scenario,');
    const options = await racewalk(['mutate', 'gup-fast-vs-unmap', '--flush', 'ipi']);
    expect(options.out).toContain('Line numbers refer to "racewalk show gup-fast-vs-unmap --flush ipi".');
    const name = file('bare.ts', smallModel({ statements }));
    const bare = await racewalk(['mutate', name]);
    expect(bare.out).toContain('in 1 variant,');
    expect(bare.out).toContain(`Line numbers refer to "racewalk show ${name}".`);
  });

  test('leaves undecided what is above a limit, and exits with 3', async () => {
    const { code, out } = await racewalk(['mutate', 'dirty-cow/fixed', '--max-states', '5']);
    expect(code).toBe(3);
    expect(out).toMatch(/: (\d+) mutants, 0 killed, 0 survive, 0 explained, \1 undecided\nin 1 scenario,/);
    expect(out).toContain('limit of 5 states');
  });

  test('prints JSON that follows its schema', async () => {
    const { code, out } = await racewalk(['mutate', 'dirty-cow/v4.8', '--json']);
    expect(code).toBe(1);
    const { mutants, scenarios } = mutateResult.parse(JSON.parse(out));
    expect(scenarios).toEqual(['v4.8']);
    expect(mutants).toContainEqual({
      name: '__get_user_pages: pte = *ptep: left out',
      thread: '__get_user_pages',
      scenario: 'v4.8',
      line: 2,
      source: null,
      text: 'pte = *ptep',
      change: 'left out',
      fate: { kind: 'killed', scenario: 'v4.8', verdict: 'unreached' },
    });
  });

  test('refuses what it does not understand', async () => {
    expectWrongUse(await racewalk(['mutate']), /missing MODEL/);
    expectWrongUse(await racewalk(['mutate', 'dirty-cow', '--json', '--nonsense']), /no option '--nonsense'/);
    const wrong = `{ name: 'all', options: {}, verdict: 'violated' }`;
    const name = file('wrong.ts', smallModel({ statements, scenarios: wrong }));
    expectWrongUse(
      await racewalk(['mutate', name]),
      /'all' of small declares 'violated', but its verdict is 'holds'/,
    );
  });
});
