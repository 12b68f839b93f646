/** Generated code that compares, copies and hashes rows of bytes in memory: states, and segments of them. */
import {
  get,
  i64,
  load,
  local,
  operation,
  sequence,
  set,
  store,
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

/** One or two words of a row, or what is left of one. */
interface RowPart {
  readonly type: 'v128' | 'i64';
  /** In bytes from the beginning of the row. */
  readonly at: number;
  readonly bytes: number;
}

const wordBytes = 8;

/** Code of a part; a part of less than a word has bits of what follows it above its own. */
const loadPart = ({ pointer, offset = 0 }: RowRef, { type, at }: RowPart) =>
  load(type, get(pointer), offset + at);

/** Code that stores a part and nothing behind it: other workers may write there. */
function storePart(value: WasmLocal, { pointer, offset = 0 }: RowRef, { type, at, bytes }: RowPart): Wasm {
  if (bytes >= wordBytes) return store(get(value), type, get(pointer), offset + at);
  const pieces = ([4, 2, 1] as const).filter((size) => (bytes & size) !== 0);
  return sequence(
    ...pieces.map((size) => {
      const before = bytes & ~(2 * size - 1);
      const shifted = operation('i64.shr_u', get(value), i64(BigInt(before * 8)));
      return store(shifted, narrowTypes[size], get(pointer), offset + at + before);
    }),
  );
}

const narrowTypes = { 4: 'i64:32', 2: 'i64:16', 1: 'i64:8' } as const;

/** Code of the bits that a part of at most a word has itself, at the upper end of a word. */
const onlyItself = (loaded: Wasm, bytes: number): Wasm =>
  operation('i64.shl', loaded, i64(BigInt((wordBytes - bytes) * 8)));

/**
 * Emits code on rows of one length. It may read up to `rowMargin` bytes behind a row, but writes none of them.
 */
export class RowEmitter {
  readonly #bytes: number;
  readonly #hashMask: bigint;
  /** Two words each; then one word where their number is odd, and the bytes that are left. */
  readonly #parts: readonly RowPart[];

  /** Bits of a hash outside of `hashMask` are 0: tests make different rows collide. */
  constructor(bytes: number, hashMask: bigint) {
    this.#bytes = bytes;
    this.#hashMask = hashMask;
    this.#parts = [...partsOf(bytes)];
  }

  /** Code that is 0 where two rows are equal. */
  different(left: RowRef, right: RowRef): Wasm {
    const difference = (part: RowPart) =>
      operation(`${part.type}.xor`, loadPart(left, part), loadPart(right, part));
    const vectors = this.#parts.filter(({ type }) => type === 'v128').map(difference);
    const anyOf = (all: Wasm, other: Wasm) => operation('v128.or', all, other);
    const pairs = vectors.length === 0 ? [] : [operation('v128.any_true', vectors.reduce(anyOf))];
    const rest = this.#parts
      .filter(({ type }) => type === 'i64')
      .map((part) => operation('i64.ne', onlyItself(difference(part), part.bytes), i64(0n)));
    return [...pairs, ...rest].reduce((all, other) => operation('i32.or', all, other));
  }

  /** Code that copies a row to each of `targets`. */
  copy(from: RowRef, ...targets: readonly RowRef[]): Wasm {
    const copies = this.#parts.flatMap((part) => {
      const copied = local(part.type, 'copied');
      return [set(copied, loadPart(from, part)), ...targets.map((target) => storePart(copied, target, part))];
    });
    return sequence(...copies);
  }

  /** Code of the hash of the row at an address: the sum of its words times their constants, mixed once more. */
  hash(pointer: WasmLocal): Wasm {
    const word = local('i64', 'word');
    const sum = local('i64', 'sum');
    const products = Array.from({ length: Math.ceil(this.#bytes / wordBytes) }, (_, at) => {
      const bytes = Math.min(wordBytes, this.#bytes - at * wordBytes);
      const loaded = set(word, onlyItself(load('i64', get(pointer), at * wordBytes), bytes));
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

/** Code that stores a row of `bytes` bytes whose words are locals, and nothing behind it. */
export const storeRow = (words: readonly WasmLocal[], pointer: WasmLocal, bytes: number): Wasm =>
  sequence(
    ...words.map((word, at) => {
      const left = Math.min(wordBytes, bytes - at * wordBytes);
      return storePart(word, { pointer }, { type: 'i64', at: at * wordBytes, bytes: left });
    }),
  );

function* partsOf(bytes: number): Generator<RowPart> {
  let at = 0;
  for (; at + 2 * wordBytes <= bytes; at += 2 * wordBytes) yield { type: 'v128', at, bytes: 2 * wordBytes };
  for (; at < bytes; at += wordBytes) yield { type: 'i64', at, bytes: Math.min(wordBytes, bytes - at) };
}
