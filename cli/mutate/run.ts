/** Runs `racewalk mutate`. */
import { runWithin, type LimitOptions } from '../options/limits.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import type { Scenario } from '../../checker/language/model.ts';
import { mutating, type Mutated } from '../../checker/study/mutate/mutate.ts';
import { checking } from '../../checker/search/check.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel, type ModelSource } from '../model-files/models.ts';
import { findingVariants } from '../../checker/study/barriers/variants.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { commandLine, quoted } from '../../checker/report/options-text.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';

/**
 * Exit code 0 if every survivor is explained, 1 if one is not or an explanation is stale, 3 if a mutant is undecided.
 */
export async function mutateModel(
  name: string,
  words: readonly string[],
  options: MutateOptions,
): Promise<void> {
  const source = await findModel(name);
  const { definition } = source;
  const scenarios = await scenariosOf(source, words, options);
  for (const scenario of scenarios) buildModel(source, scenario.options);
  const { result, seconds } = await runWithin(options, (limits) =>
    mutating(definition, scenarios, limits, settingsOf(options)),
  );
  // Only a run of all scenarios can show that an explanation is stale.
  const mutated = scenarios === definition.scenarios ? result : { ...result, stale: [] };
  process.exitCode = exitCodeOf(mutated);
  print(await rendered(source, scenarios, { mutated, seconds }, options));
}

/** The scenarios of the model, or the one that is named or given by options. */
async function scenariosOf(
  source: ModelSource,
  words: readonly string[],
  options: MutateOptions,
): Promise<readonly Scenario[]> {
  const { definition, scenario } = source;
  if (scenario === null && words.length === 0 && definition.scenarios.length > 0) return definition.scenarios;
  const chosen = chosenOptions(source, words);
  if (scenario !== null && words.length === 0) return [scenario];
  if (scenario === null && words.length === 0) return await smallestRepairs(source, options);
  const name = [...(scenario === null ? [] : [quoted(scenario.name)]), ...words.map(quoted)].join(' ');
  return [await variantOf(source, name, chosen, options)];
}

/** The variants of a model without scenarios: those with a smallest set of fixes, else the default. */
async function smallestRepairs(source: ModelSource, options: MutateOptions): Promise<readonly Scenario[]> {
  const { definition } = source;
  const { result } = await runWithin(options, (limits) =>
    findingVariants(definition, {}, { limits, settings: settingsOf(options) }),
  );
  const scenarios: Scenario[] = [];
  for (const variant of result.variants) {
    const name = commandLine(definition.options, variant.options);
    scenarios.push(await variantOf(source, name, variant.options, options));
  }
  return scenarios;
}

async function variantOf(
  source: ModelSource,
  name: string,
  chosen: Choices,
  options: MutateOptions,
): Promise<Scenario> {
  const model = buildModel(source, chosen);
  const { result } = await runWithin(options, (limits) => checking(model, limits, settingsOf(options)));
  const { outcome } = result;
  const { verdict } = outcome;
  if (verdict === 'inconclusive' || verdict === 'error')
    throw new UsageError(
      `cannot mutate a variant${name === '' ? '' : ` (${name})`} whose own verdict is '${verdict}':\n` +
        (verdict === 'error' ? outcome.message : outcome.reason),
    );
  return { name, options: chosen, verdict };
}

function exitCodeOf({ mutants, stale }: Mutated): 0 | 1 | 3 {
  if (stale.length > 0 || mutants.some(({ fate }) => fate.kind === 'survives' && fate.why === null)) return 1;
  return mutants.some(({ fate }) => fate.kind === 'undecided') ? 3 : 0;
}

async function rendered(
  source: ModelSource,
  scenarios: readonly Scenario[],
  { mutated, seconds }: { readonly mutated: Mutated; readonly seconds: number },
  options: MutateOptions,
): Promise<string> {
  if (options.json === true) {
    const { mutateJson } = await import('./json.ts');
    return JSON.stringify(mutateJson(source, mutated, seconds), null, 2);
  }
  const { renderMutants } = await import('./text.ts');
  return renderMutants(source, { ...mutated, asked: scenarios, seconds }, outputWidth());
}

/** The options that commander parses. */
export interface MutateOptions extends LimitOptions, SearchOptions {
  readonly json?: true;
}
