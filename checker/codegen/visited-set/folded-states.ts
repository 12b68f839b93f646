/**
 * Generated code that folds and unfolds states. A dictionary holds each segment once, in the order in which they were
 * found, so that equal states have equal folded states.
 *
 * The dictionary lies behind the table: 32-bit slots, at most half of them filled with the number of a segment plus 1,
 * then the segments. Segment 0 has zeros, as an unfolded state has before the first.
 */
import {
  choose,
  count,
  get,
  getGlobal,
  giveBack,
  i32,
  increment,
  jump,
  jumpIf,
  labelled,
  block,
  call,
  load,
  local,
  locals,
  loop,
  operation,
  scaled,
  sequence,
  set,
  store,
  type Wasm,
  type WasmFunction,
  type WasmLocal,
} from '../wasm/code.ts';
import type { Folding } from '../layout/folding.ts';
import { segmentsAt, type MemoryEmitter } from '../memory-map.ts';
import type { HashTableEmitter } from './hash-table.ts';
import { RowEmitter, upperHalf } from './row.ts';

/** Globals: the page where the dictionary begins, and the mask of its slots, whose number is a power of two. */
export const dictionaryGlobals = ['dictionaryPage', 'dictionaryMask'] as const;

interface FoldedStatesOptions {
  readonly folding: Folding;
  /** Whether the function `canonical` is called on states before they are folded. */
  readonly isSymmetric: boolean;
  readonly hashMask: bigint;
}

/** Emits the functions of the dictionary. */
export class FoldedStatesEmitter {
  readonly #memory: MemoryEmitter;
  readonly #table: HashTableEmitter;
  readonly #folding: Folding;
  readonly #segment: RowEmitter;
  /** The addresses of the dictionary and of segment 0. */
  readonly #slots = local('i32', 'slots');
  readonly #first = local('i32', 'first');
  readonly #mask = local('i32', 'mask');

  readonly #isSymmetric: boolean;

  constructor(table: HashTableEmitter, options: FoldedStatesOptions) {
    const { folding, isSymmetric, hashMask } = options;
    this.#isSymmetric = isSymmetric;
    this.#memory = table.memory;
    this.#table = table;
    this.#folding = folding;
    this.#segment = new RowEmitter(folding.segmentWords * 8, hashMask);
  }

  functions(): readonly WasmFunction[] {
    return [this.#numberOf(), this.#enter(), this.#fold(), this.#unfold(), this.#unfoldState()];
  }

  #open(): readonly Wasm[] {
    return [
      set(this.#slots, operation('i32.shl', getGlobal('dictionaryPage'), i32(16))),
      set(this.#mask, getGlobal('dictionaryMask')),
      set(this.#first, operation('i32.add', get(this.#slots), scaled(slotsIn(this.#mask), 4))),
    ];
  }

  #segmentAddress(number: Wasm): Wasm {
    return operation('i32.add', get(this.#first), scaled(number, this.#folding.segmentWords * 8));
  }

  /** Code of the first slot of a segment. */
  #slotOf(segment: WasmLocal): Wasm {
    const hash = operation('i32.wrap_i64', upperHalf(this.#segment.hash(segment)));
    return operation('i32.and', hash, get(this.#mask));
  }

  #slotAddress(slot: WasmLocal): Wasm {
    return operation('i32.add', get(this.#slots), scaled(get(slot), 4));
  }

  /**
   * Code that leaves `found` once `slot` is the next empty one, with 0 in `value`; `onTaken` runs for each that is
   * taken.
   */
  #probe(slot: WasmLocal, value: WasmLocal, onTaken: readonly Wasm[]): Wasm {
    const [found, again] = [labelled('found'), labelled('again')];
    const next = operation('i32.and', operation('i32.add', get(slot), i32(1)), get(this.#mask));
    return block(
      found,
      loop(
        again,
        set(value, load('i32', this.#slotAddress(slot))),
        jumpIf(found, operation('i32.eqz', get(value))),
        ...onTaken,
        set(slot, next),
        jump(again),
      ),
    );
  }

  /** `segmentNumber(segment)`: the number of the segment at an address; it is new if no equal one has a number. */
  #numberOf(): WasmFunction {
    const [segment, slot, value, number, known] = locals(
      'i32',
      'segment',
      'slot',
      'value',
      'number',
      'known',
    );
    const found = [
      set(number, operation('i32.sub', get(value), i32(1))),
      set(known, this.#segmentAddress(get(number))),
      choose(this.#segment.different({ pointer: known }, { pointer: segment }), [], [giveBack(get(number))]),
    ];
    const body = [
      ...this.#open(),
      set(slot, this.#slotOf(segment)),
      this.#probe(slot, value, found),
      set(number, load('i32', i32(segmentsAt))),
      set(known, this.#segmentAddress(get(number))),
      this.#segment.copy({ pointer: segment }, { pointer: known }),
      increment(number),
      store(get(number), 'i32', i32(segmentsAt)),
      store(get(number), 'i32', this.#slotAddress(slot)),
      operation('i32.sub', get(number), i32(1)),
    ];
    return { name: 'segmentNumber', parameters: [segment], result: 'i32', body, exported: false };
  }

  /** `enterSegments()`: enters all segments into empty slots. */
  #enter(): WasmFunction {
    const [number, segment, slot, value] = locals('i32', 'number', 'segment', 'slot', 'value');
    const each = [
      set(segment, this.#segmentAddress(get(number))),
      set(slot, this.#slotOf(segment)),
      this.#probe(slot, value, []),
      store(operation('i32.add', get(number), i32(1)), 'i32', this.#slotAddress(slot)),
    ];
    const body = [...this.#open(), count(number, i32(0), load('i32', i32(segmentsAt)), each)];
    return { name: 'enterSegments', parameters: [], result: null, body, exported: true };
  }

  /** The position in a folded state of the number of a segment, in bytes. */
  #numberAt(segment: number): number {
    return this.#folding.kept.length * 8 + segment * 4;
  }

  /** `fold(target)`: folds the state in `successor`; segments that are those of the unfolded state have its numbers. */
  #fold(): WasmFunction {
    const { map } = this.#memory;
    const { segments, kept } = this.#folding;
    const [target, successor, unfolded, folded] = locals('i32', 'target', 'successor', 'unfolded', 'folded');
    const numbers = segments.map((word, at) => {
      const place = { offset: word * 8 };
      const changed = this.#segment.different(
        { pointer: successor, ...place },
        { pointer: unfolded, ...place },
      );
      const found = call('segmentNumber', operation('i32.add', get(successor), i32(place.offset)));
      const same = load('i32', get(folded), this.#numberAt(at));
      const number: Wasm = {
        kind: 'if',
        condition: changed,
        then: [found],
        otherwise: [same],
        result: 'i32',
      };
      return store(number, 'i32', get(target), this.#numberAt(at));
    });
    const rest =
      segments.length % 2 === 0 ? [] : [store(i32(0), 'i32', get(target), this.#numberAt(segments.length))];
    const body = [
      set(successor, this.#memory.address(map.successor.at)),
      set(unfolded, this.#memory.address(map.opened.at)),
      set(folded, this.#memory.address(map.folded.at)),
      ...(this.#isSymmetric ? [call('canonical', get(successor))] : []),
      ...kept.map((word, at) => store(load('i64', get(successor), word * 8), 'i64', get(target), at * 8)),
      ...numbers,
      ...rest,
    ];
    return { name: 'fold', parameters: [target], result: null, body, exported: true };
  }

  /** `openState(state)`: unfolds the stored state at an address into `opened`. */
  #unfold(): WasmFunction {
    const { map } = this.#memory;
    const { segments, kept } = this.#folding;
    const state = local(this.#memory.addressType, 'state');
    const [unfolded, folded, number, known] = locals('i32', 'unfolded', 'folded', 'number', 'known');
    const copied = segments.map((word, at) => {
      const place = this.#numberAt(at);
      const copy = [
        store(get(number), 'i32', get(folded), place),
        set(known, this.#segmentAddress(get(number))),
        this.#segment.copy({ pointer: known }, { pointer: unfolded, offset: word * 8 }),
      ];
      return sequence(
        set(number, load('i32', get(state), place)),
        choose(operation('i32.ne', get(number), load('i32', get(folded), place)), copy),
      );
    });
    const body = [
      ...this.#open(),
      set(unfolded, this.#memory.address(map.opened.at)),
      set(folded, this.#memory.address(map.folded.at)),
      ...kept.map((word, at) => store(load('i64', get(state), at * 8), 'i64', get(unfolded), word * 8)),
      ...copied,
    ];
    return { name: 'openState', parameters: [state], result: null, body, exported: false };
  }

  /** `open(id)`: unfolds a stored state. */
  #unfoldState(): WasmFunction {
    const id = local('i32', 'id');
    const body = [this.#table.open(), call('openState', this.#table.stateAddress(get(id)))];
    return { name: 'open', parameters: [id], result: null, body, exported: true };
  }
}

const slotsIn = (mask: WasmLocal): Wasm => operation('i32.add', get(mask), i32(1));
