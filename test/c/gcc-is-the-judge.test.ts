/**
 * The meaning of C is gcc's: a random program ends with the same values when gcc compiles it and it runs natively under every
 * interleaving, and when racewalk reads it. Numbers of 64 bits are left out, of which racewalk has 53.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { law, runs } from '../depth.ts';
import { racewalkEnds } from './ends.ts';
import { withoutGcc } from './gcc.ts';
import { runNatively } from './native.ts';
import { integerTypes, randomProgram } from './random-program.ts';

const types = integerTypes.filter((type) => !type.endsWith('64'));
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

describe.skipIf(withoutGcc)('gcc is the judge', () => {
  test('of the ends of random programs', { ...law, timeout: 1_200_000 }, () => {
    const texts = fc.sample(randomProgram({ types }), { numRuns: runs(1_000, 20) });
    let [compared, several] = [0, 0];
    for (let at = 0; at < texts.length; at += batch) {
      const some = texts.slice(at, at + batch);
      const natively = runNatively(some, { onlyEnds: true, runs: mostRuns });
      for (const [i, text] of some.entries()) {
        const native = natively[i]!;
        if (native.cutShort) continue;
        const { ends, faults, cutShort } = racewalkEnds(text, mostStates);
        if (cutShort) continue;
        expect([...faults], text).toEqual([]);
        const names = namesIn(ends);
        const lost = [...namesIn(native.ends)].filter((name) => !names.has(name));
        expect(lost, text).toEqual(['lock.lock.holders']);
        expect(restricted(ends, namesIn(native.ends)), text).toEqual(restricted(native.ends, names));
        compared += 1;
        if (native.ends.size > 1) several += 1;
      }
    }
    // Too long a run is no comparison; most programs are compared, and many of them have races to compare.
    expect(compared).toBeGreaterThan(texts.length * 0.7);
    expect(several).toBeGreaterThan(texts.length * 0.2);
  });
});
