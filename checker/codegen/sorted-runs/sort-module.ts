/** Sorts packed states in place, by quicksort: a pivot of each part is drawn, so that no order of states is slow. */
import {
  block,
  call,
  choose,
  get,
  getGlobal,
  giveBack,
  i32,
  i64,
  increment,
  jump,
  jumpIf,
  labelled,
  local,
  locals,
  loop,
  operation,
  sequence,
  set,
  setGlobal,
  type Wasm,
  type WasmFunction,
  type WasmLocal,
  type WasmModule,
} from '../wasm/code.ts';
import { isBefore, keyAt, keyIn, keyLocals, loadKey, storeKey } from './order.ts';

/** Parts of at most so many states are sorted by insertion. */
const few = 12;

/** The function `sort(from, to)`: the addresses of the first state, and behind the last one. */
export const sortModule = (words: number, shared: boolean): WasmModule => ({
  functions: [quicksort(words), insertionSort(words)],
  globals: ['seed'],
  shared,
  wide: false,
});

const decrement = (variable: WasmLocal, bytes: number) =>
  set(variable, operation('i32.sub', get(variable), i32(bytes)));

/** Code that moves `pointer` while its state satisfies a condition. */
function skip(condition: Wasm, move: Wasm): Wasm {
  const [again, stop] = [labelled('again'), labelled('stop')];
  return block(stop, loop(again, jumpIf(stop, operation('i32.eqz', condition)), move, jump(again)));
}

function quicksort(words: number): WasmFunction {
  const stride = words * 8;
  const [from, to, left, right, size] = locals('i32', 'from', 'to', 'left', 'right', 'size');
  const pivot = keyLocals(words, 'pivot');
  const held = keyLocals(words, 'held');
  const [part, partition, done] = [labelled('part'), labelled('partition'), labelled('done')];
  const isOrdered = operation('i32.gt_u', get(left), get(right));
  const swap = sequence(
    loadKey(held, keyAt(left)),
    storeKey(words, keyAt(right), left),
    storeKey(words, keyIn(held), right),
  );
  const body = [
    loop(
      part,
      set(size, operation('i32.div_u', operation('i32.sub', get(to), get(from)), i32(stride))),
      choose(operation('i32.le_s', get(size), i32(few)), [
        call('insertionSort', get(from), get(to)),
        giveBack(),
      ]),
      set(left, drawn(from, size, stride)),
      loadKey(pivot, keyAt(left)),
      set(left, get(from)),
      set(right, operation('i32.sub', get(to), i32(stride))),
      block(
        done,
        loop(
          partition,
          skip(isBefore(words, keyAt(left), keyIn(pivot)), increment(left, stride)),
          skip(isBefore(words, keyIn(pivot), keyAt(right)), decrement(right, stride)),
          jumpIf(done, isOrdered),
          swap,
          increment(left, stride),
          decrement(right, stride),
          jumpIf(done, isOrdered),
          jump(partition),
        ),
      ),
      // The smaller part by a call, so that calls nest no deeper than the logarithm of the states.
      increment(right, stride),
      choose(
        operation(
          'i32.lt_u',
          operation('i32.sub', get(right), get(from)),
          operation('i32.sub', get(to), get(left)),
        ),
        [call('sort', get(from), get(right)), set(from, get(left))],
        [call('sort', get(left), get(to)), set(to, get(right))],
      ),
      jump(part),
    ),
  ];
  return { name: 'sort', parameters: [from, to], result: null, body, exported: true };
}

/** Code of the address of a state of a part, by a linear congruential generator. */
function drawn(from: WasmLocal, size: WasmLocal, stride: number): Wasm {
  const next = operation(
    'i32.add',
    operation('i32.mul', getGlobal('seed'), i32(1_664_525)),
    i32(1_013_904_223),
  );
  const wide = (number: Wasm) => operation('i64.extend_i32_u', number);
  const scaled = operation('i64.mul', wide(getGlobal('seed')), wide(get(size)));
  const index = operation('i32.wrap_i64', operation('i64.shr_u', scaled, i64(32n)));
  const offset = operation('i32.mul', index, i32(stride));
  return sequence(setGlobal('seed', next), operation('i32.add', get(from), offset));
}

function insertionSort(words: number): WasmFunction {
  const stride = words * 8;
  const [from, to, at, hole] = locals('i32', 'from', 'to', 'at', 'hole');
  const before = local('i32', 'before');
  const held = keyLocals(words, 'held');
  const [each, shift] = [labelled('each'), labelled('shift')];
  const [done, placed] = [labelled('done'), labelled('placed')];
  const body = [
    set(at, get(from)),
    block(
      done,
      loop(
        each,
        jumpIf(done, operation('i32.ge_u', get(at), get(to))),
        loadKey(held, keyAt(at)),
        set(hole, get(at)),
        block(
          placed,
          loop(
            shift,
            jumpIf(placed, operation('i32.eq', get(hole), get(from))),
            set(before, operation('i32.sub', get(hole), i32(stride))),
            jumpIf(placed, operation('i32.eqz', isBefore(words, keyIn(held), keyAt(before)))),
            storeKey(words, keyAt(before), hole),
            set(hole, get(before)),
            jump(shift),
          ),
        ),
        storeKey(words, keyIn(held), hole),
        increment(at, stride),
        jump(each),
      ),
    ),
  ];
  return { name: 'insertionSort', parameters: [from, to], result: null, body, exported: false };
}
