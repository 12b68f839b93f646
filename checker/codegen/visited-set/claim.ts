/**
 * Generated code with which several workers store their successors in the order that one worker would have.
 *
 * A round has many chunks, each a range of states; each idle worker takes the next chunk. It gathers the successors
 * of the chunk's states and claims those that the table lacks: a claim is a number that no state has yet, and claims
 * of earlier chunks have smaller numbers. Of equal states the smallest claim stays, in whatever order workers arrive;
 * when a chunk and all before it are done, its remaining claims are the states that one worker alone would have found
 * new, in its order. The number of the first of them is then known: the worker stores them and corrects their slots.
 * When all chunks before are done, a worker stores new states at once, without claims. Workers take slots by
 * compare-and-swap; within a round no worker waits for another.
 */
import {
  atomic,
  block,
  call,
  choose,
  count,
  fence,
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
  scaled,
  sequence,
  set,
  setGlobal,
  store,
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { inOrder, recordMark, storeAndCheck, type BatchEmitter } from './batch.ts';
import { markBytes, outcomeAt, type MemoryEmitter } from '../memory-map.ts';
import type { HashTableEmitter } from './hash-table.ts';

/** Globals: the states before the round, the worker's chunk, the claims of it so far, and where its next mark goes. */
export const claimGlobals = ['before', 'chunk', 'claimed', 'claimMark'] as const;

/** The locals with which a slot is taken for a candidate. */
interface ClaimLocals {
  /** Whether it is stored at once: 1, else 0. */
  readonly atOnce: WasmLocal;
  readonly at: WasmLocal;
  readonly pointer: WasmLocal;
  readonly hash: WasmLocal;
  readonly slot: WasmLocal;
  /** The distance of the chunk's areas from those of the first chunk, and the number of its first claim. */
  readonly areas: WasmLocal;
  readonly firstClaim: WasmLocal;
  /** The value of the slot, and the number in it. */
  readonly value: WasmLocal;
  readonly number: WasmLocal;
  /** The claims so far. */
  readonly claimed: WasmLocal;
  /** The states so far; for states that are stored at once. */
  readonly count: WasmLocal;
}

const claimLocals = (): ClaimLocals => ({
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

/** Code of the number of the next claim. */
const nextNumber = ({ firstClaim, claimed }: ClaimLocals): Wasm =>
  operation('i32.add', get(firstClaim), get(claimed));

/** Code of the distance of an entry from the beginning of the first chunk's area. */
const offsetInChunk = (entry: WasmLocal, bytes: number, areas: WasmLocal): Wasm =>
  operation('i32.add', scaled(get(entry), bytes), get(areas));

/** Emits the functions of a round: workers claim new states, then store the claims or roll them back. */
export class ClaimEmitter {
  readonly #table: HashTableEmitter;
  readonly #batch: BatchEmitter;
  readonly #memory: MemoryEmitter;

  constructor(table: HashTableEmitter, batch: BatchEmitter) {
    this.#table = table;
    this.#batch = batch;
    this.#memory = table.memory;
  }

  functions(): readonly WasmFunction[] {
    return [
      this.#takeNew(),
      this.#claim(),
      this.#storeAtOnce(),
      this.#commitNew(),
      this.#commit(),
      this.#rollback(),
    ];
  }

  /** Code of the distance of this chunk's areas from those of the first chunk. */
  #areasOfChunk(): Wasm {
    return scaled(getGlobal('chunk'), this.#memory.map.chunkDistance);
  }

  /** `claim()`: claims the candidates that are new; keeps the marks between them for `commit`. */
  #claim(): WasmFunction {
    const target = getGlobal('claimMark');
    const keep = (mark: WasmLocal) => [
      store(getGlobal('claimed'), 'i32', target),
      ...[4, 8, 12].map((at) => store(load('i32', get(mark), at), 'i32', target, at)),
      setGlobal('claimMark', operation('i32.add', target, i32(markBytes))),
    ];
    const between = (from: WasmLocal, to: WasmLocal) => [call('takeNew', get(from), get(to), i32(0))];
    const body = this.#batch.candidatesInOrder({ between, onMark: keep });
    return { name: 'claim', parameters: [], result: null, body, exported: true };
  }

  /**
   * `storeAtOnce()`: stores the candidates that are new from number `count` on, checks them, and records findings. All
   * chunks before must be done, and the claims of this one stored.
   */
  #storeAtOnce(): WasmFunction {
    const body = this.#batch.candidatesInOrder({
      between: storeAndCheck('takeNew', i32(1)),
      onMark: recordMark,
    });
    return { name: 'storeAtOnce', parameters: [], result: null, body, exported: true };
  }

  /**
   * `takeNew(from, to, atOnce)`: takes slots for those of the candidates `from` .. `to - 1` that are new, to store or
   * to claim them. One function does both, so that the engine has optimised it before claims begin.
   */
  #takeNew(): WasmFunction {
    const { map } = this.#memory;
    const [from, to] = locals('i32', 'from', 'to');
    const candidate = claimLocals();
    const { at, atOnce, pointer, hash, slot, areas, firstClaim, claimed, count: stored } = candidate;
    const each = [
      set(hash, this.#memory.load('i64', map.hashes, at)),
      set(slot, this.#memory.load('i32', map.slots, at)),
      this.#takeIfNew(candidate),
      increment(pointer, map.candidateStride),
    ];
    const body = [
      this.#table.open(),
      this.#memory.open(),
      set(areas, this.#areasOfChunk()),
      set(
        firstClaim,
        operation('i32.add', this.#table.claimBase(), scaled(getGlobal('chunk'), map.claimsRoom)),
      ),
      set(claimed, getGlobal('claimed')),
      set(stored, getGlobal('count')),
      set(pointer, this.#memory.entry(map.candidates, from, map.candidateStride)),
      count(at, get(from), get(to), each),
      setGlobal('claimed', get(claimed)),
      setGlobal('count', get(stored)),
    ];
    return { name: 'takeNew', parameters: [from, to, atOnce], result: null, body, exported: false };
  }

  /** Code that searches for a candidate from `slot` on, and takes a slot that is empty or has a later claim of it. */
  #takeIfNew(candidate: ClaimLocals): Wasm {
    const { hash, slot, value, number } = candidate;
    const table = this.#table;
    const [again, decided] = [labelled('again'), labelled('decided')];
    const compare = [jumpIf(decided, this.#isStored(candidate)), table.nextSlot(slot), jump(again)];
    const isTaken = operation('i32.ne', get(value), i32(0));
    const examine = [
      set(number, table.numberIn(value)),
      choose(operation('i32.lt_u', get(number), getGlobal('before')), compare),
      set(value, table.loadSlotAtomically(slot)),
      set(number, table.numberIn(value)),
      choose(operation('i32.lt_u', get(number), this.#table.claimBase()), compare),
      choose(operation('i32.eqz', this.#isClaimed(candidate)), [table.nextSlot(slot), jump(again)]),
      jumpIf(decided, operation('i32.lt_u', get(number), nextNumber(candidate))),
    ];
    const taken = [choose(isTaken, this.#noteLoss(candidate)), jump(decided)];
    const search = [
      table.probe(slot, value, hash),
      choose(isTaken, examine),
      choose(this.#takeSlot(candidate), taken),
      jump(again),
    ];
    return block(decided, loop(again, ...search));
  }

  /** Code of whether the stored state of that number is the candidate. */
  #isStored({ pointer, number }: ClaimLocals): Wasm {
    const stored = local(this.#memory.addressType, 'stored');
    return sequence(
      set(stored, this.#table.stateAddress(get(number))),
      this.#table.equal({ pointer: stored }, { pointer }),
    );
  }

  /** Code of whether the state claimed under that number is the candidate. */
  #isClaimed({ pointer, number }: ClaimLocals): Wasm {
    const other = local('i32', 'other');
    return sequence(
      set(other, this.#claimAddress('claims', this.#memory.map.stride, number)),
      this.#table.equal({ pointer: other }, { pointer }),
    );
  }

  /** Code of the address of a claim's entry in an area of the chunk that claimed. */
  #claimAddress(area: 'claims' | 'claimSlots', bytes: number, number: WasmLocal): Wasm {
    const { map } = this.#memory;
    const [position, owner] = locals('i32', 'position', 'owner');
    const nth = operation('i32.sub', get(position), scaled(get(owner), map.claimsRoom));
    const base = operation('i32.add', scaled(get(owner), map.chunkDistance), i32(map[area].at));
    return sequence(
      set(position, operation('i32.sub', get(number), this.#table.claimBase())),
      set(owner, operation('i32.div_u', get(position), i32(map.claimsRoom))),
      operation('i32.add', base, scaled(nth, bytes)),
    );
  }

  /**
   * Code that takes the slot if it still holds `value`, and leaves whether it did. A worker that sees the slot finds
   * the state.
   */
  #takeSlot(candidate: ClaimLocals): Wasm {
    const [table, { map, addressType }] = [this.#table, this.#memory];
    const { atOnce, pointer, hash, slot, value, areas, claimed, count: stored } = candidate;
    const [claim, place] = [local('i32', 'claim'), local(addressType, 'place')];
    const [next, won] = locals('i32', 'next', 'won');
    const storeState = [
      set(place, table.stateAddress(get(stored))),
      table.copyState({ pointer }, { pointer: place }),
      set(next, get(stored)),
    ];
    const claimState = [
      set(claim, offsetInChunk(claimed, map.stride, areas)),
      table.copyState({ pointer }, { pointer: claim, offset: map.claims.at }),
      set(next, nextNumber(candidate)),
    ];
    const taken = table.slotValue(hash, operation('i32.add', get(next), i32(1)));
    return sequence(
      choose(get(atOnce), storeState, claimState),
      store(get(slot), 'i32', offsetInChunk(claimed, 4, areas), map.claimSlots.at),
      set(won, table.replaceSlot(slot, get(value), taken)),
      // A state stored at once counts as a claim too, so that a rollback empties its slot.
      set(claimed, operation('i32.add', get(claimed), get(won))),
      set(stored, operation('i32.add', get(stored), operation('i32.and', get(won), get(atOnce)))),
      get(won),
    );
  }

  /** Code that notes the loss of a claim with the chunk that had it. */
  #noteLoss({ number }: ClaimLocals): readonly Wasm[] {
    const { map } = this.#memory;
    const [position, owner] = locals('i32', 'lostPosition', 'loser');
    const lost = map.outcome.at + outcomeAt.lost * 4;
    return [
      store(i32(-1), 'i32', this.#claimAddress('claimSlots', 4, number)),
      set(position, operation('i32.sub', get(number), this.#table.claimBase())),
      set(owner, operation('i32.div_u', get(position), i32(map.claimsRoom))),
      setGlobal('touched', atomic('rmw.add', scaled(get(owner), map.chunkDistance), [i32(1)], lost)),
    ];
  }

  /** `commit()`: stores the claims of a chunk, from number `count` on, checks them, and records findings. */
  #commit(): WasmFunction {
    const walk = inOrder({
      marks: operation('i32.add', this.#areasOfChunk(), i32(this.#memory.map.claimMarks.at)),
      marksEnd: 'claimMark',
      position: (marked) => marked,
      end: getGlobal('claimed'),
      between: storeAndCheck('commitNew'),
      onMark: recordMark,
    });
    return { name: 'commit', parameters: [], result: null, body: [walk], exported: true };
  }

  /** Code for a claim that its chunk has not lost. */
  #ifKept(at: WasmLocal, slot: WasmLocal, areas: WasmLocal, kept: readonly Wasm[]): readonly Wasm[] {
    return [
      set(slot, load('i32', offsetInChunk(at, 4, areas), this.#memory.map.claimSlots.at)),
      choose(operation('i32.ne', get(slot), i32(-1)), kept),
    ];
  }

  /**
   * `commitNew(from, to)`: stores those of these claims that the chunk has kept, and then numbers their slots: a
   * worker that sees the number sees the state.
   */
  #commitNew(): WasmFunction {
    const [table, { map, addressType }] = [this.#table, this.#memory];
    const [from, to, at, slot] = locals('i32', 'from', 'to', 'at', 'slot');
    const [pointer, areas, number] = locals('i32', 'pointer', 'areas', 'number');
    const target = local(addressType, 'target');
    const copy = [
      table.copyState({ pointer, offset: map.claims.at }, { pointer: target }),
      table.nextState(target),
    ];
    const numberSlot = [
      increment(number),
      table.storeSlot(slot, table.withNumber(table.loadSlot(slot), get(number))),
    ];
    const body = [
      table.open(),
      set(areas, this.#areasOfChunk()),
      set(pointer, offsetInChunk(from, map.stride, areas)),
      set(number, getGlobal('count')),
      set(target, table.stateAddress(get(number))),
      count(at, get(from), get(to), [...this.#ifKept(at, slot, areas, copy), increment(pointer, map.stride)]),
      fence,
      count(at, get(from), get(to), this.#ifKept(at, slot, areas, numberSlot)),
      setGlobal('count', get(number)),
    ];
    return { name: 'commitNew', parameters: [from, to], result: null, body, exported: false };
  }

  /**
   * `rollback()`: empties the slots of a chunk's claims; after the rollback of all chunks, the table is as before the
   * round.
   */
  #rollback(): WasmFunction {
    const [at, slot, areas] = locals('i32', 'at', 'slot', 'areas');
    const body = [
      this.#table.open(),
      set(areas, this.#areasOfChunk()),
      count(
        at,
        i32(0),
        getGlobal('claimed'),
        this.#ifKept(at, slot, areas, [this.#table.storeSlot(slot, i32(0))]),
      ),
    ];
    return { name: 'rollback', parameters: [], result: null, body, exported: true };
  }
}
