/** Copies of one thread have a store buffer and views each: what waits in one is nothing to the others. */
import { expect, test } from 'vitest';
import {
  and,
  array,
  bool,
  branch,
  defineModel,
  eq,
  exists,
  init,
  not,
  reachable,
  set,
  shared,
  smpMb,
  smpRmb,
  step,
  sub,
  thread,
} from '../../checker/language/index.ts';
import { toExpr } from '../../checker/language/expression.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';

/** CPU 1 sees the data of CPU 0 and yet its flag as it was, while its own flag is so late that CPU 0 has not seen it. */
const flags = defineModel({
  name: 'flags',
  summary: 'two CPUs that set a flag each',
  options: {},
  build: () => {
    const mem = shared({ flag: array(2, bool, false), data: init(bool, false) });
    const locals = { saw: init(bool, false), old: init(bool, false) };
    const cpu = thread('cpu', { cpus: 2, locals }, (l, self) => [
      step('flag[cpu] = 1', set(mem.flag.at(self), true)),
      branch(
        'cpu == 0',
        eq(self, 0),
        [
          smpMb(),
          step('old = !flag[1]', set(l.old, not(mem.flag.at(1)))),
          step('data = old', set(mem.data, l.old)),
        ],
        [
          smpRmb(),
          step('saw = data', set(l.saw, mem.data)),
          step('old = !flag[0]', set(l.old, not(mem.flag.at(sub(toExpr(1), self))))),
        ],
      ),
    ]);
    return {
      shared: mem,
      threads: [cpu],
      properties: [
        reachable(
          'data before flag',
          exists(cpu, (l) => and(l.saw, l.old)),
        ),
      ],
    };
  },
});

test.each([
  ['sc', 'unreached'],
  ['pso', 'unreached'],
  ['arm64', 'holds'],
] as const)('%s: the data of another copy before its flag is %s', (memory, verdict) => {
  expect(check(memoryModels[memory](flags.build(), defaultSettings)).outcome.verdict).toBe(verdict);
});
