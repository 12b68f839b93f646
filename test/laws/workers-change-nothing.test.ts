/** Holds that any number of workers finds the same states, numbers, counts and findings as one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TransitionTable } from '../../checker/analysis/transition-table.ts';
import { transitionTable } from '../../checker/analysis/transition-table.ts';
import { compiledSpace } from '../../checker/search/compiled-space.ts';
import { hireWorkers } from '../../checker/search/worker-host.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { explore } from './explore.ts';
import { packingCases } from './packing-cases.ts';
import { randomModel } from './random-model.ts';
import { told } from './told.ts';

const most = 3_000;

function agree(table: TransitionTable, workers: number, batch: number): void {
  const alone = explore(compiledSpace(table), most);
  if (alone === null) return;
  const space = compiledSpace(table, { crew: { workers, batch, hire: hireWorkers } });
  try {
    expect(told(explore(space, most)!)).toEqual(told(alone));
  } finally {
    space.close();
  }
}

describe('workers change nothing', () => {
  // With a batch of 5 most rounds end before all their states are expanded.
  test.each([
    [2, 5],
    [3, 40],
  ])(
    'on random models with %d workers and batches of %d',
    (workers, batch) => {
      const law = fc.property(randomModel({ errors: true, states: 400 }), (model) => {
        agree(transitionTable(model), workers, batch);
      });
      fc.assert(law, { numRuns: 15, seed: 2014 });
    },
    120_000,
  );

  test.each(packingCases)('on %s', (_, model) => agree(transitionTable(model()), 2, 100), 60_000);

  test('while the table grows', () => {
    const table = transitionTable(gupFast.build({ flush: 'ipi', cpus: 3 }));
    const alone = explore(compiledSpace(table), Infinity)!;
    const space = explore(compiledSpace(table, { crew: { workers: 2, hire: hireWorkers } }), Infinity)!;
    expect([space.count, space.transitions, space.fired]).toEqual([
      alone.count,
      alone.transitions,
      alone.fired,
    ]);
    for (let id = 0; id < space.count; id += 1_009) expect(space.state(id)).toEqual(alone.state(id));
    space.close();
  }, 60_000);
});

test('a worker that dies ends the search with an error', () => {
  const table = transitionTable(gupFast.build({ flush: 'ipi' }));
  const hire: typeof hireWorkers = (self, recruits) =>
    hireWorkers(
      self,
      recruits.map((recruit) => ({ ...recruit, bytes: new Uint8Array(8) })),
    );
  const space = compiledSpace(table, { crew: { workers: 2, hire } });
  expect(() => space.start()).toThrow('worker 1 of the search has failed');
  space.close();
});
