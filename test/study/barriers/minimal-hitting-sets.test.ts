/** All smallest sets that are enough, against every subset tried. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minimalHittingSets, type Judgement } from '../../../checker/study/barriers/minimal-hitting-sets.ts';
import { finish } from '../../../checker/state-space/cooperative.ts';

const size = 6;
const items = Array.from({ length: size }, (_, at) => at);
const subsets = Array.from({ length: 2 ** size }, (_, bits) =>
  items.filter((item) => (bits >> item) % 2 === 1),
);

/** What is enough contains one of some sets; what is open is so whatever it contains. */
const worlds = fc.record({
  cores: fc.array(fc.uniqueArray(fc.nat(size - 1)), { maxLength: 4 }),
  open: fc.array(fc.uniqueArray(fc.nat(size - 1)), { maxLength: 3 }),
});

const within = (some: readonly number[], all: ReadonlySet<number> | readonly number[]) => {
  const set = new Set(all);
  return some.every((item) => set.has(item));
};

const isEnough = (cores: readonly (readonly number[])[], set: readonly number[]) =>
  cores.some((core) => within(core, set));

const smallestOf = (cores: readonly (readonly number[])[]) =>
  subsets.filter(
    (set) =>
      isEnough(cores, set) &&
      set.every(
        (item) =>
          !isEnough(
            cores,
            set.filter((other) => other !== item),
          ),
      ),
  );

function run(cores: readonly (readonly number[])[], open: readonly (readonly number[])[]) {
  const asked: string[] = [];
  const isOpen = (set: ReadonlySet<number>) =>
    open.some((other) => other.length === set.size && within(other, set));
  const { sets, undecided } = finish(
    minimalHittingSets(items, function* (set) {
      asked.push([...set].sort().join());
      const judgement: Judgement = isEnough(cores, [...set]) ? 'enough' : 'lacking';
      return isOpen(set) ? 'open' : judgement;
    }),
  );
  return { sets: sets.map((set) => [...set].sort().join()).sort(), undecided, asked };
}

const texts = (sets: readonly (readonly number[])[]) => sets.map((set) => [...set].sort().join()).sort();

test('finds exactly the smallest sets without a check of all subsets', () => {
  fc.assert(
    fc.property(worlds, ({ cores }) => {
      const { sets, undecided } = run(cores, []);
      expect({ sets, undecided }).toEqual({ sets: texts(smallestOf(cores)), undecided: false });
    }),
    { numRuns: 400, seed: 1987 },
  );
});

test('with open verdicts, sets may be missing, which is reported; no set is wrong', () => {
  fc.assert(
    fc.property(worlds, ({ cores, open }) => {
      const { sets, undecided } = run(cores, open);
      const right = texts(smallestOf(cores));
      for (const set of sets)
        expect(
          isEnough(
            cores,
            set
              .split(',')
              .filter((item) => item !== '')
              .map(Number),
          ),
        ).toBe(true);
      if (!undecided) expect(sets).toEqual(right);
    }),
    { numRuns: 400, seed: 1987 },
  );
});

test('few questions: two barriers among six that are both needed', () => {
  const { asked } = run([[1, 4]], []);
  expect(asked.length).toBeLessThan(16);
});
