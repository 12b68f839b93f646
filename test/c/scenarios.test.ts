/** The protocols in C that the project ships and tests have the verdicts that they declare. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { protocols } from '../../models/files.ts';
import { model as collapse } from '../../models/gup-fast-vs-collapse.ts';
import { law, sampled } from '../depth.ts';
import { protocol } from './protocol.ts';

const folders = ['../../models/c/', './files/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
/** Files that are not protocols that racewalk reads whole. */
const others = new Set(['primitives.c', 'three-mistakes.c']);

const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c') && !others.has(name))
    .map((name) => [name, readFileSync(folder + name, 'utf8')] as const),
);

test('the catalogue has every protocol but the twin of a model', () => {
  const twins = ['collapse.c'];
  const there = readdirSync(folders[0]!).filter((name) => name.endsWith('.c') && !twins.includes(name));
  expect([...protocols].sort()).toEqual(there.map((name) => name.replace(/\.c$/, '')).sort());
});

describe.each(files)('%s', (name, text) => {
  const definition = withMemoryOption(protocol(text, name));
  test('declares scenarios', () => expect(definition.scenarios.length).toBeGreaterThan(0));
  test.each(sampled(definition.scenarios, 4))('$name', law, ({ options, memory, verdict }) => {
    const model = definition.build({ ...options, ...(memory === undefined ? {} : { memory }) });
    expect(check(model).outcome.verdict).toBe(verdict);
  });
});

test('the 48 variants of the email have the verdicts of the model in TypeScript', law, () => {
  const inC = protocol(files.find(([name]) => name === 'collapse.c')![1], 'collapse.c');
  let states = [0, 0];
  for (const flush of ['broadcast', 'ipi'])
    for (const secondPinCheck of ['none', 'per-page', 'all-pages'])
      for (let bits = 0; bits < 8; bits += 1) {
        const flags = { recheckPte: (bits & 1) > 0, recheckPmd: (bits & 2) > 0, syncIpi: (bits & 4) > 0 };
        const written = check(collapse.build({ flush, ...flags, secondPinCheck })).outcome;
        const read = check(
          inC.build({ flush, ...flags, secondPinCheck: secondPinCheck.replace('-', '_') }),
        ).outcome;
        expect([flush, secondPinCheck, flags, read.verdict]).toEqual([
          flush,
          secondPinCheck,
          flags,
          written.verdict,
        ]);
        states = [states[0]! + read.statistics.states, states[1]! + written.statistics.states];
      }
  // Every access of C is a step: more states, but not many more.
  expect(states[0]! / states[1]!).toBeLessThan(2);
});
