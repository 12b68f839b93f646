/**
 * Generated code of the hash table and of the states that it numbers.
 *
 * The table is open addressing with linear probing over 32-bit slots. A slot holds the number of a state plus 1 in
 * its low bits and a few bits of the state's hash above them, so that a search reads few wrong states; 0 is empty. A
 * search begins at the hash scaled to the size of the table, so the table may have any size.
 */
import {
  atomic,
  block,
  call,
  choose,
  count,
  fill,
  get,
  getGlobal,
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
  scaled,
  sequence,
  set,
  setGlobal,
  store,
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { addressAfter } from '../layout/cells.ts';
import { lineSlots, type Area, type MemoryEmitter } from '../memory-map.ts';
import { RowEmitter, upperHalf, type RowRef as StateRef } from './row.ts';

/**
 * Globals: the stored states, the slots of the table, the mask of a slot's number, the page where the states begin,
 * and a value that keeps the engine from dropping reads made ahead of their use.
 */
export const tableGlobals = ['count', 'slots', 'numberMask', 'statesPage', 'touched'] as const;

/** Code of a vector with all bits set for those of four slots at which a search ends. */
type SlotTest = (four: WasmLocal) => Wasm;

const zeros = operation('i32x4.splat', i32(0));
const isEmpty: SlotTest = (four) => operation('i32x4.eq', get(four), zeros);

/** Reads ahead of their use: `entry` takes the first `total` entries of `area` in turn, and `read` depends on it. */
interface ReadAhead {
  readonly area: Area;
  readonly total: WasmLocal;
  readonly entry: WasmLocal;
  readonly read: Wasm;
}

/** Entries that one round of a loop reads ahead. */
const aheadEach = 8;

const slotOffset = (slot: WasmLocal): Wasm => operation('i32.shl', get(slot), i32(2));

/** Emits code on the table and the stored states. A function that calls its methods begins with `open`. */
export class HashTableEmitter {
  readonly memory: MemoryEmitter;
  readonly #code: RowEmitter;
  /** Code on candidates before they are compacted. */
  readonly candidate: RowEmitter;
  readonly #slots = local('i32', 'slots');
  readonly #mask = local('i32', 'mask');
  readonly #states: WasmLocal;

  /** Bits of a hash outside of `hashMask` are 0: tests make different states collide. */
  constructor(memory: MemoryEmitter, hashMask: bigint) {
    this.memory = memory;
    this.#code = new RowEmitter(memory.map.stride, hashMask);
    this.candidate = new RowEmitter(memory.map.candidateStride, hashMask);
    this.#states = local(memory.addressType, 'states');
  }

  functions(): readonly WasmFunction[] {
    return [this.#clearTable(), this.#enter()];
  }

  /** Code that reads the globals of the table into locals: a loop would read the globals in every round. */
  open(): Wasm {
    const page = getGlobal('statesPage');
    const wide = operation('i64.shl', operation('i64.extend_i32_u', page), i64(16n));
    const first = this.memory.addressType === 'i32' ? operation('i32.shl', page, i32(16)) : wide;
    return sequence(
      set(this.#slots, getGlobal('slots')),
      set(this.#mask, getGlobal('numberMask')),
      set(this.#states, first),
    );
  }

  /** Code of the address of a stored state; `stride` is the size of one. */
  stateAddress(number: Wasm, stride = this.memory.map.stride): Wasm {
    const { addressType } = this.memory;
    if (addressType === 'i32')
      return operation('i32.add', operation('i32.mul', number, i32(stride)), get(this.#states));
    const offset = operation('i64.mul', operation('i64.extend_i32_u', number), i64(BigInt(stride)));
    return operation('i64.add', offset, get(this.#states));
  }

  /** Code that moves an address to the next stored state. */
  nextState(address: WasmLocal): Wasm {
    const { addressType, map } = this.memory;
    return set(address, addressAfter(get(address), i32(map.stride), addressType));
  }

  /** Code of the address of a stored state with all its words, from the address in `state`. */
  opened(state: WasmLocal): Wasm {
    const { map } = this.memory;
    if (!map.areOpened) return get(state);
    return sequence(call('openState', get(state)), this.memory.address(map.opened.at));
  }

  /** Code that is 0 where two states are equal. */
  different(left: StateRef, right: StateRef): Wasm {
    return this.#code.different(left, right);
  }

  equal(left: StateRef, right: StateRef): Wasm {
    return operation('i32.eqz', this.different(left, right));
  }

  /** Code that copies a state to each of `targets`. */
  copyState(from: StateRef, ...targets: readonly StateRef[]): Wasm {
    return this.#code.copy(from, ...targets);
  }

  /** Code of the hash of the state at an address. */
  hash(pointer: WasmLocal): Wasm {
    return this.#code.hash(pointer);
  }

  /** Code of the slot where the search for a hash begins: the first of a cache line. */
  firstSlot(hash: Wasm): Wasm {
    const scaledHash = operation('i64.mul', upperHalf(hash), operation('i64.extend_i32_u', get(this.#slots)));
    return operation('i32.and', operation('i32.wrap_i64', upperHalf(scaledHash)), i32(-lineSlots));
  }

  nextSlot(slot: WasmLocal): Wasm {
    return sequence(increment(slot), this.#wrap(slot));
  }

  /** Code that goes on at slot 0 behind the last one. */
  #wrap(slot: WasmLocal): Wasm {
    return choose(operation('i32.eq', get(slot), get(this.#slots)), [set(slot, i32(0))]);
  }

  loadSlot(slot: WasmLocal): Wasm {
    return load('i32', slotOffset(slot), this.memory.map.table);
  }

  storeSlot(slot: WasmLocal, value: Wasm): Wasm {
    return store(value, 'i32', slotOffset(slot), this.memory.map.table);
  }

  /** Code that loads a slot; what another worker wrote before it wrote the slot is visible afterwards. */
  loadSlotAtomically(slot: WasmLocal): Wasm {
    return atomic('load', slotOffset(slot), [], this.memory.map.table);
  }

  /** Code that replaces `expected` by `value` in a slot; leaves whether the slot held `expected`. */
  replaceSlot(slot: WasmLocal, expected: Wasm, value: Wasm): Wasm {
    const held = atomic('rmw.cmpxchg', slotOffset(slot), [expected, value], this.memory.map.table);
    return operation('i32.eq', held, expected);
  }

  /** Code of the number in a slot's value, -1 for an empty slot. */
  numberIn(value: WasmLocal): Wasm {
    return operation('i32.sub', operation('i32.and', get(value), get(this.#mask)), i32(1));
  }

  /** Code of the number of the first claim: above all numbers that the states of a round can get. */
  claimBase(): Wasm {
    const { chunks, claimsRoom } = this.memory.map;
    return operation('i32.add', getGlobal('before'), i32(chunks * claimsRoom));
  }

  /** Code of the value of a slot: a number plus 1 below the upper bits of the hash. */
  slotValue(hash: WasmLocal, numberPlus1: Wasm): Wasm {
    return this.withNumber(operation('i32.wrap_i64', get(hash)), numberPlus1);
  }

  /** Code of the upper bits of a slot's value with another number below them. */
  withNumber(value: Wasm, numberPlus1: Wasm): Wasm {
    return operation('i32.or', operation('i32.and', value, this.#upperBits()), numberPlus1);
  }

  #upperBits(): Wasm {
    return operation('i32.xor', get(this.#mask), i32(-1));
  }

  /**
   * Code that moves `slot` to the next that is empty or has the upper bits of `hash`, and sets `value` to its value.
   */
  probe(slot: WasmLocal, value: WasmLocal, hash: WasmLocal): Wasm {
    const [found, again] = [labelled('found'), labelled('again')];
    const different = operation('i32.xor', get(value), operation('i32.wrap_i64', get(hash)));
    return block(
      found,
      loop(
        again,
        set(value, this.loadSlot(slot)),
        jumpIf(found, operation('i32.eqz', get(value))),
        jumpIf(found, operation('i32.eqz', operation('i32.and', different, this.#upperBits()))),
        this.nextSlot(slot),
        jump(again),
      ),
    );
  }

  /** Code of the mask of a slot's number, four times. */
  fourMasks(): Wasm {
    return operation('i32x4.splat', get(this.#mask));
  }

  /**
   * Code that moves `slot`, the first of a line, to the first that is empty or has the upper bits of `tag`. `tag`
   * holds 32 bits of the hash four times, `masks` holds `fourMasks`.
   */
  findLikely(slot: WasmLocal, tag: WasmLocal, masks: WasmLocal): Wasm {
    return this.#searchLines(slot, (four) => {
      const different = operation('v128.andnot', operation('v128.xor', get(four), get(tag)), get(masks));
      return operation('v128.or', isEmpty(four), operation('i32x4.eq', different, zeros));
    });
  }

  /** Code that moves `slot`, the first of a line, to the first at which the test ends the search, a line at a time. */
  #searchLines(slot: WasmLocal, ends: SlotTest): Wasm {
    const again = labelled('again');
    const [four, found] = [local('v128', 'four'), local('i32', 'found')];
    const quarter = (at: number) =>
      sequence(set(four, load('v128', slotOffset(slot), this.memory.map.table + at * 16)), ends(four));
    const half = (at: number) => operation('i16x8.narrow_i32x4_s', quarter(at), quarter(at + 1));
    const line = operation('i8x16.narrow_i16x8_s', half(0), half(2));
    const nextLine = [increment(slot, lineSlots), this.#wrap(slot), jump(again)];
    return sequence(
      loop(
        again,
        set(found, operation('i8x16.bitmask', line)),
        choose(operation('i32.eqz', get(found)), nextLine),
      ),
      set(slot, operation('i32.add', get(slot), operation('i32.ctz', get(found)))),
    );
  }

  /** Code that only reads, so that many cache misses overlap; it leaves out the last few entries. */
  readAhead({ area, total, entry, read }: ReadAhead): Wasm {
    const [round, touched] = locals('i32', 'round', 'touched');
    const each = Array.from({ length: aheadEach }, (_, nth) => [
      set(entry, load('i32', this.memory.offset(get(round), aheadEach * 4), area.at + nth * 4)),
      set(touched, operation('i32.xor', get(touched), read)),
    ]);
    return sequence(
      count(round, i32(0), operation('i32.div_u', get(total), i32(aheadEach)), each.flat()),
      setGlobal('touched', get(touched)),
    );
  }

  /** `clearTable(from, to)`: empties slots. */
  #clearTable(): WasmFunction {
    const [from, to] = locals('i32', 'from', 'to');
    const first = operation('i32.add', scaled(get(from), 4), i32(this.memory.map.table));
    const body = [fill(first, scaled(operation('i32.sub', get(to), get(from)), 4))];
    return { name: 'clearTable', parameters: [from, to], result: null, body, exported: true };
  }

  /**
   * `enter(from, to)`: puts the numbers of stored states, all different, into the table: at most as many as candidates
   * have room. It works in two rounds, so that the cache misses of many states overlap.
   */
  #enter(): WasmFunction {
    const { memory } = this;
    const { hashes, slots } = memory.map;
    const [from, to, at, total, slot] = locals('i32', 'from', 'to', 'at', 'total', 'slot');
    const [hash, stored] = [local('i64', 'hash'), local(memory.addressType, 'stored')];
    const number = operation('i32.add', operation('i32.add', get(from), get(at)), i32(1));
    const find = [
      set(hash, this.hash(stored)),
      memory.store(get(hash), 'i64', hashes, at),
      memory.store(this.firstSlot(get(hash)), 'i32', slots, at),
      this.nextState(stored),
    ];
    const fillIn = [
      set(hash, memory.load('i64', hashes, at)),
      set(slot, memory.load('i32', slots, at)),
      this.#fillSlot(slot, this.slotValue(hash, number)),
    ];
    const body = [
      this.open(),
      memory.open(),
      set(total, operation('i32.sub', get(to), get(from))),
      set(stored, this.stateAddress(get(from))),
      count(at, i32(0), get(total), find),
      this.readAhead({ area: slots, total, entry: slot, read: this.loadSlot(slot) }),
      count(at, i32(0), get(total), fillIn),
    ];
    return { name: 'enter', parameters: [from, to], result: null, body, exported: true };
  }

  /** Code that puts a value into the first empty slot from the line of `slot` on. */
  #fillSlot(slot: WasmLocal, value: Wasm): Wasm {
    const again = labelled('again');
    const search = this.#searchLines(slot, isEmpty);
    if (!this.memory.isShared) return sequence(search, this.storeSlot(slot, value));
    // Another worker has filled this slot alone: the search begins again at its line.
    const lineOfSlot = set(slot, operation('i32.and', get(slot), i32(-lineSlots)));
    const lost = operation('i32.eqz', this.replaceSlot(slot, i32(0), value));
    return loop(again, search, choose(lost, [lineOfSlot, jump(again)]));
  }
}
