/** Tests of the bits of one word of a state, and several of them as one. */
import type { Wasm } from '../wasm/code.ts';

/**
 * Whether `word & mask` equals `value`, or whether it does not.
 *
 * Shape:  `word` is code of 64 bits that cannot fail; `value` lies within `mask`, which is not 0. A test of a single bit
 *         always asks for equality, so that equal tests look the same.
 */
export interface FieldTest {
  readonly kind: 'test';
  readonly word: Wasm;
  readonly mask: bigint;
  readonly value: bigint;
  readonly isEqual: boolean;
}

export function opposite(test: FieldTest): FieldTest {
  const { mask, value } = test;
  return isSingleBit(mask) ? { ...test, value: value ^ mask } : { ...test, isEqual: !test.isEqual };
}

const isSingleBit = (mask: bigint) => (mask & (mask - 1n)) === 0n;

/** Fewer tests that are all true where the given ones are, or null where these never are. */
export function fusedAll(tests: readonly FieldTest[]): readonly FieldTest[] | null {
  const fused: FieldTest[] = [];
  for (const test of tests) {
    const at = test.isEqual ? fused.findIndex((other) => other.isEqual && isSame(other.word, test.word)) : -1;
    if (at < 0) fused.push(test);
    else {
      const { word, mask, value } = fused[at]!;
      if (((value ^ test.value) & mask & test.mask) !== 0n) return null;
      fused[at] = { ...test, word, mask: mask | test.mask, value: value | test.value };
    }
  }
  return fused;
}

/** Fewer tests of which one is true where one of the given ones is, or null where that is always. */
export const fusedAny = (tests: readonly FieldTest[]): readonly FieldTest[] | null =>
  fusedAll(tests.map(opposite))?.map(opposite) ?? null;

/** Whether two trees are alike. What has no kind, as a local, is alike only to itself. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((part, at) => isSame(part, right[at]));
  return (
    isNode(left) &&
    isNode(right) &&
    left.kind === right.kind &&
    Object.entries(left).every(([name, part]) => isSame(part, right[name]))
  );
}

type TestNode = Readonly<Record<string, unknown>>;

const isNode = (thing: unknown): thing is TestNode =>
  typeof thing === 'object' && thing !== null && 'kind' in thing;
