/** The bound of a store buffer is the longest way between two resets, by an independent search for it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endlessIn, mostAtOnce, type Counting } from '../../checker/memory/store-buffer/capacity.ts';
import type { Block } from '../../checker/language/statement.ts';
import type { AnyThread } from '../../checker/language/thread.ts';

/** Of a statement, only what counts here. */
type Part =
  | { readonly kind: 'step'; readonly adds: number }
  | { readonly kind: 'barrier' }
  | { readonly kind: 'branch'; readonly then: readonly Part[]; readonly otherwise: readonly Part[] }
  | { readonly kind: 'loop'; readonly rounds: number; readonly body: readonly Part[] }
  | { readonly kind: 'forever'; readonly body: readonly Part[] }
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'goto'; readonly label: string };

const labels = ['a', 'b'];

const { block } = fc.letrec<{ block: Part[]; straight: Part[] }>((tie) => {
  const simple = [
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), adds: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('barrier' as const) }) },
  ];
  const nested = (body: fc.Arbitrary<Part[]>) => [
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('branch' as const), then: body, otherwise: body }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forever' as const), body }) },
  ];
  // What jumps into another round of a loop is counted as if the rounds had no number.
  const loop = fc.record({
    kind: fc.constant('loop' as const),
    rounds: fc.integer({ min: 1, max: 3 }),
    body: tie('straight'),
  });
  const jump = fc.record({ kind: fc.constant('goto' as const), label: fc.constantFrom(...labels) });
  const part = (body: fc.Arbitrary<Part[]>, ...more: fc.WeightedArbitrary<Part>[]): fc.Arbitrary<Part[]> =>
    fc.array(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        ...simple,
        ...nested(body),
        { weight: 1, arbitrary: loop },
        ...more,
      ),
      { maxLength: 4 },
    );
  return {
    block: part(tie('block'), { weight: 1, arbitrary: jump }),
    straight: part(tie('straight')),
  };
});

/** The labels stand at the top, where each is once. */
const text = fc
  .tuple(block, block, block)
  .map(([first, second, third]): readonly Part[] => [
    ...first,
    { kind: 'label', name: 'a' },
    ...second,
    { kind: 'label', name: 'b' },
    ...third,
  ]);

const statementsFrom = (parts: readonly Part[]): Block =>
  parts.map((part) => {
    switch (part.kind) {
      case 'branch':
        return { ...part, then: statementsFrom(part.then), otherwise: statementsFrom(part.otherwise) };
      case 'loop': {
        const domain = { kind: 'range', low: 1, high: part.rounds };
        return { kind: 'loop', variable: { domain }, body: statementsFrom(part.body) };
      }
      case 'forever':
        return { ...part, body: statementsFrom(part.body) };
      case 'step':
      case 'barrier':
      case 'label':
      case 'goto':
        return { ...part };
    }
  }) as unknown as Block;

const by: Counting = {
  adds: (statement) => (statement as unknown as { readonly adds?: number }).adds ?? 0,
  empties: ({ kind }) => kind === 'barrier',
};

interface Edge {
  readonly from: number;
  readonly to: number;
  /** What it adds; null: it resets. */
  readonly adds: number | null;
}

/** The flow graph, all rounds of loops unrolled. */
function graphOf(parts: readonly Part[]): { readonly nodes: number; readonly edges: readonly Edge[] } {
  const edges: Edge[] = [];
  let nodes = 1;
  const named = new Map(labels.map((name) => [name, nodes++]));
  const link = (from: number, to: number, adds: number | null = 0) => edges.push({ from, to, adds });
  const build = (all: readonly Part[], start: number): number =>
    all.reduce((from, part) => {
      const to = nodes++;
      switch (part.kind) {
        case 'step':
          link(from, to, part.adds);
          break;
        case 'barrier':
          link(from, to, null);
          break;
        case 'branch':
          for (const side of [part.then, part.otherwise]) link(build(side, from), to);
          break;
        case 'loop': {
          let at = from;
          for (let round = 0; round < part.rounds; round++) at = build(part.body, at);
          link(at, to);
          break;
        }
        case 'forever': {
          const head = nodes++;
          link(from, head);
          link(build(part.body, head), head);
          break;
        }
        case 'label':
          link(from, named.get(part.name)!);
          link(named.get(part.name)!, to);
          break;
        case 'goto':
          link(from, named.get(part.label)!);
          break;
      }
      return to;
    }, start);
  build(parts, 0);
  return { nodes, edges };
}

/** Bellman and Ford: what still grows after as many rounds as there are nodes grows without bound. */
function longest(parts: readonly Part[]): number | null {
  const { nodes, edges } = graphOf(parts);
  const counts = new Array<number>(nodes).fill(-1);
  counts[0] = 0;
  for (let round = 0; round <= nodes; round++) {
    let grows = false;
    for (const { from, to, adds } of edges) {
      if (counts[from]! < 0) continue;
      const count = adds === null ? 0 : counts[from]! + adds;
      if (count <= counts[to]!) continue;
      counts[to] = count;
      grows = true;
    }
    if (!grows) return Math.max(...counts);
  }
  return null;
}

const threadOf = (parts: readonly Part[]) => ({ body: statementsFrom(parts) }) as unknown as AnyThread;

test('the count is that of the longest way', () => {
  let [bounded, endless] = [0, 0];
  fc.assert(
    fc.property(text, (parts) => {
      const most = longest(parts);
      expect(mostAtOnce(threadOf(parts), by)).toBe(most);
      if (most === null) endless += 1;
      else if (most > 3) bounded += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(bounded).toBeGreaterThan(100);
  expect(endless).toBeGreaterThan(100);
});

test('a loop without a bound is found after few rounds', () => {
  let asked = 0;
  const counting: Counting = {
    ...by,
    adds: (statement) => {
      asked += 1;
      return by.adds(statement);
    },
  };
  const thread = threadOf([
    { kind: 'label', name: 'a' },
    ...Array.from({ length: 8 }, (): Part => ({ kind: 'step', adds: 1 })),
    { kind: 'branch', then: [{ kind: 'goto', label: 'a' }], otherwise: [] },
  ]);
  expect(mostAtOnce(thread, counting)).toBe(null);
  expect(asked).toBeLessThan(50);
  expect(endlessIn(thread, by)).toHaveLength(8);
});
