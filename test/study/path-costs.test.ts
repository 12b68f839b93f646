/** The least and greatest cost of paths, against paths that are made one edge longer at a time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extremes, graphOf } from '../../checker/study/compare/path-costs.ts';

const size = 5;

interface WeightedEdge {
  readonly to: number;
  readonly weight: number;
}

const node = fc.nat(size - 1);
const graph = fc.record({
  edges: fc.array(fc.array(fc.record({ to: node, weight: fc.nat(2) }), { maxLength: 2 }), {
    minLength: size,
    maxLength: size,
  }),
  sources: fc.uniqueArray(node, { minLength: 1, maxLength: 2 }),
  targets: fc.uniqueArray(node, { maxLength: 2 }),
});

/** The least and greatest costs of paths of up to so many edges, from each node to the first target. */
function bounds(edges: readonly (readonly WeightedEdge[])[], targets: readonly number[], length: number) {
  const start = (empty: number) => edges.map((_, at) => (targets.includes(at) ? 0 : empty));
  let [least, most] = [start(Infinity), start(-Infinity)];
  for (let round = 0; round < length; round++) {
    const longer = (own: readonly number[], choose: (...costs: number[]) => number) =>
      edges.map((out, at) =>
        targets.includes(at) ? 0 : choose(own[at]!, ...out.map(({ to, weight }) => own[to]! + weight)),
      );
    [least, most] = [longer(least, Math.min), longer(most, Math.max)];
  }
  return { least, most };
}

test('the costs of paths are those of ever longer paths', () => {
  let endless = 0;
  fc.assert(
    fc.property(graph, ({ edges, sources, targets }) => {
      const [some, more] = [2 * size * size, 4 * size * size].map((length) => bounds(edges, targets, length));
      const least = Math.min(...sources.map((source) => some!.least[source]!));
      const dearest = [some!, more!].map(({ most }) => Math.max(...sources.map((source) => most[source]!)));
      const most = dearest[0] === dearest[1] ? dearest[0] : null;
      if (most === null) endless += 1;
      const { edges: all, ...graph } = graphOf(edges);
      const weighted = { ...graph, weight: (edge: number) => all[edge]!.weight };
      const found = extremes(weighted, sources, (at) => targets.includes(at));
      expect(found).toEqual(least === Infinity ? null : { least, most });
    }),
    { numRuns: 2_000 },
  );
  expect(endless).toBeGreaterThan(20);
});
