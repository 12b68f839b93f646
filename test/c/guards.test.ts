/** What a guard takes is given back on every way out of its scope, last first. */
import { describe, expect, test } from 'vitest';
import { gcc, withoutGcc } from './gcc.ts';
import { mistakesOf, verdictOf } from './protocol.ts';

const declarations = `DEFINE_MUTEX(m);
DEFINE_SPINLOCK(s);
DECLARE_RWSEM(sem);
int order;
struct item { int nr; spinlock_t lock; struct item *next; };
POOL(struct item, 2);
struct item items[2], *kept;
static void note(int digit) { WRITE_ONCE(order, 10 * READ_ONCE(order) + digit); }
DEFINE_LOCK_GUARD_0(one, note(1), note(2))
DEFINE_GUARD(digit, int *, note(*_T), note(5))
struct thing { int value; };
static struct thing make(int value) { note(value); return (struct thing){ value }; }
DEFINE_CLASS(thing, struct thing, note(_T.value), make(value), int value)
static int way(int n)
{
	guard(mutex)(&m);
	for (int i = 0; i < 2; i++) {
		guard(spinlock_irqsave)(&s);
		if (n == 1)
			return n;
		if (n == 2)
			break;
		if (n == 3)
			goto out;
		if (n == 4)
			continue;
		if (n == 5) {
			scoped_guard(rcu)
				return 5;
		}
	}
	switch (n) {
	case 2: {
		guard(rwsem_read)(&sem);
		break;
	}
	default:
		break;
	}
	scoped_guard(rwsem_write, &sem) {
		if (n == 4)
			break;
		if (n == 0)
			continue;
	}
out:
	return 0;
}
static int busy(void)
{
	scoped_cond_guard(mutex_try, return -EBUSY, &m)
		return 7;
	return 8;
}
static struct item *get(int fails)
{
	struct item *item __free(kfree) = kzalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return NULL;
	if (fails)
		return NULL;
	return_ptr(item);
}
`;

const run = (body: string, more = '') => {
  const outcome = verdictOf(`#include <racewalk.h>\n${declarations}\n${more}\nTHREAD(t)\n{\n${body}\n}\n`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

const free =
  'CHECK(!mutex_is_locked(&m) && !spin_is_locked(&s) && !rwsem_is_locked(&sem) && !irqs_disabled(), "free"); might_sleep();';

describe('every way out', () => {
  test.each([0, 1, 2, 3, 4, 5])('way %i', (n) =>
    expect(run(`int r = way(${n});\n${free}\nCHECK(r == ${[0, 1, 0, 0, 0, 5][n]}, "r");`)).toBe('holds'),
  );
  test('the end of a thread', () => {
    const text = (guard: string) =>
      `#include <racewalk.h>\n${declarations}\nTHREAD(a) { ${guard} }\nTHREAD(b) { mutex_lock(&m); mutex_unlock(&m); }`;
    expect(verdictOf(text('guard(mutex)(&m);')).verdict).toBe('holds');
    expect(verdictOf(text('mutex_lock(&m);')).verdict).toBe('deadlock');
  });
  test('of a statement expression, and of a statement without braces', () => {
    expect(
      run(`int r = ({ guard(mutex)(&m); mutex_is_locked(&m) + 1; });\n${free}\nCHECK(r == 2, "r");`),
    ).toBe('holds');
    expect(run(`if (1) guard(mutex)(&m);\n${free}`)).toBe('holds');
  });
});

describe('the order', () => {
  test.each([
    ['last first', '{ guard(one)(); int nine = 9; guard(digit)(&nine); note(7); }', 19752],
    [
      'at a jump out of two scopes',
      '{ guard(one)(); { guard(one)(); if (!READ_ONCE(kept)) goto out; } } out:',
      1122,
    ],
    ['at a jump back before it', 'int n = 0; again: ; guard(one)(); if (!n++) goto again;', 121],
    ['of a class', '{ CLASS(thing, x)(4); guard(one)(); note(x.value); }', 41424],
    ['of a loop', 'for (int i = 0; i < 2; i++) { guard(one)(); note(i + 5); }', 152162],
  ])('%s', (_, body, order) => {
    const after = order === 121 ? '' : `CHECK(READ_ONCE(order) == ${order}, "order");`;
    const claim = order === 121 ? 'FINALLY("order", order == 1212);' : '';
    expect(
      (() => {
        const outcome = verdictOf(
          `#include <racewalk.h>\n${declarations}\nTHREAD(t)\n{\n${body}\n${after}\n}\n${claim}`,
        );
        return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
      })(),
    ).toBe('holds');
  });
});

test('the value that is returned is taken before the guards end', () => {
  const more = 'static int value(void) { guard(one)(); return READ_ONCE(order); }';
  expect(run('CHECK(value() == 1 && READ_ONCE(order) == 12, "v");', more)).toBe('holds');
});

test('a guard is of the object that it was taken of', () => {
  const body = `struct item *p = &items[0];\n{ guard(spinlock)(&p->lock); p = &items[1]; CHECK(spin_is_locked(&items[0].lock), "0"); }
CHECK(!spin_is_locked(&items[0].lock) && !spin_is_locked(&items[1].lock), "free");`;
  expect(run(body)).toBe('holds');
});

describe('guards that may fail', () => {
  test('are taken', () => expect(run(`CHECK(busy() == 7, "b");\n${free}`)).toBe('holds'));
  test('are not taken', () =>
    expect(run('mutex_lock(&m); CHECK(busy() == -EBUSY, "b"); mutex_unlock(&m);')).toBe('holds'));
  test('leave a scope out', () =>
    expect(
      run('spin_lock(&s); scoped_guard(spinlock_try, &s) note(1); spin_unlock(&s); CHECK(!order, "o");'),
    ).toBe('holds'));
});

describe('__free()', () => {
  test('frees', () => expect(run('CHECK(!get(1), "g");')).toBe('holds'));
  test('and does not free what is returned', () => {
    expect(run('struct item *p = get(0); p->nr = 1; kfree(p);')).toBe('holds');
    expect(run('struct item *p = get(0);')).toMatch(/no struct item is leaked/);
  });
  test('nor an error', () =>
    expect(run('struct item *p __free(kfree) = ERR_PTR(-ENOMEM); CHECK(IS_ERR(p), "e");')).toBe('holds'));
});

test('accesses under a guard do not race, those behind it do', () => {
  const text = (inside: string, behind: string) => `#include <racewalk.h>
DEFINE_SPINLOCK(s);
int x;
THREADS(t, 2) { { guard(spinlock)(&s); ${inside} } ${behind} }`;
  expect(verdictOf(text('x++;', '')).verdict).toBe('holds');
  expect(verdictOf(text('', 'x++;')).verdict).toBe('violated');
});

describe('is refused', () => {
  test.each([
    ['a class that nothing defines', 'guard(sparrow)(&m);', /knows no guard 'sparrow'/],
    ['a jump into a guard', 'if (order) goto in; { guard(mutex)(&m); in: ; }', /past a guard/],
    ['a jump over a guard', 'if (order) goto in; guard(mutex)(&m); in: ;', /past a guard/],
    [
      'a case behind a guard',
      'switch (order) { case 0: guard(mutex)(&m); break; case 1: break; }',
      /past a guard/,
    ],
    ['guard() of a class that may fail', 'guard(mutex_try)(&m);', /may fail/],
  ])('%s', (_, body, why) =>
    expect(mistakesOf(`#include <racewalk.h>\n${declarations}\nTHREAD(t) { ${body} }`)).toMatch(why),
  );
});

test.skipIf(withoutGcc)('gcc accepts them', () => {
  const thread =
    'THREAD(t) { way(1); busy(); get(0); guard(rcu)(); CLASS(thing, x)(4); struct item *p __free(kfree) = NULL; }';
  expect(gcc(['-fsyntax-only', '-Wall', '-Wextra'], `${declarations}${thread}`)).toEqual([]);
});
