/** Values, indices and conditions of the wrong kind. */
import { describe } from 'vitest';
import {
  add,
  and,
  assert,
  branch,
  conditional,
  eq,
  lt,
  ne,
  set,
  step,
  wait,
} from '../../checker/language/index.ts';
import { areReported } from './model-errors.ts';
import { inThread, mem } from './tiny.ts';

describe('values and indices', () => {
  areReported({
    'a number outside of the domain': [
      () => inThread(() => [step('x'), step('count = 3', set(mem.count, 3))]),
      "thread 't', line 2 'count = 3': invalid value 3 for 'mem.count': expected 0..2",
    ],
    'a fraction': [() => inThread(() => [step('x', set(mem.count, 0.5))]), "thread 't', line 1 'x'", '0.5'],
    'an index outside of the array': [
      () => inThread(() => [step('x', set(mem.pte.at(2), 'none'))]),
      "thread 't', line 1 'x': 'mem.pte[2]' is out of bounds: the array has 2 elements",
    ],
    'an index that is no number': [
      // @ts-expect-error a condition is no number
      () => inThread((l) => [step('x', set(mem.pte.at(l.got), 'none'))]),
      "thread 't', line 1 'x': 'got' is not a number",
    ],
    'a whole array as a value': [
      // @ts-expect-error an array is no value
      () => inThread((l) => [step('x', set(l.pte, mem.pte))]),
      "thread 't', line 1 'x': an array without an index (write .at(index))",
    ],
    'a whole array as a target': [
      // @ts-expect-error an array is no variable
      () => inThread(() => [step('x', set(mem.pte, 'none'))]),
      'an array without an index (write .at(index)) is not a variable',
    ],
    'an expression as a target': [
      // @ts-expect-error an expression is no variable
      () => inThread((l) => [step('x', set(add(l.n, 1), 2))]),
      "thread 't', line 1 'x': a node of kind 'binary' is not a variable",
    ],
    'a native array as a value': [
      // @ts-expect-error a list is no value
      () => inThread((l) => [step('x', set(l.n, [1]))]),
      "thread 't', line 1 'x'",
      'is not a value or an expression',
    ],
    'a value of another type': [
      // @ts-expect-error a bool is no number
      () => inThread((l) => [step('x', set(l.n, mem.flag))]),
      "the types of 'mem.flag' and 'n' differ",
    ],
    'names of another domain': [
      // @ts-expect-error other names
      () => inThread((l) => [step('x', set(l.pte, mem.pmd))]),
      "the types of 'mem.pmd' and 'pte' differ",
    ],
    'a comparison of incompatible values': [
      // @ts-expect-error a number and a name
      () => inThread((l) => [branch('x', eq(l.n, mem.pmd), [])]),
      "thread 't', line 1 'if (x)': 'n == mem.pmd' compares values that are never equal",
    ],
    'a comparison of a condition with a number': [
      // @ts-expect-error a bool and a number
      () => inThread((l) => [branch('x', ne(l.got, 0), [])]),
      'compares values that are never equal',
    ],
    'an order of names': [
      // @ts-expect-error names have no order
      () => inThread((l) => [branch('x', lt(l.pmd, 1), [])]),
      "'pmd' is not a number",
    ],
    'a sum of conditions': [
      // @ts-expect-error a condition is no number
      () => inThread((l) => [step('x', set(l.n, add(l.got, 1)))]),
      "'got' is not a number",
    ],
    'a number as a condition': [
      // @ts-expect-error a number is no condition
      () => inThread((l) => [branch('if (count)', mem.count, [step('x', set(l.n, 1))])]),
      "thread 't', line 1 'if (count)': 'mem.count' is not a condition: expected a boolean",
    ],
    'a number in and': [
      // @ts-expect-error a number is no condition
      () => inThread((l) => [branch('x', and(l.got, l.n), [])]),
      "'n' is not a condition",
    ],
    'a number in wait': [
      // @ts-expect-error a number is no condition
      () => inThread(() => [wait('x', mem.count)]),
      "thread 't', line 1 'x': 'mem.count' is not a condition",
    ],
    'a number in assert': [
      // @ts-expect-error a number is no condition
      () => inThread(() => [step('x', assert('a', mem.count))]),
      "'mem.count' is not a condition",
    ],
    'a condition that was forgotten': [
      // @ts-expect-error the condition is missing
      () => inThread(() => [wait('x')]),
      "thread 't', line 1 'x': undefined (a misspelt variable?)",
    ],
    'arms of different types': [
      // @ts-expect-error a number or a name
      () => inThread((l) => [step('x', set(l.n, conditional(l.got, 1, 'none')))]),
      'have different types',
    ],
  });
});
