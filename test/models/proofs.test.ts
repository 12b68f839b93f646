/** What the scenarios of the registry declare to hold for any number, and which of those that hold declare nothing. */
import { describe, expect, test } from 'vitest';
import { noLimits } from '../../checker/search/check.ts';
import { provingByViews, type Proof } from '../../checker/search/prove.ts';
import { anyOptionsOf } from '../../checker/family/claim.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { viewSetOf } from '../../checker/family/certificate.ts';
import { verifying } from '../../checker/verify/verify.ts';
import { declaredClaim } from '../../cli/prove/all.ts';
import type { Scenario } from '../../checker/language/model.ts';
import { long } from '../depth.ts';
import { registry } from '../../models/registry.ts';

const work = { limits: noLimits, settings: defaultSettings };

/** Certificates above this take the verifier too long for a test. */
const fewViews = 60;

for (const definition of registry.map(withMemoryOption))
  describe(definition.name, () => {
    const proved = definition.scenarios.filter(({ proves }) => proves !== undefined);
    // Another number of copies is no other claim.
    const claims = new Map(
      proved.map((scenario) => [JSON.stringify(declaredClaim(definition, scenario)), scenario]),
    );
    // Store buffers take two thirds of the time: `npm run test:long` proves those.
    const buffered = ({ options }: Scenario) => ['tso', 'pso'].includes(String(options['memory']));
    const isProved = (scenario: Scenario) => {
      const result = finish(provingByViews(declaredClaim(definition, scenario), work));
      expect(result).toMatchObject({ verdict: 'holds' });
      const { proofs } = result as { readonly proofs: readonly Proof[] };
      for (const { claim, from, element, size, most, upTo, machine, views } of proofs) {
        if (views.length > fewViews) continue;
        const header = { options: claim.given, any: claim.any, from, element, size, most, upTo };
        const wrong = verifying(definition, viewSetOf(header, machine.roles, views));
        expect(finish(wrong)).toEqual([]);
      }
    };
    const name = '$name holds for any number of $proves';
    test.each([...claims.values()].filter((one) => !buffered(one)))(name, isProved);
    test.each([...claims.values()].filter(buffered))(name, long, isProved);

    test('whatever holds is declared to hold for any number, but for mutual exclusion', () => {
      const undeclared = definition.scenarios.filter(
        ({ verdict, proves, options }) =>
          verdict === 'holds' && proves === undefined && options['memory'] !== 'arm64' &&
          anyOptionsOf(definition, options).copies.length > 0,
      );
      const refused = ['peterson', 'anderson', 'bakery', 'szymanski', 'lamport', 'alur-taubenfeld', 'mcs', 'ticket-lock', 'qspinlock'];
      expect(refused.includes(definition.name) ? [] : undeclared).toEqual([]);
      for (const scenario of refused.includes(definition.name) ? undeclared.slice(0, 1) : []) {
        const claim = { ...declaredClaim(definition, { ...scenario, proves: ['n'] }) };
        expect(finish(provingByViews(claim, work))).toMatchObject({ verdict: 'not proved', doubt: null });
      }
    });
  });
