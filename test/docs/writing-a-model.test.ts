/** The files in docs/guide/writing-a-model.md run, and give the output in the text. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnyDefinition } from '../../checker/language/index.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { mutationStudy } from '../../checker/study/mutate/mutate.ts';
import { studying } from '../../checker/study/study.ts';
import { titleOf } from '../../checker/study/mutate/site.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';

const text = readFileSync(new URL('../../docs/guide/writing-a-model.md', import.meta.url), 'utf8');

/** What is shown of a check comes first, then what `racewalk mutate` shows. */
const [checked = '', mutated = ''] = text.split('## 5. Find the statements on which no verdict depends');

/** The numbered lines of an output, without what stands beside them. */
const linesOf = (part: string) =>
  [...part.matchAll(/^ {2}\d {2,}(\S.*?)(?: {2,}.*)?$/gm)].map(([, line]) => line);

// Below the project, so that 'racewalk' is found from there.
const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), '.extracted-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = [...text.matchAll(/^```ts file=(\S+) verdict=(\S+)\n(.*?)^```$/gms)].map(
  ([, name, verdict, source]) => ({ name: name!, verdict: verdict!, source: source! }),
);

async function definitionIn(name: string, source: string): Promise<AnyDefinition> {
  const path = join(folder, name);
  writeFileSync(path, source);
  const { model } = (await import(/* @vite-ignore */ path)) as { model: AnyDefinition };
  return model;
}

test('every block of TypeScript is a file that is tried here', () => {
  expect(files).toHaveLength(2);
  expect(text.match(/^```ts/gm)).toHaveLength(files.length);
});

describe.each(files)('$name', ({ name, verdict, source }) => {
  test(`is ${verdict}, and its scenarios are as declared`, async () => {
    const definition = await definitionIn(name, source);
    expect(check(definition.build()).outcome.verdict).toBe(verdict);
    for (const scenario of definition.scenarios) {
      const { outcome, trace } = check(definition.build(scenario.options));
      expect([scenario.name, outcome.verdict]).toEqual([scenario.name, scenario.verdict]);
      if (scenario.steps !== undefined) expect(trace!.steps).toHaveLength(scenario.steps);
    }
  });

  test('its trace is the one that is shown', async () => {
    const { trace } = check((await definitionIn(name, source)).build());
    const texts = trace!.steps
      .map(({ events }) => events[0]!.statement)
      .map((s) => ('text' in s ? s.text : s.kind));
    expect(linesOf(checked)).toEqual(texts);
  });
});

test('the mutants that survive are the ones that are shown', async () => {
  const { name, source } = files[1]!;
  const definition = withMemoryOption(await definitionIn(name, source));
  const { mutants } = finish(
    studying(mutationStudy(definition, definition.scenarios, defaultSettings), noLimits),
  );
  const surviving = mutants.filter(({ fate }) => fate.kind === 'survives').map(({ mutation }) => mutation);
  expect(linesOf(mutated)).toEqual(
    surviving.map(({ statement, change }) => `${titleOf(statement)}: ${change}`),
  );
  const killed = mutants.length - surviving.length;
  expect(mutated).toContain(`${mutants.length} mutants, ${killed} killed, ${surviving.length} survive`);
  for (const [, explained] of mutated.matchAll(/^ {6}"(.*)"\] \},$/gm))
    expect(surviving.map((mutation) => mutation.name)).toContain(explained);
});

test('the messages of the table are the ones that the language gives', () => {
  const language = [
    'validate-accesses',
    'validate-expression',
    'define-model',
    'statement',
    'unused',
    'validate',
    'thread',
  ].map((file) => readFileSync(new URL(`../../checker/language/${file}.ts`, import.meta.url), 'utf8'));
  for (const part of [
    'a CPU needs several steps for that: split the step, or use atomically(',
    ', which does nothing',
    ' is not part of ',
    'ifdef(...) needs true or false at build time',
    'an array without an index (write .at(index))',
    'only the first statement of an atomic block may wait, but ',
    'no reachable(...) witness: declare what must be able to happen',
  ]) {
    expect(text).toContain(part);
    expect(language.some((source) => source.includes(part))).toBe(true);
  }
});
