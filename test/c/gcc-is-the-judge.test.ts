/**
 * The meaning of C is gcc's: a random program ends with the same values when gcc compiles it and it runs natively under every
 * interleaving, and when racewalk reads it. Of 64 bits racewalk has the numbers near to 0: a run that leaves them ends in a
 * fault, and every run that does not ends as gcc's.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { law, runs } from '../depth.ts';
import { racewalkEnds, type Ends } from './ends.ts';
import { withoutGcc } from './gcc.ts';
import { runNatively } from './native.ts';
import { integerTypes, randomProgram } from './random-program.ts';

const narrow = integerTypes.filter((type) => !type.endsWith('64'));
/** What a run says that needs a number which racewalk does not have. */
const tooLong = /more than 53 bits|left its domain|outside of its domain/;
const [batch, mostRuns, mostStates] = [100, 3_000, 20_000];

/** The same ends with the values of these variables only. */
const restricted = (ends: ReadonlySet<string>, names: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    [...ends].map((end) =>
      pairs(end)
        .filter((pair) => names.has(nameOf(pair)))
        .sort()
        .join(' '),
    ),
  );
const pairs = (end: string): readonly string[] => end.split(' ');
const nameOf = (pair: string): string => pair.split('=')[0]!;
const namesIn = (ends: ReadonlySet<string>) => new Set(pairs([...ends][0] ?? '').map(nameOf));

/** Null: the text has a constant for which racewalk has no number. */
function endsOf(text: string): Ends | null {
  try {
    return racewalkEnds(text, mostStates);
  } catch (error) {
    if (error instanceof Error && tooLong.test(error.message)) return null;
    throw error;
  }
}

describe.skipIf(withoutGcc)('gcc is the judge', () => {
  test.each([
    ['of up to 32 bits', narrow, 1_000],
    ['of all widths', integerTypes, 500],
  ])('of the ends of random programs, %s', { ...law, timeout: 1_200_000 }, (_, types, all) => {
    const texts = fc.sample(randomProgram({ types }), { numRuns: runs(all, 30) });
    let [compared, several, left] = [0, 0, 0];
    for (let at = 0; at < texts.length; at += batch) {
      const some = texts.slice(at, at + batch);
      const natively = runNatively(some, { onlyEnds: true, runs: mostRuns });
      for (const [i, text] of some.entries()) {
        const { ends: gccEnds, cutShort } = natively[i]!;
        if (cutShort) continue;
        // racewalk names an atomic_t, and not its only member.
        const native = new Set([...gccEnds].map((end) => end.replaceAll('.counter=', '=')));
        const read = endsOf(text);
        if (read === null) left += 1;
        if (read === null || read.cutShort) continue;
        const { ends, faults } = read;
        if (faults.size > 0) left += 1;
        if (ends.size === 0 && faults.size > 0 && types !== narrow) continue;
        expect(
          [...faults].filter((fault) => types === narrow || !tooLong.test(fault)),
          text,
        ).toEqual([]);
        const names = namesIn(ends);
        const lost = [...namesIn(native)].filter((name) => !names.has(name));
        // Bit-fields, members of unions and static variables have other names there; what they are goes into others.
        const isNamed = (name: string) => !/^parts\d|kept/.test(name);
        expect(lost.filter(isNamed), text).toEqual(['lock.lock.holders']);
        const [own, gccs] = [restricted(ends, namesIn(native)), restricted(native, names)];
        if (faults.size === 0) expect(own, text).toEqual(gccs);
        else
          expect(
            [...own].filter((end) => !gccs.has(end)),
            text,
          ).toEqual([]);
        compared += 1;
        if (native.size > 1) several += 1;
      }
    }
    // Too long a run is no comparison; most programs are compared, and many of them have races to compare.
    expect(compared).toBeGreaterThan(texts.length * 0.7);
    expect(several).toBeGreaterThan(texts.length * 0.2);
    expect(left).toBeLessThan(texts.length * 0.2);
  });
});
