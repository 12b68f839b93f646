/** The public face: a protocol tested inside somebody's own vitest, by names that 'racewalk/checker' exports. */
import { describe, expect, test } from 'vitest';
import { check, compare } from 'racewalk/checker';
import { model as fork } from '../models/gup-fast-vs-fork.ts';

describe('gup_fast against fork', () => {
  test('is safe with the seqcount and its barrier', () => {
    const { verdict, text } = check(fork, { writeProtectSeq: true, barrierBeforeCheck: true, memory: 'tso' });
    expect(verdict, text).toBe('holds');
  });

  test('races without it, and the message shows how', () => {
    const { verdict, trace, text } = check(fork);
    expect({ verdict, steps: trace?.steps.length }).toEqual({ verdict: 'violated', steps: 7 });
    expect(text).toMatch(/^gup-fast-vs-fork: violated after 7 steps/);
    expect(text).toContain('CPU 0');
  });

  test('a limit is inconclusive, and no proof', () => {
    expect(check(fork, { writeProtectSeq: true }, { maxStates: 5 }).verdict).toBe('inconclusive');
  });

  test('an option that does not exist is refused', () => {
    expect(() => check(fork, { writeProtectSeqq: true })).toThrow(/there is no option 'writeProtectSeqq'/);
  });

  test('compare finds the fixes', () => {
    const { smallest } = compare(fork, ['writeProtectSeq']);
    expect(smallest.map(({ sets }) => sets)).toEqual([[{ writeProtectSeq: true }]]);
  });
});
