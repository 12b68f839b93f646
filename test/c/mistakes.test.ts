/** Mistakes in C files: all of them at once, each with its place. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { includeFor, shippedHeaders } from '../../checker/c/shipped-headers.ts';
import { shippedHeader } from '../../cli/model-files/c-file.ts';
import { mistakesOf } from './protocol.ts';

test('all mistakes of a file are reported with line, column, source line and caret', () => {
  const text = [
    'int x;',
    'THREAD(a)',
    '{',
    '\tx = y;',
    '\tfoo(x);',
    '\tx.z = 1;',
    '}',
    'ALWAYS("p", w == 0);',
  ].join('\n');
  expect(mistakesOf(text)).toBe(
    [
      "test.c:4:6: 'y' is not declared\n  \tx = y;\n  \t    ^",
      "test.c:5:2: 'foo' is not declared: racewalk has no such function\n  \tfoo(x);\n  \t^^^^^^",
      'test.c:6:2: int has no members\n  \tx.z = 1;\n  \t^^^',
      'test.c:8:13: \'w\' is not declared\n  ALWAYS("p", w == 0);\n              ^',
    ].join('\n'),
  );
});

test('a struct that contains itself is a mistake', () => {
  const text = 'struct a { struct a inner[2]; };\nstruct a x;\nTHREAD(t) { }';
  expect(mistakesOf(text)).toContain('test.c:1:21: struct a is not complete here');
});

/** The messages with their lines. */
const told = (text: string) =>
  [...mistakesOf(text).matchAll(/^test\.c:(\d+):(\d+): (.*)$/gm)].map((one) => one.slice(1));

test('what follows from a mistake is no mistake of its own', () => {
  const text = [
    'struct foo { xarray_t pages; int a; };',
    'DEFINE_HASHTABLE(counter, 4);',
    'static xarray_t *all(struct foo *f) { return &f->pages; }',
    'THREAD(t)',
    '{',
    '\txarray_t one, *two = all(0);',
    '\tint three = unheard_of();',
    '\t__auto_type four = counter;',
    '\ttwo = &one;',
    '\tcounter++;',
    '\tthree = four;',
    '}',
  ].join('\n');
  expect(told(text)).toEqual([
    ['1', '14', "unknown type 'xarray_t'"],
    ['2', '1', 'racewalk does not know DEFINE_HASHTABLE(...) outside of a function'],
    ['7', '14', "'unheard_of' is not declared: racewalk has no such function"],
  ]);
});

test('where its cause is in a function that nothing calls, it is a mistake', () => {
  const text = 'static void f(void) { foo_t z; z = 1; }\nint x;\nTHREAD(t) { x = z; }';
  expect(told(text)).toEqual([['3', '17', "'z' is not declared"]]);
});

test('what is no C is shown where it stands, and the rest is read', () => {
  const text = [
    'int x, y = 2;',
    'struct s { int a b; int c; } one = { .a = 1, .c == 3 };',
    'static int f(int a b) { return a; }',
    'static int g(int n)',
    '{',
    '\tdo {',
    '\t\tn ~ 3;',
    '\t\tif (n = = 3) {',
    '\t\t\tn++;',
    '\t\t} else if (n ! 4) {',
    '\t\t\tx = 1;',
    '\t\t}',
    '\t} while (n > 0);',
    '\tfor (int i = 0; i < 3; i+) {',
    '\t\tn++;',
    '\t}',
    '\tint k = ({ int q = 3; q +; q; });',
    '\treturn n;',
    '}',
    'THREAD(t)',
    '{',
    '\tint r0;',
    '\tr0 ?= 1;',
    '\tx = f(1) + g(r0);',
    '\tx = undeclared;',
    '}',
  ].join('\n');
  const no = 'this is not C that racewalk reads';
  expect(told(text)).toEqual([
    ['2', '16', no],
    ['2', '46', no],
    ['3', '20', no],
    ['7', '3', no],
    ['8', '11', no],
    ['10', '5', no],
    ['14', '2', no],
    ['17', '26', "'identifier' is missing here"],
    ['23', '2', no],
    ['25', '6', "'undeclared' is not declared"],
  ]);
});

test('a name that a shipped header declares is a mistake that names the header', () => {
  const folder = new URL('../../checker/c/include/racewalk/', import.meta.url);
  expect(shippedHeaders).toEqual(readdirSync(folder).map((name) => `racewalk/${name}`));
  const names = shippedHeaders.flatMap((header) =>
    [...shippedHeader(header)!.text.matchAll(/^(?:static inline [^\n(]*?(\w+)\(|#define (\w+)[( ])/gm)].map(
      ([, called, defined]) => (called ?? defined)!,
    ),
  );
  expect(names.length).toBeGreaterThan(100);
  for (const name of names)
    expect(includeFor(name, shippedHeader), name).toMatch(/; <racewalk\/\w+\.h> declares it/);
  expect(mistakesOf('#include <racewalk.h>\nTHREAD(a) { pte_t p; unheard(1); list_del(0); }\n'))
    .toBe(`test.c:2:13: \
unknown type 'pte_t'; <racewalk/pgtable.h> declares it
  THREAD(a) { pte_t p; unheard(1); list_del(0); }
              ^^^^^
test.c:2:22: 'unheard' is not declared: racewalk has no such function
  THREAD(a) { pte_t p; unheard(1); list_del(0); }
                       ^^^^^^^^^^
test.c:2:34: 'list_del' is not declared: racewalk has no such function; <racewalk/list.h> declares it
  THREAD(a) { pte_t p; unheard(1); list_del(0); }
                                   ^^^^^^^^^^^`);
});
