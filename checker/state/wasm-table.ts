/** Generated code of the table of numbers: where a hash belongs, which slots may be its own, and how it is rebuilt. */
import type { Local, NumberType, Wasm, WasmFunction } from './wasm-code.ts';
import {
  block,
  choose,
  count,
  fill,
  get,
  getGlobal,
  i32,
  i64,
  jump,
  jumpIf,
  labelled,
  load,
  local,
  loop,
  operation,
  sequence,
  set,
  store,
} from './wasm-code.ts';
import type { MemoryMap } from './wasm-memory.ts';

export interface VisitedContext {
  readonly map: MemoryMap;
  readonly words: number;
  readonly addressType: NumberType;
}

/** Globals: states stored, slots of the table, the low bits of a slot that are a number, and where the table begins in units of 64 KiB. */
export const visitedGlobals = ['count', 'slots', 'numberMask', 'tablePage', 'touched'] as const;

/** Odd constants from the fractional part of the golden ratio and of other square roots. */
const multipliers = [
  0x9e3779b97f4a7c15n,
  0xd6e8feb86659fd93n,
  0xbb67ae8584caa73bn,
  0xa54ff53a5f1d36f1n,
] as const;

/** A constant of its own for each word: the first mixed with its position; odd. */
const multiplierOf = (word: number) =>
  BigInt.asUintN(64, (multipliers[0] + BigInt(word) * 2n * multipliers[2]) * multipliers[3]) | 1n;

const shifted = (word: Wasm) => operation('i64.shr_u', word, i64(32n));

/** Code of the hash of the state at an address: each word spread by its own constant, the sum mixed once more. */
export function hashAt(pointer: Local, words: number): Wasm {
  const word = local('i64', 'word');
  const sum = local('i64', 'sum');
  const spread = (at: number) => {
    const loaded = set(word, load('i64', get(pointer), at * 8));
    const folded = operation('i64.xor', get(word), shifted(get(word)));
    return sequence(loaded, operation('i64.mul', folded, i64(multiplierOf(at))));
  };
  const parts = Array.from({ length: words }, (_, at) => spread(at));
  const added = parts.reduce((left, right) => operation('i64.add', left, right));
  return sequence(
    set(sum, added),
    operation('i64.mul', operation('i64.xor', get(sum), shifted(get(sum))), i64(multipliers[1])),
  );
}

/** Code of the slot where the search for a hash begins. */
export const firstSlot = (hash: Wasm): Wasm =>
  operation(
    'i32.wrap_i64',
    shifted(operation('i64.mul', shifted(hash), operation('i64.extend_i32_u', getGlobal('slots')))),
  );

/** Code of the address of a slot. */
export function slotAddress(slot: Wasm, type: NumberType): Wasm {
  const page = getGlobal('tablePage');
  if (type === 'i32')
    return operation('i32.add', operation('i32.shl', page, i32(16)), operation('i32.shl', slot, i32(2)));
  const wide = (code: Wasm, bits: bigint) =>
    operation('i64.shl', operation('i64.extend_i32_u', code), i64(bits));
  return operation('i64.add', wide(page, 16n), wide(slot, 2n));
}

/** Code of the address of a stored state. */
export function stateAddress(number: Wasm, { addressType: type, map }: VisitedContext): Wasm {
  if (type === 'i32')
    return operation('i32.add', operation('i32.mul', number, i32(map.stride)), i32(map.states));
  const offset = operation('i64.mul', operation('i64.extend_i32_u', number), i64(BigInt(map.stride)));
  return operation('i64.add', offset, i64(BigInt(map.states)));
}

export const increment = (variable: Local, amount = 1) =>
  set(variable, operation('i32.add', get(variable), i32(amount)));
export const scaled = (index: Wasm, bytes: number) => operation('i32.mul', index, i32(bytes));

/** Whether a slot can be the one of a hash: the bits above the number agree. */
const likely = (slot: Local, hash: Local, mask: Wasm): Wasm =>
  operation(
    'i32.eqz',
    operation(
      'i32.and',
      operation('i32.xor', get(slot), operation('i32.wrap_i64', get(hash))),
      operation('i32.xor', mask, i32(-1)),
    ),
  );

/** Code that moves `slot` on to the next that is empty or likely; `value` is what it holds. */
export function probe(slot: Local, value: Local, hash: Local, type: NumberType): Wasm {
  const [found, again] = [labelled('found'), labelled('again')];
  return block(
    found,
    loop(
      again,
      set(value, load('i32', slotAddress(get(slot), type))),
      jumpIf(found, operation('i32.eqz', get(value))),
      jumpIf(found, likely(value, hash, getGlobal('numberMask'))),
      nextSlot(slot),
      jump(again),
    ),
  );
}

export const nextSlot = (slot: Local): Wasm =>
  sequence(increment(slot), choose(operation('i32.eq', get(slot), getGlobal('slots')), [set(slot, i32(0))]));

export const slotValue = (hash: Local, number: Wasm): Wasm =>
  operation(
    'i32.or',
    operation(
      'i32.and',
      operation('i32.wrap_i64', get(hash)),
      operation('i32.xor', getGlobal('numberMask'), i32(-1)),
    ),
    number,
  );

/** `clearTable()`: makes all slots empty. */
export function clearTable({ addressType }: VisitedContext): WasmFunction {
  const slots = getGlobal('slots');
  const wide = operation('i64.shl', operation('i64.extend_i32_u', slots), i64(2n));
  const size = addressType === 'i32' ? operation('i32.shl', slots, i32(2)) : wide;
  const body = [fill(slotAddress(i32(0), addressType), size)];
  return { name: 'clearTable', parameters: [], result: null, body, exported: true };
}

/** `enter(from, to)`: puts the numbers of stored states, all different, into the table. */
export function enter(context: VisitedContext): WasmFunction {
  const { words, addressType } = context;
  const [from, to, at, slot] = [
    local('i32', 'from'),
    local('i32', 'to'),
    local('i32', 'at'),
    local('i32', 'slot'),
  ];
  const [hash, stored] = [local('i64', 'hash'), local(addressType, 'stored')];
  const [found, again] = [labelled('found'), labelled('again')];
  const address = slotAddress(get(slot), addressType);
  const isEmpty = operation('i32.eqz', load('i32', address));
  const each = [
    set(stored, stateAddress(get(at), context)),
    set(hash, hashAt(stored, words)),
    set(slot, firstSlot(get(hash))),
    block(found, loop(again, jumpIf(found, isEmpty), nextSlot(slot), jump(again))),
    store(slotValue(hash, operation('i32.add', get(at), i32(1))), 'i32', address),
  ];
  const body = [count(at, get(from), get(to), each)];
  return { name: 'enter', parameters: [from, to], result: null, body, exported: true };
}
