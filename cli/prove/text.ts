/** The result of `prove` as text: the verdict, its evidence, and the reason if it is not proved. */
import { withFallbacks } from '../../checker/language/option.ts';
import type { Claim } from '../../checker/family/claim.ts';
import { endsFor, type Proof, type Proved, type Proving, type Small } from '../../checker/search/prove.ts';
import {
  anyOf,
  describeSizes,
  endsText,
  proofHeadline,
  reasonOf,
  upToOf,
} from '../../checker/report/any-number.ts';
import { describeDoubt } from '../../checker/report/doubt.ts';
import { count } from '../../checker/report/numbers.ts';
import { asTyped, commandLine, withoutUsualMemory } from '../../checker/report/options-text.ts';
import { wrap } from '../../checker/report/wrap.ts';
import { reportText } from '../report/check-text.ts';
import type { ModelSource } from '../model-files/models.ts';
import { styled } from '../terminal/output.ts';

export interface ProofReport {
  readonly source: ModelSource;
  readonly proved: Proved;
  readonly seconds: number;
}

/** The whole report, in lines of at most `width` characters. */
export function proofText(report: ProofReport, width: number): string {
  const { source, proved, seconds } = report;
  const { claim, result, larger } = proved;
  const head = [verdictLine(report), ...optionLines(claim, width)].join('\n');
  const notes = larger.flatMap((one) =>
    wrap(`not proved for ${anyOf(one.claim)}: ${reasonOf(one.result)}`, width, 2),
  );
  switch (result.verdict) {
    case 'holds':
      return [
        head,
        [
          ...wrap(endsText(endsFor(claim)), width, 2).filter((line) => line !== ''),
          ...evidence(result.proofs, result.small, seconds, width),
          ...notes,
          ...reproduceLines(source, claim),
        ].join('\n'),
      ].join('\n\n');
    case 'refuted': {
      const { sizes, checked } = result.by;
      return reportText(
        { ...checked, source, chosen: { ...claim.given, ...sizes }, seconds, savedAs: null },
        width,
      );
    }
    case 'not proved':
      return [
        head,
        [
          ...(result.doubt === null ? [] : wrap(describeDoubt(result.doubt), width, 2)),
          ...wrap(openFrom(result), width, 2),
          ...notes,
          ...reproduceLines(source, claim),
        ].join('\n'),
      ].join('\n\n');
  }
}

const colours = { holds: 'green', refuted: 'red', 'not proved': 'yellow' } as const;

/** The verdict in one line. */
export const verdictLine = ({ source, proved }: Pick<ProofReport, 'source' | 'proved'>): string =>
  `${source.definition.name}: ${styled(['bold', colours[proved.result.verdict]], proofHeadline(proved))}`;

const noBreak = '\u00A0';

function optionLines({ definition, given, any }: Claim, width: number): readonly string[] {
  const told = withoutUsualMemory(withFallbacks(definition.options, given));
  const words = Object.entries(told)
    .filter(([key]) => !any.includes(key))
    .map(([key, value]) => asTyped(key, value).replace(' ', noBreak));
  return words.length === 0
    ? []
    : wrap(`with ${words.join(' ')}`, width, 5).map((line) => styled('dim', line.replaceAll(noBreak, ' ')));
}

function evidence(
  proofs: readonly Proof[],
  small: readonly Small[],
  seconds: number,
  width: number,
): readonly string[] {
  const [proof] = proofs;
  const { machine, views, size, most, family } = proof!;
  const upTo = upToOf({ verdict: 'holds', proofs, small });
  const counters = [...new Set(machine.roles.counters.map(({ name }) => name.replace(/\[\d+\]$/, '[i]')))];
  const exact = most === 1 ? 'only whether it is 0' : `exactly below ${most}`;
  const confirmed = family.options
    .map((key) => `${key} ${family.least[key]!} to ${family.most[key]!}`)
    .join(', ');
  const decided = small.filter(({ checked }) => checked.outcome.verdict === 'holds');
  return [
    ...wrap(
      `proof: ${count(views.length)} views of ${size} ${size === 1 ? 'copy' : 'copies'}, closed under all steps (${seconds.toFixed(2)} s)`,
      width,
      2,
    ),
    ...(counters.length === 0
      ? []
      : wrap(
          `counters split into one share per copy (shares of copies outside a view: ${exact}): ${counters.join(', ')}`,
          width,
          2,
        )),
    ...(upTo === null
      ? []
      : wrap(
          `counters have the width of a C type: no sum of them wraps with at most ${count(upTo)} copies of a thread`,
          width,
          2,
        )),
    ...proofs
      .slice(1)
      .flatMap((one) =>
        wrap(`with ${fixedSizes(one, proof!)}: ${count(one.views.length)} views of ${one.size}`, width, 2),
      ),
    ...wrap(
      `the model has the same structure for ${confirmed}; the proof assumes it for larger numbers`,
      width,
      2,
    ),
    ...wrap(`also checked: ${decided.map(describeSizes).join('; ')}`, width, 2),
  ];
}

const fixedSizes = ({ claim }: Proof, { claim: whole }: Proof) =>
  whole.any
    .filter((key) => !claim.any.includes(key))
    .map((key) => asTyped(key, claim.given[key]!))
    .join(' ');

/** What the checks of small numbers show if there is no proof. */
function openFrom({ doubt, small }: Proving & { readonly verdict: 'not proved' }): string {
  const decided = small.filter(({ checked }) => checked.outcome.verdict !== 'inconclusive');
  if (decided.length === 0) return 'no number was checked completely';
  const sizes = decided.map(describeSizes).join('; ');
  return doubt === null
    ? `checked without finding a race: ${sizes}`
    : `no run with ${sizes} reaches that state`;
}

function reproduceLines({ typed, definition }: ModelSource, { given, any }: Claim): readonly string[] {
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !any.includes(key)));
  const words = ['racewalk prove', typed, commandLine(definition.options, kept)];
  return [`reproduce: ${words.filter((word) => word !== '').join(' ')}`];
}
