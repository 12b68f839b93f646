/** Runs `racewalk barriers`. */
import { runWithin, type LimitOptions } from '../options/limits.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { memoryKey, memoryModelNames } from '../../checker/language/memory-name.ts';
import { checkingBarriers, type AblatedBarriers } from '../../checker/study/barriers/barriers.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel } from '../model-files/models.ts';
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
  const { result, seconds } = await runWithin(options, (limits) =>
    checkingBarriers(definition, given, { memories, limits, settings: settingsOf(options) }),
  );
  process.exitCode = exitCodeOf(result);
  print(await rendered(result, seconds, { options, typed: source.typed }));
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
export interface BarriersOptions extends LimitOptions, SearchOptions {
  readonly json?: true;
}
