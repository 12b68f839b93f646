/** The races whose verdict depends on the memory model: what each barrier of a protocol is for. */
import { describe, expect, test } from 'vitest';
import type { AnyDefinition } from '../../checker/language/model.ts';
import type { OptionValue } from '../../checker/language/option.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-model.ts';
import { check } from '../../checker/search/check.ts';
import { model as fork } from '../../models/gup-fast-vs-fork.ts';
import { model as collapse } from '../../models/gup-fast-vs-collapse.ts';
import { model as ksm } from '../../models/ksm-vs-pin.ts';
import { model as madvFree } from '../../models/madv-free-vs-direct-io.ts';
import { model as split } from '../../models/split-unfreezes-tail.ts';
import { model as switchMm } from '../../models/switch-mm-vs-flush.ts';

type Options = Readonly<Record<string, OptionValue>>;
type Row = readonly [sc: string, tso: string, pso: string, options: Options];

const [holds, fails] = ['holds', 'violated'];

const all = { checkExclusive: 'after', fullBarrier: true, writeBarrier: true };
const rechecks = { recheckPmd: true };
const secondCheck = { secondPinCheck: 'all-pages' };

const rows: readonly (readonly [AnyDefinition, readonly Row[]])[] = [
  [
    collapse,
    [
      [fails, fails, fails, {}],
      [holds, holds, holds, { syncIpi: true }],
      [holds, holds, holds, rechecks],
      [holds, fails, fails, { ...rechecks, flushBarrier: false }],
      [holds, holds, holds, secondCheck],
      [holds, fails, fails, { ...secondCheck, checkBarrier: false }],
    ],
  ],
  [
    split,
    [
      [holds, holds, fails, {}],
      [holds, holds, holds, { barrier: true }],
    ],
  ],
  [
    fork,
    [
      [holds, fails, fails, { writeProtectSeq: true }],
      [holds, holds, holds, { writeProtectSeq: true, barrierBeforeCheck: true }],
    ],
  ],
  [
    switchMm,
    [
      [holds, fails, fails, {}],
      [holds, fails, fails, { flushBarrier: true }],
      [holds, fails, fails, { switchBarrier: true }],
      [holds, holds, holds, { flushBarrier: true, switchBarrier: true }],
    ],
  ],
  [
    ksm,
    [
      [holds, holds, holds, all],
      [fails, fails, fails, { ...all, checkExclusive: 'never' }],
      [holds, fails, fails, { ...all, fullBarrier: false }],
      [holds, holds, fails, { ...all, writeBarrier: false }],
    ],
  ],
  [
    madvFree,
    [
      [fails, fails, fails, {}],
      [holds, fails, fails, { checkCount: true }],
      [holds, holds, holds, { checkCount: true, barrier: true }],
    ],
  ],
];

describe.each(rows.map(([definition, own]) => [definition.name, definition, own] as const))(
  '%s',
  (_, model, own) => {
    test.each(
      own.map(([sc, tso, pso, options]) => [JSON.stringify(options), { sc, tso, pso }, options] as const),
    )('%s', (_options, expected, options) => {
      const verdictIn = (memory: 'sc' | 'tso' | 'pso') =>
        check(memoryModels[memory](model.build(options), defaultSettings)).outcome.verdict;
      expect({ sc: verdictIn('sc'), tso: verdictIn('tso'), pso: verdictIn('pso') }).toEqual(expected);
    });
  },
);

test('TSO costs the main model less than twice the states', () => {
  const statesIn = (memory: 'sc' | 'tso') =>
    check(memoryModels[memory](collapse.build(secondCheck), defaultSettings)).outcome.statistics.states;
  expect([statesIn('sc'), statesIn('tso')]).toEqual([470, 760]);
});
