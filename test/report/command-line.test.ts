/**
 * Lines that reproduce a result are what a shell takes: whatever stands in a value, the command gets it back.
 *
 * @module-tag process
 */
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { asTyped, commandLines, optionWords, quoted, quotedPath } from '../../checker/report/options-text.ts';
import { oneOf } from '../../checker/language/option.ts';
import { defineModel } from '../../checker/language/index.ts';
import { chosenOptions } from '../../cli/options/model-options.ts';

/** The words that bash makes of each line. */
function wordsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const script = lines.map((line) => `printf '%s\\0' ${line}\nprintf '\\1'`).join('\n');
  const { stdout, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout
    .split('\u0001')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1));
}

const nasty = [
  'becomes global',
  "it's",
  '"',
  '$HOME',
  '`date`',
  'a!b',
  '-dash',
  '--two',
  '--option=x',
  'back\\slash',
  '*',
  '~',
  'a\tb',
  '#x',
  'two  spaces',
  'plain',
  'x=y',
  "'",
  ';ls',
];

const definition = (value: string) =>
  defineModel({
    name: 'quoting',
    summary: 'values that a shell would change',
    options: {
      first: oneOf('variant', 'the first', ['usual', value]),
      other: oneOf('variant', 'other', ['usual', value]),
    },
    build: () => {
      throw new Error('is never built');
    },
  });

const source = (value: string) => ({
  definition: definition(value),
  file: null,
  scenario: null,
  typed: 'quoting',
});

/** Any text but that which no argument can hold. */
const text = fc
  .oneof(fc.constantFrom(...nasty), fc.string({ minLength: 1, maxLength: 12 }))
  .filter((value) => value !== 'usual' && !/[\u0000\u0001]/.test(value));

test('an option comes back as it was, in lines of any width', () => {
  const values = [...nasty, ...fc.sample(text, 200)];
  const lines = values.map((value, at) => {
    const words = optionWords(definition(value).options, { first: value, other: value });
    return commandLines(words, 10 + (at % 70)).join('\n');
  });
  for (const [at, words] of wordsOf(lines).entries())
    expect(chosenOptions(source(values[at]!), words)).toEqual({ first: values[at]!, other: values[at]! });
});

test('what needs no quotes has none', () => {
  expect(asTyped('flush', 'broadcast')).toBe('--flush broadcast');
  expect(asTyped('asid', 'becomes global')).toBe("--asid 'becomes global'");
  expect(quoted('peterson/3 processes')).toBe("'peterson/3 processes'");
  expect(quotedPath('-x.json')).toBe('./-x.json');
});
