/**
 * Generated code that drops most known successors: those that the search met recently.
 *
 * Steps of different CPUs that commute lead to one state twice within a short time. A small table, which the inner
 * caches hold, keeps the last candidate for each value of some bits of a hash. A candidate equal to it stands before
 * it in the batch or is stored, and needs no lookup in the visited set.
 *
 * The table begins as zeros, as if the state of zeros had been met. Only the entry of hash 0 can match another
 * candidate: `forgetRecent` in `engine/recent-candidates.ts` writes a stored state there, and no candidate is dropped
 * before that.
 */
import {
  block,
  count,
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
  set,
  setGlobal,
  store,
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { markBytes, recentBits } from '../memory-map.ts';
import type { HashTableEmitter } from './hash-table.ts';
import type { LookupEmitter } from './lookup.ts';

/** `dropRecent()`: moves candidates not met recently to the front, with their hashes and the marks between them. */
export function dropRecent(table: HashTableEmitter, lookup: LookupEmitter): WasmFunction {
  const { memory } = table;
  const { map } = memory;
  const row = table.candidate;
  const stride = map.candidateStride;
  const [at, total, kept, isNew, isFirst] = locals('i32', 'at', 'total', 'kept', 'isNew', 'isFirst');
  const [pointer, target, recent] = locals('i32', 'pointer', 'target', 'recent');
  const [mark, marksEnd] = locals('i32', 'mark', 'marksEnd');
  const hash = local('i64', 'hash');
  const entry = operation('i64.shr_u', get(hash), i64(BigInt(64 - recentBits(stride))));
  const met = { pointer: recent, offset: map.recent.at };
  const each = [
    moveMarks({ mark, marksEnd, pointer, target }),
    ...lookup.hashCandidate(pointer, hash),
    set(recent, memory.offset(operation('i32.wrap_i64', entry), stride)),
    set(isNew, operation('i32.or', get(isFirst), row.different({ pointer }, met))),
    // Without a branch, which no processor can predict here: the next candidate overwrites a dropped one.
    row.copy({ pointer }, { pointer: target }, met),
    memory.store(get(hash), 'i64', map.hashes, kept),
    set(kept, operation('i32.add', get(kept), get(isNew))),
    set(target, operation('i32.add', get(target), scaled(get(isNew), stride))),
    increment(pointer, stride),
  ];
  const body = [
    memory.open(),
    set(total, lookup.gathered()),
    set(isFirst, operation('i32.eqz', getGlobal('count'))),
    set(marksEnd, getGlobal('mark')),
    set(mark, memory.address(map.marks.at)),
    set(pointer, memory.address(map.candidates.at)),
    set(target, memory.address(map.candidates.at)),
    count(at, i32(0), get(total), each),
    moveMarks({ mark, marksEnd, pointer, target }),
    setGlobal('cursor', get(target)),
  ];
  return { name: 'dropRecent', parameters: [], result: null, body, exported: true };
}

interface MarkMove {
  readonly mark: WasmLocal;
  readonly marksEnd: WasmLocal;
  readonly pointer: WasmLocal;
  readonly target: WasmLocal;
}

/** Code that moves the marks before the candidate at `pointer` to before `target`. */
function moveMarks({ mark, marksEnd, pointer, target }: MarkMove): Wasm {
  const [again, done] = [labelled('again'), labelled('done')];
  return block(
    done,
    loop(
      again,
      jumpIf(done, operation('i32.eq', get(mark), get(marksEnd))),
      jumpIf(done, operation('i32.ne', load('i32', get(mark)), get(pointer))),
      store(get(target), 'i32', get(mark)),
      increment(mark, markBytes),
      jump(again),
    ),
  );
}
