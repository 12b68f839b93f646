/** Breaking lines: nothing is lost, nothing is too wide. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrap } from '../../checker/report/wrap.ts';

test('lines fit, and have all that the text has but the spaces between them', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 60 });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 6, max: 30 }),
      fc.integer({ min: 0, max: 4 }),
      (words, width, hang) => {
        const lines = wrap(words, width, hang);
        expect(lines.filter((line) => line.length > width)).toEqual([]);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
      },
    ),
  );
});

test('words stay whole where they fit', () => {
  expect(wrap('set_pmd_at(mm, address, pmd, _pmd)', 20, 4)).toEqual([
    'set_pmd_at(mm,',
    '    address, pmd,',
    '    _pmd)',
  ]);
});
