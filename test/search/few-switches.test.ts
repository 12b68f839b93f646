/** The search along few switches: what it finds is a run that the machine replays, and it finds what lies deep. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { Arm64Space } from '../../checker/memory/arm64/space.ts';
import { noLimits } from '../../checker/search/check.ts';
import { searchingFewSwitches } from '../../checker/search/few-switches.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { explore } from '../laws/explore.ts';
import { randomWeak } from '../memory/random-weak.ts';
import { law, runs } from '../depth.ts';

test(
  'on random models it finds something where there is something, along states that follow each other',
  law,
  () => {
    let found = 0;
    fc.assert(
      fc.property(randomWeak({ accesses: 3, asserts: true, invariants: 2 }), (model) => {
        const system = transitionSystem(model);
        const whole = explore(new Arm64Space(system), 2_000);
        if (whole === null) return;
        const space = new Arm64Space(system);
        const costs = { cpuOf: ({ thread }: { thread: number }) => String(thread), extraOf: () => 0 };
        const result = finish(searchingFewSwitches(space, noLimits, costs));
        expect(result === null).toBe(whole.findings.length === 0);
        if (result === null) return;
        found += 1;
        const { path, finding } = result;
        expect(path.at(-1)).toBe(finding.state);
        for (const [at, id] of path.entries())
          if (at > 0) expect(space.successors(path[at - 1]!).map(({ to }) => to)).toContain(id);
      }),
      { numRuns: runs(100, 5), seed: 2024, endOnFailure: true },
    );
    expect(found).toBeGreaterThan(runs(20, 5));
  },
);
