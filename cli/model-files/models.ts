/** Finds the model that a command names: built-in, or a user's file. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyDefinition, Model, Scenario } from '../../checker/language/model.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import type { OptionValue } from '../../checker/language/option.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** A model named on the command line. */
export interface ModelSource {
  readonly definition: AnyDefinition;
  /** The absolute path of the user's file; null: a built-in model. */
  readonly file: string | null;
  readonly scenario: Scenario | null;
  /** The argument without the scenario. */
  readonly typed: string;
}

/** Whether a word names a model file, with or without a scenario. */
export const namesFile = (name: string): boolean => fileName.test(name);

const fileName = /^(.*\.(?:[cm]?[jt]s|c))(?:\/([^/]+))?$/;

/**
 * The model named `MODEL`, `MODEL/SCENARIO`, `FILE` or `FILE/SCENARIO`.
 *
 * Throws  UsageError or ModelError.
 */
export async function findModel(name: string): Promise<ModelSource> {
  const [, path, scenarioInFile] = fileName.exec(name) ?? [];
  if (path !== undefined) {
    const { definition: loaded, file } = await loadFile(path);
    const definition = withMemoryOption(loaded);
    return { definition, file, scenario: scenarioOf(definition, scenarioInFile), typed: path };
  }
  const [model = '', scenario] = name.split('/', 2);
  const { modelNamed } = await import('./catalogue.ts');
  const found = await modelNamed(model);
  if (found === null) throw new UsageError(await noModel(name, model));
  const definition = withMemoryOption(found);
  return { definition, file: null, scenario: scenarioOf(definition, scenario), typed: model };
}

/** Loads a model file of either language. */
async function loadFile(
  path: string,
): Promise<{ readonly definition: AnyDefinition; readonly file: string }> {
  if (path.endsWith('.c')) {
    const { loadCFile } = await import('./c-file.ts');
    return loadCFile(path);
  }
  const { loadUserModel } = await import('./user-model.ts');
  return loadUserModel(path);
}

/**
 * The models that `--all` is about: the one that is named, or all that are built in.
 *
 * Throws  as `findModel`, and for a scenario.
 */
export async function sourcesOfAll(name: string | null): Promise<readonly ModelSource[]> {
  if (name === null) {
    const { catalogue } = await import('./catalogue.ts');
    return (await catalogue()).map(withMemoryOption).map((definition) => ({
      definition,
      file: null,
      scenario: null,
      typed: definition.name,
    }));
  }
  const source = await findModel(name);
  if (source.scenario !== null)
    throw new UsageError('--all cannot be combined with a scenario: remove one of them');
  return [source];
}

async function noModel(typed: string, model: string): Promise<string> {
  const there = statSync(typed, { throwIfNoEntry: false });
  if (there?.isDirectory() === true && typed !== '') return folderText(typed);
  if (there?.isFile() === true)
    return `${typed} is not a model file: expected a name that ends in .ts or .js`;
  const { catalogueNames: names } = await import('./catalogue.ts');
  // The part before the slash of a path is not a model.
  const isPath = /^[./~]|^$/.test(typed);
  return (
    `unknown model '${isPath ? typed : model}'${didYouMean(model, names)}\n` +
    `models: ${names.join(', ')}` +
    (typed.includes('/') || typed.includes('.') ? '\nthe name of your own model file ends in .ts or .js' : '')
  );
}

function folderText(folder: string): string {
  const files = readdirSync(folder).filter(namesFile);
  const found =
    files.length === 0 ? 'but it contains no .ts or .js file' : `such as ${join(folder, files.sort()[0]!)}`;
  return `${folder} is a directory: name a model file, ${found}`;
}

function scenarioOf(definition: AnyDefinition, name: string | undefined): Scenario | null {
  if (name === undefined) return null;
  const scenario = definition.scenarios.find((other) => other.name === name);
  if (scenario !== undefined) return scenario;
  const names = definition.scenarios.map((other) => other.name);
  throw new UsageError(
    `${definition.name} has no scenario '${name}'${didYouMean(name, names)}\n` +
      (names.length === 0 ? 'the model declares none' : `scenarios: ${names.join(', ')}`),
  );
}

/**
 * The model of a source for these options.
 *
 * Throws  ModelError, also for whatever a user's build throws.
 */
export const buildModel = (source: ModelSource, options: Readonly<Record<string, OptionValue>>): Model =>
  source.definition.build(options);
