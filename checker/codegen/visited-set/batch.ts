/** Generated code of one batch: gathers the successors of some states, then stores and checks the new ones. */
import {
  block,
  call,
  choose,
  get,
  getGlobal,
  i32,
  increment,
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
import { deadlockFound, findingBytes, markBytes, type MemoryEmitter } from '../memory-map.ts';
import type { HashTableEmitter } from './hash-table.ts';

/**
 * Globals: where the next candidate, mark and finding go, the state being expanded, and the number of states that have
 * room in table and memory.
 */
export const batchGlobals = ['cursor', 'mark', 'finding', 'source', 'room'] as const;

/** A walk through states in order, and the marks between them. */
interface OrderedWalk {
  /** Code of the address of the first mark, and the global that holds the end of the marks. */
  readonly marks: Wasm;
  readonly marksEnd: string;
  /** Code of the position of a mark among the states, from the mark's first number. */
  readonly position: (marked: Wasm) => Wasm;
  /** Code of the position where the states end. */
  readonly end: Wasm;
  /** Code for the states `from` .. `to - 1`. */
  readonly between: (from: WasmLocal, to: WasmLocal) => readonly Wasm[];
  readonly onMark: (mark: WasmLocal) => readonly Wasm[];
}

/** Code that visits states and marks in the order of the edges. */
export function inOrder({ marks, marksEnd, position, end, between, onMark }: OrderedWalk): Wasm {
  const [mark, from, to] = locals('i32', 'mark', 'from', 'to');
  const [done, again] = [labelled('done'), labelled('again')];
  const atEnd = operation('i32.eq', get(mark), getGlobal(marksEnd));
  const each = [
    choose(atEnd, [set(to, end)], [set(to, position(load('i32', get(mark))))]),
    ...between(from, to),
    set(from, get(to)),
    jumpIf(done, atEnd),
    ...onMark(mark),
    increment(mark, markBytes),
    jump(again),
  ];
  return sequence(set(from, i32(0)), set(mark, marks), block(done, loop(again, ...each)));
}

/** Code that stores states with the function `storing(from, to, ...how)` and checks those that are new. */
export function storeAndCheck(storing: string, ...how: readonly Wasm[]): OrderedWalk['between'] {
  const id = local('i32', 'id');
  return (from, to) => [
    set(id, getGlobal('count')),
    call(storing, get(from), get(to), ...how),
    call('checkNew', get(id)),
  ];
}

/** Code that records a mark as a finding. */
export const recordMark = (mark: WasmLocal): readonly Wasm[] => [
  call('record', load('i32', get(mark), 8), load('i32', get(mark), 4), load('i32', get(mark), 12)),
];

/** Emits the functions that gather successors and store them. */
export class BatchEmitter {
  readonly #table: HashTableEmitter;
  readonly #memory: MemoryEmitter;
  readonly #isPrepared: boolean;

  /** `isPrepared`: the host drops recent candidates and compacts the others before it has a batch stored. */
  constructor(table: HashTableEmitter, isPrepared: boolean) {
    this.#isPrepared = isPrepared;
    this.#table = table;
    this.#memory = table.memory;
  }

  functions(steps: readonly WasmFunction[]): readonly WasmFunction[] {
    return [
      this.#mark(),
      this.#record(),
      this.#copy('copy', 'i32'),
      this.#copy('copyState', this.#memory.sourceType),
      this.#successors(steps),
      this.#generate(),
      this.#checkNew(),
      this.#insert(),
      ...(this.#isPrepared ? [] : [this.#expand()]),
    ];
  }

  /** Code that visits the candidates and their marks. */
  candidatesInOrder(walk: Pick<OrderedWalk, 'between' | 'onMark'>): readonly Wasm[] {
    const prepare = [...(this.#isPrepared ? [] : ['dropRecent']), 'findSlots', 'findLikely'].map((name) =>
      call(name),
    );
    const position = (cursor: Wasm) => this.#memory.candidateNumber(cursor);
    const end = position(getGlobal('cursor'));
    const marks = this.#memory.address(this.#memory.map.marks.at);
    return [...prepare, inOrder({ marks, marksEnd: 'mark', position, end, ...walk })];
  }

  /** `mark(edge, choice, cursor)`: marks a step between two candidates that leads to no state. */
  #mark(): WasmFunction {
    const [edge, choice, cursor] = locals('i32', 'edge', 'choice', 'cursor');
    const at = getGlobal('mark');
    const body = [
      store(get(cursor), 'i32', at),
      store(getGlobal('source'), 'i32', at, 4),
      store(get(edge), 'i32', at, 8),
      store(get(choice), 'i32', at, 12),
      setGlobal('mark', operation('i32.add', at, i32(markBytes))),
    ];
    return { name: 'mark', parameters: [edge, choice, cursor], result: null, body, exported: false };
  }

  /** `record(what, state, detail)`: adds a finding. */
  #record(): WasmFunction {
    const [what, state, detail] = locals('i32', 'what', 'state', 'detail');
    const at = getGlobal('finding');
    const body = [
      store(get(what), 'i32', at),
      store(get(state), 'i32', at, 4),
      store(get(detail), 'i32', at, 8),
      setGlobal('finding', operation('i32.add', at, i32(findingBytes))),
    ];
    return { name: 'record', parameters: [what, state, detail], result: null, body, exported: false };
  }

  /** `name(to, from)`: copies all words of a state from an address of this type to one of 32 bits. */
  #copy(name: string, type: NumberType): WasmFunction {
    const [to, from] = [local('i32', 'to'), local(type, 'from')];
    const body = Array.from({ length: this.#memory.map.least.bytes / 8 }, (_, at) =>
      store(load('i64', get(from), at * 8), 'i64', get(to), at * 8),
    );
    return { name, parameters: [to, from], result: null, body, exported: false };
  }

  /** `successors(state, cursor)`: gathers the successors of a state, or marks a deadlock; returns the new cursor. */
  #successors(steps: readonly WasmFunction[]): WasmFunction {
    const state = local(this.#memory.sourceType, 'state');
    const [cursor, before, marks] = locals('i32', 'cursor', 'before', 'marks');
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

  /** `generate(from, to)`: gathers the successors of states from `from` on; returns the first state without room. */
  #generate(): WasmFunction {
    const [table, memory] = [this.#table, this.#memory];
    const { map } = memory;
    const [from, to, id, cursor] = locals('i32', 'from', 'to', 'id', 'cursor');
    const state = local(memory.addressType, 'state');
    const [full, again] = [labelled('full'), labelled('again')];
    const done = operation('i32.sub', get(id), get(from));
    const stopAt = (value: Wasm, limit: Wasm) => jumpIf(full, operation('i32.ge_u', value, limit));
    const each = [
      stopAt(get(id), get(to)),
      stopAt(done, i32(map.batchStates)),
      stopAt(get(cursor), memory.address(map.candidates.at + map.batch * map.candidateStride)),
      stopAt(getGlobal('mark'), memory.address(map.marks.at + (map.batch + map.batchStates) * markBytes)),
      setGlobal('source', get(id)),
      set(cursor, call('successors', table.opened(state), get(cursor))),
      store(get(cursor), 'i32', memory.offset(done, 4), map.ends.at),
      table.nextState(state),
      increment(id),
      jump(again),
    ];
    const body = [
      memory.open(),
      set(cursor, memory.address(map.candidates.at)),
      setGlobal('mark', memory.address(map.marks.at)),
      set(id, get(from)),
      table.open(),
      set(state, table.stateAddress(get(from))),
      block(full, loop(again, ...each)),
      setGlobal('cursor', get(cursor)),
      get(id),
    ];
    return { name: 'generate', parameters: [from, to], result: 'i32', body, exported: true };
  }

  /** `checkNew(id)`: checks the properties of all states from `id` on. */
  #checkNew(): WasmFunction {
    const id = local('i32', 'id');
    const state = local(this.#memory.addressType, 'state');
    const [done, again] = [labelled('done'), labelled('again')];
    const each = [
      jumpIf(done, operation('i32.eq', get(id), getGlobal('count'))),
      call('check', this.#table.opened(state), get(id)),
      this.#table.nextState(state),
      increment(id),
      jump(again),
    ];
    const body = [
      this.#table.open(),
      set(state, this.#table.stateAddress(get(id))),
      block(done, loop(again, ...each)),
    ];
    return { name: 'checkNew', parameters: [id], result: null, body, exported: false };
  }

  /** `insert()`: stores the candidates that are new, checks them, and records findings. */
  #insert(): WasmFunction {
    // Where workers share the set, one thread alone uses their function too: the engine has optimised it before
    // claims begin.
    const atOnce = [
      setGlobal('before', getGlobal('count')),
      setGlobal('claimed', i32(0)),
      call('storeAtOnce'),
    ];
    const body = this.#memory.isShared
      ? atOnce
      : this.candidatesInOrder({ between: storeAndCheck('insertNew'), onMark: recordMark });
    return { name: 'insert', parameters: [], result: null, body, exported: true };
  }

  /**
   * `expand(from, to)`: stores the successors of states from `from` on, batch by batch, up to one that is the last, may
   * have no room or follows a finding; that one is left to `insert`. Returns the first state that is not expanded.
   */
  #expand(): WasmFunction {
    const { map } = this.#memory;
    const [from, to] = locals('i32', 'from', 'to');
    const [stop, again] = [labelled('stop'), labelled('again')];
    const gathered = this.#memory.candidateNumber(getGlobal('cursor'));
    const stored = operation('i32.add', getGlobal('count'), gathered);
    const each = [
      set(from, call('generate', get(from), get(to))),
      jumpIf(stop, operation('i32.ge_u', get(from), get(to))),
      jumpIf(stop, operation('i32.gt_u', stored, getGlobal('room'))),
      jumpIf(stop, operation('i32.ne', getGlobal('finding'), this.#memory.address(map.findings.at))),
      call('insert'),
      jump(again),
    ];
    const body = [block(stop, loop(again, ...each)), get(from)];
    return { name: 'expand', parameters: [from, to], result: 'i32', body, exported: true };
  }
}
