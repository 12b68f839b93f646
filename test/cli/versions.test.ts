/**
 * `racewalk compare A B`: two versions of a protocol.
 *
 * @module-tag process
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { versionsResult } from '../../cli/compare/versions/schema.ts';
import { expectWrongUse, file, folder, racewalk } from './run.ts';
import { long } from '../depth.ts';

/** Store buffering: the first thread stores by `store`, and a barrier follows where `barrier` says so. */
const buffering = ({
  store,
  barrier = '',
  more = '',
}: {
  store: string;
  barrier?: string;
  more?: string;
}) => `
#include <racewalk.h>
SUMMARY("store buffering");
OPTION_INT(NR_READS, size, "reads", 1, 2, 1);
${more}
int x, y;
GHOST int first = 1, second = 1;
THREAD(one) { ${store} ${barrier} first = READ_ONCE(y); COUNT("reads"); REACHED("one reads"); }
THREAD(two) { WRITE_ONCE(y, 1); smp_mb(); second = READ_ONCE(x); }
FINALLY("one of the two sees the other", first == 1 || second == 1);
`;

const weak = file('weak.c', buffering({ store: 'WRITE_ONCE(x, 1);' }));
const strong = file('strong.c', buffering({ store: 'WRITE_ONCE(x, 1);', barrier: 'smp_mb();' }));
const atomic = file('atomic.c', buffering({ store: 'xchg(&x, 1);', barrier: 'smp_mb();' }));
const optional = file(
  'optional.c',
  buffering({
    store: 'WRITE_ONCE(x, 1);',
    barrier: 'if (BARRIER) smp_mb();',
    more: 'OPTION_FLAG(BARRIER, fix, "a barrier");',
  }),
);

/** The output without line breaks, whose lines fit a terminal. */
async function compared(words: readonly string[]): Promise<string> {
  const { code, out } = await racewalk(['compare', ...words]);
  expect(code).toBe(0);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  return out.replaceAll(/\s+/g, ' ');
}

describe.concurrent('compare A B', () => {
  test('puts verdicts side by side, and says where the schedule of the race stops', async () => {
    const out = await compared([weak, strong, '--memory', 'sc,tso']);
    expect(out).toContain('before: weak.c after: strong.c');
    expect(out).toMatch(/ sc holds \d+ holds \d+ tso violated \d+ \d+ holds \d+ /);
    expect(out).toMatch(/one waits at 'smp_mb\(\)', so that it follows \d+ of \d+ steps/);
    expect(out).toContain('The costs of both versions are the same.');
    expect(out).toContain('before the change it fails with all barriers');
    expect(out).toContain('necessary: smp_mb() (two)');
    expect(out).toContain('new, necessary: smp_mb() (one)');
  });

  test('where a line of C waits, its text says for what', async () => {
    const calls = (line: string) => `#include <racewalk.h>
int freed, seen;
static void handler(void *info) { }
THREAD(walker) { local_irq_disable(); seen = READ_ONCE(freed); CHECK(!READ_ONCE(freed) || seen, "freed"); local_irq_enable(); }
THREAD(freeing) { ${line} WRITE_ONCE(freed, 1); }
`;
    const before = file('without-call.c', calls(''));
    const after = file('with-call.c', calls('smp_call_function(handler, NULL, 1);'));
    const out = await compared([before, after]);
    expect(out).toMatch(/freeing waits at '5: smp_call_function\(handler, NULL, 1\);?', so that it follows/);
  });

  test('a reverted fix has its race on the other side, and a lost barrier', async () => {
    const out = await compared([strong, weak, '--memory', 'tso']);
    expect(out).not.toContain('race before the change');
    expect(out).toMatch(/race after the change, as a schedule before it: - at step \d+ one waits at/);
    expect(out).toContain('gone, was necessary: smp_mb() (one)');
    expect(out).toContain('was necessary: smp_mb() (two)');
  });

  test('a barrier behind what has become an atomic operation is superfluous', async () => {
    const out = await compared([strong, atomic, '--memory', 'tso']);
    expect(out).toContain('became superfluous: smp_mb() (one)');
    expect(out).toContain('still necessary: smp_mb() (two)');
  });

  test('a version against itself has the same race, to the end', async () => {
    const out = await compared([weak, weak, '--memory', 'tso,arm64']);
    const all = out.match(/it follows all \d+ steps, and the race is there as well: "one of the two/g);
    expect(all).toHaveLength(4);
    expect(out).not.toContain('first difference');
  });

  test('under arm64 a schedule is followed by the values that its steps see', async () => {
    const out = await compared([weak, strong, '--memory', 'arm64']);
    expect(out).toMatch(/at step \d+ (one|two) cannot read [xy] == 0 at '\d+: .*READ_ONCE\([xy]\);' here/);
  });

  test(
    'options of one version only are varied beside the other, and scenarios are one variant',
    long,
    async () => {
      const out = await compared([weak, optional, '--memory', 'tso']);
      expect(out).toMatch(/- violated \d+ \d+ violated \d+ \d+ on violated \d+ \d+ holds/);
      const one = await compared(['should-flush-tlb/v6.14', 'should-flush-tlb/v6.15']);
      expect(one).toMatch(/violated 15 \d+ holds \d+/);
      expect(one).toContain('Barriers have no effect under sc');
    },
  );

  test('--json is as its schema says', async () => {
    const { out } = await racewalk(['compare', weak, strong, '--memory=tso', '--json']);
    const result = versionsResult.parse(JSON.parse(out));
    expect(result.rows).toMatchObject([
      {
        before: { verdict: 'violated' },
        after: { verdict: 'holds' },
        races: [{ of: 'before', wrong: null }],
      },
    ]);
    expect(
      result.barriers[0]!.barriers.map(({ barrier, before, after }) => [barrier.text, before, after]),
    ).toEqual([
      ['smp_mb()', 'absent', 'needed'],
      ['smp_mb()', 'fails', 'needed'],
    ]);
  });

  test('what a limit cuts short is not decided', async () => {
    const { code, out } = await racewalk(['compare', weak, strong, '--memory', 'tso', '--max-states', '3']);
    expect(code).toBe(3);
    expect(out).toMatch(/tso|inconclusive/);
    expect(out).not.toMatch(/necessary|superfluous/);
  });

  test('shards together are the whole', long, async () => {
    const words = ['compare', strong, atomic, '--memory', 'tso', '--json'];
    for (const nth of ['1', '2'])
      expect(
        (await racewalk([...words, '--shard', `${nth}/2`, '--report', `versions-${nth}.json`])).code,
      ).toBe(0);
    const merged = await racewalk(['merge', 'versions-1.json', 'versions-2.json']);
    const whole = await racewalk(words);
    const timeless = (text: string) => ({ ...(JSON.parse(text) as object), seconds: 0 });
    expect(timeless(merged.out)).toEqual(timeless(whole.out));
    expect(readFileSync(join(folder, 'versions-1.json'), 'utf8')).toContain('barriers before');
  });

  test.each([
    [[weak, 'nothing.c'], /nothing\.c/],
    [[weak, strong, '--memory', 'tso,x86'], /invalid --memory 'tso,x86'/],
    [[weak, strong, '--barrier'], /has no option '--barrier'/],
    [[weak, strong, '--vary', 'memory'], /are for one model/],
  ])('%j is a usage error', async (words, message) => {
    expectWrongUse(await racewalk(['compare', ...words]), message);
  });
});
