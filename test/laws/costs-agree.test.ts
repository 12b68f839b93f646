/** Holds that costs counted on interned states, each step once, are those of a walk by the interpreter. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cost } from '../../checker/language/cost.ts';
import type { Model } from '../../checker/language/model.ts';
import { isTrue } from '../../checker/interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../checker/interpreter/interpreter.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { leadsOn, walkStates, type WalkedState } from '../../checker/state-space/successors.ts';
import { noLimits } from '../../checker/search/check.ts';
import { weightOf } from '../../checker/study/compare/costed-step.ts';
import { countingCosts, type Costs } from '../../checker/study/compare/costs.ts';
import { extremes, graphOf } from '../../checker/study/compare/path-costs.ts';
import { law, runs } from '../depth.ts';
import { randomModel } from './random-model.ts';

const most = 3_000;

/** Every kind of count, up to the end and up to each property, of all threads and of the first copy of one. */
function withCosts(model: Model): Model {
  const counts: readonly Cost['counts'][] = [
    { steps: 'access' },
    { steps: 'read-modify-write' },
    { steps: 'barrier' },
    { effect: 'update' },
  ];
  const untils = [null, ...model.properties.map(({ condition }) => condition)];
  const costs = counts.flatMap((counted) =>
    untils.flatMap((until, at) =>
      [null, model.threads[0]!.name].map((thread): Cost => {
        const name = `${JSON.stringify(counted)} until ${at} of ${String(thread)}`;
        return { name, counts: counted, thread, until };
      }),
    ),
  );
  return { ...model, costs };
}

/** The costs by the interpreter; null: too many states. */
function walked(model: Model): Costs | null {
  const system = transitionSystem(model);
  const states: WalkedState[] = [];
  for (const state of walkStates(system)) {
    if (state.found > most) return null;
    states.push(state);
  }
  const initial = states.filter(({ depth }) => depth === 0).map(({ id }) => id);
  const ends = endsOf(system);
  return Object.fromEntries(
    model.costs.map((cost) => {
      const edges = states.map((state) =>
        state.edges.filter(leadsOn).map(({ edge, firing, to }) => {
          const mover = { thread: system.threads[edge.thread]!.thread, replica: edge.replica };
          return { to, weight: weightOf(cost, mover, firing.events) };
        }),
      );
      const { until } = cost;
      const isTarget = (node: number) =>
        until === null ? edges[node]!.length === 0 : isTrue(until, propertyPlace(states[node]!.state, ends));
      const { edges: all, ...graph } = graphOf(edges);
      return [cost.name, extremes({ ...graph, weight: (edge) => all[edge]!.weight }, initial, isTarget)];
    }),
  );
}

test('costs on random models', law, () => {
  let counted = 0;
  const agree = fc.property(randomModel({ errors: true, states: 500 }), (random) => {
    const model = withCosts(random);
    const expected = walked(model);
    if (expected === null) return;
    const costs = finish(countingCosts(transitionSystem(model), Infinity, noLimits));
    expect(costs).toEqual(expected);
    if (Object.values(costs).some((some) => some !== null && (some.most ?? Infinity) > 0)) counted += 1;
  });
  fc.assert(agree, { numRuns: runs(200), seed: 29, endOnFailure: true });
  expect(counted).toBeGreaterThan(runs(200) / 2);
});
