/** Claims inside of functions: from where to where they hold. */
import { expect, test } from 'vitest';
import { noLimits } from '../../checker/search/check.ts';
import { compare } from '../../checker/study/compare/compare.ts';
import { protocol, verdictOf } from './protocol.ts';

const walk = (loop: string) => `#include <racewalk.h>
int x, y, turn;
THREAD(a)
{
	${loop}
	y = 2;
}
THREAD(b)
{
	if (READ_ONCE(turn))
		WRITE_ONCE(x, 1);
}
`;

test('HOLDS_HERE ends with the next access on the way that is taken, not with the next in the text', () => {
  const here = 'if (i == 0) HOLDS_HERE(x == 0, "x is %d", x); else y = 1;';
  const body = `for (int i = 0; i < 2; i++) { ${here} WRITE_ONCE(turn, 1); }`;
  expect(verdictOf(walk(body)).verdict).toBe('holds');
});

test('HOLDS_HERE at the end of a loop ends at the head of the next round', () => {
  const body =
    'for (int i = 0; i < 2; i++) { WRITE_ONCE(turn, i); if (i == 0) HOLDS_HERE(x == 0, "x is %d", x); }';
  expect(verdictOf(walk(body)).verdict).toBe('holds');
});

test('HOLDS_HERE is false where another CPU comes before the next access', () => {
  const body = 'WRITE_ONCE(turn, 1); HOLDS_HERE(x == 0, "x is %d", x);';
  expect(verdictOf(walk(body)).verdict).toBe('violated');
});

const here = (before: string, condition: string) =>
  verdictOf(`#include <racewalk.h>
struct page { int a; };
struct page pages[2];
int x, never;
static void f(struct page *page, int nr) { WRITE_ONCE(x, 1); HOLDS_HERE(${condition}); WRITE_ONCE(x, 2); }
THREADS(p, 2) { int nr = 1; int many[2] = { 0, 1 }; ${before} }
THREAD(q) { WRITE_ONCE(pages[1].a, 1); }
`).verdict;

test('HOLDS_HERE reads each element of a local array', () => {
  const at = (condition: string) => here(`WRITE_ONCE(x, 1); HOLDS_HERE(${condition});`, 'true');
  expect(at('many[0] == 0 && many[1] == 1')).toBe('holds');
  expect(at('many[0] == 0 && many[1] == 0')).toBe('violated');
  expect(at('many[nr] == many[0] + 1')).toBe('holds');
  expect(at('FOR_ALL(i, 2, many[i] == i)')).toBe('holds');
  expect(at('FOR_ALL(i, 2, many[i] == 0)')).toBe('violated');
});

test('HOLDS_HERE reads what a parameter stands for: a constant, an address, the CPU, a choice', () => {
  expect(here('f(&pages[nr], 1);', 'page->a == 0')).toBe('violated');
  expect(here('f(&pages[0], 1);', 'page->a == 0 && nr == 1')).toBe('holds');
  expect(here('f(&pages[smp_processor_id()], 1);', 'page->a == 0')).toBe('violated');
  expect(here('f(&pages[ANY(2)], 1);', 'page->a == 0')).toBe('violated');
  expect(here('f(&pages[0], ANY(2));', 'page->a == 0 && nr >= 0')).toBe('holds');
  expect(here('f(&pages[0], ANY(2));', 'nr == 0')).toBe('violated');
});

test('COUNT() and IPIs are costs of a file, whichever options leave them out', () => {
  const text = `#include <racewalk.h>
SUMMARY("a call");
OPTION_FLAG(SYNC, fix, "call the other CPU");
int done;
static void handler(void *info) { COUNT("calls"); }
THREAD(a) { if (SYNC) smp_call_function(handler, NULL, 1); WRITE_ONCE(done, 1); REACHED("done"); }
THREAD(b) { (void)READ_ONCE(done); }
`;
  const { rows } = compare(protocol(text), { vary: ['sync'], given: {} }, noLimits);
  expect(rows.map(({ costs }) => costs)).toEqual([
    { IPIs: { least: 0, most: 0 }, calls: { least: 0, most: 0 } },
    { IPIs: { least: 1, most: 1 }, calls: { least: 1, most: 1 } },
  ]);
});
