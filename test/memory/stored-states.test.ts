/** States of the ARMv8 machine are stored once each, whole, whatever numbers they consist of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MachineState } from '../../checker/memory/arm64/machine-state.ts';
import { Sequence, SequenceSet } from '../../checker/memory/arm64/sequence-set.ts';
import { arm64Space } from './arm64-machine.ts';
import { randomWeak } from './random-weak.ts';

const numbers = fc.oneof(
  fc.integer({ min: -1, max: 2 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31, 2 ** 31 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 1 - 2 ** 53),
);

test('equal sequences have one number, others have others', () => {
  fc.assert(
    fc.property(fc.array(fc.array(numbers, { maxLength: 4 }), { maxLength: 200 }), (sequences) => {
      const set = new SequenceSet();
      const sequence = new Sequence();
      const first = new Map<string, number>();
      for (const one of sequences) {
        sequence.clear();
        sequence.addAll(one);
        const text = one.join();
        if (!first.has(text)) first.set(text, first.size);
        expect(set.add(sequence)).toBe(first.get(text));
      }
      expect(set.count).toBe(first.size);
    }),
    { seed: 2026 },
  );
});

test('a sequence may be longer than the room that there is at first', () => {
  const sequence = new Sequence();
  sequence.addAll(Array.from({ length: 5_000 }, (_, at) => at * 2 ** 30));
  const set = new SequenceSet();
  expect(set.add(sequence)).toBe(0);
  sequence.add(1);
  expect(set.add(sequence)).toBe(1);
});

const textOf = (state: MachineState) =>
  JSON.stringify(state, (key, value: unknown) => (key === 'isSettled' ? null : value));

/** Nothing is passed over in its normal form. */
const unsettled = (state: MachineState): MachineState => ({
  ...state,
  cpus: state.cpus.map((views) => ({ ...views, cells: views.cells.slice() })),
  copies: state.copies.map((copy) => ({ ...copy, isSettled: false })),
});

test('a stored state is found again under its number, no two are equal, and nothing that has a normal form is passed over', () => {
  let states = 0;
  fc.assert(
    fc.property(randomWeak({ accesses: 4, asserts: false, invariants: 1 }), (model) => {
      const space = arm64Space(model, new Set(), 5_000);
      if (space === null) return;
      const { machine } = space;
      const texts = new Set<string>();
      for (let id = 0; id < space.count; id++) {
        const state = space.machineState(id);
        texts.add(textOf(state));
        for (const { after } of machine.steps(state))
          expect(textOf(machine.normal(after))).toBe(textOf(machine.normal(unsettled(after))));
        expect(space.numberOf(state)).toBe(id);
      }
      expect(texts.size).toBe(space.count);
      states += space.count;
    }),
    { numRuns: 8, seed: 2026 },
  );
  expect(states).toBeGreaterThan(500);
});
