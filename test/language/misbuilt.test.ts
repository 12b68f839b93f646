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
import { areTold, t } from './mistakes.ts';
import { inThread, mem, modelOf, Pmd } from './tiny.ts';

describe('statements', () => {
  areTold({
    'a step without its text': [
      // @ts-expect-error the text is missing
      () => inThread((l) => [step(set(l.n, 1))]),
      "thread 't': a step begins with its text in the kernel",
    ],
    'a step with an empty text': [
      () => inThread((l) => [step('', set(l.n, 1))]),
      'a step begins with its text',
    ],
    'ifdef on an expression': [
      // @ts-expect-error a condition of the running model
      () => inThread((l) => [ifdef(l.got, step('x'))]),
      "thread 't': ifdef(...) takes true or false",
      'branch(...) decides while it runs',
    ],
    'ifdef around an effect': [
      // @ts-expect-error an effect is no statement
      () => inThread((l) => [step('x', ...ifdef(true, set(l.n, 1)))]),
      'effects go inside step',
    ],
    'one alternative': [
      () => inThread(() => [either([step('x')])]),
      'either(...) needs two alternatives or more',
    ],
    'alternatives without lists': [
      // @ts-expect-error an alternative is a list
      () => inThread(() => [either(step('x'), step('y'))]),
      "thread 't': expected a list of statements",
    ],
    'an endless loop over nothing': [
      () => inThread(() => [forever()]),
      "line 1 'for (;;)': it repeats nothing",
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
      "thread 't', line 1 'x': it counts -1 'IPIs', which is no number of events",
    ],
    'each over nothing': [
      () =>
        inThread((l) => [
          step(
            'x',
            each(0, (i) => [set(l.seen.at(i), true)]),
          ),
        ]),
      'run over a whole number of elements from 1 on, not 0',
    ],
    'no statements': [() => inThread(() => []), "thread 't': it has no statements"],
  });
});

describe('declarations', () => {
  areTold({
    'half a copy of a thread': [
      () => thread('t', { cpus: 1.5 }, () => [step('x')]),
      "thread 't': cpus is a whole number from 1 on, not 1.5",
    ],
    'an array of no elements': [
      () => array(0, bool, false),
      'array(0, ...): the length is a whole number from 1 on',
    ],
    'an index of no elements': [() => index(0), 'index(0) has no elements'],
    'a range upside down': [() => range(2, 1), 'range(2, 1) is not a range of integers'],
    'a range that is too large': [() => range(0, 2 ** 31), 'of at most 30 bits'],
    'a value twice': [() => values('none', 'table', 'none'), "names 'none' twice"],
    // @ts-expect-error a domain has names
    'no values': [() => values(), 'takes one name or more'],
    // @ts-expect-error undefined is no name
    'an undefined value': [() => values('none', undefined), 'undefined is none'],
    'a variable that is not declared by init': [
      // @ts-expect-error a domain is no declaration
      () => shared({ pmd: Pmd }),
      "the variable 'pmd' is not declared by init(...) or array(...)",
    ],
    'a variable that C could not name': [
      () =>
        modelOf(() => ({ shared: shared({ 'the pmd': init(Pmd, 'none') }), threads: [t()], properties: [] })),
      "the variable 'the pmd' is not an identifier",
    ],
    'a handler with another number of copies': [
      () =>
        modelOf(() => {
          const host = thread('host', { cpus: 2 }, () => [step('x')]);
          const handler = thread('irq', { on: host }, () => [step('x')]);
          return { shared: mem, threads: [host, handler], properties: [] };
        }),
      "thread 'irq': it runs on the CPUs of 'host', which is no thread of this model with as many copies",
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
      "thread 'nmi': 'irq' has no CPUs of its own: name 'host'",
    ],
  });
});
