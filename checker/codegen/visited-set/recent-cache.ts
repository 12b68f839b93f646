/**
 * Generated code that passes over most successors that are known already: those met lately.
 *
 * Steps of different CPUs that commute lead to one state twice, and soon after another. A small table, which the inner
 * caches hold, keeps for some bits of a hash the candidate that had them last. A candidate that equals it stands before
 * it in the batch or has been stored, and needs no search in the visited set.
 *
 * The table begins as zeros, and looks as if the state of zeros had been met. Only the place of hash 0 can say so of
 * another candidate: `engine/recent-cache.ts` puts a stored state there, and what is gathered before is not looked up.
 */
import {
  block,
  call,
  count,
  get,
  getGlobal,
  i32,
  i64,
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
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { openAreas, ownAddress, ownEntry } from './areas.ts';
import { copyState, differentStates } from './stored-state.ts';
import { markBytes, recentBits } from '../memory-map.ts';
import { hashAt, increment, scaled, type VisitedContext } from './hash-table.ts';
import { gathered } from './visited-set.ts';

/** `dropRecent()`: moves the candidates that were not met lately to the front, with their hashes and the marks between them. */
export function dropRecent(context: VisitedContext): WasmFunction {
  const { map, words } = context;
  const [at, total, kept, isNew, isFirst] = locals('i32', 'at', 'total', 'kept', 'isNew', 'isFirst');
  const [pointer, target, recent] = locals('i32', 'pointer', 'target', 'recent');
  const [mark, marksEnd] = locals('i32', 'mark', 'marksEnd');
  const hash = local('i64', 'hash');
  const place = operation('i64.shr_u', get(hash), i64(BigInt(64 - recentBits(words))));
  const met = { pointer: recent, offset: map.recent.at };
  const isUnmet = differentStates({ pointer }, met, words);
  const each = [
    moveMarks({ mark, marksEnd, pointer, target }),
    ...(context.isSymmetric ? [call('canonical', get(pointer))] : []),
    set(hash, hashAt(pointer, context)),
    set(recent, ownEntry(operation('i32.wrap_i64', place), map.stride, context)),
    set(isNew, operation('i32.or', get(isFirst), isUnmet)),
    // Without a branch: whether a candidate is known cannot be foretold, and what is dropped is soon written over.
    copyState({ pointer }, [{ pointer: target }, met], words),
    store(get(hash), 'i64', ownEntry(get(kept), 8, context), map.hashes.at),
    set(kept, operation('i32.add', get(kept), get(isNew))),
    set(target, operation('i32.add', get(target), scaled(get(isNew), map.stride))),
    increment(pointer, map.stride),
  ];
  const body = [
    openAreas(context),
    set(total, gathered(context)),
    set(isFirst, operation('i32.eqz', getGlobal('count'))),
    set(marksEnd, getGlobal('mark')),
    set(mark, ownAddress(map.marks.at, context)),
    set(pointer, ownAddress(map.candidates.at, context)),
    set(target, ownAddress(map.candidates.at, context)),
    count(at, i32(0), get(total), each),
    moveMarks({ mark, marksEnd, pointer, target }),
    setGlobal('cursor', get(target)),
  ];
  return { name: 'dropRecent', parameters: [], result: null, body, exported: true };
}

interface CacheMove {
  readonly mark: WasmLocal;
  readonly marksEnd: WasmLocal;
  readonly pointer: WasmLocal;
  readonly target: WasmLocal;
}

/** Code that makes the marks before the candidate at `pointer` stand before `target`. */
function moveMarks({ mark, marksEnd, pointer, target }: CacheMove): Wasm {
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
