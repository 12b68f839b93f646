/** Functions that nothing calls: their mistakes are notes, and change no verdict. */
import { expect, test } from 'vitest';
import { check } from '../../checker/search/check.ts';
import { mistakesOf, protocol } from './protocol.ts';

const text = (functions: string, body = 'WRITE_ONCE(x, 1);') =>
  `#include <racewalk.h>\nstruct page { int count; };\nint x;\n${functions}\nTHREAD(a) { ${body} }`;

test('a function that racewalk reads whole has no note, whoever calls it', () => {
  const helper = 'static int helper(struct page *page, int n) { return page->count / n; }';
  const caller = 'static int fine(struct page *page) { return page ? helper(page, 2) : 0; }';
  expect(protocol(text(`${helper}\n${caller}`)).notes).toBeUndefined();
});

test.each([
  [
    'a misspelt member',
    'static void f(struct page *p) { p->cuont = 1; }',
    "struct page has no member 'cuont'",
  ],
  ['a name', 'static void f(void) { y = 2; }', "'y' is not declared"],
  ['a function', 'static void f(struct page *p) { folio_frob(p); }', "'folio_frob' is not declared"],
  ['a construct', 'static void f(void) { asm volatile("nop"); }', 'racewalk does not read assembly'],
  ['recursion', 'static void f(void) { f(); }', "'f' calls itself"],
])('%s in a function that nothing calls is a note', (_, functions, message) => {
  const definition = protocol(text(functions));
  expect(check(definition.build()).outcome.verdict).toBe('holds');
  expect(definition.notes).toHaveLength(1);
  expect(definition.notes![0]).toMatch(/^nothing calls f\(\), which is not checked:\ntest.c:4:\d+: /);
  expect(definition.notes![0]).toContain(message);
});

test('the same in a function that a thread calls is a mistake', () => {
  const f = 'static void f(struct page *p) { p->cuont = 1; }\nstruct page one;';
  expect(mistakesOf(text(f, 'f(&one);'))).toMatch(/no member 'cuont'/);
  expect(mistakesOf(text('static void f(void) { asm volatile("nop"); }', 'f();'))).toMatch(/assembly/);
});

test('what is no C is a mistake wherever it stands', () => {
  expect(mistakesOf(text('static void f(void) { if ( }'))).not.toBe('');
});
