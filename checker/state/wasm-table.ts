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
import { addressAfter } from './wasm-cells.ts';
import type { MemoryMap } from './wasm-memory.ts';

export interface VisitedContext {
  readonly map: MemoryMap;
  readonly words: number;
  readonly addressType: NumberType;
  /** The bits of a hash that count: fewer of them make different states look alike, which tests need. */
  readonly hashMask: bigint;
  /** No other worker stores in the same memory. */
  readonly isAlone: boolean;
  /** Candidates are made canonical before they are looked up. */
  readonly isSymmetric: boolean;
}

/**
 * Globals: states stored, slots of the table, the low bits of a slot that are a number, the page where the states begin,
 * and the region of the table in which a search begins, ends and wraps: all of it, or a worker's part.
 */
export const visitedGlobals = [
  'count',
  'slots',
  'numberMask',
  'statesPage',
  'regionStart',
  'regionEnd',
  'touched',
] as const;

/** The globals of the table in locals: the engine would read them anew in every round of a loop. */
export interface Table extends VisitedContext {
  readonly slots: Local;
  readonly mask: Local;
  readonly start: Local;
  readonly end: Local;
  /** The address of the first state. */
  readonly states: Local;
}

export function tableOf(context: VisitedContext): Table {
  return {
    ...context,
    slots: local('i32', 'slots'),
    mask: local('i32', 'mask'),
    start: local('i32', 'start'),
    end: local('i32', 'end'),
    states: local(context.addressType, 'states'),
  };
}

/** Code that a function begins with that uses the table. */
export function openTable({ slots, mask, start, end, states, addressType }: Table): Wasm {
  const page = getGlobal('statesPage');
  const wide = operation('i64.shl', operation('i64.extend_i32_u', page), i64(16n));
  const first = addressType === 'i32' ? operation('i32.shl', page, i32(16)) : wide;
  return sequence(
    set(slots, getGlobal('slots')),
    set(mask, getGlobal('numberMask')),
    set(start, getGlobal('regionStart')),
    set(end, getGlobal('regionEnd')),
    set(states, first),
  );
}

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

export const allBits = 2n ** 64n - 1n;

const shifted = (word: Wasm) => operation('i64.shr_u', word, i64(32n));

/** Code of the hash of the state at an address: each word spread by its own constant, the sum mixed once more. */
export function hashAt(pointer: Local, { words, hashMask }: VisitedContext): Wasm {
  const word = local('i64', 'word');
  const sum = local('i64', 'sum');
  const spread = (at: number) => {
    const loaded = set(word, load('i64', get(pointer), at * 8));
    const folded = operation('i64.xor', get(word), shifted(get(word)));
    return sequence(loaded, operation('i64.mul', folded, i64(multiplierOf(at))));
  };
  const parts = Array.from({ length: words }, (_, at) => spread(at));
  const added = parts.reduce((left, right) => operation('i64.add', left, right));
  const hash = operation('i64.mul', operation('i64.xor', get(sum), shifted(get(sum))), i64(multipliers[1]));
  return sequence(set(sum, added), hashMask === allBits ? hash : operation('i64.and', hash, i64(hashMask)));
}

/** Code of the slot where the search for a hash begins. */
export const firstSlot = (hash: Wasm, { slots }: Table): Wasm =>
  operation(
    'i32.wrap_i64',
    shifted(operation('i64.mul', shifted(hash), operation('i64.extend_i32_u', get(slots)))),
  );

/** Code of what a slot holds. */
export const loadSlot = (slot: Local, { map, addressType }: Table): Wasm =>
  load('i32', slotOffset(slot, addressType), map.table);

export const storeSlot = (slot: Local, value: Wasm, { map, addressType }: Table): Wasm =>
  store(value, 'i32', slotOffset(slot, addressType), map.table);

const slotOffset = (slot: Local, type: NumberType): Wasm =>
  type === 'i32'
    ? operation('i32.shl', get(slot), i32(2))
    : operation('i64.shl', operation('i64.extend_i32_u', get(slot)), i64(2n));

/** Code of the address of a stored state. */
export function stateAddress(number: Wasm, { addressType: type, map, states }: Table): Wasm {
  if (type === 'i32') return operation('i32.add', operation('i32.mul', number, i32(map.stride)), get(states));
  const offset = operation('i64.mul', operation('i64.extend_i32_u', number), i64(BigInt(map.stride)));
  return operation('i64.add', offset, get(states));
}

export const increment = (variable: Local, amount = 1) =>
  set(variable, operation('i32.add', get(variable), i32(amount)));
export const scaled = (index: Wasm, bytes: number) => operation('i32.mul', index, i32(bytes));

/** Code that moves `slot` on to the next that is empty or likely, its upper bits those of the hash; `value` is what it holds. */
export function probe(slot: Local, value: Local, hash: Local, table: Table): Wasm {
  const [found, again] = [labelled('found'), labelled('again')];
  const different = operation('i32.xor', get(value), operation('i32.wrap_i64', get(hash)));
  return block(
    found,
    loop(
      again,
      set(value, loadSlot(slot, table)),
      jumpIf(found, operation('i32.eqz', get(value))),
      jumpIf(found, operation('i32.eqz', operation('i32.and', different, upperBits(table)))),
      nextSlot(slot, table),
      jump(again),
    ),
  );
}

const upperBits = ({ mask }: Table) => operation('i32.xor', get(mask), i32(-1));

export const nextSlot = (slot: Local, { start, end }: Table): Wasm =>
  sequence(increment(slot), choose(operation('i32.eq', get(slot), get(end)), [set(slot, get(start))]));

/** Code of whether a slot is outside of the region. */
export const isElsewhere = (slot: Local, { start, end }: Table): Wasm =>
  operation(
    'i32.ge_u',
    operation('i32.sub', get(slot), get(start)),
    operation('i32.sub', get(end), get(start)),
  );

/** Code of what the slot of a state holds: its number plus 1, below the upper bits of its hash. */
export const slotValue = (hash: Local, numberPlus1: Wasm, table: Table): Wasm =>
  operation(
    'i32.or',
    operation('i32.and', operation('i32.wrap_i64', get(hash)), upperBits(table)),
    numberPlus1,
  );

/** `clearTable()`: makes all slots empty, those of other regions too. */
export function clearTable({ addressType, map }: VisitedContext): WasmFunction {
  const bytes = operation('i64.shl', operation('i64.extend_i32_u', getGlobal('slots')), i64(2n));
  const [at, size] =
    addressType === 'i32'
      ? [i32(map.table), operation('i32.wrap_i64', bytes)]
      : [i64(BigInt(map.table)), bytes];
  return { name: 'clearTable', parameters: [], result: null, body: [fill(at, size)], exported: true };
}

/** `enter(from, to)`: puts the numbers of stored states, all different, into the table: those that belong in the region. */
export function enter(context: VisitedContext): WasmFunction {
  const table = tableOf(context);
  const [from, to, at, slot] = [
    local('i32', 'from'),
    local('i32', 'to'),
    local('i32', 'at'),
    local('i32', 'slot'),
  ];
  const [hash, stored] = [local('i64', 'hash'), local(context.addressType, 'stored')];
  const [found, again, elsewhere] = [labelled('found'), labelled('again'), labelled('elsewhere')];
  const isEmpty = operation('i32.eqz', loadSlot(slot, table));
  const each = [
    set(hash, hashAt(stored, context)),
    set(slot, firstSlot(get(hash), table)),
    block(
      elsewhere,
      jumpIf(elsewhere, isElsewhere(slot, table)),
      block(found, loop(again, jumpIf(found, isEmpty), nextSlot(slot, table), jump(again))),
      storeSlot(slot, slotValue(hash, operation('i32.add', get(at), i32(1)), table), table),
    ),
    set(stored, addressAfter(get(stored), i32(context.map.stride), context.addressType)),
  ];
  const body = [
    openTable(table),
    set(stored, stateAddress(get(from), table)),
    count(at, get(from), get(to), each),
  ];
  return { name: 'enter', parameters: [from, to], result: null, body, exported: true };
}
