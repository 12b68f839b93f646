/**
 * Generated code by which several workers store one batch each, together, as if one of them had stored all in order.
 *
 * Each worker owns a region of the table. It goes through the candidates of all workers, in order, and claims for those
 * that belong in its region and are not there a slot with a number that no state has yet; only the first of equal
 * candidates gets one. Once all are claimed it is known how many new states each worker's batch has, and so the numbers
 * that they get; each worker then stores its own and corrects their slots. Nothing is written by two workers at once.
 */
import { addressAfter } from './wasm-cells.ts';
import type { Local, Wasm, WasmFunction } from './wasm-code.ts';
import {
  block,
  choose,
  count,
  either,
  get,
  getGlobal,
  i32,
  jump,
  labelled,
  load,
  local,
  loop,
  operation,
  sequence,
  set,
  setGlobal,
  store,
} from './wasm-code.ts';
import { inOrder } from './wasm-batch.ts';
import type { MemoryMap } from './wasm-memory.ts';
import type { Table, VisitedContext } from './wasm-table.ts';
import {
  increment,
  isElsewhere,
  loadSlot,
  nextSlot,
  openTable,
  probe,
  scaled,
  slotValue,
  stateAddress,
  storeSlot,
  tableOf,
} from './wasm-table.ts';
import { equalStates } from './wasm-visited.ts';

export function claimFunctions(context: VisitedContext): readonly WasmFunction[] {
  return [
    pick(context),
    foresee(context),
    claim(context),
    settleNew(context),
    inOrder('settle', 'settleNew', [], context),
  ];
}

/** Where an area of this worker is, counted from the beginning of its areas: the same for all workers. */
const within = (map: MemoryMap, area: 'hashes' | 'slots' | 'candidates') => map[area].at - map.base;

const plus = (base: Local, index: Local, bytes: number): Wasm =>
  operation('i32.add', get(base), scaled(get(index), bytes));

/** What goes through the candidates of one worker needs; `base` is where that worker's areas begin. */
interface Round {
  readonly table: Table;
  readonly base: Local;
  readonly from: Local;
  readonly to: Local;
  /** How many were picked. */
  readonly total: Local;
  readonly at: Local;
  readonly slot: Local;
  readonly value: Local;
  readonly hash: Local;
}

const roundOf = (context: VisitedContext): Round => ({
  table: tableOf(context),
  base: local('i32', 'base'),
  from: local('i32', 'from'),
  to: local('i32', 'to'),
  total: local('i32', 'total'),
  at: local('i32', 'at'),
  slot: local('i32', 'slot'),
  value: local('i32', 'value'),
  hash: local('i64', 'hash'),
});

const slotPlace = ({ base, at }: Round) => plus(base, at, 4);

/** `pick(base, from, to)`: lists the candidates that belong in the region and touches their slots; returns how many. */
function pick(context: VisitedContext): WasmFunction {
  const { map } = context;
  const round = roundOf(context);
  const { table, base, from, to, at, slot, total } = round;
  const [touched, own] = [local('i32', 'touched'), local('i32', 'own')];
  const each = [
    set(slot, load('i32', slotPlace(round), within(map, 'slots'))),
    store(get(at), 'i32', scaled(get(total), 4), map.own.at),
    set(total, operation('i32.add', get(total), operation('i32.eqz', isElsewhere(slot, table)))),
  ];
  const touch = [
    set(at, load('i32', scaled(get(own), 4), map.own.at)),
    set(slot, load('i32', slotPlace(round), within(map, 'slots'))),
    set(touched, operation('i32.xor', get(touched), loadSlot(slot, table))),
  ];
  const body = [
    openTable(table),
    count(at, get(from), get(to), each),
    count(own, i32(0), get(total), touch),
    setGlobal('touched', get(touched)),
    get(total),
  ];
  return { name: 'pick', parameters: [base, from, to], result: 'i32', body, exported: true };
}

/** Code that goes through the candidates that were picked. */
function eachPicked(round: Round, { map }: VisitedContext, body: readonly Wasm[]): Wasm {
  const { base, at, slot, hash, total } = round;
  const own = local('i32', 'own');
  return count(own, i32(0), get(total), [
    set(at, load('i32', scaled(get(own), 4), map.own.at)),
    set(slot, load('i32', slotPlace(round), within(map, 'slots'))),
    set(hash, load('i64', plus(base, at, 8), within(map, 'hashes'))),
    ...body,
  ]);
}

/** `foresee(base, total)`: as `findLikely`, moves the slots of those picked on to the first that is empty or likely, and touches the state there. */
function foresee(context: VisitedContext): WasmFunction {
  const round = roundOf(context);
  const { table, base, slot, value, hash, total } = round;
  const touched = local('i32', 'touched');
  const number = operation('i32.sub', operation('i32.and', get(value), get(table.mask)), i32(1));
  const all = eachPicked(round, context, [
    probe(slot, value, hash, table),
    store(get(slot), 'i32', slotPlace(round), within(context.map, 'slots')),
    set(touched, operation('i32.xor', get(touched), load('i32', stateAddress(number, table)))),
  ]);
  const body = [openTable(table), all, setGlobal('touched', get(touched))];
  return { name: 'foresee', parameters: [base, total], result: null, body, exported: true };
}

/**
 * `claim(base, total, first)`: claims slots for what is new of those picked; candidate `k` gets the number `first + k`, plus 1, until
 * it is stored. The slot of a candidate that is not new becomes -1. Returns how many are new.
 */
function claim(context: VisitedContext): WasmFunction {
  const { map, words } = context;
  const round = roundOf(context);
  const { table, base, at, slot, value, hash, total } = round;
  const [first, number, found, other, candidate] = [
    local('i32', 'first'),
    local('i32', 'number'),
    local('i32', 'found'),
    local('i32', 'other'),
    local('i32', 'candidate'),
  ];
  const [again, decided] = [labelled('again'), labelled('decided')];
  const answer = (slotOrNone: Wasm) => store(slotOrNone, 'i32', slotPlace(round), within(map, 'slots'));
  const own = operation('i32.add', operation('i32.add', get(first), get(at)), i32(1));
  const known = operation('i32.lt_u', get(number), getGlobal('count'));
  const all = eachPicked(round, context, [
    set(candidate, operation('i32.add', plus(base, at, map.stride), i32(within(map, 'candidates')))),
    block(
      decided,
      loop(
        again,
        probe(slot, value, hash, table),
        choose(operation('i32.eqz', get(value)), [
          storeSlot(slot, slotValue(hash, own, table), table),
          answer(get(slot)),
          increment(found),
          jump(decided),
        ]),
        set(number, operation('i32.sub', operation('i32.and', get(value), get(table.mask)), i32(1))),
        set(other, either(known, stateAddress(get(number), table), claimedAddress(number, context))),
        choose(equalStates(other, candidate, words), [answer(i32(-1)), jump(decided)]),
        nextSlot(slot, table),
        jump(again),
      ),
    ),
  ]);
  const body = [openTable(table), all, get(found)];
  return { name: 'claim', parameters: [base, total, first], result: 'i32', body, exported: true };
}

/** Code of the address of the candidate that has claimed a number: numbers from `count` on run through all workers' areas. */
function claimedAddress(number: Local, { map }: VisitedContext): Wasm {
  const [position, worker] = [local('i32', 'position'), local('i32', 'worker')];
  const index = operation('i32.sub', get(position), scaled(get(worker), map.room));
  const area = operation('i32.add', scaled(get(worker), map.distance), i32(64 + within(map, 'candidates')));
  return sequence(
    set(position, operation('i32.sub', get(number), getGlobal('count'))),
    set(worker, operation('i32.div_u', get(position), i32(map.room))),
    operation('i32.add', area, scaled(index, map.stride)),
  );
}

/** `settleNew(from, to)`: stores those of this worker's candidates that have a slot, and gives it their number. */
function settleNew(context: VisitedContext): WasmFunction {
  const { map, words } = context;
  const table = tableOf(context);
  const [from, to, at, slot] = [
    local('i32', 'from'),
    local('i32', 'to'),
    local('i32', 'at'),
    local('i32', 'slot'),
  ];
  const [candidate, target, hash] = [
    local('i32', 'candidate'),
    local(context.addressType, 'target'),
    local('i64', 'hash'),
  ];
  const copied = Array.from({ length: words }, (_, word) =>
    store(load('i64', get(candidate), word * 8), 'i64', get(target), word * 8),
  );
  const settled = [
    set(hash, load('i64', scaled(get(at), 8), map.hashes.at)),
    ...copied,
    setGlobal('count', operation('i32.add', getGlobal('count'), i32(1))),
    storeSlot(slot, slotValue(hash, getGlobal('count'), table), table),
    set(target, addressAfter(get(target), i32(map.stride), context.addressType)),
  ];
  const each = [
    set(slot, load('i32', scaled(get(at), 4), map.slots.at)),
    choose(operation('i32.ne', get(slot), i32(-1)), settled),
    increment(candidate, map.stride),
  ];
  const body = [
    openTable(table),
    set(candidate, operation('i32.add', scaled(get(from), map.stride), i32(map.candidates.at))),
    set(target, stateAddress(getGlobal('count'), table)),
    count(at, get(from), get(to), each),
  ];
  return { name: 'settleNew', parameters: [from, to], result: null, body, exported: false };
}
