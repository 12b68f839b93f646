/** Generated code that checks new states: properties, and whether a state without successors is a deadlock. */
import { endsOf } from '../../interpreter/interpreter.ts';
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Property } from '../../language/property.ts';
import { cellIs } from './comparison.ts';
import { combined, conditionCode, negation } from './condition.ts';
import type { Layout } from '../layout/layout.ts';
import { inMemory, wordsAt, type Words } from '../layout/cells.ts';
import {
  block,
  call,
  choose,
  get,
  i32,
  jump,
  jumpIf,
  labelled,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { ExpressionEmitter } from './expression.ts';
import { invariantFound, wrongPropertyFound, type MemoryEmitter } from '../memory-map.ts';

/** Properties of a function: V8 optimises larger functions less well, and each has two bits of 32. */
const mostProperties = 16;

/** The check of one property: `find` sets one of its bits where `record` has something to record. */
interface PropertyCheck {
  readonly find: Wasm;
  readonly record: Wasm;
}

/** Emits the functions `check(state, id)` and `isStuck(state)`. */
export class PropertyEmitter {
  readonly #system: TransitionSystem;
  readonly #layout: Layout;
  readonly #memory: MemoryEmitter;
  readonly #state: WasmLocal;
  readonly #id = local('i32', 'id');
  readonly #found = local('i32', 'found');

  constructor(system: TransitionSystem, layout: Layout, memory: MemoryEmitter) {
    this.#system = system;
    this.#layout = layout;
    this.#memory = memory;
    this.#state = local(memory.sourceType, 'state');
  }

  /** `check(state, id)` records the invariants that a new state violates, and the witnesses that it reaches. */
  functions(): readonly WasmFunction[] {
    const { properties } = this.#system.model;
    const parts = Array.from({ length: Math.ceil(properties.length / mostProperties) }, (_, part) => {
      const first = part * mostProperties;
      return this.#checkPart(`check${part}`, properties.slice(first, first + mostProperties), first);
    });
    const calls = parts.map(({ name }) => call(name, get(this.#state), get(this.#id)));
    return [...parts, this.#check('check', calls), this.#isStuck()];
  }

  #check(name: string, body: readonly Wasm[]): WasmFunction {
    return { name, parameters: [this.#state, this.#id], result: null, body, exported: false };
  }

  /**
   * The function for some properties, from number `first` on. Few states have findings: it gathers them as bits, and
   * records them behind all conditions, where calls cost the conditions no registers.
   */
  #checkPart(name: string, properties: readonly Property[], first: number): WasmFunction {
    const { open, words } = wordsAt(this.#state, this.#layout.words);
    const checks = properties.map((property, at) => this.#property(property, first + at, words));
    return this.#check(name, [
      ...open,
      set(this.#found, i32(0)),
      ...checks.map(({ find }) => find),
      choose(
        get(this.#found),
        checks.map(({ record }) => record),
      ),
    ]);
  }

  /** Code that finds whether one property has something to record. An error in the property itself is a finding too. */
  #property({ kind, condition }: Property, at: number, words: Words): PropertyCheck {
    const done = labelled('done');
    const [bit, wrongBit] = [1 << (at % mostProperties), 1 << (mostProperties + (at % mostProperties))];
    const add = (bits: Wasm) => set(this.#found, operation('i32.or', get(this.#found), bits));
    const onBit = (which: number, code: Wasm) =>
      choose(operation('i32.and', get(this.#found), i32(which)), [code]);
    const record = (what: number) => call('record', i32(what), get(this.#id), i32(at));
    const recordWrong: Wasm[] = [];
    const fail = () => {
      recordWrong[0] = onBit(wrongBit, record(wrongPropertyFound));
      return [add(i32(wrongBit)), jump(done)];
    };
    const ends = endsOf(this.#system);
    const layout = this.#layout;
    const expressions = new ExpressionEmitter({ layout, ends, words, thread: '', replica: -1, fail });
    const flag = this.#memory.address(this.#memory.map.reached.at + at * 4);
    const isAlways = kind === 'always';
    const isKnown = isAlways ? [] : [jumpIf(done, load('i32', flag))];
    return {
      find: block(done, ...isKnown, expressions.jumpUnless(done, !isAlways, condition), add(i32(bit))),
      record: sequence(
        onBit(bit, isAlways ? record(invariantFound) : store(i32(1), 'i32', flag)),
        ...recordWrong,
      ),
    };
  }

  /** `isStuck(state)`: whether a thread has not ended that must not block forever. */
  #isStuck(): WasmFunction {
    const words = inMemory(this.#state);
    const running = this.#system.threads.flatMap(({ thread, end }) =>
      (thread.mayBlockForever ? [] : this.#layout.threads[thread.name]!).map(({ location }) =>
        negation(cellIs({ field: location, index: 0, words }, end)),
      ),
    );
    const body = [conditionCode(combined('any', running))];
    return { name: 'isStuck', parameters: [this.#state], result: 'i32', body, exported: false };
  }
}
