/** Holds which variables of generated code share a local, and which must not. */
import { expect, test } from 'vitest';
import {
  choose,
  get,
  i32,
  labelled,
  local,
  loop,
  operation,
  set,
  setGlobal,
  type WasmLocal,
  type Wasm,
} from '../../checker/codegen/wasm/code.ts';
import { localsOf } from '../../checker/codegen/wasm/share-locals.ts';

const [a, b, parameter] = [local('i32', 'a'), local('i32', 'b'), local('i32', 'parameter')];

/** The numbers of `a` and `b` in a function with one parameter. */
function numbersIn(...body: readonly Wasm[]): readonly (number | undefined)[] {
  const { numbers } = localsOf({ name: 'f', parameters: [parameter], result: null, body, exported: false });
  return [numbers.get(a), numbers.get(b)];
}

const read = (variable: WasmLocal) => setGlobal('seen', get(variable));

test('one after the other share', () => {
  expect(numbersIn(set(a, i32(1)), read(a), set(b, i32(2)), read(b))).toEqual([1, 1]);
});

test('what is computed from the other may take its place', () => {
  expect(numbersIn(set(a, i32(1)), set(b, operation('i32.eqz', get(a))), read(b))).toEqual([1, 1]);
});

test('of different types do not share', () => {
  const wide = local('i64', 'wide');
  const { numbers } = localsOf({
    name: 'f',
    parameters: [],
    result: null,
    body: [set(a, i32(1)), read(a), set(wide, get(wide))],
    exported: false,
  });
  expect([numbers.get(a), numbers.get(wide)]).toEqual([0, 1]);
});

test('needed at once do not share', () => {
  expect(numbersIn(set(a, i32(1)), set(b, i32(2)), read(a), read(b))).toEqual([1, 2]);
});

test('what the next round of a loop reads again is kept to its end', () => {
  const again = labelled('again');
  expect(numbersIn(set(a, i32(1)), loop(again, read(a), set(b, i32(2)), read(b)))).toEqual([1, 2]);
});

test('what is written anew in each round shares', () => {
  const again = labelled('again');
  expect(numbersIn(loop(again, set(a, i32(1)), read(a), set(b, i32(2)), read(b)))).toEqual([1, 1]);
});

test('a local that may be read before it is written starts as 0, and no other local does', () => {
  expect(numbersIn(set(a, i32(1)), read(a), read(b), set(b, i32(2)))).toEqual([1, 2]);
  const sometimes = choose(get(parameter), [set(b, i32(2))]);
  expect(numbersIn(set(a, i32(1)), read(a), sometimes, read(b))).toEqual([1, 2]);
});
