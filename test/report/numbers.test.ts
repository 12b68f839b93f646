/** Numbers are grouped as in English, without the tables of the system's languages. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { count } from '../../checker/report/numbers.ts';

test('a whole number is written as toLocaleString writes it', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (number) => {
      expect(count(number)).toBe(number.toLocaleString('en-US'));
    }),
  );
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [0.125, '0.125'],
  [1234.5678, '1,234.5678'],
])('%d is %s', (number, text) => {
  expect(count(number)).toBe(text);
});
