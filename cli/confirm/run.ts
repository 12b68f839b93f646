/** Runs `racewalk confirm`. */
import { statesOnly, timed, runWithin, type LimitOptions } from '../options/limits.ts';
import { chosenOptions } from '../options/model-options.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { buildModel, findModel, sourcesOfAll } from '../model-files/models.ts';
import { unprepared } from '../../checker/study/study.ts';
import type { SweepOptions } from '../sweep/options.ts';
import { runStudy } from '../sweep/run.ts';
import { inconclusive } from '../terminal/exit-code.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { confirming, confirmingOrRefused, type Confirming } from './confirm.ts';
import { engines, type Engine } from './engines.ts';
import { checkInstalled } from './run-engine.ts';
import type { Confirmation, ConfirmOutput } from './schema.ts';
import { confirmationLine, confirmationText, summary } from './text.ts';

const exitCodes = { confirmed: 0, refused: 0, differs: 1, inconclusive } as const;

export async function confirmOne(
  name: string,
  words: readonly string[],
  options: ConfirmOptions,
): Promise<void> {
  const work = workOf(options);
  const source = await findModel(name);
  const chosen = chosenOptions(source, words);
  const { result } = await runWithin(options, (limits) => confirming(source, chosen, work, limits));
  process.exitCode = exitCodes[result.result];
  const json: ConfirmOutput = { kind: 'confirm', ...result };
  print(options.json === true ? JSON.stringify(json, null, 2) : confirmationText(result, outputWidth()));
}

/** Exit code 0 if no scenario differs, 1 if one does, 3 if one is inconclusive. */
export async function confirmAll(
  name: string | null,
  words: readonly string[],
  options: ConfirmOptions,
): Promise<void> {
  if (words.length > 0)
    throw new UsageError(
      `--all cannot be combined with the options '${words.join(' ')}': it confirms scenarios as declared`,
    );
  const work = workOf(options);
  const sources = (await sourcesOfAll(name)).flatMap((source) =>
    source.definition.scenarios.map((scenario) => ({ ...source, scenario })),
  );
  const tells = options.json !== true;
  const studied = await runStudy({
    ...{ command: 'confirm', model: name, words, options },
    definitions: sources.map(({ definition }) => definition),
    models: () => sources.map((source) => buildModel(source, source.scenario.options)),
    // The time limit is one of each scenario.
    limits: statesOnly(options),
    study: unprepared(() => ({
      jobs: sources.map((source) => ({
        name: `${source.definition.name}/${source.scenario.name}`,
        *run(limits) {
          const { result } = yield* timed(options.timeout, limits, (within) =>
            confirmingOrRefused(source, source.scenario.options, work, within),
          );
          return result;
        },
      })),
      assembled: (rows) => rows,
    })),
    ...(tells ? { onResult: (row: Confirmation) => print(confirmationLine(row)) } : {}),
  });
  if (studied === null) return;
  const { result: rows } = studied;
  const has = (result: Confirmation['result']) => rows.some((row) => row.result === result);
  process.exitCode = has('differs') ? 1 : has('inconclusive') ? inconclusive : 0;
  const json: ConfirmOutput = { kind: 'all', scenarios: [...rows] };
  print(tells ? summary(rows) : JSON.stringify(json, null, 2));
}

function workOf(options: ConfirmOptions): Confirming {
  const engine = engines[options.by];
  if (options.shards === undefined) checkInstalled(engine);
  return { engine, settings: settingsOf(options), timeout: options.timeout };
}

export interface ConfirmOptions extends LimitOptions, SearchOptions, SweepOptions {
  readonly by: Engine['name'];
  readonly all?: true;
  readonly json?: true;
}
