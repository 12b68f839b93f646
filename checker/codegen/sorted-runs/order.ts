/** Generated code of packed states as keys: numbers of many words, the last word the most significant. */
import {
  either,
  get,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type Wasm,
  type WasmLocal,
} from '../wasm/code.ts';

/** Code of each word of a key. */
export type Key = (word: number) => Wasm;

/** The key at an address. */
export const keyAt =
  (address: WasmLocal): Key =>
  (word) =>
    load('i64', get(address), word * 8);

/** Locals that hold a key. */
export const keyLocals = (words: number, name: string): readonly WasmLocal[] =>
  Array.from({ length: words }, (_, word) => local('i64', `${name}${word}`));

export const keyIn =
  (locals: readonly WasmLocal[]): Key =>
  (word) =>
    get(locals[word]!);

/** Code that copies a key into locals. */
export const loadKey = (locals: readonly WasmLocal[], key: Key): Wasm =>
  sequence(...locals.map((word, at) => set(word, key(at))));

/** Code that copies a key to an address. */
export const storeKey = (words: number, key: Key, address: WasmLocal): Wasm =>
  sequence(...Array.from({ length: words }, (_, word) => store(key(word), 'i64', get(address), word * 8)));

/** Code that is 1 where `left` comes before `right`. */
export function isBefore(words: number, left: Key, right: Key): Wasm {
  const words0 = operation('i64.lt_u', left(0), right(0));
  return Array.from({ length: words - 1 }, (_, at) => at + 1).reduce(
    (below, word) =>
      either(
        operation('i64.ne', left(word), right(word)),
        operation('i64.lt_u', left(word), right(word)),
        below,
      ),
    words0,
  );
}

/** Code that is 1 where two keys are equal. */
export function isEqual(words: number, left: Key, right: Key): Wasm {
  const differences = Array.from({ length: words }, (_, word) =>
    operation('i64.xor', left(word), right(word)),
  );
  return operation(
    'i64.eqz',
    differences.reduce((all, other) => operation('i64.or', all, other)),
  );
}
