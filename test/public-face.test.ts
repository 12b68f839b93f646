/** The public face: a protocol tested inside somebody's own vitest, by names that 'racewalk/checker' exports. */
import { describe, expect, test } from 'vitest';
import { check, compare, prove, replay, ReplayError } from 'racewalk/checker';
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
    expect(() => check(fork, { writeProtectSeqq: true })).toThrow(/unknown option 'writeProtectSeqq'/);
  });

  test('compare finds the fixes', () => {
    const { smallest } = compare(fork, ['writeProtectSeq']);
    expect(smallest.map(({ sets }) => sets)).toEqual([[{ writeProtectSeq: true }]]);
  });

  test('a saved trace is replayed, through JSON', () => {
    const { saved, text } = check(fork);
    const parsed = JSON.parse(JSON.stringify(saved)) as NonNullable<typeof saved>;
    const again = replay(fork, parsed);
    expect(again.answer).toMatchObject({ verdict: 'violated' });
    expect(again.text).toBe(text);
  });

  test('a trace that a fix has made impossible is no trace any more', () => {
    const { saved } = check(fork);
    const fixed = { ...saved!, options: { ...saved!.options, writeProtectSeq: true } };
    expect(() => replay(fork, fixed)).toThrow(ReplayError);
  });

  test('is proved for any number of CPUs', () => {
    expect(prove(fork, { writeProtectSeq: true })).toMatchObject({
      verdict: 'holds',
      text: expect.stringMatching(/^gup-fast-vs-fork: holds for any number of CPUs/) as string,
    });
    expect(prove(fork)).toMatchObject({
      verdict: 'violated',
      text: expect.stringContaining('violated after 7 steps') as string,
    });
  });

  test('what has no number cannot be proved for any', () => {
    expect(() => prove(fork, { writeProtectSeq: true, cpus: 2 })).toThrow(/says how many copies/);
  });
});
