/** The native runs of a protocol: the interleavings are all there, and the verdicts are those of the models. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { model as gupFastVsCollapse } from '../../models/gup-fast-vs-collapse.ts';
import { compare } from '../../checker/index.ts';
import { law, long, runs } from '../depth.ts';
import { withoutGcc } from './gcc.ts';
import { nativeOutcomes, runNatively } from './native.ts';
import { randomProgram } from './random-program.ts';

const program = (text: string) => `#include <racewalk.h>\n${text}`;
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const file = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe.skipIf(withoutGcc)('native runs', long, () => {
  test('of 2 steps and 4 steps there are 15', () => {
    const [two] = runNatively([
      program(`int a, b;
        THREAD(s) { WRITE_ONCE(a, 1); WRITE_ONCE(a, 2); }
        THREAD(t) { WRITE_ONCE(b, 1); WRITE_ONCE(b, 2); WRITE_ONCE(b, 3); WRITE_ONCE(b, 4); }`),
    ]);
    expect(two).toMatchObject({ runs: 15, cutShort: false, deadlock: false, ends: new Set(['a=2 b=4']) });
  });

  test('show every end, and no other', () => {
    expect(nativeOutcomes(program('int g;\nTHREADS(t, 2) { WRITE_ONCE(g, READ_ONCE(g) + 1); }'))).toEqual(
      new Set(['g=1', 'g=2']),
    );
    expect(nativeOutcomes(program('int g;\nTHREADS(t, 2) { g++; }'))).toEqual(new Set(['g=1', 'g=2']));
    expect(nativeOutcomes(program('atomic_t g;\nTHREADS(t, 3) { atomic_inc(&g); }'))).toEqual(
      new Set(['g.counter=3']),
    );
    expect(
      nativeOutcomes(
        program(`int x, y; GHOST int r0, r1;
          THREAD(s) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
          THREAD(t) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }`),
      ),
    ).toEqual(new Set(['r0=0 r1=1 x=1 y=1', 'r0=1 r1=0 x=1 y=1', 'r0=1 r1=1 x=1 y=1']));
  });

  test('show the values of every type', () => {
    expect(
      nativeOutcomes(
        program(`struct item { u8 a; s16 b; struct { bool c; } inner; } items[2] = { { .b = -2 }, { .a = 255, .inner = { true } } };
          enum colour { RED, GREEN } colour = GREEN; static u64 big = -1ULL; s64 small = -1; const int fixed = 3;
          struct item *second = &items[1]; bool *field = &items[1].inner.c; int *none; struct { unsigned three : 3; int low : 2; } bits = { 5, -1 };
          THREAD(t) { }`),
      ),
    ).toEqual(
      new Set([
        'big=18446744073709551615 bits.three=5 bits.low=-1 colour=GREEN field=&items[1].inner.c items[0].a=0 items[0].b=-2 ' +
          'items[0].inner.c=0 items[1].a=255 items[1].b=0 items[1].inner.c=1 none=NULL second=&items[1] small=-1',
      ]),
    );
  });

  test('follow the interleaving that is given, exactly', long, () => {
    const lost = program('int g;\nTHREADS(t, 2) { WRITE_ONCE(g, READ_ONCE(g) + 1 + CPU); }');
    const end = (...schedule: number[]) => [...runNatively([lost], { schedule })[0]!.ends];
    expect(end(0, 0, 1, 1)).toEqual(['g=3']);
    expect(end(0, 1, 0, 1)).toEqual(['g=2']);
    expect(end(0, 1, 1, 0)).toEqual(['g=1']);
    expect(() => end(0, 0, 0)).toThrow('step 3: 0 cannot run');
  });

  test('try every value of ANY', () => {
    expect(nativeOutcomes(program('int g;\nTHREAD(t) { g = ANY(3) + 10 * ANY(2); }'))).toEqual(
      new Set([0, 1, 2, 10, 11, 12].map((g) => `g=${g}`)),
    );
  });

  test('a wait makes no step until its condition is true', long, () => {
    const text = 'int g, h;\nTHREAD(s) { WAIT_UNTIL(g == 1); h = 1; }\nTHREAD(t) { WRITE_ONCE(g, 1); }';
    expect(runNatively([program(text)])[0]).toMatchObject({ runs: 1, deadlock: false });
    expect(runNatively([program(text.replace('g, 1', 'g, 2'))])[0]).toMatchObject({
      deadlock: true,
      ends: new Set(),
    });
  });

  test('an IPI waits for a CPU with irqs off, a grace period for its readers', long, () => {
    const ipi = (wait: 0 | 1) =>
      program(`int inside, done; GHOST int seen; static void f(void *info) { }
        THREAD(s) {
          unsigned long flags;
          local_irq_save(flags); WRITE_ONCE(inside, 1); seen = READ_ONCE(done); local_irq_restore(flags);
        }
        THREAD(t) { WAIT_UNTIL(inside); smp_call_function(f, NULL, ${wait}); WRITE_ONCE(done, 1); }`);
    expect(nativeOutcomes(ipi(1))).toEqual(new Set(['done=1 inside=1 seen=0']));
    expect(nativeOutcomes(ipi(0))).toEqual(new Set(['done=1 inside=1 seen=0', 'done=1 inside=1 seen=1']));
    const handled = (off: string, on: string) =>
      program(`int value; GHOST int seen; static void f(void *info) { WRITE_ONCE(value, 1); }
        THREAD(s) { unsigned long flags = 0; ${off} seen = READ_ONCE(value) + READ_ONCE(value); ${on} }
        THREAD(t) { smp_call_function(f, NULL, 1); }`);
    expect(nativeOutcomes(handled('', ''))).toEqual(new Set([0, 1, 2].map((n) => `seen=${n} value=1`)));
    expect(nativeOutcomes(handled('local_irq_save(flags);', 'local_irq_restore(flags);'))).toEqual(
      new Set([0, 2].map((n) => `seen=${n} value=1`)),
    );
    const grace = (wait: string) =>
      program(`int done; GHOST int first, second;
        THREAD(s) { rcu_read_lock(); first = READ_ONCE(done); second = READ_ONCE(done); rcu_read_unlock(); }
        THREAD(t) { WRITE_ONCE(done, 1); ${wait} WRITE_ONCE(done, 2); }`);
    expect(nativeOutcomes(grace(''))).toContain('done=2 first=0 second=2');
    expect(nativeOutcomes(grace('synchronize_rcu();'))).not.toContain('done=2 first=0 second=2');
    expect(nativeOutcomes(grace('synchronize_rcu();'))).toContain('done=2 first=0 second=1');
  });

  test.each([
    ['refcount-race', { UNLESS_ZERO: true }, /is used, but it is free/],
    ['use-after-free', { WAIT_FOR_READERS: true }, /use after free/],
    ['double-free', { EXCHANGE: true }, /double free/],
    ['null-dereference', { READ_ONLY_ONCE: true }, /NULL dereference/],
    ['sleep-in-atomic', { GFP_FLAG: true }, /sleeping function called from invalid context/],
    ['seqcount', { RETRY: true }, /the reader returns/],
  ])('find the bug of %s, and none with its fix', (name, fixed, sentence) => {
    const text = file(`files/${name}.c`);
    const broken = Object.fromEntries(Object.keys(fixed).map((option) => [option, false]));
    const [bug, fix] = runNatively([
      { text, set: broken },
      { text, set: fixed },
    ]);
    expect([...bug!.violated].join('\n')).toMatch(sentence);
    expect([...fix!.violated]).toEqual([]);
    expect([...fix!.unreached]).toEqual([]);
  });

  test('find the deadlock', () => {
    const text = file('files/abba-deadlock.c');
    const [opposite, same] = runNatively([text, { text, set: { SAME_ORDER: true } }]);
    expect([opposite!.deadlock, same!.deadlock]).toEqual([true, false]);
  });

  test('with --ends show the same ends of random programs', law, () => {
    const texts = fc.sample(randomProgram({ threads: { min: 2, max: 2 }, statements: 3 }), {
      numRuns: runs(150),
      seed: 19,
    });
    const all = runNatively(texts, { runs: 20_000 });
    const few = runNatively(texts, { onlyEnds: true });
    const complete = all.flatMap((run, at) =>
      run.cutShort ? [] : [[run.ends, few[at]!.ends, texts[at]] as const],
    );
    expect(complete.length).toBeGreaterThan(texts.length / 2);
    for (const [every, some, text] of complete) expect(some, text).toEqual(every);
    expect(complete.filter(([ends]) => ends.size > 1).length).toBeGreaterThan(complete.length / 10);
  });

  test("the email's protocol in C has the verdicts of the model in all 48 variants", long, () => {
    const { rows } = compare(gupFastVsCollapse);
    expect(rows).toHaveLength(48);
    const text = file('../../models/c/collapse.c');
    const variants = rows.map(({ varied }) => ({
      text,
      set: {
        flush: String(varied['flush']),
        RECHECK_PTE: varied['recheckPte'] === true,
        RECHECK_PMD: varied['recheckPmd'] === true,
        SYNC_IPI: varied['syncIpi'] === true,
        second_pin_check: String(varied['secondPinCheck']).replace('-', '_'),
      },
    }));
    const verdicts = runNatively(variants).map((run) =>
      run.violated.size > 0
        ? 'violated'
        : run.unreached.size > 0
          ? 'unreached'
          : run.deadlock || run.cutShort
            ? 'other'
            : 'holds',
    );
    expect(verdicts).toEqual(rows.map(({ verdict }) => verdict));
  });

  test('the script runs a file, an option of it, and POSIX threads', () => {
    const script = (...args: readonly string[]) =>
      spawnSync(folder('../../checker/c/native/run'), args, { encoding: 'utf8' }).stdout;
    const collapse = folder('../../models/c/collapse.c');
    expect(script(collapse)).toMatch(/^violated\t/m);
    const fixed = script('--set', 'SYNC_IPI=true', '--set', 'NR_PTES=1', collapse);
    expect(fixed).toMatch(
      /^end\tpages\[0\]\._refcount\.counter=0 pages\[0\]\.locked=0 pages\[0\]\.copied=1 pmd=PMD_HUGE pte\[0\]=NULL result=SCAN_SUCCEED\t/m,
    );
    expect(fixed).not.toMatch(/^violated\t/m);
    expect(script('--threads', '--set', 'SYNC_IPI=true', collapse, '--times', '20')).toMatch(
      /^program\t.*\t20\n(?:(?:reached|end)\t.*\n)+$/,
    );
  });
});
