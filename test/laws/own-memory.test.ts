/** Plain reads of what one thread alone writes are local computation: no verdict changes, and no state at an end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  defineModel,
  init,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { law, runs } from '../depth.ts';
import { explore } from './explore.ts';
import { found, stops } from './found.ts';
import { randomModel } from './random-model.ts';

const exploredWith = (model: Model, isMarked: () => boolean) =>
  explore(interpretedSpace(transitionSystem(model, { ownReads: isMarked, choices: () => false })), 3_000);

/** Compares the two spaces; whether one has fewer states. */
function isSmaller(model: Model): boolean {
  const full = exploredWith(model, () => false);
  const less = exploredWith(model, () => true);
  if (full === null || less === null) return false;
  expect(stops(less)).toBe(stops(full));
  if (!stops(full)) expect(found(less)).toEqual(found(full));
  return less.count < full.count;
}

test('a random model finds the same', law, () => {
  let smaller = 0;
  const same = fc.property(randomModel({ errors: true, states: 200 }), (model) => {
    if (isSmaller(model)) smaller += 1;
  });
  fc.assert(same, { numRuns: runs(300), seed: 1936 });
  expect(smaller).toBeGreaterThan(runs(300) / 20);
});

/** A store of a number, or a load into a register of its own. */
interface Access {
  readonly cell: 0 | 1 | 2;
  readonly stores: boolean;
}

const cell = fc.constantFrom<Access['cell'][]>(0, 1, 2);
const code = fc.array(fc.record({ cell, stores: fc.boolean() }), { minLength: 2, maxLength: 4 });

/** Threads of stores and loads alone, in which order is all that matters. */
function straight(threads: readonly (readonly Access[])[]): Model {
  const number = () => init(range(0, 20), 0);
  const mem = shared({ x: number(), y: number(), z: number() });
  const cells = [mem.x, mem.y, mem.z] as const;
  const all = threads.map((accesses, own) =>
    thread(`p${own}`, { locals: { a: number(), b: number(), c: number(), d: number() } }, (l) =>
      accesses.map(({ cell: at, stores }, nth) =>
        stores
          ? step(`store ${nth}`, set(cells[at], 5 * own + nth + 1))
          : step(`load ${nth}`, set([l.a, l.b, l.c, l.d][nth]!, cells[at])),
      ),
    ),
  );
  const parts = { shared: mem, threads: all, properties: [reachable('something runs', true)] };
  return defineModel({ name: 'straight', summary: '', options: {}, build: () => parts }).build();
}

test('stores and loads in every order', law, () => {
  let smaller = 0;
  const same = fc.property(
    fc.tuple(code, code, fc.constantFrom([], [{ cell: 0, stores: true }] as const)),
    (all) => {
      if (isSmaller(straight(all.filter(({ length }) => length > 0)))) smaller += 1;
    },
  );
  fc.assert(same, { numRuns: runs(500), seed: 1936 });
  expect(smaller).toBeGreaterThan(runs(500) / 5);
});
