/** Runs `prove --all`. */
import type { Scenario } from '../../checker/language/model.ts';
import type { Claim } from '../../checker/family/claim.ts';
import { proving } from '../../checker/search/prove.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import { unprepared } from '../../checker/study/study.ts';
import { statesOnly, timed } from '../options/limits.ts';
import { sourcesOfAll, type ModelSource } from '../model-files/models.ts';
import { print, styled } from '../terminal/output.ts';
import type { ProveOptions } from './run.ts';
import { verdictOf } from './json.ts';
import { reasonOf, upToOf } from '../../checker/report/any-number.ts';
import { count } from '../../checker/report/numbers.ts';
import type { ProveAllResult } from './schema.ts';
import { settingsOf } from '../options/search-options.ts';
import { runStudy } from '../sweep/run.ts';
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
  const scenarios = sources.flatMap(({ definition }) =>
    definition.scenarios
      .filter(({ proves }) => proves !== undefined)
      .map((scenario) => ({ definition, scenario })),
  );
  const tells = options.json !== true && options.quiet !== true;
  const studied = await runStudy({
    ...{ command: 'prove', model: name, words, options },
    definitions: sources.map(({ definition }) => definition),
    models: () => scenarios.map(({ definition, scenario }) => definition.build(scenario.options)),
    // The time limit is one of each scenario.
    limits: statesOnly(options),
    study: unprepared(() => ({
      jobs: scenarios.map(({ definition, scenario }) => ({
        name: `${definition.name}/${scenario.name}`,
        run: (limits) => provingScenario(definition, scenario, options, limits),
      })),
      assembled: (rows) => rows,
    })),
    ...(tells ? { onResult: (row: ScenarioProof) => print(lineOf(row)) } : {}),
  });
  if (studied === null) return;
  const { result: rows } = studied;
  const wrong = rows.filter(({ mismatch }) => mismatch);
  process.exitCode = wrong.length === 0 ? 0 : wrong.every(({ verdict }) => verdict === 'not proved') ? 3 : 1;
  if (options.json === true)
    print(JSON.stringify({ kind: 'all', scenarios: [...rows] } satisfies ProveAllResult, null, 2));
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

function* provingScenario(
  definition: ModelSource['definition'],
  scenario: Scenario,
  { timeout }: ProveOptions,
  limits: Limits,
): Cooperative<ScenarioProof> {
  const claim = declaredClaim(definition, scenario);
  const { result, seconds } = yield* timed(timeout, limits, (within) =>
    proving(claim, within, settingsOf({}, 'many')),
  );
  const verdict = verdictOf(result);
  return {
    model: definition.name,
    scenario: scenario.name,
    any: [...claim.any],
    verdict,
    upTo: upToOf(result),
    reason: result.verdict === 'holds' ? null : reasonOf(result),
    mismatch: result.verdict !== 'holds',
    seconds,
  };
}

function lineOf({ model, scenario, any, upTo, reason, mismatch, seconds }: ScenarioProof): string {
  const bound = upTo === null ? '' : `, up to ${count(upTo)}`;
  const head = `${model}/${scenario}, any ${any.join(', any ')}${bound}`;
  const tail = mismatch ? styled('red', `not as declared: ${reason ?? ''}`) : styled('green', 'proved');
  return `${head}: ${tail} (${seconds.toFixed(2)} s)`;
}

function summary(rows: number, wrong: number): string {
  if (rows === 0) return 'no scenario declares a proof for any number';
  const scenarios = rows === 1 ? '1 scenario' : `${rows} scenarios`;
  return wrong === 0 ? `${scenarios}, all proved as declared` : `${scenarios}, ${wrong} not as declared`;
}
