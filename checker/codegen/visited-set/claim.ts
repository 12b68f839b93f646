/**
 * Generated code by which several workers store what they have gathered, together, as if one of them had done it all.
 *
 * A round is so many chunks, each some states in a row, that workers take one after another. Who has taken a chunk gathers
 * the successors of its states, and claims those that are not in the table: the claim is a number that no state has yet,
 * and earlier claims have smaller numbers. Of equal states the smallest claim stays, whoever came first; so that once a
 * chunk and all before it are done, the claims left in it are the states that one worker alone would have found new, in
 * its order. It is then known what number the first of them has; they are stored, and their slots corrected. What is new
 * in a chunk when all before it are done is stored at once, and needs no claim.
 * Slots are claimed by compare-and-swap: nobody waits for anybody within a round.
 */
import {
  atomic,
  block,
  call,
  choose,
  count,
  get,
  getGlobal,
  i32,
  jump,
  jumpIf,
  labelled,
  load,
  local,
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
import { openAreas, ownEntry } from './areas.ts';
import { candidatesInOrder, recordMark, storeAndCheck } from './batch.ts';
import { markBytes, outcomeAt, type MemoryMap } from '../memory-map.ts';
import {
  claimBase,
  increment,
  loadSlotAnew,
  nextSlot,
  numberIn,
  openTable,
  probe,
  replaceSlot,
  scaled,
  slotValue,
  stateAddress,
  tableOf,
  type Table,
  type VisitedContext,
} from './hash-table.ts';
import { copyState, equalStates } from './stored-state.ts';

/** Globals: the states before the round, the chunk being done, its claims so far, and where the next of their marks goes. */
export const claimGlobals = ['before', 'chunk', 'claimed', 'claimMark'] as const;

export function claimFunctions(context: VisitedContext): readonly WasmFunction[] {
  return [takeNew(context), claim(context), storeAtOnce(context)];
}

/** `claim()`: claims the candidates that are new; the marks between them are kept for `commit`. */
function claim(context: VisitedContext): WasmFunction {
  const target = getGlobal('claimMark');
  const keep = (mark: WasmLocal) => [
    store(getGlobal('claimed'), 'i32', target),
    ...[4, 8, 12].map((at) => store(load('i32', get(mark), at), 'i32', target, at)),
    setGlobal('claimMark', operation('i32.add', target, i32(markBytes))),
  ];
  const between = (from: WasmLocal, to: WasmLocal) => [call('takeNew', get(from), get(to), i32(0))];
  const body = candidatesInOrder(context, { between, onMark: keep });
  return { name: 'claim', parameters: [], result: null, body, exported: true };
}

/**
 * `storeAtOnce()`: stores the candidates that are new from number `count` on, looks at them, and records findings. All
 * chunks before must be done, and the claims of this one stored.
 */
function storeAtOnce(context: VisitedContext): WasmFunction {
  const walk = { between: storeAndCheck('takeNew', i32(1)), onMark: recordMark };
  const body = candidatesInOrder(context, walk);
  return { name: 'storeAtOnce', parameters: [], result: null, body, exported: true };
}

/** What taking a slot for one candidate needs. */
interface ClaimLocals {
  /** Whether it is stored at once: 1, else 0. */
  readonly atOnce: WasmLocal;
  readonly at: WasmLocal;
  readonly pointer: WasmLocal;
  readonly hash: WasmLocal;
  readonly slot: WasmLocal;
  /** How far the areas of the chunk are from those of the first one, and the number of its first claim. */
  readonly areas: WasmLocal;
  readonly firstClaim: WasmLocal;
  /** What the slot holds, and the number in it. */
  readonly value: WasmLocal;
  readonly number: WasmLocal;
  /** The claims so far: this would be the next. */
  readonly claimed: WasmLocal;
  /** The states so far; for states that are stored at once. */
  readonly count: WasmLocal;
}

const candidateOf = (): ClaimLocals => ({
  atOnce: local('i32', 'atOnce'),
  at: local('i32', 'at'),
  pointer: local('i32', 'pointer'),
  hash: local('i64', 'hash'),
  slot: local('i32', 'slot'),
  areas: local('i32', 'areas'),
  firstClaim: local('i32', 'firstClaim'),
  value: local('i32', 'value'),
  number: local('i32', 'number'),
  claimed: local('i32', 'claimed'),
  count: local('i32', 'count'),
});

/** Code of how far the areas of this chunk are from those of the first one. */
export const areasOfChunk = ({ chunkDistance }: MemoryMap): Wasm => scaled(getGlobal('chunk'), chunkDistance);

/** Code of the number that the next claim has. */
const nextNumber = ({ firstClaim, claimed }: ClaimLocals): Wasm =>
  operation('i32.add', get(firstClaim), get(claimed));

/**
 * `takeNew(from, to, atOnce)`: takes the slots of those of the candidates `from` .. `to - 1` that are new, to store them at once
 * or for claims. It is one function for both, which the engine has optimised by the time that there are claims.
 */
function takeNew(context: VisitedContext): WasmFunction {
  const { map } = context;
  const table = tableOf(context);
  const [from, to] = [local('i32', 'from'), local('i32', 'to')];
  const candidate = candidateOf();
  const { at, atOnce, pointer, hash, slot, areas, firstClaim, claimed, count: stored } = candidate;
  const each = [
    set(hash, load('i64', ownEntry(get(at), 8, context), map.hashes.at)),
    set(slot, load('i32', ownEntry(get(at), 4, context), map.slots.at)),
    takeIfNew(candidate, table),
    increment(pointer, map.stride),
  ];
  const body = [
    openTable(table),
    openAreas(context),
    set(areas, areasOfChunk(map)),
    set(firstClaim, operation('i32.add', claimBase(map), scaled(getGlobal('chunk'), map.claimsRoom))),
    set(claimed, getGlobal('claimed')),
    set(stored, getGlobal('count')),
    set(pointer, operation('i32.add', ownEntry(get(from), map.stride, context), i32(map.candidates.at))),
    count(at, get(from), get(to), each),
    setGlobal('claimed', get(claimed)),
    setGlobal('count', get(stored)),
  ];
  return { name: 'takeNew', parameters: [from, to, atOnce], result: null, body, exported: false };
}

/** Code that searches for a candidate from `slot` on, and takes the slot that is empty or has a later claim of it. */
function takeIfNew(candidate: ClaimLocals, table: Table): Wasm {
  const { hash, slot, value, number } = candidate;
  const [again, decided] = [labelled('again'), labelled('decided')];
  const compare = [jumpIf(decided, isStored(candidate, table)), nextSlot(slot, table), jump(again)];
  const isTaken = operation('i32.ne', get(value), i32(0));
  const look = [
    set(number, numberIn(value, table)),
    choose(operation('i32.lt_u', get(number), getGlobal('before')), compare),
    set(value, loadSlotAnew(slot, table)),
    set(number, numberIn(value, table)),
    choose(operation('i32.lt_u', get(number), claimBase(table.map)), compare),
    choose(operation('i32.eqz', isClaimed(candidate, table)), [nextSlot(slot, table), jump(again)]),
    jumpIf(decided, operation('i32.lt_u', get(number), nextNumber(candidate))),
  ];
  const taken = [choose(isTaken, takeFrom(candidate, table.map)), jump(decided)];
  const search = [
    probe(slot, value, hash, table),
    choose(isTaken, look),
    choose(takeSlot(candidate, table), taken),
    jump(again),
  ];
  return block(decided, loop(again, ...search));
}

/** Code of whether the state of that number, which is stored, is the candidate. */
function isStored({ pointer, number }: ClaimLocals, table: Table): Wasm {
  const stored = local(table.addressType, 'stored');
  return sequence(
    set(stored, stateAddress(get(number), table)),
    equalStates({ pointer: stored }, { pointer }, table.words),
  );
}

/** Code of whether the state claimed under that number is the candidate. */
function isClaimed({ pointer, number }: ClaimLocals, { map, words }: VisitedContext): Wasm {
  const other = local('i32', 'other');
  return sequence(
    set(other, claimedAt('claims', map.stride, number, map)),
    equalStates({ pointer: other }, { pointer }, words),
  );
}

/** Code of where an area of the chunk in which a number was claimed has the entry of that claim. */
function claimedAt(area: 'claims' | 'claimSlots', bytes: number, number: WasmLocal, map: MemoryMap): Wasm {
  const [position, owner] = [local('i32', 'position'), local('i32', 'owner')];
  const nth = operation('i32.sub', get(position), scaled(get(owner), map.claimsRoom));
  const base = operation('i32.add', scaled(get(owner), map.chunkDistance), i32(map[area].at));
  return sequence(
    set(position, operation('i32.sub', get(number), claimBase(map))),
    set(owner, operation('i32.div_u', get(position), i32(map.claimsRoom))),
    operation('i32.add', base, scaled(nth, bytes)),
  );
}

/** Code of the place of an entry in an area of this chunk, less where the area begins in the first chunk. */
export const entryAt = (entry: WasmLocal, bytes: number, areas: WasmLocal): Wasm =>
  operation('i32.add', scaled(get(entry), bytes), get(areas));

/** Code that takes the slot if it still holds `value`; leaves whether it did. Whoever sees what it holds then finds the state. */
function takeSlot(candidate: ClaimLocals, table: Table): Wasm {
  const { map, words, addressType } = table;
  const { atOnce, pointer, hash, slot, value, areas, claimed, count: stored } = candidate;
  const [claim, place] = [local('i32', 'claim'), local(addressType, 'place')];
  const [next, won] = [local('i32', 'next'), local('i32', 'won')];
  const storeIt = [
    set(place, stateAddress(get(stored), table)),
    copyState({ pointer }, [{ pointer: place }], words),
    set(next, get(stored)),
  ];
  const claimIt = [
    set(claim, entryAt(claimed, map.stride, areas)),
    copyState({ pointer }, [{ pointer: claim, offset: map.claims.at }], words),
    set(next, nextNumber(candidate)),
  ];
  const taken = slotValue(hash, operation('i32.add', get(next), i32(1)), table);
  return sequence(
    choose(get(atOnce), storeIt, claimIt),
    store(get(slot), 'i32', entryAt(claimed, 4, areas), map.claimSlots.at),
    set(won, replaceSlot(slot, get(value), taken, table)),
    // What is stored at once counts as a claim too, lest it stay when the round is rolled back.
    set(claimed, operation('i32.add', get(claimed), get(won))),
    set(stored, operation('i32.add', get(stored), operation('i32.and', get(won), get(atOnce)))),
    get(won),
  );
}

/** Code that notes the loss with the chunk that had the slot. */
function takeFrom({ number }: ClaimLocals, map: MemoryMap): readonly Wasm[] {
  const [position, owner] = [local('i32', 'lostPosition'), local('i32', 'loser')];
  const lost = map.outcome.at + outcomeAt.lost * 4;
  return [
    store(i32(-1), 'i32', claimedAt('claimSlots', 4, number, map)),
    set(position, operation('i32.sub', get(number), claimBase(map))),
    set(owner, operation('i32.div_u', get(position), i32(map.claimsRoom))),
    setGlobal('touched', atomic('rmw.add', scaled(get(owner), map.chunkDistance), [i32(1)], lost)),
  ];
}
