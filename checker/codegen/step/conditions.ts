/** Generated code that judges conditions in stored states. */
import { endsOf } from '../../interpreter/interpreter.ts';
import type { AnyExpr } from '../../language/expression.ts';
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Layout } from '../layout/layout.ts';
import { wordsAt } from '../layout/cells.ts';
import { wrongCondition, type MemoryEmitter } from '../memory-map.ts';
import type { HashTableEmitter } from '../visited-set/hash-table.ts';
import {
  block,
  get,
  i32,
  increment,
  jump,
  jumpIf,
  labelled,
  local,
  locals,
  loop,
  operation,
  set,
  type WasmFunction,
} from '../wasm/code.ts';
import { ExpressionEmitter } from './expression.ts';

/** What the functions judge, and where. */
interface Judged {
  readonly system: TransitionSystem;
  readonly layout: Layout;
  readonly memory: MemoryEmitter;
  readonly table: HashTableEmitter;
  readonly conditions: readonly AnyExpr[];
}

/**
 * The functions `condition0(from, to)`, `condition1(from, to)` ...: each writes the value of its condition in the states
 * `from` .. `to - 1` from the beginning of `ends`, which has room for `batchStates`.
 */
export const conditionFunctions = (judged: Judged): readonly WasmFunction[] =>
  judged.conditions.map((condition, at) => conditionFunction(`condition${at}`, condition, judged));

function conditionFunction(
  name: string,
  condition: AnyExpr,
  { system, layout, memory, table }: Judged,
): WasmFunction {
  const [from, to, id, value, at] = locals('i32', 'from', 'to', 'id', 'value', 'at');
  const stored = local(memory.addressType, 'stored');
  const state = local(memory.sourceType, 'state');
  const { open, words } = wordsAt(state, layout.words);
  const [done, again, judged] = [labelled('done'), labelled('again'), labelled('judged')];
  const expressions = new ExpressionEmitter({
    layout,
    ends: endsOf(system),
    words,
    thread: '',
    replica: -1,
    fail: () => [set(value, i32(wrongCondition)), jump(judged)],
  });
  const each = [
    jumpIf(done, operation('i32.ge_u', get(id), get(to))),
    set(state, table.opened(stored)),
    ...open,
    block(judged, set(value, expressions.condition(condition))),
    memory.store(get(value), 'i32', memory.map.ends, at),
    increment(at),
    table.nextState(stored),
    increment(id),
    jump(again),
  ];
  const body = [
    memory.open(),
    table.open(),
    set(id, get(from)),
    set(at, i32(0)),
    set(stored, table.stateAddress(get(from))),
    block(done, loop(again, ...each)),
  ];
  return { name, parameters: [from, to], result: null, body, exported: true };
}
