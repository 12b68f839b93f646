/** Holds that dependence is exact: the numbers of inequivalent executions are those of the literature. */
import { describe, expect, test } from 'vitest';
import type { Model } from '../../checker/language/model.ts';
import { long } from '../depth.ts';
import { countByRaces, countNormalForms, type Program } from './count-traces.ts';
import { byFootprints, byInterpreter } from './trace-oracles.ts';
import { filesystem, indexer, lastzero, readers } from './trace-programs.ts';

/** A way of counting, whatever the states of the program are. */
type Count = <S>(program: Program<S>) => number;

const oracles: readonly (readonly [string, (model: Model, count: Count) => number])[] = [
  ['the footprints', (model, count) => count(byFootprints(model))],
  ['what the interpreter touches', (model, count) => count(byInterpreter(model))],
];

describe.each(oracles)('inequivalent executions by %s', (_, by) => {
  test.each([
    ['readers(4)', 16, readers(4)],
    ['lastzero(2)', 5, lastzero(2)],
    ['lastzero(5)', 64, lastzero(5)],
    ['filesystem(3)', 1, filesystem(3)],
    ['indexer(2)', 1, indexer(2)],
  ])('%s: %i, in both ways of counting', (_name, count, model) => {
    expect(by(model, countNormalForms)).toBe(count);
    expect(by(model, countByRaces)).toBe(count);
  });

  test('readers(13): 8192', long, () => {
    expect(by(readers(13), countByRaces)).toBe(8_192);
  });

  test.each([
    ['lastzero(7)', 320, lastzero(7)],
    ['filesystem(14)', 2, filesystem(14)],
    ['filesystem(16)', 8, filesystem(16)],
    ['indexer(11)', 1, indexer(11)],
    ['indexer(12)', 8, indexer(12)],
    ['indexer(13)', 64, indexer(13)],
  ])(
    '%s: %i',
    (_name, count, model) => {
      expect(by(model, countByRaces)).toBe(count);
    },
    60_000,
  );

  test('too little dependence loses executions, too much finds too many', () => {
    const deeming = (independent: boolean) =>
      by(lastzero(2), (program) => countByRaces({ ...program, independent: () => independent }));
    expect(deeming(true)).toBe(1);
    expect(deeming(false)).toBeGreaterThan(5);
  });
});

// The interpreter counts them too, in half a minute.
test('lastzero(10): 3328 inequivalent executions by the footprints', long, () => {
  expect(countByRaces(byFootprints(lastzero(10)))).toBe(3_328);
});
