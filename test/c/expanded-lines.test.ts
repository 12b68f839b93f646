/** What one call does in several steps is one line of a trace, unless another CPU steps in between. */
import { expect, test } from 'vitest';
import { cpusOf } from '../../checker/report/cpus.ts';
import { traceLines } from '../../checker/report/trace-lines.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

test('the zeros of kzalloc() are one line with what they change', () => {
  const text = `#include <racewalk.h>
struct foo { int a, b, c; struct foo *next; };
POOL(struct foo, 1);
struct foo *f;
THREAD(t)
{
	struct foo *p = kmalloc(sizeof(*p), GFP_KERNEL);
	p->b = 2;
	kfree(p);
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	f = p;
	CHECK(p->b == 1, "b");
}`;
  const { system, trace } = check(protocol(text).build());
  const lines = traceLines(system, trace!, cpusOf(system, trace!));
  expect(lines.filter((line) => line.text.includes('kzalloc'))).toHaveLength(1);
  const { beside, step } = lines.find((line) => line.text.includes('kzalloc'))!;
  expect(beside.map((remark) => remark.text)).toEqual([
    'new foo[0] allocated: false -> true',
    'new foo[0].b: 2 -> 0',
    `steps ${step!} to ${step! + 4}`,
  ]);
  expect(lines.at(-1)!.of).toBe(trace!.steps.length);
});
