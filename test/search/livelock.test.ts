/** States that cannot end: counted alike by all implementations, and told as what they are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import {
  bool,
  branch,
  defineModel,
  eq,
  goto,
  init,
  label,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { check } from '../../checker/search/check.ts';
import { compiledSpace } from '../../checker/engine/compiled-space.ts';
import { livelockedStates } from '../../checker/search/livelock.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';
import { livelockLine } from '../../checker/report/verdict.ts';
import { law, runs } from '../depth.ts';
import { randomModel } from '../laws/random-model.ts';
import { fullSpace } from '../laws/reduced-spaces.ts';

/** The first states of the levels of a space, explored to its end; null where it is too large. */
function levelsOf(space: StateSpace): readonly number[] | null {
  const levels = [0];
  space.start();
  while (levels.at(-1)! < space.count) {
    if (space.count > 2_000) return null;
    const from = levels.at(-1)!;
    levels.push(space.count);
    space.expand(from, levels.at(-1)!);
  }
  return levels;
}

test('interpreter, generated code and compact states count the same states that cannot end', law, () => {
  const counts: number[] = [];
  const same = fc.property(randomModel({ errors: false, states: 200 }), (model: Model) => {
    const system = transitionSystem(model);
    const full = fullSpace(system);
    // A search that finds something asks no further.
    if (levelsOf(full) === null || full.findings.length > 0) return;
    for (const space of [interpretedSpace(system), compiledSpace(system)]) {
      const levels = levelsOf(space)!;
      const transitions = space.transitions;
      expect(livelockedStates(space, levels)).toBe(full.endless());
      expect(space.transitions).toBe(transitions);
    }
    counts.push(full.endless());
  });
  fc.assert(same, { numRuns: runs(400) });
  expect(counts.some((count) => count > 0)).toBe(true);
  expect(counts).toContain(0);
});

/** One CPU waits for ever in a loop if the other has raised the flag before. */
const spinning = defineModel({
  name: 'spinning',
  summary: '',
  options: {},
  build: () => {
    const mem = shared({ flag: init(bool, false) });
    const spin = thread('spin', {}, () => [
      label('again'),
      branch('flag', eq(mem.flag, true), [goto('again')]),
    ]);
    const raise = thread('raise', {}, () => [step('flag = true', set(mem.flag, true))]);
    return { shared: mem, threads: [spin, raise], properties: [reachable('raised', mem.flag)] };
  },
}).build();

test('a livelock is told beside the verdict', () => {
  const { statistics, verdict } = check(spinning).outcome;
  expect({ verdict, endless: statistics.endless, states: statistics.states }).toEqual({
    verdict: 'holds',
    endless: 1,
    states: 4,
  });
  expect(livelockLine(statistics)).toBe(
    'livelock (not counted as a violation): from 1 of these states no run ends',
  );
});
