/**
 * Generated code that looks up candidates, a batch at a time, in three rounds: it hashes them, finds the slot where
 * each may stand, and compares. Each round reads what the next one needs, so that the cache misses of many candidates
 * overlap.
 */
import {
  block,
  call,
  choose,
  count,
  get,
  getGlobal,
  i32,
  increment,
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
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import type { MemoryEmitter } from '../memory-map.ts';
import type { CompactStatesEmitter } from './compact-states.ts';
import type { HashTableEmitter } from './hash-table.ts';

/** The locals with which a candidate is stored. */
interface Insertion {
  readonly slot: WasmLocal;
  readonly hash: WasmLocal;
  readonly candidate: WasmLocal;
  /** The number and the address of the next state. */
  readonly next: WasmLocal;
  readonly target: WasmLocal;
}

/** Emits the functions that look up the candidates of a batch. */
export class LookupEmitter {
  readonly #table: HashTableEmitter;
  readonly #memory: MemoryEmitter;
  readonly #isSymmetric: boolean;
  readonly #compact: CompactStatesEmitter | null;

  constructor(table: HashTableEmitter, isSymmetric: boolean, compact: CompactStatesEmitter | null) {
    this.#compact = compact;
    this.#table = table;
    this.#memory = table.memory;
    this.#isSymmetric = isSymmetric;
  }

  functions(): readonly WasmFunction[] {
    return [
      this.#hashAll(),
      this.#findSlots(),
      this.#findLikely(),
      ...(this.#memory.isShared ? [] : [this.#decide('insertNew', true)]),
      this.#decide('numberOf', false),
    ];
  }

  /** Code of the number of candidates in the batch. */
  gathered(): Wasm {
    return this.#memory.candidateNumber(getGlobal('cursor'));
  }

  /** Code that makes the candidate at an address canonical and sets `hash` to its hash before it is compacted. */
  hashCandidate(pointer: WasmLocal, hash: WasmLocal): readonly Wasm[] {
    return [...this.#canonical(pointer), set(hash, this.#table.candidate.hash(pointer))];
  }

  #canonical(pointer: WasmLocal): readonly Wasm[] {
    return this.#isSymmetric ? [call('canonical', get(pointer))] : [];
  }

  /** `hashAll()`: computes the hash of each candidate, as it is stored. */
  #hashAll(): WasmFunction {
    const { map } = this.#memory;
    const [at, total, pointer] = locals('i32', 'at', 'total', 'pointer');
    const hash = local('i64', 'hash');
    const compact = this.#compact === null ? [] : this.#compact.replace(pointer);
    const each = [
      ...this.#canonical(pointer),
      ...compact,
      set(hash, this.#table.hash(pointer)),
      this.#memory.store(get(hash), 'i64', map.hashes, at),
      increment(pointer, map.candidateStride),
    ];
    const body = [
      this.#memory.open(),
      set(total, this.gathered()),
      set(pointer, this.#memory.address(map.candidates.at)),
      count(at, i32(0), get(total), each),
    ];
    return { name: 'hashAll', parameters: [], result: null, body, exported: true };
  }

  /** `findSlots()`: computes the first slot of each candidate. */
  #findSlots(): WasmFunction {
    const { hashes, slots } = this.#memory.map;
    const [at, total, slot] = locals('i32', 'at', 'total', 'slot');
    const each = [
      set(slot, this.#table.firstSlot(this.#memory.load('i64', hashes, at))),
      this.#memory.store(get(slot), 'i32', slots, at),
    ];
    const body = [
      this.#table.open(),
      this.#memory.open(),
      set(total, this.gathered()),
      count(at, i32(0), get(total), each),
      this.#table.readAhead({ area: slots, total, entry: slot, read: this.#table.loadSlot(slot) }),
    ];
    return { name: 'findSlots', parameters: [], result: null, body, exported: true };
  }

  /** `findLikely()`: moves the slot of each candidate to the first that is empty or likely, and reads that state. */
  #findLikely(): WasmFunction {
    const [table, memory] = [this.#table, this.#memory];
    const { map } = memory;
    const [at, total, slot, value] = locals('i32', 'at', 'total', 'slot', 'value');
    const [number, stored, claims] = locals('i32', 'number', 'stored', 'claims');
    const hash = local('i64', 'hash');
    const [masks, tag] = locals('v128', 'fourMasks', 'tag');
    // An empty slot has number -1, and a claimed state is not stored: both become state 0.
    const known = operation('i32.mul', get(number), operation('i32.lt_u', get(number), get(stored)));
    // Other workers store states below the claims during a round.
    const others = [
      set(claims, this.#table.claimBase()),
      choose(operation('i32.lt_u', get(stored), get(claims)), [set(stored, get(claims))]),
    ];
    const each = [
      set(hash, memory.load('i64', map.hashes, at)),
      set(slot, memory.load('i32', map.slots, at)),
      set(tag, operation('i32x4.splat', operation('i32.wrap_i64', get(hash)))),
      table.findLikely(slot, tag, masks),
      memory.store(get(slot), 'i32', map.slots, at),
      set(value, table.loadSlot(slot)),
      set(number, table.numberIn(value)),
      memory.store(known, 'i32', map.likely, at),
    ];
    const read = load('i32', table.stateAddress(get(number)));
    const body = [
      table.open(),
      memory.open(),
      set(total, this.gathered()),
      set(stored, getGlobal('count')),
      ...(memory.isShared ? others : []),
      set(masks, table.fourMasks()),
      count(at, i32(0), get(total), each),
      table.readAhead({ area: map.likely, total, entry: number, read }),
    ];
    return { name: 'findLikely', parameters: [], result: null, body, exported: true };
  }

  /**
   * `name(from, to)`: compares candidates `from` .. `to - 1`, in order. With `inserting`, it stores the new ones;
   * without, it writes the number of each to `slots`, -1 for a new one.
   */
  #decide(name: string, inserting: boolean): WasmFunction {
    const [table, memory] = [this.#table, this.#memory];
    const { map, addressType } = memory;
    const [from, to, at, slot, value] = locals('i32', 'from', 'to', 'at', 'slot', 'value');
    const [number, next, candidate] = locals('i32', 'number', 'next', 'candidate');
    const [stored, target] = locals(addressType, 'stored', 'target');
    const hash = local('i64', 'hash');
    const [decided, again] = [labelled('decided'), labelled('again')];
    const answer = (id: Wasm) => (inserting ? sequence() : memory.store(id, 'i32', map.slots, at));
    const onEmpty = inserting ? this.#insert({ slot, hash, candidate, next, target }) : answer(i32(-1));
    const search = loop(
      again,
      table.probe(slot, value, hash),
      choose(operation('i32.eqz', get(value)), [onEmpty, jump(decided)]),
      set(number, table.numberIn(value)),
      set(stored, table.stateAddress(get(number))),
      choose(table.equal({ pointer: stored }, { pointer: candidate }), [answer(get(number)), jump(decided)]),
      table.nextSlot(slot),
      jump(again),
    );
    const each = [
      set(hash, memory.load('i64', map.hashes, at)),
      set(slot, memory.load('i32', map.slots, at)),
      block(decided, search),
      increment(candidate, map.candidateStride),
    ];
    const body = [
      table.open(),
      memory.open(),
      set(candidate, memory.entry(map.candidates, from, map.candidateStride)),
      set(next, getGlobal('count')),
      set(target, table.stateAddress(get(next))),
      count(at, get(from), get(to), each),
      ...(inserting ? [setGlobal('count', get(next))] : []),
    ];
    return { name, parameters: [from, to], result: null, body, exported: true };
  }

  /** Code that stores a candidate as the next state; the host has made room before. */
  #insert({ slot, hash, candidate, next, target }: Insertion): Wasm {
    return sequence(
      this.#table.copyState({ pointer: candidate }, { pointer: target }),
      this.#table.nextState(target),
      increment(next),
      this.#table.storeSlot(slot, this.#table.slotValue(hash, get(next))),
    );
  }
}
