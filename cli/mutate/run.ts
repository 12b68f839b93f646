/** Runs `racewalk mutate`. */
import type { LimitOptions } from '../options/limits.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import type { Model, Scenario } from '../../checker/language/model.ts';
import {
  checkingUnmutated,
  mutantsOf,
  type Baseline,
  type Mutated,
} from '../../checker/study/mutate/mutate.ts';
import { checking } from '../../checker/search/check.ts';
import type { SearchSettings } from '../../checker/search/settings.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel, type ModelSource } from '../model-files/models.ts';
import { findingVariants } from '../../checker/study/barriers/variants.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { commandLine, quoted } from '../../checker/report/options-text.ts';
import type { SweepOptions } from '../sweep/options.ts';
import { allVariants, runStudy } from '../sweep/run.ts';
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
  const settings = settingsOf(options);
  const { models, scenarios } = mutatedVariants(source, words, settings);
  const studied = await runStudy({
    ...{ command: 'mutate', model: name, words, options },
    ...{ models, definitions: [definition], limits: options },
    study: {
      *prepare(limits): Cooperative<Prepared> {
        const asked = yield* scenarios(limits);
        return { asked, baselines: yield* checkingUnmutated(definition, asked, limits, settings) };
      },
      sweep({ asked, baselines }: Prepared) {
        const { jobs, assembled } = mutantsOf(definition, baselines, settings);
        return { jobs, assembled: (fates) => ({ ...assembled(fates), asked }) };
      },
    },
  });
  if (studied === null) return;
  const { result, seconds } = studied;
  // Only a run of all scenarios can show that an explanation is stale.
  const stale = mutatesAll(source, words) ? result.stale : [];
  process.exitCode = exitCodeOf({ ...result, stale });
  print(await rendered(source, { ...result, stale, seconds }, options));
}

interface Prepared {
  readonly asked: readonly Scenario[];
  readonly baselines: readonly Baseline[];
}

interface MutatedVariants {
  readonly models: () => readonly Model[];
  readonly scenarios: (limits: Limits) => Cooperative<readonly Scenario[]>;
}

const mutatesAll = ({ definition, scenario }: ModelSource, words: readonly string[]): boolean =>
  scenario === null && words.length === 0 && definition.scenarios.length > 0;

/** The scenarios of the model, or the one that is named or given by options; throws for invalid options and models. */
function mutatedVariants(
  source: ModelSource,
  words: readonly string[],
  settings: SearchSettings,
): MutatedVariants {
  const { definition, scenario } = source;
  const declared = mutatesAll(source, words) ? definition.scenarios : scenario === null ? [] : [scenario];
  if (words.length === 0 && declared.length > 0) {
    const models = declared.map((one) => buildModel(source, one.options));
    return {
      models: () => models,
      scenarios: function* () {
        return declared;
      },
    };
  }
  if (words.length === 0)
    return {
      models: () => allVariants(definition, {}),
      scenarios: (limits) => findingRepairs(source, limits, settings),
    };
  const chosen = chosenOptions(source, words);
  const name = [...(scenario === null ? [] : [quoted(scenario.name)]), ...words.map(quoted)].join(' ');
  const model = buildModel(source, chosen);
  return {
    models: () => [model],
    *scenarios(limits) {
      return [yield* variantOf(model, name, chosen, { limits, settings })];
    },
  };
}

interface Effort {
  readonly limits: Limits;
  readonly settings: SearchSettings;
}

/** The variants of a model without scenarios: those with a smallest set of fixes, else the default. */
function* findingRepairs(
  source: ModelSource,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<readonly Scenario[]> {
  const { definition } = source;
  const { variants } = yield* findingVariants(definition, {}, { limits, settings });
  const scenarios: Scenario[] = [];
  for (const { options } of variants) {
    const name = commandLine(definition.options, options);
    scenarios.push(yield* variantOf(buildModel(source, options), name, options, { limits, settings }));
  }
  return scenarios;
}

function* variantOf(
  model: Model,
  name: string,
  options: Choices,
  { limits, settings }: Effort,
): Cooperative<Scenario> {
  const { outcome } = yield* checking(model, limits, settings);
  const { verdict } = outcome;
  if (verdict === 'inconclusive' || verdict === 'error')
    throw new UsageError(
      `cannot mutate a variant${name === '' ? '' : ` (${name})`} whose own verdict is '${verdict}':\n` +
        (verdict === 'error' ? outcome.message : outcome.reason),
    );
  return { name, options, verdict };
}

function exitCodeOf({ mutants, stale }: Mutated): 0 | 1 | 3 {
  if (stale.length > 0 || mutants.some(({ fate }) => fate.kind === 'survives' && fate.why === null)) return 1;
  return mutants.some(({ fate }) => fate.kind === 'undecided') ? 3 : 0;
}

async function rendered(
  source: ModelSource,
  mutated: Mutated & { readonly asked: readonly Scenario[]; readonly seconds: number },
  options: MutateOptions,
): Promise<string> {
  if (options.json === true) {
    const { mutateJson } = await import('./json.ts');
    return JSON.stringify(mutateJson(source, mutated, mutated.seconds), null, 2);
  }
  const { renderMutants } = await import('./text.ts');
  return renderMutants(source, mutated, outputWidth());
}

/** The options that commander parses. */
export interface MutateOptions extends LimitOptions, SearchOptions, SweepOptions {
  readonly json?: true;
}
