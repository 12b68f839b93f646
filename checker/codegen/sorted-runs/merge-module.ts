/**
 * Packs, unpacks and merges sorted runs of states, in a memory of its own.
 *
 * A run is a sequence of blocks, a block a sequence of records: the states in ascending order, each as its difference
 * from the one before; the first of a block as its difference from zeros. A record is 16 bits, `word * 16 + bytes`, where
 * `word` is the most significant word that differs; the difference of that word in so many bytes; then the words below.
 * Where a state comes before the last one, the difference wraps around and takes 8 bytes.
 */
import {
  block,
  call,
  choose,
  count,
  get,
  getGlobal,
  giveBack,
  i32,
  i64,
  increment,
  jump,
  jumpIf,
  labelled,
  load,
  local,
  locals,
  loop,
  operation,
  set,
  setGlobal,
  store,
  type Wasm,
  type WasmFunction,
  type WasmLocal,
  type WasmModule,
} from '../wasm/code.ts';
import { isBefore, isEqual, keyAt, storeKey } from './order.ts';

/** The memory of the module, in bytes. */
export interface MergeMap {
  readonly words: number;
  /** The last state that a merge took, and the last one that was packed. */
  readonly taken: number;
  readonly last: number;
  /** The head of each stream: its next state, then three numbers of 32 bits. */
  readonly heads: number;
  readonly headBytes: number;
  /** The block that is being packed; it is full from `packedFull` on. */
  readonly packed: number;
  readonly packedFull: number;
  /** Room for states to pack and for unpacked ones, and the most of each. */
  readonly states: number;
  readonly unpacked: number;
  readonly mostStates: number;
  /** The block of the first stream, and the bytes from one to the next. */
  readonly blocks: number;
  readonly blockRoom: number;
  /** The most bytes of a block. */
  readonly blockBytes: number;
}

/** What a head holds behind its state: the next record, the end of the block, and whether there is a state. */
const headAt = { cursor: 0, end: 4, status: 8 } as const;
const headNumbers = 16;
export const hasState = 0;
export const wantsBlock = 1;
export const hasEnded = 2;

/** What `merge` returns where no stream wants a block. */
export const mergeEnded = -1;
export const blockIsFull = -2;

/** The most words of a state: a record names one in 12 bits. */
export const mostWords = 4_096;

/** A load of 64 bits at the last byte of a block. */
const slack = 64;

export function mergeMap(words: number, blockBytes: number, streams: number): MergeMap {
  let end = 64;
  const area = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / 64) * 64;
    return at;
  };
  const record = 2 + words * 8;
  const room = Math.max(blockBytes, record) + slack;
  const mostStates = Math.max(1, Math.floor(blockBytes / (words * 8)));
  const headBytes = words * 8 + headNumbers;
  const [taken, last] = [area(words * 8), area(words * 8)];
  const heads = area(streams * headBytes);
  const packed = area(room);
  const [states, unpacked] = [area(mostStates * words * 8), area(mostStates * words * 8)];
  const blockRoom = Math.ceil(room / 64) * 64;
  const blocks = area(streams * blockRoom);
  return {
    ...{ words, taken, last, heads, headBytes, packed, states, unpacked, mostStates, blocks, blockRoom },
    packedFull: packed + Math.max(0, blockBytes - record) + 1,
    blockBytes: room - slack,
  };
}

/**
 * The functions of runs.
 *
 * `begin(stream, bytes)`: reads the first record of the block of a stream; 0 bytes: the stream has ended.
 * `pack(from, to)`: packs the states at these addresses; returns the first for which the block has no room.
 * `unpack(stream)`: unpacks states of a stream, as many as have room; returns how many.
 * `merge(streams, known)`: packs in order each state that one of the first `streams` has, and none of the `known`
 *   behind them; returns the stream that wants a block, `blockIsFull` or `mergeEnded`. It is then called again.
 * Globals: `cursor` is the end of the block that is being packed, `kept` the states in it; `begun` is 0 where no state
 * has been taken yet.
 */
export function mergeModule(map: MergeMap): WasmModule {
  if (map.words > mostWords) throw new Error(`a run has states of at most ${mostWords} words`);
  return {
    functions: [advance(map), begin(map), emit(map), pack(map), unpack(map), merge(map)],
    globals: ['cursor', 'kept', 'begun'],
    shared: false,
    wide: false,
  };
}

const headOf = (map: MergeMap, stream: Wasm): Wasm =>
  operation('i32.add', operation('i32.mul', stream, i32(map.headBytes)), i32(map.heads));

const loadHead = (map: MergeMap, head: WasmLocal, what: keyof typeof headAt): Wasm =>
  load('i32', get(head), map.words * 8 + headAt[what]);

const storeHead = (map: MergeMap, head: WasmLocal, what: keyof typeof headAt, value: Wasm): Wasm =>
  store(value, 'i32', get(head), map.words * 8 + headAt[what]);

/** `advance(head)`: reads the next record of a stream, or notes that it wants a block. */
function advance(map: MergeMap): WasmFunction {
  const [head, cursor, record, bytes] = locals('i32', 'head', 'cursor', 'record', 'bytes');
  const [word, address] = locals('i32', 'word', 'address');
  const difference = local('i64', 'difference');
  const unused = operation('i64.extend_i32_u', operation('i32.sub', i32(64), scaledBy8(get(bytes))));
  const [below, done] = [labelled('below'), labelled('done')];
  const body = [
    set(cursor, loadHead(map, head, 'cursor')),
    choose(operation('i32.eq', get(cursor), loadHead(map, head, 'end')), [
      storeHead(map, head, 'status', i32(wantsBlock)),
      giveBack(),
    ]),
    set(record, load('i32', get(cursor))),
    set(bytes, operation('i32.and', get(record), i32(15))),
    set(word, operation('i32.and', operation('i32.shr_u', get(record), i32(4)), i32(mostWords - 1))),
    set(
      difference,
      operation('i64.and', load('i64', get(cursor), 2), operation('i64.shr_u', i64(-1n), unused)),
    ),
    set(address, operation('i32.add', get(head), scaledBy8(get(word)))),
    store(operation('i64.add', load('i64', get(address)), get(difference)), 'i64', get(address)),
    set(cursor, operation('i32.add', get(cursor), operation('i32.add', get(bytes), i32(2)))),
    block(
      done,
      loop(
        below,
        jumpIf(done, operation('i32.eq', get(address), get(head))),
        set(address, operation('i32.sub', get(address), i32(8))),
        store(load('i64', get(cursor)), 'i64', get(address)),
        increment(cursor, 8),
        jump(below),
      ),
    ),
    storeHead(map, head, 'cursor', get(cursor)),
  ];
  return { name: 'advance', parameters: [head], result: null, body, exported: false };
}

const scaledBy8 = (number: Wasm) => operation('i32.shl', number, i32(3));

function begin(map: MergeMap): WasmFunction {
  const [stream, bytes, head, at] = locals('i32', 'stream', 'bytes', 'head', 'at');
  const zeros = () => i64(0n);
  const body = [
    set(head, headOf(map, get(stream))),
    set(at, operation('i32.add', operation('i32.mul', get(stream), i32(map.blockRoom)), i32(map.blocks))),
    storeKey(map.words, zeros, head),
    storeHead(map, head, 'cursor', get(at)),
    storeHead(map, head, 'end', operation('i32.add', get(at), get(bytes))),
    storeHead(map, head, 'status', i32(hasState)),
    choose(get(bytes), [call('advance', get(head))], [storeHead(map, head, 'status', i32(hasEnded))]),
  ];
  return { name: 'begin', parameters: [stream, bytes], result: null, body, exported: true };
}

/** `emit(state)`: packs the state at an address. */
function emit(map: MergeMap): WasmFunction {
  const [state, at, last, bytes, cursor] = locals('i32', 'state', 'at', 'last', 'bytes', 'cursor');
  const difference = local('i64', 'difference');
  const [search, found] = [labelled('search'), labelled('found')];
  const [below, done] = [labelled('below'), labelled('done')];
  const word = operation('i32.shr_u', operation('i32.sub', get(at), get(state)), i32(3));
  const significant = operation('i64.sub', i64(71n), operation('i64.clz', get(difference)));
  const body = [
    set(cursor, getGlobal('cursor')),
    set(at, operation('i32.add', get(state), i32((map.words - 1) * 8))),
    set(last, i32(map.last + (map.words - 1) * 8)),
    block(
      found,
      loop(
        search,
        set(difference, operation('i64.sub', load('i64', get(at)), load('i64', get(last)))),
        jumpIf(found, operation('i64.ne', get(difference), i64(0n))),
        jumpIf(found, operation('i32.eq', get(at), get(state))),
        increment(at, -8),
        increment(last, -8),
        jump(search),
      ),
    ),
    set(bytes, operation('i32.wrap_i64', operation('i64.shr_u', significant, i64(3n)))),
    choose(operation('i32.eqz', get(bytes)), [set(bytes, i32(1))]),
    store(operation('i32.or', operation('i32.shl', word, i32(4)), get(bytes)), 'i32', get(cursor)),
    store(get(difference), 'i64', get(cursor), 2),
    set(cursor, operation('i32.add', get(cursor), operation('i32.add', get(bytes), i32(2)))),
    block(
      done,
      loop(
        below,
        jumpIf(done, operation('i32.eq', get(at), get(state))),
        increment(at, -8),
        store(load('i64', get(at)), 'i64', get(cursor)),
        increment(cursor, 8),
        jump(below),
      ),
    ),
    setGlobal('cursor', get(cursor)),
    setGlobal('kept', operation('i32.add', getGlobal('kept'), i32(1))),
    set(last, i32(map.last)),
    storeKey(map.words, keyAt(state), last),
  ];
  return { name: 'emit', parameters: [state], result: null, body, exported: false };
}

const isFull = (map: MergeMap) => operation('i32.ge_u', getGlobal('cursor'), i32(map.packedFull));

function pack(map: MergeMap): WasmFunction {
  const [from, to] = locals('i32', 'from', 'to');
  const [done, again] = [labelled('done'), labelled('again')];
  const body = [
    block(
      done,
      loop(
        again,
        jumpIf(done, operation('i32.eq', get(from), get(to))),
        jumpIf(done, isFull(map)),
        call('emit', get(from)),
        increment(from, map.words * 8),
        jump(again),
      ),
    ),
    get(from),
  ];
  return { name: 'pack', parameters: [from, to], result: 'i32', body, exported: true };
}

function unpack(map: MergeMap): WasmFunction {
  const [stream, head, to, unpacked] = locals('i32', 'stream', 'head', 'to', 'unpacked');
  const [done, again] = [labelled('done'), labelled('again')];
  const body = [
    set(head, headOf(map, get(stream))),
    set(to, i32(map.unpacked)),
    set(unpacked, i32(0)),
    block(
      done,
      loop(
        again,
        jumpIf(done, operation('i32.eq', get(unpacked), i32(map.mostStates))),
        jumpIf(done, loadHead(map, head, 'status')),
        storeKey(map.words, keyAt(head), to),
        increment(to, map.words * 8),
        increment(unpacked),
        call('advance', get(head)),
        jump(again),
      ),
    ),
    get(unpacked),
  ];
  return { name: 'unpack', parameters: [stream], result: 'i32', body, exported: true };
}

function merge(map: MergeMap): WasmFunction {
  const { words } = map;
  const [streams, known, stream, head] = locals('i32', 'streams', 'known', 'stream', 'head');
  const [least, taken, status, isNew] = locals('i32', 'least', 'taken', 'status', 'isNew');
  const [again, next] = [labelled('again'), labelled('next')];
  const [behind, reached, passed] = [labelled('behind'), labelled('reached'), labelled('passed')];
  const isLess = (a: WasmLocal, b: WasmLocal) => isBefore(words, keyAt(a), keyAt(b));
  const wants = choose(operation('i32.eq', get(status), i32(wantsBlock)), [giveBack(get(stream))]);
  const findLeast = count(stream, i32(0), get(streams), [
    set(head, headOf(map, get(stream))),
    set(status, loadHead(map, head, 'status')),
    wants,
    choose(operation('i32.eq', get(status), i32(hasState)), [
      choose(
        operation('i32.eqz', get(least)),
        [set(least, get(head))],
        [choose(isLess(head, least), [set(least, get(head))])],
      ),
    ]),
  ]);
  const lookUp = count(stream, get(streams), operation('i32.add', get(streams), get(known)), [
    set(head, headOf(map, get(stream))),
    block(
      passed,
      block(
        reached,
        loop(
          behind,
          set(status, loadHead(map, head, 'status')),
          wants,
          jumpIf(passed, get(status)),
          jumpIf(reached, operation('i32.eqz', isLess(head, least))),
          call('advance', get(head)),
          jump(behind),
        ),
      ),
      choose(isEqual(words, keyAt(head), keyAt(least)), [set(isNew, i32(0))]),
    ),
  ]);
  const isTaken = operation('i32.and', getGlobal('begun'), isEqual(words, keyAt(least), keyAt(taken)));
  const body = [
    set(taken, i32(map.taken)),
    loop(
      again,
      choose(isFull(map), [giveBack(i32(blockIsFull))]),
      set(least, i32(0)),
      findLeast,
      choose(operation('i32.eqz', get(least)), [giveBack(i32(mergeEnded))]),
      block(
        next,
        jumpIf(next, isTaken),
        set(isNew, i32(1)),
        lookUp,
        storeKey(words, keyAt(least), taken),
        setGlobal('begun', i32(1)),
        choose(get(isNew), [call('emit', get(least))]),
      ),
      call('advance', get(least)),
      jump(again),
    ),
    i32(mergeEnded),
  ];
  return { name: 'merge', parameters: [streams, known], result: 'i32', body, exported: true };
}
