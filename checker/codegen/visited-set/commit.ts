/** Generated code that ends a round of claims: stores those of a chunk, or takes all of them back. */
import {
  count,
  choose,
  fence,
  get,
  getGlobal,
  i32,
  load,
  local,
  locals,
  operation,
  set,
  setGlobal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { addressAfter } from '../layout/cells.ts';
import { inOrder, recordMark, storeAndCheck } from './batch.ts';
import { areasOfChunk, entryAt } from './claim.ts';
import { copyState } from './stored-state.ts';
import {
  increment,
  loadSlot,
  openTable,
  stateAddress,
  storeSlot,
  tableOf,
  withNumber,
  type VisitedContext,
} from './hash-table.ts';

export const commitFunctions = (context: VisitedContext): readonly WasmFunction[] => [
  commitNew(context),
  commit(context),
  rollback(context),
];

/** `commit()`: stores the claims of a chunk, from number `count` on, looks at them, and records findings. */
function commit({ map }: VisitedContext): WasmFunction {
  const walk = inOrder({
    marks: operation('i32.add', areasOfChunk(map), i32(map.claimMarks.at)),
    marksEnd: 'claimMark',
    position: (marked) => marked,
    end: getGlobal('claimed'),
    between: storeAndCheck('commitNew'),
    onMark: recordMark,
  });
  return { name: 'commit', parameters: [], result: null, body: [walk], exported: true };
}

/**
 * `commitNew(from, to)`: stores those of these claims that were not lost, and then gives their slots their numbers: who
 * sees such a number sees the state.
 */
function commitNew(context: VisitedContext): WasmFunction {
  const { map, words, addressType } = context;
  const table = tableOf(context);
  const [from, to, at, slot] = locals('i32', 'from', 'to', 'at', 'slot');
  const [pointer, areas, number] = locals('i32', 'pointer', 'areas', 'number');
  const target = local(addressType, 'target');
  const eachKept = (...committed: readonly Wasm[]) => [
    set(slot, load('i32', entryAt(at, 4, areas), map.claimSlots.at)),
    choose(operation('i32.ne', get(slot), i32(-1)), committed),
  ];
  const copyIt = [
    copyState({ pointer, offset: map.claims.at }, [{ pointer: target }], words),
    set(target, addressAfter(get(target), i32(map.stride), addressType)),
  ];
  const numberIt = [
    increment(number),
    storeSlot(slot, withNumber(loadSlot(slot, table), get(number), table), table),
  ];
  const body = [
    openTable(table),
    set(areas, areasOfChunk(map)),
    set(pointer, entryAt(from, map.stride, areas)),
    set(number, getGlobal('count')),
    set(target, stateAddress(get(number), table)),
    count(at, get(from), get(to), [...eachKept(...copyIt), increment(pointer, map.stride)]),
    fence,
    count(at, get(from), get(to), eachKept(...numberIt)),
    setGlobal('count', get(number)),
  ];
  return { name: 'commitNew', parameters: [from, to], result: null, body, exported: false };
}

/** `rollback()`: empties the slots of the claims of a chunk; once that is done for all, the table is as before the round. */
function rollback(context: VisitedContext): WasmFunction {
  const { map } = context;
  const table = tableOf(context);
  const [at, slot, areas] = [local('i32', 'at'), local('i32', 'slot'), local('i32', 'areas')];
  const each = [
    set(slot, load('i32', entryAt(at, 4, areas), map.claimSlots.at)),
    choose(operation('i32.ne', get(slot), i32(-1)), [storeSlot(slot, i32(0), table)]),
  ];
  const body = [
    openTable(table),
    set(areas, areasOfChunk(map)),
    count(at, i32(0), getGlobal('claimed'), each),
  ];
  return { name: 'rollback', parameters: [], result: null, body, exported: true };
}
