/** Buffered stores in a trace: where they execute, where they reach memory, and which reads miss them. */
import { expect, test } from 'vitest';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import { lateSentences, lateStores, waitingStores } from '../../checker/report/late-stores.ts';
import { raceSentences } from '../../checker/report/race-sentences.ts';
import { model as collapse } from '../../models/gup-fast-vs-collapse.ts';
import { model as ksm } from '../../models/ksm-vs-pin.ts';
import { model as switchMm } from '../../models/switch-mm-vs-flush.ts';
import { registry } from '../../models/registry.ts';

function traceOf(definition: AnyDefinition, name: string) {
  const { scenarios, build } = withMemoryOption(definition);
  const { system, trace } = check(build(scenarios.find((scenario) => scenario.name === name)!.options));
  return { system, trace: trace!, cpus: cpusOf(system, trace!) };
}

const told = (definition: AnyDefinition, name: string) => {
  const { system, trace, cpus } = traceOf(definition, name);
  return lateSentences(lateStores(system, trace, cpus));
};

test('the cleared pte that the recheck of gup_fast misses, and nothing else', () => {
  expect(told(collapse, 'second-check-no-barrier-tso')).toEqual([
    "collapse_huge_page's store to pte[0] (step 14) was still in its store buffer when gup_fast read pte[0] == present (step 21); it reached memory in step 25",
  ]);
});

test('a store that never leaves its buffer in the trace', () => {
  expect(told(switchMm, 'no-barriers-tso')).toEqual([
    "flush_tlb_page's store to pte (step 1) was still in its store buffer when switch_mm read pte == present (step 5)",
  ]);
});

test('a store that a younger one overtakes', () => {
  expect(told(ksm, 'no-write-barrier-pso')).toEqual([
    "write_protect_page's store to exclusive (step 5) was still in its store buffer when gup_fast read exclusive == true (step 11); it reached memory in step 13",
  ]);
});

test('no store is late where all are seen at once', () => {
  expect(told(collapse, 'email')).toEqual([]);
});

test('a read that misses a store is reported once, not also as a race', () => {
  const { system, trace, cpus } = traceOf(collapse, 'second-check-no-barrier-tso');
  const mentions = (sentences: readonly string[]) =>
    sentences.filter((text) => text.includes('pte[0]')).length;
  expect(mentions(raceSentences(system, trace, cpus))).toBe(1);
  expect(mentions(raceSentences(system, trace, cpus, lateStores(system, trace, cpus)))).toBe(0);
});

const broken = registry.flatMap((definition) =>
  definition.scenarios
    // What only arm64 breaks, no store buffer breaks.
    .filter(
      ({ verdict, memory, states = Infinity }) =>
        verdict === 'violated' && memory !== 'arm64' && states < 2_000,
    )
    .flatMap(({ name, options, memory: own = 'sc' }) =>
      (own === 'pso' ? ['pso'] : ['tso', 'pso']).map(
        (memory) => [name, memory, definition, options] as const,
      ),
    ),
);

test.each(broken)(
  '%s, %s: what has not arrived is what the slots hold in the end',
  (_, memory, definition, options) => {
    const { system, trace } = check(withMemoryOption(definition).build({ ...options, memory }));
    const waiting = waitingStores(system, trace!, cpusOf(system, trace!)).filter(
      ({ arrived }) => arrived === null,
    );
    const { shared } = trace!.steps.at(-1)!.after;
    const slots = Object.entries(system.model.shared).filter(
      ([, { cellNames, meaning }]) => cellNames !== undefined && meaning.startsWith('store buffer of'),
    );
    const used = slots.flatMap(([name]) => [shared[name]!].flat()).filter((number) => number !== 0);
    expect(waiting.length).toBe(used.length);
  },
);
