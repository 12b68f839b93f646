/** The result of `prove` as JSON. */
import { stripVTControlCharacters } from 'node:util';
import { withFallbacks } from '../../checker/language/option.ts';
import { endsFor, type Proof, type Proving, type Small } from '../../checker/search/prove.ts';
import { describeDoubt } from '../../checker/report/doubt.ts';
import { headline } from '../../checker/report/verdict.ts';
import { verdictLine, type ProofReport } from './text.ts';
import { reasonOf, upToOf } from '../../checker/report/any-number.ts';
import type { ProveResult } from './schema.ts';

export function proveJson(report: ProofReport): ProveResult {
  const { source, proved, seconds } = report;
  const { claim, result, larger } = proved;
  const { definition, file, scenario } = source;
  const options = Object.entries(withFallbacks(definition.options, claim.given)).filter(
    ([key]) => !claim.any.includes(key),
  );
  const trace = result.verdict === 'refuted' ? result.by.checked.trace : null;
  return {
    kind: 'prove',
    model: definition.name,
    file,
    scenario: scenario?.name ?? null,
    options: Object.fromEntries(options),
    any: [...claim.any],
    verdict: verdictOf(result),
    summary: stripVTControlCharacters(verdictLine(report)),
    upTo: upToOf(result),
    ends: result.verdict === 'holds' ? [...endsFor(claim)] : [],
    reason: result.verdict === 'not proved' ? result.reason : null,
    doubt: result.verdict === 'not proved' && result.doubt !== null ? describeDoubt(result.doubt) : null,
    refutedAt: result.verdict === 'refuted' ? result.by.sizes : null,
    steps: trace?.steps.length ?? null,
    proofs: result.verdict === 'holds' ? result.proofs.map(proofJson) : [],
    checked: result.small.map(smallJson),
    notFor: larger.map((one) => ({ any: [...one.claim.any], reason: reasonOf(one.result) })),
    seconds,
  };
}

export function verdictOf(result: Proving): ProveResult['verdict'] {
  if (result.verdict === 'holds')
    return upToOf(result) === null ? 'holds for any number' : 'holds up to a number';
  if (result.verdict === 'not proved') return 'not proved';
  const { verdict } = result.by.checked.outcome;
  // A refutation is neither.
  return verdict === 'holds' || verdict === 'inconclusive' ? 'not proved' : verdict;
}

const proofJson = ({ claim, element, views, size, most, upTo, machine, from, family }: Proof) => ({
  options: claim.given,
  any: [...claim.any],
  element,
  views: views.length,
  size,
  most,
  upTo,
  counters: machine.roles.counters.map(({ name }) => name),
  from,
  family: { least: family.least, most: family.most },
});

const smallJson = ({ sizes, checked: { outcome } }: Small) => ({
  sizes,
  verdict: outcome.verdict,
  summary: headline(outcome),
  states: outcome.statistics.states,
});
