/** Generated code that looks at new states: properties, and whether a state without successors is a deadlock. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Property } from '../../language/property.ts';
import { cellIs } from './cell-test.ts';
import { combined, negation } from './condition.ts';
import type { Layout } from '../layout/layout.ts';
import { ownAddress } from '../visited-set/areas.ts';
import { inMemory, wordsAt, type Words } from '../layout/cells.ts';
import {
  block,
  call,
  choose,
  get,
  i32,
  jump,
  labelled,
  load,
  local,
  operation,
  store,
  type WasmLocal,
  type NumberType,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { conditionCode } from './emit-condition.ts';
import { compileCondition, compileNegation, type ExpressionContext } from './expression.ts';
import type { MemoryMap } from '../memory-map.ts';

/** What a finding is, where it is no edge; edges are numbered from 0. */
export const deadlockFound = -1;
export const invariantFound = -2;
export const wrongPropertyFound = -3;

export interface PropertyContext {
  readonly system: TransitionSystem;
  readonly layout: Layout;
  readonly ends: Readonly<Record<string, number>>;
  readonly map: MemoryMap;
  readonly addressType: NumberType;
  readonly isShared: boolean;
}

/** The functions `check(state, id)` and `isStuck(state)`. */
export function propertyFunctions(context: PropertyContext): readonly WasmFunction[] {
  return [...checkFunctions(context), stuckFunction(context)];
}

/** Properties a function: larger functions are not optimised so well. */
const mostProperties = 16;

/** `check(state, id)`: records the invariants that a new state violates, and the witnesses that it is. */
function checkFunctions(context: PropertyContext): readonly WasmFunction[] {
  const { properties } = context.system.model;
  const parts = Array.from({ length: Math.ceil(properties.length / mostProperties) }, (_, part) =>
    checkPart(part, properties.slice(part * mostProperties, (part + 1) * mostProperties), context),
  );
  const [state, id] = [local(context.addressType, 'state'), local('i32', 'id')];
  const body = parts.map(({ name }) => call(name, get(state), get(id)));
  return [...parts, { name: 'check', parameters: [state, id], result: null, body, exported: false }];
}

function checkPart(part: number, properties: readonly Property[], context: PropertyContext): WasmFunction {
  const { layout, addressType } = context;
  const [state, id] = [local(addressType, 'state'), local('i32', 'id')];
  const { open, words } = wordsAt(state, layout.words);
  const body = [
    ...open,
    ...properties.map((property, at) => look(property, part * mostProperties + at, { context, words, id })),
  ];
  return { name: `check${part}`, parameters: [state, id], result: null, body, exported: false };
}

interface PropertyCheck {
  readonly context: PropertyContext;
  readonly words: Words;
  readonly id: WasmLocal;
}

/** Code that looks at one property. Where the property itself is wrong, that is the finding. */
function look({ kind, condition }: Property, at: number, { context, words, id }: PropertyCheck): Wasm {
  const { layout, ends, map } = context;
  const done = labelled('done');
  const fail = () => [call('record', i32(wrongPropertyFound), get(id), i32(at)), jump(done)];
  const scope: ExpressionContext = { layout, ends, words, thread: '', replica: -1, bound: [], fail };
  if (kind === 'always')
    return block(
      done,
      choose(compileNegation(condition, scope), [call('record', i32(invariantFound), get(id), i32(at))]),
    );
  const flag = ownAddress(map.reached.at + at * 4, context);
  return block(
    done,
    choose(operation('i32.eqz', load('i32', flag)), [
      choose(compileCondition(condition, scope), [store(i32(1), 'i32', flag)]),
    ]),
  );
}

/** Whether a thread that must not wait for ever has not ended. */
function stuckFunction({ system, layout, addressType }: PropertyContext): WasmFunction {
  const state = local(addressType, 'state');
  const words = inMemory(state);
  const isStuck = system.threads.flatMap(({ thread, end }) =>
    (thread.mayBlockForever ? [] : layout.threads[thread.name]!).map(({ location }) =>
      negation(cellIs({ field: location, index: 0, words }, end)),
    ),
  );
  return {
    name: 'isStuck',
    parameters: [state],
    result: 'i32',
    body: [conditionCode(combined('any', isStuck))],
    exported: false,
  };
}
