/** Standard litmus tests as files: each memory model allows and forbids what an axiomatic definition in herd does. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { memoryModelNames } from '../../checker/language/memory-name.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { verdicts } from './verdicts.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const folder = fileURLToPath(new URL('files/', import.meta.url));
const sourceOf = (name: string) => readFileSync(`${folder}${name}.litmus`, 'utf8');

test.each(Object.entries(verdicts))('%s: %s', (name, expected) => {
  const found = memoryModelNames.map((memory) =>
    runLitmus(sourceOf(name), memory).positive > 0 ? 'A' : '-',
  );
  expect(found.join(' ')).toBe(expected);
});

test('every file has a verdict', () => {
  const files = readdirSync(folder).map((name) => name.replace('.litmus', ''));
  expect(files.sort()).toEqual(Object.keys(verdicts).sort());
});

test.each([
  ['SB', [13, 34, 34]],
  ['MP', [13, 23, 29]],
])('%s has as many states as it has by hand', (name, states) => {
  expect((['sc', 'tso', 'pso'] as const).map((memory) => runLitmus(sourceOf(name), memory).explored)).toEqual(
    states,
  );
});
