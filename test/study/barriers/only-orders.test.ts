/** Taking out what only orders takes no run from a model: whatever was wrong with it still is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barriersOf } from '../../../checker/study/barriers/barrier.ts';
import { without } from '../../../checker/study/barriers/without.ts';
import { smpMb, smpRmb, smpWmb } from '../../../checker/language/index.ts';
import { memoryModelNames } from '../../../checker/language/memory-name.ts';
import type { Model } from '../../../checker/language/model.ts';
import {
  withBlocks,
  type Block,
  type Ordering,
  type Statement,
} from '../../../checker/language/statement.ts';
import { defaultSettings, memoryModels } from '../../../checker/memory/memory-models.ts';
import { check, noLimits } from '../../../checker/search/check.ts';
import { randomModel } from '../../laws/random-model.ts';
import { outcomesOf } from '../../memory/outcomes.ts';
import { law, runs } from '../../depth.ts';

const orderings: readonly Ordering[] = [null, null, null, 'acquire', 'release', 'full', 'relaxed'];
const barriers = [smpMb, smpWmb, smpRmb];

/** The model with barriers and orderings strewn in, as the numbers say. */
function strewn(model: Model, numbers: readonly number[]): Model {
  let at = 0;
  let line = 0;
  const next = () => numbers[at++ % numbers.length]!;
  const inBlock = (block: Block): Block =>
    block.flatMap((given): readonly Statement[] => {
      line += 1;
      const numbered = withBlocks({ ...given, line }, given.kind === 'atomically' ? renumbered : inBlock);
      if (numbered.kind !== 'step') return [numbered];
      const step = { ...numbered, ordering: orderings[next() % orderings.length]! };
      if (next() % 2 === 0) return [step];
      line += 1;
      return [step, { ...barriers[next() % barriers.length]!(), line }];
    });
  const renumbered = (block: Block): Block =>
    block.map((statement) => {
      line += 1;
      return withBlocks({ ...statement, line }, renumbered);
    });
  return {
    ...model,
    threads: model.threads.map((thread) => {
      line = 0;
      return { ...thread, body: inBlock(thread.body) };
    }),
  };
}

/** A model with barriers, and the model without some of them. */
const pairs = fc
  .tuple(
    randomModel({ errors: false, states: 40 }),
    fc.array(fc.nat(255), { minLength: 30, maxLength: 30 }),
    fc.nat(255),
  )
  .map(([plain, numbers, which]) => {
    const model = strewn(plain, numbers);
    const all = barriersOf(model).filter(({ onlyOrders }) => onlyOrders);
    const removed = all.filter((_, at) => (which >> (at % 8)) % 2 === 0);
    return { model, removed, weaker: without(model, removed) };
  });

const most = 1_500;
const limits = { ...noLimits, maxStates: 20_000 };
const lacking = new Set(['violated', 'deadlock', 'error']);

describe.each(memoryModelNames)('%s', (memory) => {
  test('every model can be rewritten', law, () => {
    const rewrite = (model: Model) => memoryModels[memory](model, defaultSettings);
    fc.assert(
      fc.property(pairs, ({ weaker }) => void rewrite(weaker)),
      { numRuns: runs(300), seed: 2014 },
    );
  });

  test('every outcome is kept', law, () => {
    let tried = 0;
    fc.assert(
      fc.property(pairs, ({ model, removed, weaker }) => {
        const [before, after] = [outcomesOf(model, memory, most), outcomesOf(weaker, memory, most)];
        if (removed.length === 0 || before === null || after === null) return;
        tried += 1;
        expect([...before.all].filter((state) => !after.all.has(state))).toEqual([]);
        expect([...before.terminal].filter((state) => !after.terminal.has(state))).toEqual([]);
      }),
      { numRuns: runs(40, 6), seed: 2014 },
    );
    expect(tried).toBeGreaterThan(0);
  });

  test('what is broken stays broken', law, () => {
    let broken = 0;
    fc.assert(
      fc.property(pairs, ({ model, weaker }) => {
        const verdictOf = (some: Model) =>
          check(memoryModels[memory](some, defaultSettings), limits).outcome.verdict;
        if (!lacking.has(verdictOf(model))) return;
        const verdict = verdictOf(weaker);
        if (verdict === 'inconclusive') return;
        broken += 1;
        expect(lacking.has(verdict)).toBe(true);
      }),
      { numRuns: runs(100), seed: 2014 },
    );
    expect(broken).toBeGreaterThan(0);
  });
});
