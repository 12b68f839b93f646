/** A release that wakes up those who wait uses the lock when another CPU may have taken it, and freed what it is in. */
import { describe, expect, test } from 'vitest';
import { check } from '../../checker/search/check.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import { traceLines } from '../../checker/report/trace-lines.ts';
import { protocol, verdictOf } from './protocol.ts';

interface Locking {
  readonly type: string;
  readonly take: string;
  readonly give: string;
}

/** Two CPUs, each of which drops a reference under a lock of the object; the last one frees it. */
const twoPuts = ({ type, take, give }: Locking, put = 'last = !--p->ref;') => `#include <racewalk.h>
struct obj { ${type} lock; int ref; };
POOL(struct obj, 1);
struct obj *shared;

static void put(struct obj *p)
{
	bool last;

	${take}
	${put}
	${give}
	if (last)
		kfree(p);
}

THREAD(a)
{
	struct obj *p = kzalloc(sizeof(*p), GFP_KERNEL);

	p->ref = 2;
	smp_store_release(&shared, p);
	put(p);
}

THREAD(b)
{
	WAIT_UNTIL(shared);
	put(READ_ONCE(shared));
}
`;

const mutex: Locking = {
  type: 'struct mutex',
  take: 'mutex_lock(&p->lock);',
  give: 'mutex_unlock(&p->lock);',
};
const waking: readonly (readonly [string, Locking])[] = [
  ['mutex_unlock', mutex],
  ['up_write', { type: 'struct rw_semaphore', take: 'down_write(&p->lock);', give: 'up_write(&p->lock);' }],
  ['the end of guard(mutex)', { type: 'struct mutex', take: 'scoped_guard(mutex, &p->lock) {', give: '}' }],
];
const quiet: readonly (readonly [string, Locking])[] = [
  ['spin_unlock', { type: 'spinlock_t', take: 'spin_lock(&p->lock);', give: 'spin_unlock(&p->lock);' }],
  ['write_unlock', { type: 'rwlock_t', take: 'write_lock(&p->lock);', give: 'write_unlock(&p->lock);' }],
];

describe('the object of a lock is freed by the next holder', () => {
  test.each(waking)('%s() may still use it', (_, locking) => {
    expect(verdictOf(twoPuts(locking))).toMatchObject({
      verdict: 'violated',
      property: expect.stringContaining('no freed object is used') as string,
    });
  });

  test.each(quiet)('%s() is a store alone', (_, locking) => {
    expect(verdictOf(twoPuts(locking)).verdict).toBe('holds');
  });

  test('a count that is dropped behind the mutex keeps it', () => {
    const body = twoPuts(mutex, '').replace('if (last)', 'if (atomic_dec_and_test(&p->ref))');
    const counted = body
      .replace('int ref', 'atomic_t ref')
      .replace('bool last;', '')
      .replace('p->ref = 2', 'atomic_set(&p->ref, 2)');
    expect(verdictOf(counted).verdict).toBe('holds');
  });

  test('up_read() may still use it, for a writer', () => {
    const text = `#include <racewalk.h>
struct obj { struct rw_semaphore lock; };
POOL(struct obj, 1);
struct obj *read_locked;

THREAD(reader)
{
	struct obj *p = kzalloc(sizeof(*p), GFP_KERNEL);

	down_read(&p->lock);
	WRITE_ONCE(read_locked, p);
	up_read(&p->lock);
}

THREAD(writer)
{
	struct obj *p;

	WAIT_UNTIL(read_locked);
	p = READ_ONCE(read_locked);
	down_write(&p->lock);
	up_write(&p->lock);
	kfree(p);
}
`;
    expect(verdictOf(text)).toMatchObject({ property: expect.stringMatching(/up_read.*no freed/) as string });
  });
});

test('only a lock whose object may be freed costs a step', () => {
  const text = (pool: string) =>
    `#include <racewalk.h>\nstruct obj { struct mutex lock; } object;\n${pool}
THREADS(a, 2) { struct obj *p = &object; mutex_lock(&p->lock); mutex_unlock(&p->lock); }`;
  const states = (pool: string) => verdictOf(text(pool)).statistics.states;
  expect(states('')).toBe(15);
  expect(states('POOL(struct obj, 1);')).toBeGreaterThan(15);
});

test('the trace says why, and of the bookkeeping no more than decides', () => {
  const { system, trace } = check(protocol(twoPuts(mutex)).build());
  const shown = traceLines(system, trace!, cpusOf(system, trace!));
  const flags = shown.flatMap(({ text, beside }) =>
    beside.flatMap((remark) => (/allocated|unset|plain/.test(remark.text) ? [`${text} ${remark.text}`] : [])),
  );
  expect(flags).toEqual([
    '19: struct obj *p = kzalloc(sizeof(*p), GFP_KERNEL); new obj[0] allocated: false -> true',
    '14: kfree(p); new obj[0] allocated: true -> false',
    '12: mutex_unlock(&p->lock) wakes up those who wait reads new obj[0] allocated == false',
  ]);
});
