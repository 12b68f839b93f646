/** The evidence for a verdict, with and without time to search for it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explanationOf, machineRunOf } from '../../checker/litmus/explanation.ts';
import { LitmusLimit } from '../../checker/litmus/litmus-test.ts';
import type { LitmusModel } from '../../checker/litmus/litmus-model.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const resultOf = (name: string, memory: LitmusModel = 'lkmm') =>
  runLitmus(readFileSync(new URL(`files/${name}.litmus`, import.meta.url), 'utf8'), memory);

const patient = () => undefined;
const impatient = () => {
  throw new LitmusLimit('the time is over');
};

test('lkmm: an execution that is allowed, or one that is forbidden', () => {
  const allowed = explanationOf(resultOf('SB'), patient);
  expect(allowed.title).toBe('An execution that ends in 0:r0=0; 1:r0=0;');
  expect(allowed.shown?.broken).toBeNull();
  expect(explanationOf(resultOf('SB+mbs'), patient).shown?.broken?.axiom).toBe('propagation');
});

test('a machine: a run, or none', () => {
  expect(explanationOf(resultOf('SB', 'tso'), patient).run).toHaveLength(6);
  expect(explanationOf(resultOf('SB', 'sc'), patient)).toMatchObject({ shown: null, run: null });
});

test.each(['SB', 'SB+mbs'])(
  '%s: without time there is no execution, and the title gives the reason',
  (name) => {
    expect(explanationOf(resultOf(name), impatient)).toEqual({
      title: 'No execution is shown: the time to search for one is over.',
      shown: null,
      run: null,
    });
  },
);

test('the strongest machine that ends like the witness', () => {
  expect(machineRunOf(resultOf('SB'), () => patient)?.title).toBe('The machine tso gets there:');
  expect(machineRunOf(resultOf('SB+mbs'), () => patient)).toBeNull();
  expect(machineRunOf(resultOf('SB'), () => impatient)).toEqual({
    title: 'The machine sc cannot say whether it gets there: line 1: the time is over',
    run: [],
  });
});
