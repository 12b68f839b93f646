/** What functions of the kernel are full of beside their protocol: messages, assertions, attributes, configurations. */
import { describe, expect, test } from 'vitest';
import { gcc, withoutGcc } from './gcc.ts';
import { mistakesOf, verdictOf } from './protocol.ts';

const declarations = `DEFINE_SPINLOCK(lock);
DEFINE_MUTEX(mutex);
DECLARE_RWSEM(sem);
DECLARE_WAIT_QUEUE_HEAD(wq);
struct state { unsigned long flags; int nr; } st;
static __always_inline int __must_check sum(int n) __acquires(&lock) __releases(&lock)
{
	return n + 1;
}
EXPORT_SYMBOL_GPL(sum);
static noinline notrace void __maybe_unused nothing(void) { }
`;

const run = (body: string, more = '') => {
  const outcome = verdictOf(`#include <racewalk.h>\n${declarations}${more}\nTHREAD(t)\n{\n${body}\n}\n`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

/** Each is true, for gcc as for racewalk. */
const truths: readonly (readonly [string, string])[] = [
  ['clamp()', 'clamp(7, 0, 3) == 3 && clamp(-7, 0, 3) == 0'],
  ['min_t() converts', 'min_t(unsigned int, -1, 7) == 7 && max_t(unsigned char, 300, 7) == 44'],
  ['min3(), max3()', 'min3(3, 1, 2) == 1 && max3(3, 1, 2) == 3'],
  ['clamp_t()', 'clamp_t(unsigned char, 300, 0, 40) == 40'],
  ['abs()', 'abs(-3) == 3 && abs(3L) == 3'],
  ['rounding', 'round_up(5, 4) == 8 && round_down(5, 4) == 4 && roundup(5, 3) == 6 && rounddown(5, 3) == 3'],
  ['alignment', 'ALIGN(5UL, 8) == 8 && ALIGN_DOWN(13, 8) == 8 && IS_ALIGNED(16, 8) && !IS_ALIGNED(12, 8)'],
  ['division', 'DIV_ROUND_UP(5, 2) == 3'],
  ['bits', 'BIT_ULL(3) == 8 && GENMASK_ULL(3, 1) == 14'],
  ['errors', '-EIO == -5 && ERESTARTSYS == 512'],
  [
    'products in brackets before a sign',
    '({ int a = 2, b = 3; (a * (b)) - 1 == 5 && ((a * (u16)(b)) & 7) == 6 && (a * (b) * (a)) + 2 == 14; })',
  ],
  ['a function with attributes', 'sum(1) == 2'],
  [
    'bits that are assigned',
    '({ assign_bit(2, &st.flags, true); __assign_bit(2, &st.flags, st.nr); test_bit(2, &st.flags); }) == 0',
  ],
];

describe('small macros', () => {
  test.each(truths)('%s', (_, condition) => expect(run(`CHECK(${condition}, "is true");`)).toBe('holds'));
  test.skipIf(withoutGcc)('and gcc accepts them', () => {
    const body = truths.map(([, condition]) => `CHECK(${condition}, "is true");`).join('\n');
    expect(
      gcc(
        ['-fsyntax-only', '-Wall', '-Wextra'],
        `${declarations}THREAD(t)\n{\n${body}\npr_info("%d\\n", st.nr);\n}`,
      ),
    ).toEqual([]);
  });
});

describe('messages and trace points', () => {
  const two = (line: string) =>
    verdictOf(
      `#include <racewalk.h>\n${declarations}\nTHREAD(a) { WRITE_ONCE(st.nr, 1); }\nTHREAD(b) { ${line} }`,
    ).verdict;
  test.each([
    'pr_info("%d\\n", st.nr);',
    'pr_err_ratelimited("%d", st.nr);',
    'printk(KERN_ERR "%d", st.nr);',
    'trace_mm_page(st.nr);',
  ])('read their arguments: %s', (line) => expect(two(line)).toBe('violated'));
  test.each([
    'pr_info("no values");',
    'pr_warn_once("%d\\n", READ_ONCE(st.nr));',
    'trace_mm_page(READ_ONCE(st.nr));',
    'if (trace_mm_page_enabled()) st.nr++;',
  ])('and do nothing else: %s', (line) => expect(two(line)).toBe('holds'));
});

describe('assertions of lockdep', () => {
  test.each([
    [
      'spin_lock(&lock); lockdep_assert_held(&lock); spin_unlock(&lock);',
      'spin_lock(&lock); spin_unlock(&lock); lockdep_assert_held(&lock);',
    ],
    ['spin_lock(&lock); assert_spin_locked(&lock); spin_unlock(&lock);', 'assert_spin_locked(&lock);'],
    [
      'mutex_lock(&mutex); lockdep_assert_held(&mutex); mutex_unlock(&mutex);',
      'lockdep_assert_held(&mutex);',
    ],
    [
      'down_write(&sem); lockdep_assert_held_write(&sem); up_write(&sem);',
      'down_read(&sem); lockdep_assert_held_write(&sem); up_read(&sem);',
    ],
    [
      'guard(mutex)(&mutex); lockdep_assert_held(&mutex);',
      '{ guard(mutex)(&mutex); } lockdep_assert_held(&mutex);',
    ],
    ['might_sleep_if(st.nr == 0);', 'spin_lock(&lock); might_sleep_if(st.nr == 0); spin_unlock(&lock);'],
  ])('%s', (fine, wrong) => {
    expect(run(fine)).toBe('holds');
    expect(run(wrong)).toMatch(/the lock is held|nothing sleeps/);
  });
});

describe('configurations', () => {
  const text = (more: string, body: string) =>
    `#include <racewalk.h>\nint x;\n${more}\nTHREAD(t) { ${body} }`;
  test.each([
    ['IS_ENABLED()', '', 'if (IS_ENABLED(CONFIG_NUMA)) x = 1;'],
    ['#ifdef', '#ifdef CONFIG_NUMA\nint y;\n#endif', ''],
    ['#if', '#if defined(CONFIG_NUMA) || IS_ENABLED(CONFIG_SMP)\nint y;\n#endif', ''],
  ])('that nothing defines are refused: %s', (_, more, body) =>
    expect(mistakesOf(text(more, body))).toMatch(/write OPTION_FLAG\(CONFIG_NUMA, machine/),
  );
  test.each(['#define CONFIG_NUMA 1', 'OPTION_FLAG(CONFIG_NUMA, machine, "nodes");'])(
    'are given by %s',
    (given) => {
      expect(mistakesOf(text(given, 'if (IS_ENABLED(CONFIG_NUMA)) x = 1;'))).toBe('');
      expect(mistakesOf(text(`${given}\n#ifdef CONFIG_NUMA\nint y;\n#endif`, ''))).toBe('');
    },
  );
  test('or by #undef', () =>
    expect(mistakesOf(text('#undef CONFIG_NUMA\n#ifdef CONFIG_NUMA\n#error "no"\n#endif', ''))).toBe(''));
});

describe('waits that a signal ends', () => {
  const result = (call: string, then: string) =>
    run(`int err = ${call}; if (err) REACHED("a signal"); else REACHED("none"); ${then}`);
  test.each([
    ['mutex_lock_killable(&mutex)', 'EINTR', 'mutex_unlock(&mutex);'],
    ['mutex_lock_interruptible(&mutex)', 'EINTR', 'mutex_unlock(&mutex);'],
    ['down_read_killable(&sem)', 'EINTR', 'up_read(&sem);'],
    ['down_write_killable(&sem)', 'EINTR', 'up_write(&sem);'],
    ['wait_event_interruptible(wq, st.nr == 0)', 'ERESTARTSYS', ''],
    ['wait_event_killable(wq, st.nr == 0)', 'ERESTARTSYS', ''],
  ])('fail, and have not waited: %s', (call, error, undo) => {
    expect(result(call, `if (!err) { ${undo} } else CHECK(err == -${error}, "err is %d", err);`)).toBe(
      'holds',
    );
    if (undo !== '') expect(result(call, undo)).toMatch(/unlock|up_/);
  });
});
