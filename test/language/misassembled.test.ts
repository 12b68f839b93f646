/** Models and options that do not fit together. */
import { describe, expect, test } from 'vitest';
import {
  always,
  claim,
  conditional,
  cost,
  dec,
  defineModel,
  either,
  ended,
  eventually,
  flag,
  init,
  integer,
  leadsTo,
  not,
  oneOf,
  reachable,
  set,
  step,
  thread,
} from '../../checker/language/index.ts';
import { areReported, t } from './model-errors.ts';
import { definition, inThread, locals, mayEnd, mem, modelOf, Pmd, Pte } from './tiny.ts';

describe('the parts of a model', () => {
  const threads = [t()];
  const properties = [reachable('r', ended(t()))];
  areReported({
    'no properties': [
      () => modelOf(() => ({ shared: mem, threads, properties: [] })),
      "model 'tiny': no property is declared",
    ],
    'no witness': [
      () => modelOf(() => ({ shared: mem, threads, properties: [always('a', not(mem.flag))] })),
      "model 'tiny': no reachable(...) witness",
    ],
    'no threads': [() => modelOf(() => ({ shared: mem, threads: [], properties })), 'no thread is declared'],
    'two threads of one name': [
      () => modelOf(() => ({ shared: mem, threads: [t(), t()], properties })),
      "two threads are named 't'",
    ],
    'two properties of one name': [
      () => modelOf(() => ({ shared: mem, threads, properties: [...properties, ...properties] })),
      "two properties are named 'r'",
    ],
    'a property without a name': [
      // @ts-expect-error the name is missing
      () => modelOf(() => ({ shared: mem, threads, properties: [always(mem.flag)] })),
      'a property has no name',
    ],
    'a condition for a property': [
      // @ts-expect-error a condition is no property
      () => modelOf(() => ({ shared: mem, threads, properties: [mem.flag] })),
      "model 'tiny': properties: entry 1 is not the result of always(...), atEnd(...), reachable(...), eventually(...) or leadsTo(...)",
    ],
    'a property that is a number': [
      // @ts-expect-error a number is no condition
      () => modelOf(() => ({ shared: mem, threads, properties: [always('p', mem.count)] })),
      "property 'p': 'mem.count' is not a condition",
    ],
    'a claim without its sentence': [
      // @ts-expect-error the sentence is missing
      () => modelOf(() => ({ shared: mem, threads, properties: [always('p', claim(mem.flag))] })),
      "property 'p': invalid harm of a claim: expected say`...`",
    ],
    'a thread that is not listed': [
      () =>
        modelOf(() => {
          thread('forgotten', {}, () => [step('x')]);
          return { shared: mem, threads, properties };
        }),
      "thread 'forgotten' is not part of the result of build",
    ],
    'a property that is not listed': [
      () =>
        modelOf(() => {
          always('forgotten', mem.flag);
          return { shared: mem, threads, properties };
        }),
      "always('forgotten', ...) is not part of the result of build",
    ],
    'a claim about runs that is not listed': [
      () =>
        modelOf(() => {
          const one = t();
          eventually(one);
          return { shared: mem, threads: [one], properties: [mayEnd(one)] };
        }),
      "eventually('t') is not part of the result of build",
    ],
    'an end of a thread that the model does not have': [
      () =>
        modelOf(() => {
          const one = t();
          const claimed = eventually({ ...one, name: 'u' });
          return { shared: mem, threads: [one], properties: [mayEnd(one), claimed] };
        }),
      "property 'every u ends': 'u' is not a thread of this model",
    ],
    'a fairness that does not exist': [
      () =>
        modelOf(() => ({
          shared: mem,
          threads,
          // @ts-expect-error no such fairness
          properties: [...properties, eventually(threads[0]!, { fair: 'very' })],
        })),
      "eventually(...): invalid fair 'very': expected weak, strong or none",
    ],
    'a premise that is no condition': [
      () =>
        modelOf(() => ({
          shared: mem,
          threads,
          // @ts-expect-error a number is no condition
          properties: [...properties, leadsTo('p', mem.count, mem.flag)],
        })),
      "property 'p': 'mem.count' is not a condition: expected a boolean",
    ],
    'a conclusion that is no condition': [
      () =>
        modelOf(() => ({
          shared: mem,
          threads,
          // @ts-expect-error a number is no condition
          properties: [...properties, leadsTo('p', 2, (i) => [mem.flag, mem.counts.at(i)])],
        })),
      "property 'p': 'mem.counts[i]' is not a condition: expected a boolean",
    ],
    'a claim about runs with the name of an invariant': [
      () =>
        modelOf(() => ({ shared: mem, threads, properties: [...properties, leadsTo('r', true, mem.flag)] })),
      "two properties are named 'r'",
    ],
    'a cost that is not listed': [
      () =>
        modelOf(() => {
          cost('IPIs', { effect: 'IPIs' });
          return { shared: mem, threads, properties };
        }),
      "cost('IPIs', ...) is not part of the result of build",
    ],
    'undefined for a thread': [
      // @ts-expect-error undefined is no thread
      () => modelOf(() => ({ shared: mem, threads: [undefined], properties })),
      'threads: entry 1 is not the result of thread(...)',
    ],
    'shared memory that is a plain object': [
      // @ts-expect-error not made by shared
      () => modelOf(() => ({ shared: { pmd: init(Pmd, 'none') }, threads, properties })),
      'invalid shared memory: expected shared',
    ],
    'a part that does not exist': [
      // @ts-expect-error the part is properties
      () => modelOf(() => ({ shared: mem, threads, property: properties })),
      "the result of build: unknown setting 'property'",
    ],
    'a build that returns nothing': [
      // @ts-expect-error the parts are missing
      () => modelOf(() => undefined),
      "model 'tiny': the result of build: expected { shared, threads, properties, costs, stubs }",
    ],
    'a local that is undeclared': [
      // @ts-expect-error a value is no declaration
      () => thread('t', { locals: { ...locals, n: 3 } }, () => [step('x')]),
      "thread 't': variable 'n': expected init(...) or array(...)",
    ],
    'a sum that ends outside of C': [
      () => inThread((l) => [step('x', dec(l.n)), step('y', set(l.pte, mem.pte.at(-1)))]),
      "line 2 'y': 'mem.pte[-1]' is out of bounds",
    ],
  });
});

describe('options', () => {
  const options = {
    flush: oneOf('machine', 'how', ['broadcast', 'ipi']),
    recheck: flag('fix', 'whether'),
    cpus: integer('how many', [1, 4]),
  };
  const build = () => {
    const one = t();
    return { shared: mem, threads: [one], properties: [mayEnd(one)] };
  };
  const optional = defineModel({ name: 'm', summary: '', options, build });
  const withOptions = (wrong: Parameters<typeof defineModel>[0]['options']) =>
    defineModel({ name: 'm', summary: '', options: wrong, build });
  areReported({
    'one that does not exist': [
      () => optional.build({ flsh: 'ipi' }),
      "unknown option 'flsh': expected flush, recheck or cpus",
    ],
    'one that every object has': [
      () => optional.build({ constructor: true }),
      "unknown option 'constructor'",
    ],
    'a value that it does not take': [
      () => optional.build({ flush: 'IPI' }),
      "invalid value IPI of option 'flush': expected broadcast or ipi",
    ],
    'a word for a flag': [
      () => optional.build({ recheck: 'yes' }),
      "invalid value yes of option 'recheck': expected false or true",
    ],
    'too many': [
      () => optional.build({ cpus: 5 }),
      "invalid value 5 of option 'cpus': expected a whole number from 1 to 4",
    ],
    'half a CPU': [() => optional.build({ cpus: 1.5 }), "invalid value 1.5 of option 'cpus'"],
    'the word for a number': [() => optional.build({ cpus: '2' }), "invalid value 2 of option 'cpus'"],
    'a name with a hyphen': [
      () => withOptions({ 'sync-ipi': flag('fix', '') }),
      "model 'm': option 'sync-ipi' is not a camelCase name",
    ],
    // @ts-expect-error true is no option
    'a plain value': [() => withOptions({ fix: true }), "option 'fix' is not made by flag"],
    'a fallback out of range': [
      () => withOptions({ cpus: integer('', [1, 4], 8) }),
      "option 'cpus' has the invalid fallback 8: expected a whole number from 1 to 4",
    ],
    'a range upside down': [() => withOptions({ cpus: integer('', [4, 1]) }), 'contains no integers'],
    'a value twice': [() => withOptions({ f: oneOf('fix', '', ['a', 'a']) }), 'lists the same value twice'],
    'a scenario with an option that does not exist': [
      () =>
        defineModel({
          name: 'm',
          summary: '',
          options,
          build,
          // @ts-expect-error no such option
          scenarios: [{ name: 's', options: { flsh: 'ipi' }, verdict: 'holds' }],
        }),
      "model 'm', scenario 's': unknown option 'flsh'",
    ],
    'a definition without options': [
      // @ts-expect-error the options are missing
      () => defineModel({ name: 'm', summary: '', build }),
      "model 'm': options: expected",
    ],
    'a definition without a build function': [
      // @ts-expect-error no function
      () => defineModel({ name: 'm', summary: '', options, build: 3 }),
      "model 'm': missing build function",
    ],
  });

  test('the same definition is fine with what it does take', () => {
    expect(() => optional.build({ flush: 'ipi', recheck: true, cpus: 4 })).not.toThrow();
    expect(() => definition(build).build()).not.toThrow();
  });
});

test('Pte and Pmd are different domains, and a branch of either is no mistake', () => {
  expect(Pte).not.toEqual(Pmd);
  expect(() =>
    inThread((l) => [either([step('x', set(l.pmd, conditional(l.got, 'none', 'huge')))], [])]),
  ).not.toThrow();
});
