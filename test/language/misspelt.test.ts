/** Effects that are none, and names that do not exist. */
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access --
   what is misspelt has no type */
import { describe } from 'vitest';
import {
  add,
  always,
  array,
  branch,
  conditional,
  each,
  eq,
  goto,
  inc,
  init,
  label,
  never,
  not,
  range,
  say,
  set,
  shared,
  step,
  thread,
  when,
} from '../../checker/language/index.ts';
import { areReported, t } from './model-errors.ts';
import { inThread, mayEnd, mem, modelOf, Pmd } from './tiny.ts';

describe('an effect is missing or is none', () => {
  areReported({
    'an expression for an effect': [
      // @ts-expect-error an expression is no effect
      () => inThread((l) => [step('count++', add(mem.count, 1)), step('x', set(l.n, 1))]),
      "thread 't'",
      "step 'count++'",
      "a node of kind 'binary', which does nothing",
    ],
    'an effect for a statement': [
      // @ts-expect-error an effect is no statement
      () => inThread((l) => [set(l.n, 1)]),
      "thread 't': expected a statement",
      'effects belong inside step',
    ],
    'an effect of a condition in when': [
      // @ts-expect-error a condition is no effect
      () => inThread((l) => [step('x', when(l.got, eq(l.n, 1)))]),
      "thread 't': when(...): expected an effect",
    ],
    'undefined for an effect': [
      // @ts-expect-error undefined is no effect
      () => inThread(() => [step('x', undefined)]),
      "step 'x': expected an effect",
    ],
    'a list for an effect': [
      // @ts-expect-error a list is no effect
      () => inThread((l) => [step('x', [set(l.n, 1)])]),
      "step 'x': expected an effect such as set(...), found a list",
    ],
    'a single effect in each': [
      () =>
        inThread((l) => {
          // @ts-expect-error each takes a list
          const all = each(2, (i) => set(l.seen.at(i), true));
          return [step('x', all)];
        }),
      "thread 't': each(...): expected a list of effects",
    ],
    'a statement that is in no list': [
      () =>
        inThread((l) => {
          step('lost', set(l.n, 1));
          return [step('x')];
        }),
      "thread 't': step 'lost' is not part of a list of statements; it would never run",
    ],
    'an effect that is in no list': [
      () =>
        inThread((l) => {
          inc(l.n);
          return [step('x')];
        }),
      "thread 't': effect 'set' is not part of a list",
    ],
    'a native if around a list': [
      () => {
        // The linter refuses it too: strict-boolean-expressions.
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition, @typescript-eslint/strict-boolean-expressions
        const first = (l: typeof mem.flag) => (l ? [step('set')] : [step('clear')]);
        return inThread((l) => {
          const otherwise = step('clear', set(l.n, 0));
          // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition, @typescript-eslint/strict-boolean-expressions
          return [...first(mem.flag), ...(l.got ? [] : [otherwise])];
        });
      },
      "step 'clear' is not part of a list",
    ],
    'a body that returns nothing': [
      // @ts-expect-error the body returns a list
      () => inThread((l) => void step('x', set(l.n, 1))),
      "thread 't': expected a list of statements, found undefined",
    ],
  });
});

describe('a name or a value is misspelt', () => {
  areReported({
    'a value': [
      // @ts-expect-error no such value
      () => inThread(() => [step('pmd = tabel', set(mem.pmd, 'tabel'))]),
      "thread 't', line 1 'pmd = tabel': invalid value 'tabel' for 'mem.pmd': expected {none, table, huge}",
    ],
    'a value in a comparison': [
      // @ts-expect-error no such value
      () => inThread(() => [step('x'), branch('pmd_huge', eq(mem.pmd, 'hugge'), [])]),
      "thread 't', line 2 'if (pmd_huge)'",
      'compares values that are never equal',
      "'mem.pmd' has the domain {none, table, huge}",
    ],
    'a value in one arm of a conditional': [
      // @ts-expect-error no such value
      () => inThread((l) => [step('x', set(l.pmd, conditional(l.got, 'tabel', 'huge')))]),
      "thread 't', line 1 'x'",
      "the types of 'got ? tabel : huge' and 'pmd' differ",
    ],
    'a shared variable': [
      // @ts-expect-error no such variable
      () => inThread(() => [step('pdm = none', set(mem.pdm, 'none'))]),
      "thread 't', line 1 'pdm = none': undefined (a misspelt variable?) is not a variable",
    ],
    'a shared variable that is read': [
      // @ts-expect-error no such variable
      () => inThread((l) => [step('x', set(l.n, mem.cuont))]),
      "thread 't', line 1 'x': undefined (a misspelt variable?)",
    ],
    'a shared array': [
      // @ts-expect-error no such variable
      () => inThread((l) => [step('x', set(mem.ptee.at(l.i), 'none'))]),
      "thread 't': Cannot read properties of undefined (reading 'at') (a misspelt name?)",
    ],
    'a local in inc': [
      // @ts-expect-error no such variable
      () => inThread((l) => [step('x', inc(l.m))]),
      "thread 't', line 1 'x': undefined (a misspelt variable?)",
    ],
    'a variable in not': [
      // @ts-expect-error no such variable
      () => inThread((l) => [branch('x', not(l.gto), [])]),
      "line 1 'if (x)': undefined (a misspelt variable?)",
    ],
    'a variable in the sentence of a claim': [
      () => {
        // @ts-expect-error no such variable
        const harm = say`it is ${mem.falg}`;
        return modelOf(() => {
          const one = t();
          return {
            shared: mem,
            threads: [one],
            properties: [always('p', never(mem.flag, harm)), mayEnd(one)],
          };
        });
      },
      "property 'p': undefined (a misspelt variable?)",
    ],
    'a label': [
      () => inThread((l) => [branch('x', l.got, [goto('uot')]), label('out')]),
      "thread 't', line 2 'goto uot;': unknown label 'uot': expected out",
    ],
    'a setting of a thread': [
      // @ts-expect-error the setting is cpus
      () => thread('t', { cpu: 2 }, () => [step('x')]),
      "thread 't': thread(...): unknown setting 'cpu': expected cpus, locals, on, mayBlockForever",
    ],
    'an option as the number of copies': [
      // @ts-expect-error undefined is no number
      () => thread('t', { cpus: undefined }, () => [step('x')]),
      "thread 't': thread(...): setting 'cpus' is undefined",
    ],
    'a thread as a host': [
      // @ts-expect-error a misspelt host
      () => thread('t', { on: {} }, () => [step('x')]),
      "thread 't': invalid 'on': expected the thread",
    ],
    'a domain': [
      // @ts-expect-error no such domain
      () => shared({ pmd: init(undefined, 'none') }),
      'the domain of a variable must be',
    ],
    'an initial value': [
      () => {
        // @ts-expect-error no such value
        const pmd = init(Pmd, 'tabel');
        return modelOf(() => ({ shared: shared({ pmd }), threads: [t()], properties: [] }));
      },
      "model 'tiny': variable 'pmd': the initial value tabel is outside of its domain {none, table, huge}",
    ],
    'an initial value that is undefined': [
      () => {
        // @ts-expect-error undefined is no value
        const pmd = init(Pmd, undefined);
        return modelOf(() => ({ shared: shared({ pmd }), threads: [t()], properties: [] }));
      },
      "variable 'pmd': the initial value undefined",
    ],
    'one initial value of an array': [
      () => {
        const pte = array(2, range(0, 1), (i) => i + 1);
        return modelOf(() => ({
          shared: mem,
          threads: [thread('t', { locals: { pte } }, () => [step('x')])],
          properties: [],
        }));
      },
      "thread 't': variable 'pte': the initial value 2 is outside of its domain 0..1",
    ],
  });
});

describe('jumps', () => {
  areReported({
    'to no label': [
      () => inThread(() => [goto('out')]),
      "thread 't', line 1 'goto out;': unknown label 'out': the thread has no labels",
    ],
    'to a label of another thread': [
      () =>
        modelOf(() => ({
          shared: mem,
          threads: [thread('a', {}, () => [label('out'), step('x')]), thread('b', {}, () => [goto('out')])],
          properties: [],
        })),
      "thread 'b', line 1 'goto out;'",
    ],
    'to one of two labels': [
      () => inThread(() => [label('out'), step('x'), label('out')]),
      "thread 't': two labels are named 'out'",
    ],
  });
});
