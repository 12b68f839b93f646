/** Generated code of the table of numbers: where a hash belongs, which slots may be its own, and how it is rebuilt. */
import {
  atomic,
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
  locals,
  loop,
  operation,
  sequence,
  set,
  setGlobal,
  store,
  type WasmLocal,
  type NumberType,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { openAreas, ownEntry } from './areas.ts';
import { addressAfter } from '../layout/cells.ts';
import { lineSlots, type Area, type MemoryMap } from '../memory-map.ts';

export interface VisitedContext {
  readonly map: MemoryMap;
  readonly words: number;
  readonly addressType: NumberType;
  /** The bits of a hash that count: fewer of them make different states look alike, which tests need. */
  readonly hashMask: bigint;
  /** Other workers may store in the same memory. */
  readonly isShared: boolean;
  /** Candidates are made canonical before they are looked up. */
  readonly isSymmetric: boolean;
}

/**
 * Globals: states stored, slots of the table, the low bits of a slot that are a number, the page where the states begin,
 * and where what was read ahead of its use goes, lest the engine leave the reading out.
 */
export const visitedGlobals = ['count', 'slots', 'numberMask', 'statesPage', 'touched'] as const;

/** The globals of the table in locals: the engine would read them anew in every round of a loop. */
export interface Table extends VisitedContext {
  readonly slots: WasmLocal;
  readonly mask: WasmLocal;
  /** The address of the first state. */
  readonly states: WasmLocal;
}

export function tableOf(context: VisitedContext): Table {
  return {
    ...context,
    slots: local('i32', 'slots'),
    mask: local('i32', 'mask'),
    states: local(context.addressType, 'states'),
  };
}

/** Code that a function begins with that uses the table. */
export function openTable({ slots, mask, states, addressType }: Table): Wasm {
  const page = getGlobal('statesPage');
  const wide = operation('i64.shl', operation('i64.extend_i32_u', page), i64(16n));
  const first = addressType === 'i32' ? operation('i32.shl', page, i32(16)) : wide;
  return sequence(set(slots, getGlobal('slots')), set(mask, getGlobal('numberMask')), set(states, first));
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
export function hashAt(pointer: WasmLocal, { words, hashMask }: VisitedContext): Wasm {
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

/** Code of the slot where the search for a hash begins: the first of a cache line. */
export const firstSlot = (hash: Wasm, { slots }: Table): Wasm =>
  operation(
    'i32.and',
    operation(
      'i32.wrap_i64',
      shifted(operation('i64.mul', shifted(hash), operation('i64.extend_i32_u', get(slots)))),
    ),
    i32(-lineSlots),
  );

/** Code of what a slot holds. */
export const loadSlot = (slot: WasmLocal, { map }: Table): Wasm => load('i32', slotOffset(slot), map.table);

export const storeSlot = (slot: WasmLocal, value: Wasm, { map }: Table): Wasm =>
  store(value, 'i32', slotOffset(slot), map.table);

/** Code that loads a slot, and then sees all that was written before the slot was. */
export const loadSlotAnew = (slot: WasmLocal, { map }: Table): Wasm =>
  atomic('load', slotOffset(slot), [], map.table);

/** Code of the first number of a claim: above all that the states of the round can get. */
export const claimBase = ({ chunks, claimsRoom }: MemoryMap): Wasm =>
  operation('i32.add', getGlobal('before'), i32(chunks * claimsRoom));

/** Code that replaces what a slot holds, unless another worker has been there; leaves whether it has done so. */
export const replaceSlot = (slot: WasmLocal, expected: Wasm, value: Wasm, { map }: Table): Wasm =>
  operation('i32.eq', atomic('rmw.cmpxchg', slotOffset(slot), [expected, value], map.table), expected);

const slotOffset = (slot: WasmLocal): Wasm => operation('i32.shl', get(slot), i32(2));

/** Code of the address of a stored state. */
export function stateAddress(number: Wasm, { addressType: type, map, states }: Table): Wasm {
  if (type === 'i32') return operation('i32.add', operation('i32.mul', number, i32(map.stride)), get(states));
  const offset = operation('i64.mul', operation('i64.extend_i32_u', number), i64(BigInt(map.stride)));
  return operation('i64.add', offset, get(states));
}

export const increment = (variable: WasmLocal, amount = 1) =>
  set(variable, operation('i32.add', get(variable), i32(amount)));
export const scaled = (index: Wasm, bytes: number) => operation('i32.mul', index, i32(bytes));

/** Code that moves `slot` on to the next that is empty or likely, its upper bits those of the hash; `value` is what it holds. */
export function probe(slot: WasmLocal, value: WasmLocal, hash: WasmLocal, table: Table): Wasm {
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

/** What to look for in the slots of a line: by four slots, all bits of those where a search ends. */
type Ends = (four: WasmLocal) => Wasm;

const zeros = operation('i32x4.splat', i32(0));
const isEmpty: Ends = (four) => operation('i32x4.eq', get(four), zeros);

/** Empty slots, and those with the upper bits of `tag`; it and `mask`, that of numbers, stand there four times. */
export const isEmptyOrLikely =
  (tag: WasmLocal, mask: WasmLocal): Ends =>
  (four) => {
    const different = operation('v128.andnot', operation('v128.xor', get(four), get(tag)), get(mask));
    return operation('v128.or', isEmpty(four), operation('i32x4.eq', different, zeros));
  };

/** Code that moves `slot`, the first of a line, on to the first where the search ends, a line at a time. */
export function searchLines(slot: WasmLocal, ends: Ends, { map, slots }: Table): Wasm {
  const again = labelled('again');
  const [four, found] = [local('v128', 'four'), local('i32', 'found')];
  const quarter = (at: number) =>
    sequence(set(four, load('v128', slotOffset(slot), map.table + at * 16)), ends(four));
  const half = (at: number) => operation('i16x8.narrow_i32x4_s', quarter(at), quarter(at + 1));
  const line = operation('i8x16.narrow_i16x8_s', half(0), half(2));
  const nextLine = [
    increment(slot, lineSlots),
    choose(operation('i32.eq', get(slot), get(slots)), [set(slot, i32(0))]),
    jump(again),
  ];
  return sequence(
    loop(
      again,
      set(found, operation('i8x16.bitmask', line)),
      choose(operation('i32.eqz', get(found)), nextLine),
    ),
    set(slot, operation('i32.add', get(slot), operation('i32.ctz', get(found)))),
  );
}

const upperBits = ({ mask }: Table) => operation('i32.xor', get(mask), i32(-1));

export const nextSlot = (slot: WasmLocal, { slots }: Table): Wasm =>
  sequence(increment(slot), choose(operation('i32.eq', get(slot), get(slots)), [set(slot, i32(0))]));

/** Code of the number in what a slot holds, -1 where it is empty. */
export const numberIn = (value: WasmLocal, { mask }: Table): Wasm =>
  operation('i32.sub', operation('i32.and', get(value), get(mask)), i32(1));

/** Code of what the slot of a state holds: its number plus 1, below the upper bits of its hash. */
export const slotValue = (hash: WasmLocal, numberPlus1: Wasm, table: Table): Wasm =>
  withNumber(operation('i32.wrap_i64', get(hash)), numberPlus1, table);

/** Code of the upper bits of 32, with another number below them. */
export const withNumber = (bits: Wasm, numberPlus1: Wasm, table: Table): Wasm =>
  operation('i32.or', operation('i32.and', bits, upperBits(table)), numberPlus1);

/** What is read ahead of its use: by entry of an area, all of which are numbers. */
interface Ahead {
  readonly area: Area;
  /** So many entries. */
  readonly total: WasmLocal;
  /** Holds one entry. */
  readonly entry: WasmLocal;
  /** Code of what that entry leads to. */
  readonly read: Wasm;
}

/** Entries that are read ahead in one round of a loop. */
const aheadEach = 8;

/** Code that does nothing but read, so that many reads wait for memory at the same time; the last few are left out. */
export function readAhead({ area, total, entry, read }: Ahead, context: VisitedContext): Wasm {
  const [round, touched] = locals('i32', 'round', 'touched');
  const each = Array.from({ length: aheadEach }, (_, nth) => [
    set(entry, load('i32', ownEntry(get(round), aheadEach * 4, context), area.at + nth * 4)),
    set(touched, operation('i32.xor', get(touched), read)),
  ]);
  return sequence(
    count(round, i32(0), operation('i32.div_u', get(total), i32(aheadEach)), each.flat()),
    setGlobal('touched', get(touched)),
  );
}

/** `clearTable(from, to)`: makes slots empty. */
export function clearTable({ map }: VisitedContext): WasmFunction {
  const [from, to] = [local('i32', 'from'), local('i32', 'to')];
  const first = operation('i32.add', scaled(get(from), 4), i32(map.table));
  const body = [fill(first, scaled(operation('i32.sub', get(to), get(from)), 4))];
  return { name: 'clearTable', parameters: [from, to], result: null, body, exported: true };
}

/**
 * `enter(from, to)`: puts the numbers of stored states, all different, into the table: as many as there is room for
 * among the candidates. In two rounds, so that the cache misses of many states overlap.
 */
export function enter(context: VisitedContext): WasmFunction {
  const { map, addressType } = context;
  const table = tableOf(context);
  const [from, to, at, total, slot] = locals('i32', 'from', 'to', 'at', 'total', 'slot');
  const [hash, stored] = [local('i64', 'hash'), local(addressType, 'stored')];
  const number = operation('i32.add', operation('i32.add', get(from), get(at)), i32(1));
  const find = [
    set(hash, hashAt(stored, context)),
    store(get(hash), 'i64', ownEntry(get(at), 8, context), map.hashes.at),
    store(firstSlot(get(hash), table), 'i32', ownEntry(get(at), 4, context), map.slots.at),
    set(stored, addressAfter(get(stored), i32(map.stride), addressType)),
  ];
  const fillIn = [
    set(hash, load('i64', ownEntry(get(at), 8, context), map.hashes.at)),
    set(slot, load('i32', ownEntry(get(at), 4, context), map.slots.at)),
    fillSlot(slot, slotValue(hash, number, table), table),
  ];
  const body = [
    openTable(table),
    openAreas(context),
    set(total, operation('i32.sub', get(to), get(from))),
    set(stored, stateAddress(get(from), table)),
    count(at, i32(0), get(total), find),
    readAhead({ area: map.slots, total, entry: slot, read: loadSlot(slot, table) }, context),
    count(at, i32(0), get(total), fillIn),
  ];
  return { name: 'enter', parameters: [from, to], result: null, body, exported: true };
}

/** Code that puts a value into the first empty slot from the line of `slot` on. */
function fillSlot(slot: WasmLocal, value: Wasm, table: Table): Wasm {
  const again = labelled('again');
  const search = searchLines(slot, isEmpty, table);
  if (!table.isShared) return sequence(search, storeSlot(slot, value, table));
  // Whoever was there before has filled the slot only: the line is searched anew.
  const lineOfSlot = set(slot, operation('i32.and', get(slot), i32(-lineSlots)));
  const lost = operation('i32.eqz', replaceSlot(slot, i32(0), value, table));
  return loop(again, search, choose(lost, [lineOfSlot, jump(again)]));
}
