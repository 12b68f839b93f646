/** Mistakes in C files: all of them at once, each with its place. */
import { expect, test } from 'vitest';
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
