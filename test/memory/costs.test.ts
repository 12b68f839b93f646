/** Costs mean the same with store buffers as without: store buffers are no accesses, and a barrier that waits for one is a barrier. */
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { memoryModelNames, type MemoryModelName } from '../../checker/language/memory-name.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { noLimits } from '../../checker/search/check.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { countingCosts } from '../../checker/study/compare/costs.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import {
  cost,
  defineModel,
  ended,
  eq,
  init,
  range,
  reachable,
  set,
  shared,
  smpMb,
  smpWmb,
  step,
  thread,
} from '../../checker/language/index.ts';
import { model as collapse } from '../../models/gup-fast-vs-collapse.ts';
import { model as fork } from '../../models/gup-fast-vs-fork.ts';
import { model as ksm } from '../../models/ksm-vs-pin.ts';
import { model as switchMm } from '../../models/switch-mm-vs-flush.ts';

const most = 20_000;

const costsUnder = (memory: MemoryModelName, definition: AnyDefinition, options: Choices = {}) => {
  const system = transitionSystem(memoryModels[memory](definition.build(options), defaultSettings));
  return finish(countingCosts(system, most, noLimits));
};

/** A CPU that stores twice with both barriers between and loads its stores, and another CPU that reads. */
const writer = defineModel({
  name: 'writer',
  summary: 'each sort of access once',
  options: {},
  build: () => {
    const mem = shared({ x: init(range(0, 1), 0), y: init(range(0, 1), 0) });
    const cpu = thread('writer', { locals: { v: init(range(0, 1), 0) } }, (l) => [
      step('x = 1', set(mem.x, 1)),
      smpWmb(),
      step('y = 1', set(mem.y, 1)),
      step('v = x', set(l.v, mem.x)),
      smpMb(),
    ]);
    const other = thread('reader', { locals: { v: init(range(0, 1), 0), w: init(range(0, 1), 0) } }, (l) => [
      step('v = x', set(l.v, mem.x)),
      step('w = y', set(l.w, mem.y)),
    ]);
    return {
      shared: mem,
      threads: [cpu, other],
      properties: [reachable('the end', ended(cpu)), reachable('x', eq(mem.x, 1))],
      costs: [
        cost('own', { steps: 'access' }, { thread: cpu }),
        cost('all', { steps: 'access' }),
        cost('RMW', { steps: 'read-modify-write' }),
        cost('barriers', { steps: 'barrier' }),
      ],
    };
  },
});

const exactly = (number: number) => ({ least: number, most: number });

test.each(memoryModelNames)('%s: three accesses of five, two barriers, no read-modify-write', (memory) => {
  expect(costsUnder(memory, writer)).toEqual({
    own: exactly(3),
    all: exactly(5),
    RMW: exactly(0),
    barriers: exactly(2),
  });
});

describe.each([
  [collapse, {}],
  [collapse, { syncIpi: true }],
  [collapse, { recheckPmd: true }],
  [collapse, { secondPinCheck: 'all-pages' }],
  [collapse, { secondPinCheck: 'per-page' }],
  [fork, { writeProtectSeq: true, barrierBeforeCheck: true }],
  [ksm, { checkExclusive: 'after', fullBarrier: true, writeBarrier: true }],
  [switchMm, { flushBarrier: true, switchBarrier: true }],
] as const)('$0.name', (definition, options) => {
  test.each(['tso', 'pso', 'arm64'] as const)(`%s as sc: ${JSON.stringify(options)}`, (memory) => {
    expect(costsUnder(memory, definition, options)).toEqual(costsUnder('sc', definition, options));
  });
});
