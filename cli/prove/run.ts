/** Runs `racewalk prove` for one variant. */
import { runWithin, type LimitOptions } from '../options/limits.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { anyOptionsOf, claimsOf, type Claim } from '../../checker/family/claim.ts';
import { provingMost, type Proved } from '../../checker/search/prove.ts';
import { eitherOf, optionName } from '../../checker/language/option.ts';
import { exitCodeOf, inconclusive } from '../terminal/exit-code.ts';
import { say } from '../terminal/help.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel, type ModelSource } from '../model-files/models.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { proofText, verdictLine } from './text.ts';
import type { SweepOptions } from '../sweep/options.ts';
import { settingsOf } from '../options/search-options.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkWritable } from '../terminal/write-file.ts';

/** Exit code 0 proved, 1 refuted by a check of a small number, 3 not proved. */
export async function proveModel(
  name: string,
  words: readonly string[],
  options: ProveOptions,
): Promise<void> {
  if (options.certificate !== undefined) checkWritable(options.certificate);
  const source = await findModel(name);
  const typed = chosenOptions({ ...source, scenario: null }, words);
  const chosen = chosenOptions(source, words);
  // Reports invalid options and models as check does.
  buildModel(source, chosen);
  const claims = claimsFor(source, { chosen, typed, any: options.any });
  const { result: proved, seconds } = await runWithin(options, (limits) =>
    provingMost(claims, limits, settingsOf({}, 'many')),
  );
  const report = { source, proved, seconds };
  process.exitCode = exitCodeFor(proved);
  if (options.certificate !== undefined) {
    const { writeCertificate } = await import('./certificate-file.ts');
    if (!writeCertificate(report, options.certificate))
      say(`no proof: no certificate written to ${options.certificate}`);
  }
  if (options.json === true) {
    const { proveJson } = await import('./json.ts');
    return print(JSON.stringify(proveJson(report), null, 2));
  }
  print(options.quiet === true ? verdictLine(report) : proofText(report, outputWidth()));
}

export function exitCodeFor({ result }: Proved): 0 | 1 | 2 | 3 {
  if (result.verdict === 'holds') return 0;
  return result.verdict === 'refuted' ? exitCodeOf(result.by.checked.outcome.verdict) : inconclusive;
}

interface RequestedProof {
  readonly chosen: Choices;
  /** The options on the command line, which stay fixed. */
  readonly typed: Choices;
  readonly any: string | undefined;
}

/**
 * The claims to prove: any number of the requested options, else of all options without a number on the command line.
 * The number of CPUs in a scenario is one case.
 *
 * Throws  UsageError if no option may be any number.
 */
function claimsFor(source: ModelSource, { chosen, typed, any }: RequestedProof): readonly Claim[] {
  const { definition } = source;
  const { copies, elements } = anyOptionsOf(definition, chosen);
  const possible = [...copies, ...elements];
  if (possible.length === 0)
    throw new UsageError(
      `${definition.name} has no option for the number of copies of a thread: "racewalk check" is already a full proof`,
    );
  if (any === undefined) {
    const kept = [...Object.keys(typed), ...elements.filter((key) => key in chosen)];
    const claims = claimsOf(definition, chosen, kept);
    if (claims.length === 0)
      throw new UsageError(
        `no option is left to prove for any number: remove ${eitherOf(possible.map((key) => `--${optionName(key)}`))}, or name one with --any`,
      );
    return claims;
  }
  const keys = any.split(',').map((word) => {
    const key = possible.find((other) => other === word || optionName(other) === word);
    if (key === undefined)
      throw new UsageError(
        `invalid --any '${word}': expected ${eitherOf(possible.map(optionName))}${didYouMean(word, possible)}`,
      );
    if (key in typed)
      throw new UsageError(`--any ${word} cannot be combined with --${word}: remove one of them`);
    return key;
  });
  const given = Object.fromEntries(Object.entries(chosen).filter(([key]) => !keys.includes(key)));
  return [{ definition, given, any: [...new Set(keys)] }];
}

/** The options that commander parses. */
export interface ProveOptions extends LimitOptions, SweepOptions {
  readonly any?: string;
  readonly all?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly certificate?: string;
}
