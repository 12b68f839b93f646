/** Holds that runs are what sets of numbers say: sorted, packed, merged, without those that are known. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeModule } from '../../checker/codegen/wasm/encode.ts';
import { sortModule } from '../../checker/codegen/sorted-runs/sort-module.ts';
import { RunMerger } from '../../checker/disk/run-merger.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { law, runs } from '../depth.ts';
import { MemoryStorage } from './memory-storage.ts';

/** States as numbers of `words * 64` bits. */
const toBytes = (states: readonly bigint[], words: number): Uint8Array => {
  const packed = BigUint64Array.from(
    states.flatMap((state) =>
      Array.from({ length: words }, (_, at) => BigInt.asUintN(64, state >> BigInt(64 * at))),
    ),
  );
  return new Uint8Array(packed.buffer);
};

const toNumbers = (bytes: Uint8Array, words: number): bigint[] => {
  const packed = new BigUint64Array(bytes.slice().buffer);
  return Array.from({ length: packed.length / words }, (_, state) =>
    Array.from({ length: words }, (__, at) => packed[state * words + at]! << BigInt(64 * at)).reduce(
      (sum, word) => sum + word,
    ),
  );
};

const ascending = (a: bigint, b: bigint) => Number(a > b) - Number(a < b);
const sorted = (states: Iterable<bigint>) => [...new Set(states)].sort(ascending);

/** Sets of states of some words, with small and large differences, and zero. */
const setsOf = (most: number) =>
  fc.integer({ min: 1, max: 5 }).chain((words) => {
    const bits = 64n * BigInt(words);
    const state = fc.oneof(
      fc.bigInt({ min: 0n, max: 40n }),
      fc.bigInt({ min: 0n, max: 2n ** bits - 1n }),
      fc
        .tuple(fc.bigInt({ min: 0n, max: bits - 1n }), fc.bigInt({ min: 0n, max: 3n }))
        .map(([shift, more]) => BigInt.asUintN(Number(bits), (1n << shift) + more)),
    );
    const set = fc.array(state, { maxLength: 60 });
    return fc.record({
      words: fc.constant(words),
      merged: fc.array(set, { minLength: 1, maxLength: most }),
      known: fc.array(set, { maxLength: most }),
      blockBytes: fc.constantFrom(1, 50, 1_000),
    });
  });

const read = (merger: RunMerger, run: string, words: number) =>
  Array.from(merger.read(run), (states) => toNumbers(states, words)).flat();

test('runs are merged as sets', law, () => {
  const agree = fc.property(setsOf(5), ({ words, merged, known, blockBytes }) => {
    const merger = new RunMerger(new MemoryStorage(), words, blockBytes);
    const write = (name: string) => (states: readonly bigint[], at: number) => {
      merger.write(`${name}${at}`, [toBytes(sorted(states), words)]);
      expect(read(merger, `${name}${at}`, words)).toEqual(sorted(states));
      return `${name}${at}`;
    };
    const total = finish(merger.merge(merged.map(write('new')), known.map(write('known')), 'result'));
    const dropped = new Set(known.flat());
    const expected = sorted(merged.flat().filter((state) => !dropped.has(state)));
    expect(read(merger, 'result', words)).toEqual(expected);
    expect(total).toBe(expected.length);
  });
  fc.assert(agree, { numRuns: runs(1_000), seed: 2026 });
});

test('a run of several sequences is read as they were written', law, () => {
  const agree = fc.property(setsOf(5), ({ words, merged, blockBytes }) => {
    const merger = new RunMerger(new MemoryStorage(), words, blockBytes);
    merger.write(
      'run',
      merged.map((states) => toBytes(states, words)),
    );
    expect(read(merger, 'run', words)).toEqual(merged.flat());
  });
  fc.assert(agree, { numRuns: runs(500), seed: 2026 });
});

function sort(states: readonly bigint[], words: number): bigint[] {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(1 + (states.length * words * 8) / 65_536) });
  const module = new WebAssembly.Module(encodeModule(sortModule(words, false)));
  const { exports } = new WebAssembly.Instance(module, { racewalk: { memory } });
  const bytes = toBytes(states, words);
  const at = 64;
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
  (exports['sort'] as (from: number, to: number) => void)(at, at + bytes.length);
  return toNumbers(new Uint8Array(memory.buffer, at, bytes.length), words);
}

test('states are sorted in place', law, () => {
  const agree = fc.property(setsOf(9), ({ words, merged }) => {
    expect(sort(merged.flat(), words)).toEqual(merged.flat().sort(ascending));
  });
  fc.assert(agree, { numRuns: runs(500), seed: 2026 });
});

test.each([
  ['ascending', (at: number) => at],
  ['descending', (at: number) => -at],
  ['equal', () => 7],
  ['two ascending sequences', (at: number) => at % 50_000],
])('100,000 states in a bad order are sorted in time: %s', (_, of) => {
  const states = Array.from({ length: 100_000 }, (__, at) => BigInt(100_000 + of(at)) << 64n);
  expect(sort(states, 2)).toEqual([...states].sort(ascending));
});
