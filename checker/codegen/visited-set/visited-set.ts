/**
 * Generated code of the visited set: exact states in the order of their insertion, and a table of their numbers.
 *
 * The table is open addressing with linear probing over 32-bit slots. A slot holds the number of a state plus 1 in its
 * low bits and a few bits of its hash above them, so that most wrong states are passed over without being read; 0 is
 * empty. The slot where a search begins is the hash scaled to the size of the table, which may therefore be any size.
 *
 * Successors come in batches and pass through in three rounds (hash, find a likely slot, decide). Each round touches the
 * memory that the next one needs, so that the cache misses of many successors overlap.
 */
import {
  block,
  call,
  choose,
  count,
  get,
  getGlobal,
  i32,
  jump,
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
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { openAreas, ownAddress, ownEntry } from './areas.ts';
import { addressAfter } from '../layout/cells.ts';
import { copyState, equalStates } from './stored-state.ts';
import {
  claimBase,
  firstSlot,
  hashAt,
  increment,
  numberIn,
  nextSlot,
  probe,
  searchLines,
  isEmptyOrLikely,
  readAhead,
  clearTable,
  enter,
  loadSlot,
  openTable,
  storeSlot,
  tableOf,
  slotValue,
  stateAddress,
  type Table,
  type VisitedContext,
} from './hash-table.ts';

/** Code of the number of the candidate at an address. */
export const candidateNumber = (address: Wasm, context: VisitedContext): Wasm => {
  const { map } = context;
  const first = ownAddress(map.candidates.at, context);
  return operation('i32.div_u', operation('i32.sub', address, first), i32(map.stride));
};

/** The number of candidates gathered so far. */
export const gathered = (context: VisitedContext): Wasm => candidateNumber(getGlobal('cursor'), context);

/** `hashAll()`: the hash of each candidate, which is made canonical first. */
function hashAll(context: VisitedContext): WasmFunction {
  const { map } = context;
  const [at, total, pointer, hash] = [
    local('i32', 'at'),
    local('i32', 'total'),
    local('i32', 'pointer'),
    local('i64', 'hash'),
  ];
  const each = [
    ...(context.isSymmetric ? [call('canonical', get(pointer))] : []),
    set(hash, hashAt(pointer, context)),
    store(get(hash), 'i64', ownEntry(get(at), 8, context), map.hashes.at),
    increment(pointer, map.stride),
  ];
  const body = [
    openAreas(context),
    set(total, gathered(context)),
    set(pointer, ownAddress(map.candidates.at, context)),
    count(at, i32(0), get(total), each),
  ];
  return { name: 'hashAll', parameters: [], result: null, body, exported: true };
}

/** `findSlots()`: the first slot of each candidate. */
function findSlots(context: VisitedContext): WasmFunction {
  const { map } = context;
  const table = tableOf(context);
  const [at, total, slot] = locals('i32', 'at', 'total', 'slot');
  const each = [
    set(slot, firstSlot(load('i64', ownEntry(get(at), 8, context), map.hashes.at), table)),
    store(get(slot), 'i32', ownEntry(get(at), 4, context), map.slots.at),
  ];
  const body = [
    openTable(table),
    openAreas(context),
    set(total, gathered(context)),
    count(at, i32(0), get(total), each),
    readAhead({ area: map.slots, total, entry: slot, read: loadSlot(slot, table) }, context),
  ];
  return { name: 'findSlots', parameters: [], result: null, body, exported: true };
}

/** `findLikely()`: moves each candidate's slot to the first that is empty or likely, and reads the state there. */
function findLikely(context: VisitedContext): WasmFunction {
  const { map } = context;
  const table = tableOf(context);
  const [at, total, slot, value] = locals('i32', 'at', 'total', 'slot', 'value');
  const [number, stored, claims] = locals('i32', 'number', 'stored', 'claims');
  const hash = local('i64', 'hash');
  const [mask, tag] = locals('v128', 'fourMasks', 'tag');
  // An empty slot has number -1, and what another worker has claimed is not stored: state 0 is read instead.
  const known = operation('i32.mul', get(number), operation('i32.lt_u', get(number), get(stored)));
  // Others store states while a round goes on: whatever is below the claims.
  const others = [
    set(claims, claimBase(map)),
    choose(operation('i32.lt_u', get(stored), get(claims)), [set(stored, get(claims))]),
  ];
  const each = [
    set(hash, load('i64', ownEntry(get(at), 8, context), map.hashes.at)),
    set(slot, load('i32', ownEntry(get(at), 4, context), map.slots.at)),
    set(tag, operation('i32x4.splat', operation('i32.wrap_i64', get(hash)))),
    searchLines(slot, isEmptyOrLikely(tag, mask), table),
    store(get(slot), 'i32', ownEntry(get(at), 4, context), map.slots.at),
    set(value, loadSlot(slot, table)),
    set(number, numberIn(value, table)),
    store(known, 'i32', ownEntry(get(at), 4, context), map.likely.at),
  ];
  const body = [
    openTable(table),
    openAreas(context),
    set(total, gathered(context)),
    set(stored, getGlobal('count')),
    ...(context.isShared ? others : []),
    set(mask, operation('i32x4.splat', get(table.mask))),
    count(at, i32(0), get(total), each),
    readAhead(
      { area: map.likely, total, entry: number, read: load('i32', stateAddress(get(number), table)) },
      context,
    ),
  ];
  return { name: 'findLikely', parameters: [], result: null, body, exported: true };
}

/**
 * `name(from, to)`: decides candidates `from` .. `to - 1`, in order. With `inserting`, new ones are stored; without,
 * `slots` becomes the number of each, or -1.
 */
function decide(name: string, inserting: boolean, context: VisitedContext): WasmFunction {
  const { map, words, addressType } = context;
  const table = tableOf(context);
  const [from, to, at, slot, value] = locals('i32', 'from', 'to', 'at', 'slot', 'value');
  const [number, next, candidate] = locals('i32', 'number', 'next', 'candidate');
  const [stored, target] = locals(addressType, 'stored', 'target');
  const hash = local('i64', 'hash');
  const [decided, again] = [labelled('decided'), labelled('again')];
  const answer = (id: Wasm) =>
    inserting ? sequence() : store(id, 'i32', ownEntry(get(at), 4, context), map.slots.at);
  const onEmpty = inserting ? insertAt({ slot, hash, candidate, next, target }, table) : answer(i32(-1));
  const search = loop(
    again,
    probe(slot, value, hash, table),
    choose(operation('i32.eqz', get(value)), [onEmpty, jump(decided)]),
    set(number, numberIn(value, table)),
    set(stored, stateAddress(get(number), table)),
    choose(equalStates({ pointer: stored }, { pointer: candidate }, words), [
      answer(get(number)),
      jump(decided),
    ]),
    nextSlot(slot, table),
    jump(again),
  );
  const each = [
    set(hash, load('i64', ownEntry(get(at), 8, context), map.hashes.at)),
    set(slot, load('i32', ownEntry(get(at), 4, context), map.slots.at)),
    block(decided, search),
    increment(candidate, map.stride),
  ];
  const body = [
    openTable(table),
    openAreas(context),
    set(candidate, operation('i32.add', ownEntry(get(from), map.stride, context), i32(map.candidates.at))),
    set(next, getGlobal('count')),
    set(target, stateAddress(get(next), table)),
    count(at, get(from), get(to), each),
    ...(inserting ? [setGlobal('count', get(next))] : []),
  ];
  return { name, parameters: [from, to], result: null, body, exported: true };
}

interface Insertion {
  readonly slot: WasmLocal;
  readonly hash: WasmLocal;
  readonly candidate: WasmLocal;
  /** The number and address of the next state. */
  readonly next: WasmLocal;
  readonly target: WasmLocal;
}

/** Code that stores a candidate as the next state; there is room, as the host has made sure before. */
function insertAt({ slot, hash, candidate, next, target }: Insertion, table: Table): Wasm {
  return sequence(
    copyState({ pointer: candidate }, [{ pointer: target }], table.words),
    set(target, addressAfter(get(target), i32(table.map.stride), table.addressType)),
    increment(next),
    storeSlot(slot, slotValue(hash, get(next), table), table),
  );
}

export function visitedFunctions(context: VisitedContext): readonly WasmFunction[] {
  return [
    hashAll(context),
    findSlots(context),
    findLikely(context),
    ...(context.isShared ? [] : [decide('insertNew', true, context)]),
    decide('numberOf', false, context),
    clearTable(context),
    enter(context),
  ];
}
