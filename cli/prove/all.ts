/** Runs `prove --all`. */
import type { Scenario } from '../../checker/language/model.ts';
import type { Claim } from '../../checker/family/claim.ts';
import { proving } from '../../checker/search/prove.ts';
import { runWithin } from '../options/limits.ts';
import { sourcesOfAll, type ModelSource } from '../model-files/models.ts';
import { print, styled } from '../terminal/output.ts';
import type { ProveOptions } from './run.ts';
import { verdictOf } from './json.ts';
import { reasonOf } from '../../checker/report/any-number.ts';
import type { ProveAllResult } from './schema.ts';
import { settingsOf } from '../options/search-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

type ScenarioProof = ProveAllResult['scenarios'][number];

/** Exit code 0 if every declared proof is found, 1 if one is refuted, 3 if one is not found. */
export async function proveAll(
  name: string | null,
  words: readonly string[],
  options: ProveOptions,
): Promise<void> {
  if (words.length > 0)
    throw new UsageError(
      `--all cannot be combined with the options '${words.join(' ')}': it proves scenarios as declared`,
    );
  const sources = await sourcesOfAll(name);
  const rows: ScenarioProof[] = [];
  const tells = options.json !== true && options.quiet !== true;
  for (const { definition } of sources)
    for (const scenario of definition.scenarios) {
      if (scenario.proves === undefined) continue;
      const row = await proveScenario(definition, scenario, options);
      rows.push(row);
      if (tells) print(lineOf(row));
    }
  const wrong = rows.filter(({ mismatch }) => mismatch);
  process.exitCode = wrong.length === 0 ? 0 : wrong.every(({ verdict }) => verdict === 'not proved') ? 3 : 1;
  if (options.json === true)
    print(JSON.stringify({ kind: 'all', scenarios: rows } satisfies ProveAllResult, null, 2));
  else print(summary(rows.length, wrong.length));
}

/** The claim that a scenario declares. */
export function declaredClaim(
  definition: ModelSource['definition'],
  { options, proves = [] }: Scenario,
): Claim {
  const given = Object.fromEntries(Object.entries(options).filter(([key]) => !proves.includes(key)));
  return { definition, given, any: proves };
}

async function proveScenario(
  definition: ModelSource['definition'],
  scenario: Scenario,
  options: ProveOptions,
): Promise<ScenarioProof> {
  const claim = declaredClaim(definition, scenario);
  const { result, seconds } = await runWithin(options, (limits) =>
    proving(claim, limits, settingsOf({}, 'many')),
  );
  const verdict = verdictOf(result);
  return {
    model: definition.name,
    scenario: scenario.name,
    any: [...claim.any],
    verdict,
    reason: result.verdict === 'holds' ? null : reasonOf(result),
    mismatch: result.verdict !== 'holds',
    seconds,
  };
}

function lineOf({ model, scenario, any, reason, mismatch, seconds }: ScenarioProof): string {
  const head = `${model}/${scenario}, any ${any.join(', any ')}`;
  const tail = mismatch ? styled('red', `not as declared: ${reason ?? ''}`) : styled('green', 'proved');
  return `${head}: ${tail} (${seconds.toFixed(2)} s)`;
}

function summary(rows: number, wrong: number): string {
  if (rows === 0) return 'no scenario declares a proof for any number';
  const scenarios = rows === 1 ? '1 scenario' : `${rows} scenarios`;
  return wrong === 0 ? `${scenarios}, all proved as declared` : `${scenarios}, ${wrong} not as declared`;
}
