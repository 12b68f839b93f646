/** A value goes from a smaller domain of names into a larger one, whatever the order of the names, in both engines. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  branch,
  choose,
  conditional,
  defineModel,
  eq,
  init,
  ne,
  reachable,
  set,
  shared,
  smpMb,
  step,
  thread,
  values,
} from '../../checker/language/index.ts';
import { memoryModelNames } from '../../checker/language/memory-name.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';

const all = ['a', 'b', 'c', 'd', 'e'] as const;
type Name = (typeof all)[number];
const namesOf = (names: readonly Name[]) => values<Name>(...(names as [Name, ...Name[]]));

/** Reads from a cell of few names into locals and cells of more, in several ways. */
const model = (few: readonly Name[], more: readonly Name[], wanted: Name) =>
  withMemoryOption(
    defineModel({
      name: 'copied',
      summary: 'names',
      options: {},
      build: () => {
        const mem = shared({ few: init(namesOf(few), few[0]!), more: init(namesOf(more), more[0]!) });
        const writer = thread('writer', { locals: { l: init(namesOf(few), few[0]!) } }, (l) => [
          choose('any', l.l),
          step('few = l', set(mem.few, l.l)),
          smpMb(),
        ]);
        const reader = thread('reader', { locals: { l: init(namesOf(more), more[0]!) } }, (l) => [
          step('l = few', set(l.l, mem.few)),
          step('more = l', set(mem.more, conditional(eq(l.l, few[0]!), few[0]!, l.l))),
          branch('l', ne(l.l, more.at(-1)!), [step('more = few', set(mem.more, l.l))]),
        ]);
        return {
          shared: mem,
          threads: [writer, reader],
          properties: [reachable('wanted', eq(mem.more, wanted))],
        };
      },
    }),
  );

const cases = fc
  .tuple(fc.shuffledSubarray([...all], { minLength: 1 }), fc.shuffledSubarray([...all]))
  .map(([few, others]) => ({ few, more: [...new Set([...others, ...few])] }));

test.each(memoryModelNames)('under %s', (memory) => {
  fc.assert(
    fc.property(cases, fc.nat(), ({ few, more }, at) => {
      const built = model(few, more, more[at % more.length]!).build({ memory });
      const [compiled, interpreted] = (['compiled', 'interpreter'] as const).map(
        (engine) => check(built, noLimits, { ...defaultSettings, engine }).outcome,
      );
      expect(compiled!.verdict).toBe(interpreted!.verdict);
      expect(compiled!.statistics.states).toBe(interpreted!.statistics.states);
      const isReached = few.includes(more[at % more.length]!) || at % more.length === 0;
      expect(compiled!.verdict).toBe(isReached ? 'holds' : 'unreached');
    }),
    { numRuns: 25 },
  );
});

test('a value that the domain has not is refused', () => {
  expect(() => model(['a', 'b'], ['a', 'c'], 'a').build()).toThrow(
    "the types of 'mem.few' and 'l' differ; 'mem.few' has the domain {a, b}; 'l' has the domain {a, c}",
  );
});
