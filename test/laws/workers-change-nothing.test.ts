/** Holds that any number of workers finds the same states, numbers, counts and findings as one. */
import fc from 'fast-check';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { numberingOf } from '../../checker/program/numbering.ts';
import { symmetryOf } from '../../checker/program/symmetry.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import {
  assert,
  atomically,
  bool,
  choose,
  index,
  init,
  lt,
  set,
  shared,
  step,
  thread,
  wait,
} from '../../checker/language/index.ts';
import {
  compiledSpace,
  type CompiledOptions,
  type CompiledSpace,
} from '../../checker/engine/compiled-space.ts';
import type { PendingWorkers, WorkerInit, WorkerOptions } from '../../checker/engine/worker.ts';
import { search } from '../../checker/search/breadth-first.ts';
import { startWorkers } from '../../checker/engine/node-workers.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { law, runs } from '../depth.ts';
import { mayEnd, modelOf } from '../language/tiny.ts';
import { explore } from './explore.ts';
import { packingCases } from './packing-cases.ts';
import { randomModel } from './random-model.ts';
import { told as tell } from './told.ts';

const most = 3_000;
/** States on both sides of 4 GiB, once the first 64 KiB of them are stored. */
const acrossBorder = 2 ** 32 - 2 ** 16;

/** States are compact from the first few on, so that workers number values together, and some run out of numbers. */
const compact: CompiledOptions = { fold: null, compact: { from: 3, worth: 1, mostBits: 4 } };

/** All work is shared, in batches of `batch` successors and chunks of as few claims. */
const small = (batch: number, chunks?: number) => ({
  batch,
  claims: batch,
  ...(chunks === undefined ? {} : { chunks }),
});

/** Runs `examine` on a space that workers share from its first state on. */
function together<T>(
  system: TransitionSystem,
  {
    parallel,
    ...options
  }: Omit<CompiledOptions, 'parallel'> & {
    readonly parallel: Omit<WorkerOptions, 'spawn'> & Partial<WorkerOptions>;
  },
  examine: (space: CompiledSpace) => T,
): T {
  const space = compiledSpace(system, { ...options, parallel: { spawn: startWorkers, ...parallel } });
  try {
    return examine(space);
  } finally {
    space.close();
  }
}

/** Its last level begins with five states of a hundred findings each: more than a chunk of a small batch can hold. */
const mistaken = modelOf(() => {
  const mem = shared({ n: init(index(512), 511), no: init(bool, false) });
  const chooses = thread('chooses', { locals: { n: init(index(512), 0) } }, (l) => [
    choose('n', l.n),
    step('n', set(mem.n, l.n)),
  ]);
  const fails = thread('fails', { locals: { k: init(index(100), 0) } }, (l) => [
    atomically('k', wait('n is small', lt(mem.n, 5)), choose('k', l.k), step('fails', assert('no', mem.no))),
  ]);
  return { shared: mem, threads: [chooses, fails], properties: [mayEnd(chooses)] };
});

/** Eight states with 150 successors each: more than the pool expects of a round of the first eight. */
const fanning = modelOf(() => {
  const mem = shared({ begun: init(bool, false) });
  const locals = { k: init(index(8), 0), n: init(index(150), 0) };
  const fans = thread('fans', { locals }, (l) => [
    step('begins', set(mem.begun, true)),
    choose('k', l.k),
    step('goes on', set(mem.begun, false)),
    choose('n', l.n),
    step('ends', set(mem.begun, true)),
  ]);
  return { shared: mem, threads: [fans], properties: [mayEnd(fans)] };
});

function agree(system: TransitionSystem, options: Parameters<typeof together>[1]): void {
  const alone = explore(compiledSpace(system, { ...options, parallel: null, wideFrom: null }), most);
  if (alone === null) return;
  const told = together(system, options, (space) => tell(explore(space, most)!));
  expect(told).toEqual(tell(alone));
}

describe('workers change nothing', () => {
  // With hashes of a few bits workers meet at the same slots; with one chunk each, many rounds overflow and roll back.
  test.each([
    [{ workers: 2, small: small(5) }, {}],
    [{ workers: 3, small: small(40) }, { wideFrom: acrossBorder }],
    [{ workers: 2, small: small(16) }, { hashMask: 2n ** 63n + 2n ** 62n + 2n ** 31n }],
    [{ workers: 2, small: small(4, 1) }, {}],
    [{ workers: 2, small: small(5) }, compact],
    [
      { workers: 3, small: small(3, 1) },
      { ...compact, wideFrom: acrossBorder },
    ],
    [{ workers: 3, small: small(3, 1) }, { wideFrom: acrossBorder }],
  ])('on random models with %o, %o', law, (parallel, options) => {
    const same = fc.property(randomModel({ errors: true, states: 400 }), (model) => {
      agree(transitionSystem(model), { ...options, parallel });
    });
    fc.assert(same, { numRuns: runs(15, 8), seed: 2014 });
  });

  test('on random models with copies alike', law, () => {
    const same = fc.property(randomModel({ errors: true, symmetric: true, states: 400 }), (model) => {
      const system = transitionSystem(model);
      const symmetry = symmetryOf(numberingOf(system));
      agree(system, { symmetry, forget: true, parallel: { workers: 2, small: small(10) } });
    });
    fc.assert(same, { numRuns: runs(15, 8), seed: 2014 });
  });

  test.each(packingCases)(
    'on %s',
    (_, model) => {
      agree(transitionSystem(model()), { parallel: { workers: 2, small: small(100) } });
    },
    60_000,
  );

  test('on a model with many mistakes in a state', () => {
    const system = transitionSystem(mistaken);
    const brief = ({ count, transitions, fired, findings }: CompiledSpace) => ({
      count,
      transitions,
      fired,
      findings,
    });
    const alone = explore(compiledSpace(system), most)!;
    together(system, { parallel: { workers: 2, small: small(8) } }, (space) => {
      expect(brief(explore(space, most)!)).toEqual(brief(alone));
      for (let id = 0; id < space.count; id++) expect(space.state(id)).toEqual(alone.state(id));
    });
    expect(alone.count).toBe(1_024);
  });

  test('on a state that leads to more than was expected', () => {
    const sizes = { batch: 16, claims: 10_000, chunks: 1 };
    agree(transitionSystem(fanning), { parallel: { workers: 2, small: sizes } });
  });

  test.each([
    [null, small(3_000)],
    [acrossBorder, small(3_000)],
    [null, small(20, 2)],
  ])(
    'while the table grows, states from %s on, %o',
    (wideFrom, sizes) => {
      const system = transitionSystem(gupFast.build({ flush: 'ipi', cpus: 3 }));
      const alone = explore(compiledSpace(system), Infinity)!;
      together(system, { wideFrom, parallel: { workers: 2, small: sizes } }, (space) => {
        explore(space, Infinity);
        expect([space.count, space.transitions, space.fired, space.bytes]).toEqual([
          alone.count,
          alone.transitions,
          alone.fired,
          alone.bytes,
        ]);
        for (let id = 0; id < space.count; id += 1_009) expect(space.state(id)).toEqual(alone.state(id));
      });
    },
    60_000,
  );

  test('where they are called on the way', () => {
    const system = transitionSystem(gupFast.build({ syncIpi: true, cpus: 4 }));
    const limits = { maxStates: Infinity, stop: () => null, onProgress: () => undefined };
    const outcome = together(system, { parallel: { workers: 2, from: 20_000 } }, (space) =>
      search(system, space, limits, 'compiled'),
    );
    expect(outcome).toMatchObject({ verdict: 'holds', statistics: { states: 917_871, depth: 52 } });
    expect(outcome).toEqual(search(system, compiledSpace(system), limits, 'compiled'));
  }, 60_000);

  test('where memory is full', () => {
    const system = transitionSystem(gupFast.build({ syncIpi: true, cpus: 3 }));
    const ends = (space: CompiledSpace) => {
      expect(() => explore(space, Infinity)).toThrow('the visited set is full');
      return [space.count, space.transitions];
    };
    for (const maxBytes of [30_000, 200_000, 500_000])
      expect(together(system, { maxBytes, parallel: { workers: 2, small: small(100) } }, ends)).toEqual(
        ends(compiledSpace(system, { maxBytes })),
      );
  }, 60_000);
});

test('workers that were called are let go when a search cannot begin', () => {
  const system = transitionSystem(gupFast.build({ flush: 'ipi', cpus: 3 }));
  const close = vi.fn();
  const spawn = () => ({ start: () => expect.unreachable(), close });
  const impossible = { only: { initial: 0, edges: [] }, symmetry: symmetryOf(numberingOf(system)) };
  expect(() => compiledSpace(system, { ...impossible, parallel: { workers: 2, from: 0, spawn } })).toThrow(
    'not interchangeable',
  );
  expect(close).toHaveBeenCalledOnce();
});

/** A module without the functions that a worker calls. */
const emptyModule = new WebAssembly.Module(new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

describe('a worker that dies ends the search with an error', () => {
  const system = transitionSystem(gupFast.build({ flush: 'ipi', cpus: 3 }));

  test('when it cannot begin', () => {
    const spawn = (others: number): PendingWorkers => {
      const { start, close } = startWorkers(others);
      const emptied = (init: WorkerInit) => ({ ...init, module: emptyModule });
      return { start: (self, inits) => start(self, inits.map(emptied)), close };
    };
    together(system, { parallel: { workers: 2, small: small(8), spawn } }, (space) => {
      space.start();
      expect(() => space.expand(0, 1)).toThrow('worker 1 of the search has failed');
    });
  });

  test.each([
    ['between two rounds', 60_000, 'worker 1 of the search has failed'],
    ['and cannot say so', 300, 'a worker of the search no longer answers'],
  ])('when it is killed, %s', async (how, patience, message) => {
    const threads: Worker[] = [];
    const spawn = (others: number) =>
      startWorkers(others, { patience, onStarted: (thread) => threads.push(thread) });
    const space = compiledSpace(system, { parallel: { workers: 2, small: small(8), spawn } });
    space.start();
    space.expand(0, 1);
    const gone = threads[0]!.terminate();
    if (how === 'between two rounds') await gone;
    expect(() => {
      for (let at = 1; at < space.count; at++) space.expand(at, at + 1);
    }).toThrow(message);
    space.close();
  });
});
