/** What scenarios in C declare to hold for any number, and what a count of 8 bits may be. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { viewSetOf } from '../../checker/family/certificate.ts';
import type { AnyDefinition, Scenario } from '../../checker/language/model.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { noLimits } from '../../checker/search/check.ts';
import { firstBound, provingByViews, type Proof } from '../../checker/search/prove.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { verifying } from '../../checker/verify/verify.ts';
import { declaredClaim } from '../../cli/prove/all.ts';
import { long } from '../depth.ts';
import { protocol } from './protocol.ts';

const work = { limits: noLimits, settings: defaultSettings };
/** `npm test` makes the proofs of this one, `npm run test:long` those of all others. */
const quick = new Set(['seqlock.c']);
/** Certificates above this take the verifier too long for a test. */
const fewViews = 100;

const folder = fileURLToPath(new URL('../../models/c/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.c'));

function isProved(definition: AnyDefinition, scenario: Scenario): readonly Proof[] {
  const claim = declaredClaim(definition, scenario);
  const result = finish(provingByViews(claim, work));
  expect(result).toMatchObject({ verdict: 'holds' });
  const { proofs } = result as { readonly proofs: readonly Proof[] };
  expect(proofs[0]!.upTo).toBe(firstBound(claim));
  for (const { claim: part, from, element, size, most, upTo, machine, views } of proofs) {
    if (views.length > fewViews) continue;
    const header = { options: part.given, any: part.any, from, element, size, most, upTo };
    expect(finish(verifying(definition, viewSetOf(header, machine.roles, views)))).toEqual([]);
  }
  return proofs;
}

for (const name of files) {
  const definition = withMemoryOption(protocol(readFileSync(folder + name, 'utf8'), name));
  const proved = definition.scenarios.filter(({ proves }) => proves !== undefined);
  if (proved.length === 0) continue;
  describe(name, () => {
    const holds = (scenario: Scenario) => void isProved(definition, scenario);
    if (quick.has(name)) test.each(proved)('$name holds for any number of $proves', holds);
    else test.each(proved)('$name holds for any number of $proves', long, holds);
  });
}

/** Every CPU takes a reference, looks, and puts it. */
const counting = (declaration: string, bits: Readonly<Record<'inc' | 'read' | 'dec', string>>) => `
#include <racewalk.h>
OPTION_INT(NR, size, "CPUs", 1, 4, 1);
${declaration};
THREADS(user, NR)
{
	${bits.inc};
	CHECK(${bits.read} > 0, "the count is 0");
	${bits.dec};
}
FINALLY("none is left", ${bits.read} == 0);
SCENARIO(all, HOLDS, PROVES = NR);
`;

test('a count of 32 bits: the proof says up to which number none wraps, and so does the certificate', () => {
  const definition = withMemoryOption(
    protocol(
      counting('atomic_t refs', {
        inc: 'atomic_inc(&refs)',
        read: 'atomic_read(&refs)',
        dec: 'if (atomic_dec_and_test(&refs)) REACHED("the last is gone")',
      }),
    ),
  );
  const [proof] = isProved(definition, definition.scenarios[0]!);
  expect(proof!.upTo).toBe(2 ** 28);
});

test('PROVES names an option that is a number', () => {
  const text = counting('bool b', { inc: 'b = 1', read: 'b', dec: 'b = 0' });
  expect(() => protocol(text.replace('PROVES = NR', 'PROVES = FEW'))).toThrow('PROVES names an OPTION_INT');
});
