/** Generated code that looks at new states: properties, and whether a state without successors is a deadlock. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Property } from '../language/property.ts';
import type { Layout } from './layout.ts';
import { inMemory, readCell } from './wasm-cells.ts';
import type { NumberType, Wasm, WasmFunction } from './wasm-code.ts';
import { call, choose, get, giveBack, i32, load, local, operation, sequence, store } from './wasm-code.ts';
import { compileCondition } from './wasm-expression.ts';
import type { MemoryMap } from './wasm-memory.ts';

/** What a finding is, where it is no edge; edges are numbered from 0. */
export const deadlockFound = -1;
export const invariantFound = -2;
export const wrongPropertyFound = -3;

export interface PropertyContext {
  readonly table: TransitionTable;
  readonly layout: Layout;
  readonly ends: Readonly<Record<string, number>>;
  readonly map: MemoryMap;
  readonly addressType: NumberType;
}

/** The functions `property<i>(state, id)`, `check(state, id)` and `isStuck(state)`. */
export function propertyFunctions(context: PropertyContext): readonly WasmFunction[] {
  const { properties } = context.table.model;
  return [
    ...properties.map((property, at) => propertyFunction(property, at, context)),
    checkFunction(context),
    stuckFunction(context),
  ];
}

const nameOf = (property: number) => `property${property}`;

/** True as well where the property itself is wrong; that is a finding of its own. */
function propertyFunction(
  { condition }: Property,
  at: number,
  { layout, ends, addressType }: PropertyContext,
): WasmFunction {
  const [state, id] = [local(addressType, 'state'), local('i32', 'id')];
  const fail = () => [call('record', i32(wrongPropertyFound), get(id), i32(at)), giveBack(i32(1))];
  const code = compileCondition(condition, {
    layout,
    ends,
    words: inMemory(state),
    thread: '',
    replica: -1,
    bound: [],
    fail,
  });
  return { name: nameOf(at), parameters: [state, id], result: 'i32', body: [code], exported: false };
}

/** Records the invariants that a new state violates, and the witnesses that it is. */
function checkFunction({ table, map, addressType }: PropertyContext): WasmFunction {
  const [state, id] = [local(addressType, 'state'), local('i32', 'id')];
  const body = table.model.properties.map(({ kind }, at): Wasm => {
    const holds = call(nameOf(at), get(state), get(id));
    if (kind === 'always')
      return choose(operation('i32.eqz', holds), [call('record', i32(invariantFound), get(id), i32(at))]);
    const flag = i32(map.reached.at + at * 4);
    return choose(operation('i32.eqz', load('i32', flag)), [choose(holds, [store(i32(1), 'i32', flag)])]);
  });
  return { name: 'check', parameters: [state, id], result: null, body, exported: false };
}

/** Whether a thread that must not wait for ever has not ended. */
function stuckFunction({ table, layout, addressType }: PropertyContext): WasmFunction {
  const state = local(addressType, 'state');
  const body = table.threads.flatMap(({ thread, end }) =>
    (thread.mayBlockForever ? [] : layout.threads[thread.name]!).map(({ location }) =>
      choose(operation('i32.ne', readCell(location, null, inMemory(state)), i32(end)), [giveBack(i32(1))]),
    ),
  );
  return {
    name: 'isStuck',
    parameters: [state],
    result: 'i32',
    body: [sequence(...body), i32(0)],
    exported: false,
  };
}
