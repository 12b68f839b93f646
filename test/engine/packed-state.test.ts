/** Packed arrays: each cell stands in its own bits, and unpacking gives the values back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { cellAt } from '../../checker/codegen/layout/placement.ts';
import { layoutOf } from '../../checker/codegen/layout/layout.ts';
import { decode, encode } from '../../checker/codegen/layout/packed-state.ts';
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import {
  array,
  defineModel,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';

const sizes = [1, 2, 3, 5, 100, 2 ** 20, 2 ** 31, 2 ** 32];

test.each(sizes)('cells of %d values', (size) => {
  const low = -5;
  const domain = range(low, low + size - 1);
  const mem = shared({ first: array(3, range(0, 1), 0), cells: array(70, domain, low) });
  const t = thread('t', {}, () => [step('one', set(mem.first.at(0), 1))]);
  const parts = { shared: mem, threads: [t], properties: [reachable('it begins', true)] };
  const system = transitionSystem(
    defineModel({ name: 'cells', summary: '', options: {}, build: () => parts }).build(),
  );
  const layout = layoutOf(system);
  const { cells: field } = layout.shared;
  const ordinals = fc.array(fc.integer({ min: 0, max: size - 1 }), { minLength: 70, maxLength: 70 });
  const packed = fc.property(ordinals, (given) => {
    const [initial] = initialStates(system);
    const state = {
      ...initial!,
      shared: { ...initial!.shared, cells: given.map((ordinal) => low + ordinal) },
    };
    const words = encode(layout, state);
    expect(decode(layout, words)).toEqual(state);
    for (const [cell, ordinal] of given.entries()) {
      const { word, shift } = cellAt(field!, cell);
      expect(Number(BigInt.asUintN(field!.bits, (words[word] ?? 0n) >> BigInt(shift)))).toBe(ordinal);
    }
  });
  fc.assert(packed, { numRuns: 20, seed: 1996 });
});
