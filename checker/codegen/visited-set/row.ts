/** Generated code that compares, copies and hashes rows of words in memory: states, and segments of them. */
import {
  get,
  i64,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type ValueType,
  type Wasm,
  type WasmLocal,
} from '../wasm/code.ts';

/** Odd constants from the fractional part of the golden ratio and of other square roots. */
const multipliers = [
  0x9e3779b97f4a7c15n,
  0xd6e8feb86659fd93n,
  0xbb67ae8584caa73bn,
  0xa54ff53a5f1d36f1n,
] as const;

/** An odd constant for each word: the first multiplier mixed with the word's position. */
const multiplierOf = (word: number) =>
  BigInt.asUintN(64, (multipliers[0] + BigInt(word) * 2n * multipliers[2]) * multipliers[3]) | 1n;

export const allBits = 2n ** 64n - 1n;

export const upperHalf = (word: Wasm) => operation('i64.shr_u', word, i64(32n));

/** A row at the address in `pointer` plus `offset` bytes. */
export interface RowRef {
  readonly pointer: WasmLocal;
  readonly offset?: number;
}

/** One or two words of a row. */
interface RowPart {
  readonly type: ValueType;
  /** In bytes from the beginning of the row. */
  readonly at: number;
}

const loadPart = ({ pointer, offset = 0 }: RowRef, { type, at }: RowPart) =>
  load(type, get(pointer), offset + at);
const storePart = (value: Wasm, { pointer, offset = 0 }: RowRef, { type, at }: RowPart) =>
  store(value, type, get(pointer), offset + at);

/** Emits code on rows of one length. */
export class RowEmitter {
  readonly #words: number;
  readonly #hashMask: bigint;
  /** Two words each; the last part is one word where their number is odd. */
  readonly #parts: readonly RowPart[];

  /** Bits of a hash outside of `hashMask` are 0: tests make different rows collide. */
  constructor(words: number, hashMask: bigint) {
    this.#words = words;
    this.#hashMask = hashMask;
    this.#parts = Array.from({ length: Math.ceil(words / 2) }, (_, pair) => ({
      type: 2 * pair + 1 < words ? 'v128' : 'i64',
      at: pair * 16,
    }));
  }

  /** Code that is 0 where two rows are equal. */
  different(left: RowRef, right: RowRef): Wasm {
    const differences = (type: 'v128' | 'i64') =>
      this.#parts
        .filter((part) => part.type === type)
        .map((part) => operation(`${type}.xor`, loadPart(left, part), loadPart(right, part)));
    const [vectors, rest] = [differences('v128'), differences('i64')];
    const anyOf = (all: Wasm, other: Wasm) => operation('v128.or', all, other);
    const pairs = vectors.length === 0 ? [] : [operation('v128.any_true', vectors.reduce(anyOf))];
    return [...pairs, ...rest.map((difference) => operation('i64.ne', difference, i64(0n)))].reduce(
      (all, other) => operation('i32.or', all, other),
    );
  }

  /** Code that copies a row to each of `targets`. */
  copy(from: RowRef, ...targets: readonly RowRef[]): Wasm {
    const copies = this.#parts.flatMap((part) => {
      const copied = local(part.type, 'copied');
      return [
        set(copied, loadPart(from, part)),
        ...targets.map((target) => storePart(get(copied), target, part)),
      ];
    });
    return sequence(...copies);
  }

  /** Code of the hash of the row at an address: the sum of the words times their constants, mixed once more. */
  hash(pointer: WasmLocal): Wasm {
    const word = local('i64', 'word');
    const sum = local('i64', 'sum');
    const products = Array.from({ length: this.#words }, (_, at) => {
      const loaded = set(word, load('i64', get(pointer), at * 8));
      const folded = operation('i64.xor', get(word), upperHalf(get(word)));
      return sequence(loaded, operation('i64.mul', folded, i64(multiplierOf(at))));
    });
    const added = products.reduce((left, right) => operation('i64.add', left, right));
    const mixed = operation('i64.xor', get(sum), upperHalf(get(sum)));
    const hash = operation('i64.mul', mixed, i64(multipliers[1]));
    const masked = this.#hashMask === allBits ? hash : operation('i64.and', hash, i64(this.#hashMask));
    return sequence(set(sum, added), masked);
  }
}
