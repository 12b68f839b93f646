/** Runs `check --all`: compares verdict, counts and trace length with the declarations. */
import type { Scenario } from '../../checker/language/model.ts';
import { checking, type Checked } from '../../checker/search/check.ts';
import { askedModel, type CheckOptions } from './run.ts';
import { statisticsJson } from '../report/check-json.ts';
import type { AllResult } from '../report/check-schema.ts';
import { junitXml } from './junit.ts';
import { statesOnly, timed } from '../options/limits.ts';
import { buildModel, sourcesOfAll, type ModelSource } from '../model-files/models.ts';
import { print, styled } from '../terminal/output.ts';
import { count } from '../../checker/report/numbers.ts';
import { settingsOf } from '../options/search-options.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { runStudy } from '../sweep/run.ts';
import { unprepared } from '../../checker/study/study.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';

type ScenarioResult = AllResult['scenarios'][number];

/** Exit code 0 if everything is as declared, 1 if something is not, 3 if a limit is reached. */
export async function checkAll(
  name: string | null,
  words: readonly string[],
  options: CheckOptions,
): Promise<void> {
  if (words.length > 0)
    throw new UsageError(
      `--all cannot be combined with the options '${words.join(' ')}': it checks scenarios as declared`,
    );
  const sources = await sourcesOfAll(name);
  const scenarios = sources.flatMap((source) =>
    source.definition.scenarios.map((scenario) => ({ source, scenario })),
  );
  const tells = options.json !== true && options.quiet !== true && options.reporter !== 'junit';
  const studied = await runStudy({
    ...{ command: 'check', model: name, words, options },
    definitions: sources.map(({ definition }) => definition),
    models: () => scenarios.map(({ source, scenario }) => buildModel(source, scenario.options)),
    // The time limit is one of each scenario.
    limits: statesOnly(options),
    study: unprepared(() => ({
      jobs: scenarios.map(({ source, scenario }) => ({
        name: `${source.definition.name}/${scenario.name}`,
        run: (limits) => checkingScenario(source, scenario, options, limits),
      })),
      assembled: (rows) => rows,
    })),
    ...(tells ? { onResult: printer(sources) } : {}),
  });
  if (studied === null) return;
  const { result: rows } = studied;
  process.exitCode = exitCodeOf(rows);
  if (options.json === true)
    print(JSON.stringify({ kind: 'all', scenarios: [...rows] } satisfies AllResult, null, 2));
  else if (options.reporter === 'junit') print(junitXml(rows));
  else print(summary(rows));
}

function* checkingScenario(
  source: ModelSource,
  scenario: Scenario,
  options: CheckOptions,
  limits: Limits,
): Cooperative<ScenarioResult> {
  const model = askedModel(buildModel(source, scenario.options), options);
  const { result, seconds } = yield* timed(options.timeout, limits, (within) =>
    checking(model, within, settingsOf(options)),
  );
  return {
    model: source.definition.name,
    scenario: scenario.name,
    verdict: result.outcome.verdict,
    mismatches: mismatches(scenario, result, options.engine !== 'ltsmin'),
    statistics: statisticsJson(result.outcome.statistics, seconds),
  };
}

/** Prints each result, below the name of its model. */
function printer(sources: readonly ModelSource[]): (row: ScenarioResult) => void {
  let last: string | null = null;
  return (row) => {
    if (row.model !== last) print(row.model);
    last = row.model;
    print(
      linesOf(
        row,
        sources.find(({ definition }) => definition.name === row.model)!,
      ),
    );
  };
}

/** `stopsAlike`: at a violation, the search has counted as many states as the one in memory. */
function mismatches(scenario: Scenario, { outcome, trace }: Checked, stopsAlike: boolean): string[] {
  const counts = [
    ['states', scenario.states, outcome.statistics.states],
    ['transitions', scenario.transitions, outcome.statistics.transitions],
  ] as const;
  const compared = [
    ['verdict', scenario.verdict, outcome.verdict],
    ...(trace === null || stopsAlike ? counts : []),
    ['steps', scenario.steps, trace?.steps.length ?? null],
  ] as const;
  return compared.flatMap(([what, declared, found]) =>
    declared === undefined || declared === found
      ? []
      : [`${what}: declared ${declared}, found ${String(found)}`],
  );
}

/** One line, followed by one line for each difference. */
function linesOf(
  { scenario, verdict, mismatches: wrong, statistics }: ScenarioResult,
  source: ModelSource,
): string {
  const longest = Math.max(...source.definition.scenarios.map(({ name }) => name.length));
  const states = `${count(statistics.states)} states`.padStart(16);
  const mark = wrong.length === 0 ? styled('green', 'as declared') : styled('red', 'not as declared');
  const row = `  ${scenario.padEnd(longest)}  ${verdict.padEnd('inconclusive'.length)}${states}  ${mark}`;
  return [row, ...wrong.map((mismatch) => styled('red', `      ${mismatch}`))].join('\n');
}

function exitCodeOf(rows: readonly ScenarioResult[]): 0 | 1 | 3 {
  const wrong = rows.filter((row) => row.mismatches.length > 0);
  if (wrong.length === 0) return 0;
  return wrong.every(({ verdict }) => verdict === 'inconclusive') ? 3 : 1;
}

function summary(rows: readonly ScenarioResult[]): string {
  const wrong = rows.filter((row) => row.mismatches.length > 0).length;
  const scenarios = rows.length === 1 ? '1 scenario' : `${rows.length} scenarios`;
  if (rows.length === 0) return 'the model declares no scenarios';
  return wrong === 0 ? `${scenarios}, all as declared` : `${scenarios}, ${wrong} not as declared`;
}
