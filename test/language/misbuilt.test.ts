/** Statements and declarations that mean nothing. */
import { describe } from 'vitest';
import {
  array,
  bool,
  branch,
  count,
  each,
  either,
  forever,
  goto,
  ifdef,
  index,
  init,
  label,
  note,
  range,
  relaxed,
  set,
  shared,
  step,
  thread,
  values,
} from '../../checker/language/index.ts';
import { areReported, t } from './model-errors.ts';
import { inThread, mem, modelOf, Pmd } from './tiny.ts';

describe('statements', () => {
  areReported({
    'a step without its text': [
      // @ts-expect-error the text is missing
      () => inThread((l) => [step(set(l.n, 1))]),
      "thread 't': the first argument of a step must be its kernel text",
    ],
    'a step with an empty text': [
      () => inThread((l) => [step('', set(l.n, 1))]),
      'the first argument of a step must be its kernel text',
    ],
    'ifdef on an expression': [
      // @ts-expect-error a condition of the running model
      () => inThread((l) => [ifdef(l.got, step('x'))]),
      "thread 't': ifdef(...) needs true or false",
      'use branch(...) to decide at run time',
    ],
    'ifdef around an effect': [
      // @ts-expect-error an effect is no statement
      () => inThread((l) => [step('x', ...ifdef(true, set(l.n, 1)))]),
      'effects belong inside step',
    ],
    'one alternative': [
      () => inThread(() => [either([step('x')])]),
      'either(...) needs at least two alternatives',
    ],
    'alternatives without lists': [
      // @ts-expect-error an alternative is a list
      () => inThread(() => [either(step('x'), step('y'))]),
      "thread 't': expected a list of statements",
    ],
    'an endless loop over nothing': [
      () => inThread(() => [forever()]),
      "line 1 'for (;;)': the loop body is empty",
    ],
    'a branch without a list': [
      // @ts-expect-error a list is missing
      () => inThread((l) => [branch('x', l.got, goto('out')), label('out')]),
      "thread 't': expected a list of statements",
    ],
    'relaxed around a note': [
      () => inThread(() => [relaxed(note('x'))]),
      'relaxed(...) takes a step or a wait',
    ],
    'a count below zero': [
      () => inThread(() => [step('x', count('IPIs', -1))]),
      "thread 't', line 1 'x': invalid count -1 of 'IPIs': expected a whole number, 0 or more",
    ],
    'each over nothing': [
      () =>
        inThread((l) => [
          step(
            'x',
            each(0, (i) => [set(l.seen.at(i), true)]),
          ),
        ]),
      'invalid range 0 of each, forAll or exists',
    ],
    'no statements': [() => inThread(() => []), "thread 't': the thread has no statements"],
  });
});

describe('declarations', () => {
  areReported({
    'half a copy of a thread': [
      () => thread('t', { cpus: 1.5 }, () => [step('x')]),
      "thread 't': invalid cpus 1.5: expected a whole number, 1 or more",
    ],
    'an array of no elements': [() => array(0, bool, false), 'array(0, ...): invalid length'],
    'an index of no elements': [() => index(0), 'index(0): expected a whole number, 1 or more'],
    'a range upside down': [
      () => range(2, 1),
      'range(2, 1): expected at most 2^32 integers between -2^32 and 2^32, low <= high',
    ],
    'a range that is too large': [() => range(0, 2 ** 32), 'expected at most 2^32 integers'],
    'a value twice': [() => values('none', 'table', 'none'), "duplicate name 'none'"],
    // @ts-expect-error a domain has names
    'no values': [() => values(), 'needs at least one name'],
    // @ts-expect-error undefined is no name
    'an undefined value': [() => values('none', undefined), 'undefined is not a name'],
    'a variable that is not declared by init': [
      // @ts-expect-error a domain is no declaration
      () => shared({ pmd: Pmd }),
      "variable 'pmd': expected init(...) or array(...)",
    ],
    'a variable that C could not name': [
      () =>
        modelOf(() => ({ shared: shared({ 'the pmd': init(Pmd, 'none') }), threads: [t()], properties: [] })),
      "variable 'the pmd': the name is not an identifier",
    ],
    'a handler with another number of copies': [
      () =>
        modelOf(() => {
          const host = thread('host', { cpus: 2 }, () => [step('x')]);
          const handler = thread('irq', { on: host }, () => [step('x')]);
          return { shared: mem, threads: [host, handler], properties: [] };
        }),
      "thread 'irq': 'on' names 'host', which is not a thread of this model with the same number of copies",
    ],
    'a handler on a handler': [
      () =>
        modelOf(() => {
          const host = thread('host', {}, () => [step('x')]);
          const irq = thread('irq', { on: host }, () => [step('x')]);
          return {
            shared: mem,
            threads: [host, irq, thread('nmi', { on: irq }, () => [step('x')])],
            properties: [],
          };
        }),
      "thread 'nmi': 'on' names 'irq', which has no CPUs of its own: name 'host'",
    ],
  });
});
