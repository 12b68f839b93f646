/** Law: Spin says the same of a claim, with acceptance cycles and its weak fairness. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPromela } from '../../checker/export/promela/promela.ts';
import { goalsOf } from '../../checker/language/liveness.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { check } from '../../checker/search/check.ts';
import { long, runs } from '../depth.ts';
import { claimBySpin, isInPromela, spinIsInstalled } from '../export/spin.ts';
import { randomModel } from '../laws/random-model.ts';
import { withClaim } from './claims.ts';

/** Where Spin is missing the comparison is skipped, but never where the tests decide. */
const skipped = !spinIsInstalled() && process.env['CI'] === undefined;

const models = withClaim(randomModel({ errors: false, states: 500, longNumbers: false })).filter((model) => {
  // Spin has neither strong fairness nor claims about who has made a step, and begins in one state.
  const isExpressible = goalsOf(model).every(({ fair, from }) => fair !== 'strong' && from !== null);
  return (
    isExpressible && isInPromela(model) && !toPromela(transitionSystem(model)).includes('proctype start()')
  );
});

test.skipIf(skipped)('Spin says the same of 300 random claims', { ...long, timeout: 1_200_000 }, async () => {
  const seen = { holds: 0, livelock: 0 };
  await fc.assert(
    fc.asyncProperty(models, async (model) => {
      const { outcome } = check(model);
      const { verdict } = outcome;
      if (verdict !== 'holds' && verdict !== 'unreached' && verdict !== 'livelock') return;
      const promela = toPromela(transitionSystem(model));
      const goals = goalsOf(model);
      const broken = await Promise.all(
        goals.map(({ fair }, at) => claimBySpin(promela, `claim_${at}`, fair === 'weak')),
      );
      expect(broken.includes(true)).toBe(verdict === 'livelock');
      seen[verdict === 'livelock' ? 'livelock' : 'holds']++;
    }),
    { numRuns: runs(400, 5), endOnFailure: true },
  );
  expect(Math.min(seen.holds, seen.livelock)).toBeGreaterThan(runs(400, 5) / 10);
});
