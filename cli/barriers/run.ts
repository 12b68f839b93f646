/** Runs `racewalk barriers`. */
import type { LimitOptions } from '../options/limits.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { memoryKey, memoryModelNames } from '../../checker/language/memory-name.ts';
import { barrierStudy, type AblatedBarriers } from '../../checker/study/barriers/barriers.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel } from '../model-files/models.ts';
import type { SweepOptions } from '../sweep/options.ts';
import { allVariants, runStudy } from '../sweep/run.ts';
import { outputWidth, print } from '../terminal/output.ts';

/** Exit code 0 if every trial is decided, 3 if one is not, 2 for an invalid model. */
export async function barriersOfModel(
  name: string,
  words: readonly string[],
  options: BarriersOptions,
): Promise<void> {
  const source = await findModel(name);
  const given = chosenOptions(source, words);
  const { [memoryKey]: only } = given;
  const memories = memoryModelNames.filter((memory) => only === undefined || memory === only);
  const definition = { ...source.definition, build: (values = {}) => buildModel(source, values) };
  const studied = await runStudy({
    ...{ command: 'barriers', model: name, words, options },
    definitions: [definition],
    models: () => allVariants(definition, given),
    limits: options,
    study: barrierStudy(definition, given, {
      ...(source.scenario === null ? {} : { isNamed: true }),
      memories,
      settings: settingsOf(options),
    }),
  });
  if (studied === null) return;
  process.exitCode = exitCodeOf(studied.result);
  print(await rendered(studied.result, studied.seconds, { options, typed: source.typed }));
}

function exitCodeOf({ variants, undecided }: AblatedBarriers): 0 | 2 | 3 {
  const sufficient = variants.flatMap(({ trial }) => trial.sufficient);
  if (sufficient.some(({ whole }) => whole.verdict === 'error')) return 2;
  const tried = variants.flatMap(({ trial }) => trial.barriers.flatMap(({ without }) => without));
  const isOpen = tried.some(({ verdict }) => verdict === 'inconclusive');
  return undecided || isOpen || sufficient.some((one) => one.undecided) ? 3 : 0;
}

async function rendered(
  result: AblatedBarriers,
  seconds: number,
  { options, typed }: { readonly options: BarriersOptions; readonly typed: string },
): Promise<string> {
  if (options.json === true) {
    const { barriersJson } = await import('./json.ts');
    return JSON.stringify(barriersJson(result, seconds), null, 2);
  }
  const { renderBarriers } = await import('./text.ts');
  return renderBarriers(result, { typed, seconds, width: outputWidth() });
}

/** The options that commander parses. */
export interface BarriersOptions extends LimitOptions, SearchOptions, SweepOptions {
  readonly json?: true;
}
