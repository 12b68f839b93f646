/** Generated code of one batch: gathers the successors of some states, then stores the new ones and looks at them. */
import { openAreas, ownAddress, ownEntry } from './areas.ts';
import { addressAfter } from '../layout/cells.ts';
import {
  block,
  call,
  choose,
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
  type NumberType,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { findingBytes, markBytes } from '../memory-map.ts';
import { deadlockFound } from '../step/properties.ts';
import { openTable, stateAddress, tableOf, type VisitedContext } from './hash-table.ts';
import { candidateNumber } from './visited-set.ts';

/** Globals: where the next candidate, mark and finding go, and the state being expanded. */
export const batchGlobals = ['cursor', 'mark', 'finding', 'source'] as const;

export function batchFunctions(
  steps: readonly WasmFunction[],
  context: VisitedContext,
): readonly WasmFunction[] {
  return [
    markFunction(),
    recordFunction(),
    ...copyFunctions(context),
    successorsFunction(steps, context),
    generateFunction(context),
    checkNewFunction(context),
    insertFunction(context),
  ];
}

const add = (code: Wasm, bytes: number) => operation('i32.add', code, i32(bytes));

/** `mark(edge, choice, cursor)`: notes what happened between two candidates and leads to no state. */
function markFunction(): WasmFunction {
  const [edge, choice, cursor] = [local('i32', 'edge'), local('i32', 'choice'), local('i32', 'cursor')];
  const at = getGlobal('mark');
  const body = [
    store(get(cursor), 'i32', at),
    store(getGlobal('source'), 'i32', at, 4),
    store(get(edge), 'i32', at, 8),
    store(get(choice), 'i32', at, 12),
    setGlobal('mark', add(at, markBytes)),
  ];
  return { name: 'mark', parameters: [edge, choice, cursor], result: null, body, exported: false };
}

/** `record(what, state, detail)`: adds a finding. */
function recordFunction(): WasmFunction {
  const [what, state, detail] = [local('i32', 'what'), local('i32', 'state'), local('i32', 'detail')];
  const at = getGlobal('finding');
  const body = [
    store(get(what), 'i32', at),
    store(get(state), 'i32', at, 4),
    store(get(detail), 'i32', at, 8),
    setGlobal('finding', add(at, findingBytes)),
  ];
  return { name: 'record', parameters: [what, state, detail], result: null, body, exported: false };
}

/** `copy(to, from)` and `copyState(to, from)`: the second copies from a stored state. */
function copyFunctions({ words, addressType }: VisitedContext): readonly WasmFunction[] {
  const copy = (name: string, type: NumberType): WasmFunction => {
    const [to, from] = [local('i32', 'to'), local(type, 'from')];
    const body = Array.from({ length: words }, (_, at) =>
      store(load('i64', get(from), at * 8), 'i64', get(to), at * 8),
    );
    return { name, parameters: [to, from], result: null, body, exported: false };
  };
  return [copy('copy', 'i32'), copy('copyState', addressType)];
}

/** `successors(state, cursor)`: gathers the successors of one state, or marks that it is a deadlock; returns the new cursor. */
function successorsFunction(steps: readonly WasmFunction[], { addressType }: VisitedContext): WasmFunction {
  const state = local(addressType, 'state');
  const [cursor, before, marks] = [local('i32', 'cursor'), local('i32', 'before'), local('i32', 'marks')];
  const nothing = operation(
    'i32.and',
    operation('i32.eq', get(cursor), get(before)),
    operation('i32.eq', getGlobal('mark'), get(marks)),
  );
  const body = [
    set(before, get(cursor)),
    set(marks, getGlobal('mark')),
    ...steps.map(({ name }) => set(cursor, call(name, get(state), get(cursor)))),
    choose(nothing, [
      choose(call('isStuck', get(state)), [call('mark', i32(deadlockFound), i32(0), get(cursor))]),
    ]),
    get(cursor),
  ];
  return { name: 'successors', parameters: [state, cursor], result: 'i32', body, exported: false };
}

/** `generate(from, to)`: gathers successors of states from `from` on until the batch is full; returns the first state left out. */
function generateFunction(context: VisitedContext): WasmFunction {
  const { map, addressType } = context;
  const table = tableOf(context);
  const [from, to, id, cursor] = [
    local('i32', 'from'),
    local('i32', 'to'),
    local('i32', 'id'),
    local('i32', 'cursor'),
  ];
  const state = local(addressType, 'state');
  const [full, again] = [labelled('full'), labelled('again')];
  const done = operation('i32.sub', get(id), get(from));
  const stopAt = (value: Wasm, limit: Wasm) => jumpIf(full, operation('i32.ge_u', value, limit));
  const each = [
    stopAt(get(id), get(to)),
    stopAt(done, i32(map.batchStates)),
    stopAt(get(cursor), ownAddress(map.candidates.at + map.batch * map.stride, context)),
    stopAt(getGlobal('mark'), ownAddress(map.marks.at + (map.batch + map.batchStates) * markBytes, context)),
    setGlobal('source', get(id)),
    set(cursor, call('successors', get(state), get(cursor))),
    store(get(cursor), 'i32', ownEntry(done, 4, context), map.ends.at),
    set(state, addressAfter(get(state), i32(map.stride), addressType)),
    set(id, add(get(id), 1)),
    jump(again),
  ];
  const body = [
    openAreas(context),
    set(cursor, ownAddress(map.candidates.at, context)),
    setGlobal('mark', ownAddress(map.marks.at, context)),
    set(id, get(from)),
    openTable(table),
    set(state, stateAddress(get(from), table)),
    block(full, loop(again, ...each)),
    setGlobal('cursor', get(cursor)),
    get(id),
  ];
  return { name: 'generate', parameters: [from, to], result: 'i32', body, exported: true };
}

/** `checkNew(id)`: looks at all states from `id` on. */
function checkNewFunction(context: VisitedContext): WasmFunction {
  const table = tableOf(context);
  const id = local('i32', 'id');
  const state = local(context.addressType, 'state');
  const [done, again] = [labelled('done'), labelled('again')];
  const each = [
    jumpIf(done, operation('i32.eq', get(id), getGlobal('count'))),
    call('check', get(state), get(id)),
    set(state, addressAfter(get(state), i32(context.map.stride), context.addressType)),
    set(id, add(get(id), 1)),
    jump(again),
  ];
  const body = [
    openTable(table),
    set(state, stateAddress(get(id), table)),
    block(done, loop(again, ...each)),
  ];
  return { name: 'checkNew', parameters: [id], result: null, body, exported: false };
}

/** What goes through the states of an area in order, and does something at the marks between them. */
interface AreaWalk {
  /** Code of where the first mark is, and the global that says where they end. */
  readonly marks: Wasm;
  readonly marksEnd: string;
  /** Code of the position that a mark names, from its first number. */
  readonly position: (marked: Wasm) => Wasm;
  /** Code of the position where the states end. */
  readonly end: Wasm;
  /** Code for the states `from` .. `to - 1`. */
  readonly between: (from: WasmLocal, to: WasmLocal) => readonly Wasm[];
  readonly onMark: (mark: WasmLocal) => readonly Wasm[];
}

/** Code that goes through states and marks in the order of the edges. */
export function inOrder({ marks, marksEnd, position, end, between, onMark }: AreaWalk): Wasm {
  const [mark, from, to] = [local('i32', 'mark'), local('i32', 'from'), local('i32', 'to')];
  const [done, again] = [labelled('done'), labelled('again')];
  const atEnd = operation('i32.eq', get(mark), getGlobal(marksEnd));
  const each = [
    choose(atEnd, [set(to, end)], [set(to, position(load('i32', get(mark))))]),
    ...between(from, to),
    set(from, get(to)),
    jumpIf(done, atEnd),
    ...onMark(mark),
    set(mark, add(get(mark), markBytes)),
    jump(again),
  ];
  return sequence(set(from, i32(0)), set(mark, marks), block(done, loop(again, ...each)));
}

/** Code that goes through the candidates. */
export function candidatesInOrder(
  context: VisitedContext,
  walk: Pick<AreaWalk, 'between' | 'onMark'>,
): readonly Wasm[] {
  const { map } = context;
  const position = (cursor: Wasm) => candidateNumber(cursor, context);
  const prepare = ['dropRecent', 'findSlots', 'findLikely'].map((name) => call(name));
  const end = position(getGlobal('cursor'));
  return [
    ...prepare,
    inOrder({ marks: ownAddress(map.marks.at, context), marksEnd: 'mark', position, end, ...walk }),
  ];
}

/** Code that stores states with the function `storing(from, to, ...how)` and looks at those that are new. */
export function storeAndCheck(storing: string, ...how: readonly Wasm[]): AreaWalk['between'] {
  const id = local('i32', 'id');
  return (from, to) => [
    set(id, getGlobal('count')),
    call(storing, get(from), get(to), ...how),
    call('checkNew', get(id)),
  ];
}

/** Code that makes a finding of a mark. */
export const recordMark = (mark: WasmLocal): readonly Wasm[] => [
  call('record', load('i32', get(mark), 8), load('i32', get(mark), 4), load('i32', get(mark), 12)),
];

/** `insert()`: stores the candidates that are new, looks at them, and records findings. */
function insertFunction(context: VisitedContext): WasmFunction {
  // The function that stores what others may have claimed does for what nobody else sees too, and is optimised by the time of claims.
  const atOnce = [setGlobal('before', getGlobal('count')), setGlobal('claimed', i32(0)), call('storeAtOnce')];
  if (context.isShared) return { name: 'insert', parameters: [], result: null, body: atOnce, exported: true };
  const walk = { between: storeAndCheck('insertNew'), onMark: recordMark };
  const body = candidatesInOrder(context, walk);
  return { name: 'insert', parameters: [], result: null, body, exported: true };
}
