/** The table holds exactly as many states as it reports. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesFor, fullest, mostStates, slotsAhead, slotsFor } from '../../checker/engine/table-size.ts';

const room = fc.record({
  bytes: fc.integer({ min: 10_000, max: 2 ** 40 }),
  statesBytes: fc.integer({ min: 10_000, max: 2 ** 34 }),
  slots: fc.integer({ min: 2_048, max: 2 ** 30 }),
});

test('the most states that fit', () => {
  const law = fc.property(room, fc.integer({ min: 1, max: 50 }), (given, words) => {
    const stride = words * 8;
    const most = mostStates(stride, given);
    const fits = (states: number) =>
      bytesFor(states, stride, given) <= given.bytes &&
      states * stride <= given.statesBytes &&
      states <= slotsFor(states, given) * fullest;
    expect(most === 0 || fits(most)).toBe(true);
    // One more state may fail for want of a table of the next size; three times as many never fit.
    expect(fits(most + 1)).toBe(false);
  });
  fc.assert(law, { numRuns: 1_000 });
});

test('a growing search skips a size of the table, as long as memory is large', () => {
  const large = { bytes: 2 ** 32, statesBytes: 2 ** 32, slots: 2 ** 30 };
  const states = 2_000;
  const next = slotsFor(states, large);
  expect(slotsAhead(states, 1_500, 16, large)).toBe(3 * next);
  expect(slotsAhead(states, 1_501, 16, large)).toBe(next);
  const needed = states * 16 + 3 * next * 4;
  expect(slotsAhead(states, 0, 16, { ...large, bytes: 4 * needed })).toBe(3 * next);
  expect(slotsAhead(states, 0, 16, { ...large, bytes: 4 * needed - 1 })).toBe(next);
  expect(slotsAhead(states, 0, 16, { ...large, slots: next + 16 })).toBe(next + 16);
});
