/** Law: where the text of the threads bounds every run, the state graph has no cycle; and what of the kernel's is bounded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  and,
  atomically,
  bool,
  choose,
  dec,
  eq,
  forever,
  goto,
  init,
  label,
  loop,
  ne,
  not,
  branch,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  values,
  wait,
  type Text,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { printText } from '../../checker/language/print.ts';
import { runsAreFinite, unboundedStep } from '../../checker/liveness/finite-runs.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { walkStates } from '../../checker/state-space/successors.ts';
import { registry } from '../../models/registry.ts';
import { law, runs } from '../depth.ts';
import { modelOf } from '../language/tiny.ts';
import { randomModel } from '../laws/random-model.ts';

/** Whether the state graph has a cycle; undefined: it has too many states. */
function hasCycle(model: Model): boolean | undefined {
  const targets: (readonly number[])[] = [];
  for (const { id, edges, found } of walkStates(transitionSystem(model))) {
    if (found > 2_000) return undefined;
    targets[id] = edges.flatMap(({ to }) => (to < 0 ? [] : [to]));
  }
  // States whose successors have all been taken away are on no cycle.
  const left = new Set(targets.keys());
  for (let before = Infinity; left.size < before;) {
    before = left.size;
    for (const id of left) if (!targets[id]!.some((to) => left.has(to))) left.delete(id);
  }
  return left.size > 0;
}

test('bounded text has no cycle', law, () => {
  const seen = { bounded: 0, loops: 0, cycles: 0 };
  fc.assert(
    fc.property(randomModel({ errors: false, states: 200 }), (model) => {
      const cycle = hasCycle(model);
      if (cycle === undefined) return;
      const bounded = runsAreFinite(model);
      if (bounded) expect(cycle).toBe(false);
      seen.bounded += Number(bounded);
      seen.loops += Number(bounded && /"kind":"(loop|goto|forever)"/.test(JSON.stringify(model.threads)));
      seen.cycles += Number(cycle);
    }),
    { numRuns: runs(3_000, 45) },
  );
  expect(Math.min(seen.bounded, seen.loops, seen.cycles)).toBeGreaterThan(runs(3_000, 45) / 100);
});

const Pte = values('none', 'present', 'moved');

const mem = shared({
  pending: init(bool, false),
  pte: init(Pte, 'present'),
  tlb: init(Pte, 'none'),
});
const locals = { n: init(range(0, 3), 3), i: init(range(0, 1), 0), b: init(bool, false) };

/** The text of the first step that is not bounded, or null. */
function unbounded(
  body: (l: { readonly n: never; readonly i: never; readonly b: never }) => Text,
  others: Text = [],
): string | null {
  const model = modelOf(() => {
    const handler = thread('handler', { locals, mayBlockForever: true }, body as never);
    const sender = thread('sender', {}, () => [step('send', set(mem.pending, true)), ...others]);
    return { shared: mem, threads: [handler, sender], properties: [reachable('sent', mem.pending)] };
  });
  const way = unboundedStep(transitionSystem(model));
  if (way === null) expect(hasCycle(model)).toBe(false);
  return way === null ? null : printText(way.statement);
}

describe('a loop is bounded', () => {
  test('by a request that it clears and only others make', () => {
    expect(unbounded(() => [forever(wait('handle', mem.pending, set(mem.pending, false)))])).toBeNull();
  });
  test('but not where it makes the request itself, or does not clear it', () => {
    const again = () => [
      forever(wait('handle', mem.pending, set(mem.pending, false)), step('again', set(mem.pending, true))),
    ];
    expect(unbounded(again)).toBe('handle');
    expect(unbounded(() => [forever(wait('handle', mem.pending))])).toBe('handle');
  });
  test('nor where another loop makes the request', () => {
    const handler = () => [forever(wait('handle', mem.pending, set(mem.pending, false)))];
    const more = [forever(wait('more', not(mem.pending), set(mem.pending, true)))];
    expect(unbounded(handler, more)).toBe('handle');
  });
  test('by a value that it replaces with one that is known to differ', () => {
    const fill = (known: boolean) => (): Text => [
      forever(
        atomically(
          'one event',
          wait(
            'fill',
            and(eq(mem.tlb, 'none'), ...(known ? [ne(mem.pte, 'none')] : [])),
            set(mem.tlb, mem.pte),
          ),
        ),
      ),
    ];
    expect(unbounded(fill(true))).toBeNull();
    expect(unbounded(fill(false))).toBe('atomically');
  });
  test('by a counter, up or down, but not both', () => {
    const count = (l: { readonly n: never }) => [
      label('again'),
      step('look', set(mem.tlb, 'moved')),
      branch('n == 0', eq(l.n, 0), [goto('out')]),
      step('n--', dec(l.n), set(mem.tlb, 'moved')),
      goto('again'),
      label('out'),
      step('out', set(mem.tlb, 'none')),
    ];
    expect(unbounded(count)).toBeNull();
    expect(unbounded((l) => [loop('i', l.i, [step('look', set(mem.tlb, 'moved'))])])).toBeNull();
    const back = (l: { readonly n: never; readonly b: never }) => [
      label('again'),
      choose('b', l.b),
      step('n--', dec(l.n), set(mem.tlb, 'moved')),
      branch('b', l.b, [step('n = 3', set(l.n, 3), set(mem.tlb, 'none'))]),
      branch('pte != none', ne(mem.pte, 'none'), [goto('again')]),
    ];
    expect(unbounded(back)).not.toBeNull();
  });
});

test('of the models of the kernel, only the retry of dirty-cow is not bounded by its text', () => {
  const kernel = registry.slice(
    0,
    registry.findIndex(({ name }) => name === 'peterson'),
  );
  const open = kernel.filter((definition) =>
    definition.scenarios.some(({ options }) => !runsAreFinite(definition.build(options))),
  );
  expect(open.map(({ name }) => name)).toEqual(['dirty-cow']);
});
