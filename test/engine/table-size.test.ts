/** Holds that exactly `mostStates` states fit. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesFor, fullest, mostStates, slotsFor } from '../../checker/engine/table-size.ts';

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
