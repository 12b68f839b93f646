/** The generated code of a condition agrees with the interpreter, including its errors. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { AnyDeclaration, Declarations } from '../../checker/language/variable.ts';
import { sizeOf, valueAt } from '../../checker/language/domain.ts';
import {
  defineModel,
  ModelError,
  reachable,
  set,
  step,
  thread,
  type Expr,
  type Value,
} from '../../checker/language/index.ts';
import { printExpr } from '../../checker/language/print.ts';
import {
  isTrue,
  type Cells,
  type EvaluationContext,
  type State,
} from '../../checker/interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../checker/interpreter/interpreter.ts';
import { layoutOf } from '../../checker/codegen/layout/layout.ts';
import { encode } from '../../checker/codegen/layout/packed-state.ts';
import { inLocals, inMemory } from '../../checker/codegen/layout/cells.ts';
import { giveBack, i32, local } from '../../checker/codegen/wasm/code.ts';
import { encodeModule } from '../../checker/codegen/wasm/encode.ts';
import { ExpressionEmitter } from '../../checker/codegen/step/expression.ts';
import { locals, memory, randomCondition, type Readable } from './random-condition.ts';
import { tape, type Tape } from './tape.ts';
import { law, runs } from '../depth.ts';

const copies = 2;
let running: Pick<Readable, 'own' | 'numbers'> = { own: [], numbers: [] };
const over = thread('t', { cpus: copies, locals }, (l, cpu) => {
  running = { own: [l], numbers: [cpu] };
  return [step('one', set(l.b, memory.flag)), step('two', set(memory.flag, true))];
});
const system = transitionSystem(
  defineModel({
    name: 'conditions',
    summary: '',
    options: {},
    build: () => ({ shared: memory, threads: [over], properties: [reachable('it begins', true)] }),
  }).build(),
);
const layout = layoutOf(system);
const ends = endsOf(system);

function randomCells(declarations: Declarations, from: Tape): Cells {
  const value = ({ domain }: AnyDeclaration): Value =>
    // In a large domain, mostly the value that conditions compare with.
    valueAt(
      domain,
      sizeOf(domain) < 9 || from.oneIn(4) ? from.below(sizeOf(domain)) : Math.floor(sizeOf(domain) / 2),
    );
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [
      name,
      declaration.length === null
        ? value(declaration)
        : Array.from({ length: declaration.length }, () => value(declaration)),
    ]),
  );
}

const randomState = (from: Tape): State => ({
  shared: randomCells(system.model.shared, from),
  threads: {
    t: Array.from({ length: copies }, () => ({
      location: from.below(ends['t']! + 1),
      locals: randomCells(locals, from),
    })),
  },
});

type Answer = 'true' | 'false' | 'failed';
const answers = ['false', 'true', 'failed'] as const;
const failed = 2;

function interpreted(condition: Expr<boolean>, place: EvaluationContext): Answer {
  try {
    return isTrue(condition, place) ? 'true' : 'false';
  } catch (error) {
    if (error instanceof ModelError) return 'failed';
    throw error;
  }
}

interface Case {
  readonly condition: Expr<boolean>;
  readonly thread: string;
  readonly replica: number;
  readonly states: readonly State[];
}

/** The answer of generated code in each state, whose words are locals or in memory. */
function compiled({ condition, thread: name, replica, states }: Case, isNegated: boolean, inLocal: boolean) {
  const parameters = inLocal
    ? Array.from({ length: layout.words }, (_, at) => local('i64', `word${at}`))
    : [local('i32', 'state')];
  const words = inLocal ? inLocals(parameters) : inMemory(parameters[0]!);
  const fail = () => [giveBack(i32(failed))];
  const expressions = new ExpressionEmitter({ layout, ends, words, thread: name, replica, fail });
  const body = [isNegated ? expressions.negation(condition) : expressions.condition(condition)];
  const functions = [{ name: 'holds', parameters, result: 'i32', body, exported: true } as const];
  const bytes = encodeModule({ functions, globals: [], shared: false, wide: false });
  const store = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    racewalk: { memory: store },
  });
  const holds = exports['holds'] as (...from: readonly (bigint | number)[]) => number;
  return states.map((state) => {
    const packed = encode(layout, state);
    new BigUint64Array(store.buffer).set(packed);
    const answer = inLocal ? holds(...packed) : holds(0);
    return answers[isNegated && answer !== failed ? 1 - answer : answer];
  });
}

const numbers = fc.array(fc.nat(2 ** 20), { minLength: 50, maxLength: 150, size: 'max' });

/** A condition of a property or of a step, and states; a counterexample prints as text. */
const cases = fc.tuple(numbers, numbers, fc.boolean()).map(([drawn, values, inProperty]): Case => {
  const world = inProperty ? { over, own: [], numbers: [] } : { over: null, ...running };
  const condition = randomCondition({ tape: tape(drawn), ...world }, 3);
  const from = tape(Array.from({ length: 40 }, (_, at) => values.map((value) => value >> (at % 8))).flat());
  const states = Array.from({ length: 40 }, () => randomState(from));
  const [name, replica] = inProperty ? ['', -1] : ['t', (drawn[0] ?? 0) % copies];
  const shown = { [fc.toStringMethod]: () => `${printExpr(condition)} of ${name}[${replica}]` };
  return Object.assign({ condition, thread: name, replica, states }, shown);
});

test('a condition has the same value in generated code and in the interpreter', law, () => {
  const told = { true: 0, false: 0, failed: 0 };
  const same = fc.property(cases, fc.boolean(), fc.boolean(), (one, isNegated, inLocal) => {
    const place = { ...propertyPlace(one.states[0]!, ends), thread: one.thread, replica: one.replica };
    const expected = one.states.map((state) => interpreted(one.condition, { ...place, state }));
    for (const answer of expected) told[answer] += 1;
    expect(compiled(one, isNegated, inLocal)).toEqual(expected);
  });
  fc.assert(same, { numRuns: runs(5_000), seed: 1970 });
  expect(Math.min(...Object.values(told))).toBeGreaterThan(runs(5_000));
});
