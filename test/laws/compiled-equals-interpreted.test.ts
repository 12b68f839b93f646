/** Holds that generated code and the interpreter agree, state for state, on random models and on chosen ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TransitionTable } from '../../checker/analysis/transition-table.ts';
import { transitionTable } from '../../checker/analysis/transition-table.ts';
import type { CompiledOptions } from '../../checker/search/compiled-space.ts';
import { compiledSpace } from '../../checker/search/compiled-space.ts';
import { interpretedSpace } from '../../checker/search/interpreted-space.ts';
import type { StateSpace } from '../../checker/search/state-space.ts';
import { explore } from './explore.ts';
import { packingCases } from './packing-cases.ts';
import { randomModel } from './random-model.ts';

const most = 1_500;
/** Edges are compared one by one for so many states; their number and the states they lead to, for all. */
const closely = 60;

/** Everything that a search can ask of a space, in the order of its numbers. */
function told(space: StateSpace) {
  const ids = Array.from({ length: space.count }, (_, id) => id);
  return {
    count: space.count,
    transitions: space.transitions,
    fired: Array.from(space.fired),
    reached: [...space.reached].sort(),
    findings: space.findings,
    states: ids.map((id) => space.state(id)),
    successors: ids
      .slice(0, closely)
      .map((id) =>
        space.successors(id).map(({ edge, to }) => ({ ...edge, transition: edge.transition.id, to })),
      ),
    marks: marked(space),
    countedOnce: space.transitions,
  };
}

/** Marks backwards from the last state, in pieces. */
function marked(space: StateSpace): readonly number[] {
  const marks = new Uint8Array(space.count);
  marks[space.count - 1] = 1;
  const cuts = [space.count - 1, space.count - Math.min(closely, space.count), 0];
  for (const [at, to] of cuts.entries()) space.markPredecessors(cuts[at + 1] ?? 0, to, marks);
  return [...marks];
}

/** Returns the number of states, or null when there are too many to compare. */
function agree(table: TransitionTable, options: CompiledOptions = {}): number | null {
  const interpreted = explore(interpretedSpace(table), most);
  if (interpreted === null) return null;
  const compiled = explore(compiledSpace(table, options), most);
  expect(told(compiled!)).toEqual(told(interpreted));
  return interpreted.count;
}

describe('compiled equals interpreted on random models', () => {
  test.each([
    ['without errors', { errors: false }, {}],
    ['with errors', { errors: true }, {}],
    ['with copies alike', { errors: true, symmetric: true }, {}],
    ['with hashes of two bits', { errors: true }, { hashMask: 2n ** 63n + 2n ** 31n }],
  ])(
    '%s',
    (_, wishes, options) => {
      const models = randomModel({ ...wishes, states: 300 });
      const law = fc.property(models, (model) => {
        agree(transitionTable(model), options);
      });
      fc.assert(law, { numRuns: 100, seed: 2014 });
    },
    120_000,
  );
});

describe('compiled equals interpreted where packing is hard', () => {
  test.each(packingCases)('%s', (_, model) => {
    expect(agree(transitionTable(model())) ?? 0).toBeGreaterThan(1);
  });
});
