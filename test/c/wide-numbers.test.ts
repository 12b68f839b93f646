/** Unsigned numbers of 64 bits wrap around, or end the check with an error: none is wrong. */
import { expect, test } from 'vitest';
import { check } from '../../checker/search/check.ts';
import { mistakesOf, protocol } from './protocol.ts';

const run = (body: string) => {
  const text = `#include <racewalk.h>\n#define time_after(a, b) ((long)((b) - (a)) < 0)\nu64 a = 3, b = 5;\nlong s;\nTHREAD(t)\n{\n${body}\n}\n`;
  const outcome = check(protocol(text).build()).outcome;
  return outcome.verdict === 'violated' ? `violated: ${outcome.property}` : outcome.verdict;
};

test.each([
  'a -= b; CHECK(a == -2UL && a > 1000 && (a >> 60) == 15, "a");',
  'CHECK(time_after(b, a) && !time_after(a, b) && time_after(a, a - 1), "t");',
  's = a - b; CHECK(s == -2 && s < 0 && (u32)(a - b) == 0xfffffffe, "s");',
  'a = ~a; CHECK((a & 0xff) == 0xfc && (a | 3) == ~0UL && a + 4 == 0, "a");',
  'a = -a; b = -b; CHECK(b < a && a > b && b <= a && a != b && -a < -b, "a");',
  'a = ~0UL; CHECK(a * a == 1 && a << 4 == -16UL, "a");',
])('%s', (body) => expect(run(body)).toBe('holds'));

test.each([
  ['a division', 'a -= b; s = a / 2;', /more than 53 bits/],
  ['a product', 'a = 0x7fffffff; b = a * a; a = b * a;', /more than 53 bits|does not grow/],
  ['a short shift', 'a -= b; s = a >> 3;', /more than 53 bits/],
])('%s without a number is an error', (_, body, error) => {
  const text = `#include <racewalk.h>\nu64 a = 3, b = 5;\nlong s;\nTHREAD(t)\n{\n${body}\n}\n`;
  let said: string;
  try {
    said = JSON.stringify(check(protocol(text).build()).outcome);
  } catch (thrown) {
    said = (thrown as Error).message;
  }
  expect(said).toMatch(error);
});

test('a constant without a number is a mistake with its place', () => {
  expect(mistakesOf('u64 a;\nTHREAD(t) { a = 1UL << 63; }')).toMatch(
    /^test\.c:2:17: racewalk has no numbers of more than 53 bits, and this is 9223372036854775808$/m,
  );
});
