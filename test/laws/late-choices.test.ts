/** A choice that is made where its value is first used: no verdict changes, and no memory at an end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  atomically,
  branch,
  choose,
  defineModel,
  eq,
  goto,
  init,
  label,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import type { Text } from '../../checker/language/statement.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { law, runs } from '../depth.ts';
import { explore } from './explore.ts';
import { found, stops } from './found.ts';
import { randomModel } from './random-model.ts';

const exploredWith = (model: Model, isLate: boolean) =>
  explore(interpretedSpace(transitionSystem(model, { choices: () => isLate })), 3_000);

/** Whether the two spaces, which find the same, differ in size. */
function isSmaller(model: Model): boolean {
  const [early, late] = [exploredWith(model, false), exploredWith(model, true)];
  if (early === null || late === null) return false;
  expect(stops(late)).toBe(stops(early));
  // A choice without a use is not made: locals differ at the end.
  const memory = ({ shared }: { readonly shared: unknown }) => JSON.stringify(shared);
  if (!stops(early)) expect(found(late, memory)).toEqual(found(early, memory));
  return late.count < early.count;
}

/** How many of `count` models, which all find the same, have fewer states. */
function smallerOf(models: fc.Arbitrary<Model>, count: number): number {
  let smaller = 0;
  const same = fc.property(models, (model) => {
    if (isSmaller(model)) smaller += 1;
  });
  fc.assert(same, { numRuns: count, seed: 1936 });
  return smaller;
}

test('a random model finds the same', law, () => {
  expect(smallerOf(randomModel({ errors: true, states: 200 }), runs(300))).toBeGreaterThan(runs(300) / 100);
});

const number = () => init(range(0, 3), 0);
const mem = shared({ x: number(), y: number(), go: number() });

/** What a thread does, as numbers: a choice, a use of its value, an access, a branch, a jump. */
type Line = readonly [kind: number, cell: number, first: readonly Line[], second: readonly Line[]];

const { line } = fc.letrec<{ line: Line; block: Line[] }>((tie) => ({
  block: fc.array(tie('line'), { maxLength: 3, depthIdentifier: 'late' }),
  line: fc.tuple(
    fc.nat(8),
    fc.nat(1),
    fc.oneof({ depthIdentifier: 'late', maxDepth: 2 }, fc.constant([]), tie('block')),
    fc.oneof({ depthIdentifier: 'late', maxDepth: 2 }, fc.constant([]), tie('block')),
  ),
}));

/** A thread whose choices are used on some of its ways, beside one that changes what its branches read. */
function choosing(lines: readonly Line[]): Model {
  const late = thread('late', { locals: { a: number(), b: number(), i: number() } }, (l) => {
    let nth = 0;
    const written = ([kind, cell, first, second]: Line): Text => {
      const [own, at] = [cell === 0 ? l.a : l.b, cell === 0 ? mem.x : mem.y];
      const name = `${(nth += 1)}`;
      if (kind < 2) return [choose(name, own)];
      if (kind === 2) return [step(name, set(at, own))];
      if (kind === 3) return [step(name, set(l.a, l.b))];
      if (kind === 4) return [step(name, set(l.i, mem.go))];
      if (kind === 5) return [branch(name, eq(own, 1), first.map(written), second.map(written))];
      if (kind === 6) return [branch(name, eq(mem.go, 1), first.map(written), second.map(written))];
      if (kind === 7) return [branch(name, eq(mem.go, 1 + cell), [goto(cell === 0 ? 'begin' : 'end')], [])];
      const parts = [step(name, set(l.i, mem.go)), step(`${name} stores`, set(at, own))];
      return [atomically(name, parts)];
    };
    return [label('begin'), ...lines.map(written), label('end')];
  });
  const other = thread('other', {}, () => [step('go', set(mem.go, 1)), step('stop', set(mem.go, 2))]);
  const parts = { shared: mem, threads: [late, other], properties: [reachable('something runs', true)] };
  return defineModel({ name: 'choosing', summary: '', options: {}, build: () => parts }).build();
}

test('choices that some ways use find the same', law, () => {
  const models = fc.array(line, { minLength: 2, maxLength: 5 }).map(choosing);
  expect(smallerOf(models, runs(1_000, 45))).toBeGreaterThan(runs(1_000, 45) / 20);
});
