/** Proves one variant of one model and says what came out. */
import { runWithin, type LimitOptions } from '../options/limits.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { anyOptionsOf, claimsOf, type Claim } from '../../checker/family/claim.ts';
import { provingMost, type Proved } from '../../checker/search/prove.ts';
import { optionName } from '../../checker/language/option.ts';
import { exitCodeOf, inconclusive } from '../terminal/exit-code.ts';
import { say } from '../terminal/help.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel, type ModelSource } from '../model-files/models.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { proofText, verdictLine } from './text.ts';
import { settingsOf } from '../options/search-options.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkWritable } from '../terminal/write-file.ts';

/** Exit code 0 where it is proved, 1 where a small number is refuted, 3 where neither is known. */
export async function proveModel(
  name: string,
  words: readonly string[],
  options: ProveOptions,
): Promise<void> {
  if (options.certificate !== undefined) checkWritable(options.certificate);
  const source = await findModel(name);
  const typed = chosenOptions({ ...source, scenario: null }, words);
  const chosen = chosenOptions(source, words);
  // Wrong options and a wrong model are told as for check.
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
      say(`no certificate is written to ${options.certificate}: there is no proof`);
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
  /** What was typed beside the scenario: it is kept. */
  readonly typed: Choices;
  readonly any: string | undefined;
}

/**
 * What to prove: any number of what is asked for, else of all that nobody says a number of. Of CPUs a scenario names one case.
 *
 * Throws  UsageError where there is nothing that may be any number.
 */
function claimsFor(source: ModelSource, { chosen, typed, any }: RequestedProof): readonly Claim[] {
  const { definition } = source;
  const { copies, elements } = anyOptionsOf(definition, chosen);
  const possible = [...copies, ...elements];
  if (possible.length === 0)
    throw new UsageError(
      `${definition.name} has no option that says how many copies of a thread there are: "racewalk check" proves all of it`,
    );
  if (any === undefined) {
    const kept = [...Object.keys(typed), ...elements.filter((key) => key in chosen)];
    const claims = claimsOf(definition, chosen, kept);
    if (claims.length === 0)
      throw new UsageError(
        `all of ${possible.map(optionName).join(', ')} are given a number: leave one out, or name it with --any`,
      );
    return claims;
  }
  const keys = any.split(',').map((word) => {
    const key = possible.find((other) => other === word || optionName(other) === word);
    if (key === undefined)
      throw new UsageError(
        `--any: '${word}' is no number of copies or elements${didYouMean(word, possible)}\nany number is possible of: ${possible.map(optionName).join(', ')}`,
      );
    if (key in typed)
      throw new UsageError(`--any ${word} and a number of ${word} contradict each other: leave one out`);
    return key;
  });
  const given = Object.fromEntries(Object.entries(chosen).filter(([key]) => !keys.includes(key)));
  return [{ definition, given, any: [...new Set(keys)] }];
}

/** The options of the command itself, as commander gives them. */
export interface ProveOptions extends LimitOptions {
  readonly any?: string;
  readonly all?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly certificate?: string;
}
