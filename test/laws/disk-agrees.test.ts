/** Holds that a search on disk says what the search in memory says, also where it was killed or the disk was full. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  always,
  dec,
  eq,
  ge,
  goto,
  init,
  label,
  range,
  reachable,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { StorageError, type DiskSettings } from '../../checker/disk/storage.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import { startWorkers } from '../../checker/engine/node-workers.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { law, runs } from '../depth.ts';
import { modelOf } from '../language/tiny.ts';
import { Killed, MemoryStorage } from '../disk/memory-storage.ts';
import { allStates, judgementOf } from './judgement.ts';
import { randomModel } from './random-model.ts';
import { thinModel, thinShapes } from './thin-model.ts';

interface OnDisk {
  readonly storage?: MemoryStorage;
  readonly symmetry?: boolean;
  readonly sizes?: Omit<DiskSettings, 'open'>;
  readonly workers?: number;
  readonly limits?: Limits;
}

function onDisk(
  model: Model,
  { storage = new MemoryStorage(), symmetry = true, sizes, workers, limits = noLimits }: OnDisk,
) {
  const small = { batch: 8, claims: 8 };
  const parallel = workers === undefined ? null : { workers, small, spawn: startWorkers };
  const disk = { open: () => storage, ...sizes };
  return check(model, limits, { ...allStates, symmetry, parallel, disk });
}

/** States in memory: those of a few successors, or of all; written after each level, or only where memory is full. */
const sizes = fc.record({
  room: fc.constantFrom(100, 200, 1_000),
  blockBytes: fc.constantFrom(1, 64, 1_000),
  fewestUnsaved: fc.constantFrom(1, 60, 1_000_000),
});

/** Of three processes that go on from each other: all but the bytes of a block may change. */
const sizesOfThree = fc
  .tuple(sizes, sizes, sizes)
  .map(([first, ...others]) => [first, ...others.map((size) => ({ ...size, blockBytes: first.blockBytes }))]);

/** Interrupted at one of the first looks, in the middle of a level too; null: ended at a limit of states. */
const pauses = fc.option(fc.integer({ min: 1, max: 30 }));

const modelsOf = (symmetric: boolean) => randomModel({ errors: true, symmetric, states: 400 });
const thinModels = thinShapes.map((shape) =>
  Object.assign(thinModel(shape), { [fc.toStringMethod]: () => JSON.stringify(shape) }),
);

interface Kind {
  readonly name: string;
  readonly models: fc.Arbitrary<Model>;
  readonly symmetry: boolean;
  readonly verdicts: readonly string[];
}

const allVerdicts = ['holds', 'deadlock', 'error', 'assertion', 'invariant', 'unreached'];
const kinds: readonly Kind[] = [
  { name: 'random models', models: modelsOf(false), symmetry: false, verdicts: allVerdicts },
  { name: 'symmetric models', models: modelsOf(true), symmetry: true, verdicts: allVerdicts },
  {
    name: 'thin deep models',
    models: thinModels,
    symmetry: false,
    verdicts: ['holds', 'deadlock', 'invariant'],
  },
];

describe.each(kinds)('on $name', ({ models, symmetry, verdicts }) => {
  test('verdicts, counts and lengths are those in memory', law, () => {
    const seen = new Map<string, number>();
    const agree = fc.property(models, sizes, (model, size) => {
      const expected = judgementOf(check(model, noLimits, { ...allStates, symmetry }));
      const storage = new MemoryStorage();
      expect(judgementOf(onDisk(model, { storage, symmetry, sizes: size }))).toEqual(expected);
      expect(storage.runs.size).toBe(0);
      seen.set(expected.kind ?? expected.verdict, (seen.get(expected.kind ?? expected.verdict) ?? 0) + 1);
    });
    fc.assert(agree, { numRuns: runs(200, 10), seed: 2026, endOnFailure: true });
    for (const verdict of verdicts)
      expect([verdict, seen.get(verdict) ?? 0]).toEqual([verdict, expect.toSatisfy((times) => times > 0)]);
  });

  /** Ends each process at a write, and resumes until one gets to the end; returns it and the number of all. */
  function resumed(
    model: Model,
    fewestUnsaved: number,
    errorAt: (process: number) => { readonly at: number; readonly error: Error },
  ) {
    const storage = new MemoryStorage();
    for (let process = 1; ; process++) {
      const { at, error } = errorAt(process);
      storage.fault = { at: storage.writes + at, error };
      try {
        const checked = onDisk(model, {
          storage,
          symmetry,
          sizes: { room: 200, blockBytes: 64, fewestUnsaved },
        });
        if (checked.outcome.verdict !== 'inconclusive') return { checked, processes: process };
        expect(checked.outcome.reason).toContain('no space left');
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  }

  test.each([
    ['killed', new Killed()],
    ['out of space', new StorageError('no space left')],
  ])('a search that was %s goes on as if it had not been', law, (_, error) => {
    let most = 0;
    const agree = fc.property(
      models,
      fc.constantFrom(1, 60),
      fc.integer({ min: 1, max: 8 }),
      (model, fewestUnsaved, first) => {
        const expected = judgementOf(onDisk(model, { symmetry }));
        // Later processes get further, so that a level fits into one of them.
        const { checked, processes } = resumed(model, fewestUnsaved, (process) => ({
          at: first + 5 * process,
          error,
        }));
        most = Math.max(most, processes);
        // What is found before the disk is full is a run of the model, though a shorter one may lead elsewhere.
        const isComplete = checked.outcome.statistics.states === expected.states;
        if (isComplete || checked.trace === null) expect(judgementOf(checked)).toEqual(expected);
        else expect(expected.steps).not.toBeNull();
      },
    );
    fc.assert(agree, { numRuns: runs(40, 5), seed: 2026, endOnFailure: true });
    expect(most).toBeGreaterThan(1);
  });

  test('a search that ended at a limit, or was interrupted, goes on as if it had not', law, () => {
    let limited = 0;
    const agree = fc.property(models, sizesOfThree, pauses, (model, each, pause) => {
      const expected = judgementOf(onDisk(model, { symmetry }));
      const storage = new MemoryStorage();
      for (const [at, size] of each.entries()) {
        const most = at === 2 ? Infinity : (pause ?? 40) * (at + 1);
        let looks = 0;
        const stop = () => (++looks > most ? 'interrupted' : null);
        const limits = pause === null ? { ...noLimits, maxStates: most } : { ...noLimits, stop };
        const checked = onDisk(model, { storage, symmetry, sizes: size, limits });
        if (checked.outcome.verdict !== 'inconclusive') {
          // What is found before an interruption is a run of the model, though a shorter one may lead elsewhere.
          const { transitions } = checked.outcome.statistics;
          const isCut = pause !== null && transitions !== expected.transitions;
          if (isCut && checked.trace !== null) expect(expected.steps).not.toBeNull();
          else expect(judgementOf(checked)).toEqual(expected);
          return;
        }
        expect(checked.outcome.reason).toMatch(/^interrupted|^the limit/);
        limited++;
        if (pause === null) expect(checked.outcome.statistics.states).toBeGreaterThan(most);
      }
      expect.fail('a search without limits is conclusive');
    });
    fc.assert(agree, { numRuns: runs(100, 10), seed: 2026, endOnFailure: true });
    expect(limited).toBeGreaterThan(0);
  });
});

test('the trace does not depend on memory or workers', law, () => {
  const same = fc.property(fc.oneof(modelsOf(false), thinModels), sizes, (model, size) => {
    const { outcome } = onDisk(model, { symmetry: false });
    const same = { ...outcome, statistics: { ...outcome.statistics, bytes: expect.any(Number) as number } };
    expect(onDisk(model, { symmetry: false, sizes: size }).outcome).toEqual(same);
    expect(onDisk(model, { symmetry: false, workers: 2, sizes: { room: 1_000 } }).outcome).toEqual(same);
  });
  fc.assert(same, { numRuns: runs(30, 5), seed: 2026 });
});

test('many runs of successors, and of known states', () => {
  const model = gupFast.build({ syncIpi: true, cpus: 3 });
  const { outcome } = onDisk(model, { symmetry: false, sizes: { room: 300, blockBytes: 200 } });
  expect(outcome).toEqual({
    verdict: 'holds',
    statistics: {
      ...check(model, noLimits, { ...allStates, symmetry: false }).outcome.statistics,
      bytes: outcome.statistics.bytes,
      method: 'compiled, on disk',
      endless: null,
    },
  });
});

test('the state of zeros is new to a search that goes on', () => {
  const model = modelOf(() => {
    const mem = shared({ n: init(range(0, 2), 2) });
    const turns = thread('turns', {}, () => [label('again'), step('n--', dec(mem.n)), goto('again')]);
    return {
      shared: mem,
      threads: [turns],
      properties: [always('n', ge(mem.n, 1)), reachable('one', eq(mem.n, 1))],
    };
  });
  const expected = judgementOf(onDisk(model, {}));
  let resumed = 0;
  for (let at = 1; at < 20; at++) {
    const storage = new MemoryStorage();
    storage.fault = { at, error: new StorageError('no space left') };
    const sizes = { fewestUnsaved: 1 };
    const first = onDisk(model, { storage, sizes });
    if (first.outcome.verdict !== 'inconclusive') continue;
    expect(judgementOf(onDisk(model, { storage, sizes }))).toEqual(expected);
    resumed++;
  }
  expect(resumed).toBeGreaterThan(0);
  expect(expected).toMatchObject({ verdict: 'violated', steps: 2 });
});

describe('small levels', () => {
  const model = thinModel({
    end: 2_000,
    wraps: true,
    jumps: [[1_900, 3]],
    toggles: [
      [0, 2_000],
      [500, 900],
    ],
    forbidden: 4_000,
  });

  test('that fit into memory are not written', () => {
    const storage = new MemoryStorage();
    expect(onDisk(model, { storage }).outcome).toMatchObject({ verdict: 'holds' });
    expect(storage.writes).toBe(0);
  });

  test('beyond memory are written many at a time', () => {
    const storage = new MemoryStorage();
    const { outcome } = onDisk(model, { storage, sizes: { room: 1_000, fewestUnsaved: 1_000 } });
    expect(outcome).toMatchObject({ verdict: 'holds', statistics: { states: 8_004 } });
    expect(outcome.statistics.depth).toBeGreaterThan(2_000);
    expect(storage.writes).toBeLessThan(1_000);
  });
});
