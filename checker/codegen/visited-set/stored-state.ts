/** Generated code that compares and copies packed states, two words at a time. */
import {
  get,
  i64,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type WasmLocal,
  type ValueType,
  type Wasm,
} from '../wasm/code.ts';

/** A state at the address in `pointer`, and so many bytes behind it. */
interface Packed {
  readonly pointer: WasmLocal;
  readonly offset?: number;
}

interface StoredPart {
  readonly type: ValueType;
  /** In bytes from the beginning of the state. */
  readonly at: number;
}

/** Two words each; where their number is odd, the last alone. */
const partsOf = (words: number): readonly StoredPart[] =>
  Array.from({ length: Math.ceil(words / 2) }, (_, pair) => ({
    type: 2 * pair + 1 < words ? 'v128' : 'i64',
    at: pair * 16,
  }));

const read = ({ pointer, offset = 0 }: Packed, { type, at }: StoredPart) =>
  load(type, get(pointer), offset + at);
const write = (value: Wasm, { pointer, offset = 0 }: Packed, { type, at }: StoredPart) =>
  store(value, type, get(pointer), offset + at);

/** Code of whether two states differ: 0 where they are equal. */
export function differentStates(left: Packed, right: Packed, words: number): Wasm {
  const differences = (type: 'v128' | 'i64') =>
    partsOf(words)
      .filter((part) => part.type === type)
      .map((part) => operation(`${type}.xor`, read(left, part), read(right, part)));
  const [vectors, rest] = [differences('v128'), differences('i64')];
  const pairs = vectors.length === 0 ? [] : [operation('v128.any_true', vectors.reduce(anyOf))];
  return [...pairs, ...rest.map((difference) => operation('i64.ne', difference, none))].reduce(eitherOf);
}
const none = i64(0n);
const anyOf = (all: Wasm, other: Wasm) => operation('v128.or', all, other);
const eitherOf = (all: Wasm, other: Wasm) => operation('i32.or', all, other);

/** Code of whether two states are equal. */
export const equalStates = (left: Packed, right: Packed, words: number): Wasm =>
  operation('i32.eqz', differentStates(left, right, words));

/** Code that copies a state to each of the places. */
export function copyState(from: Packed, places: readonly Packed[], words: number): Wasm {
  return sequence(
    ...partsOf(words).flatMap((part) => {
      const copied = local(part.type, 'copied');
      return [set(copied, read(from, part)), ...places.map((place) => write(get(copied), place, part))];
    }),
  );
}
