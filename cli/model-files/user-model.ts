/** Loads a user's model file: type-checks it, then imports it. */
import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { collectingErrorsOf, hasErrors, ModelError } from '../../checker/language/model-error.ts';
import { isKnownToBeRight, rememberRight } from './checked-files.ts';
import { locatedErrors, errorsText } from './located-errors.ts';
import { ownModules } from './own-modules.ts';
import { readText } from '../terminal/read-file.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface UserModel {
  readonly definition: AnyDefinition;
  readonly file: string;
}

/** Throws  UsageError with all errors and their places; `build` of the result throws ModelError. */
export async function loadUserModel(path: string): Promise<UserModel> {
  const file = readable(path);
  if (!isKnownToBeRight(file)) {
    const { errorsIn } = await import('./type-check.ts');
    const { errors, sources } = errorsIn(file);
    if (errors.length > 0) throw new UsageError(errorsText(path, errors));
    rememberRight(file, sources);
  }
  resolveOwnModules();
  const definition = definitionIn(path, await importFile(path, file));
  return { file, definition: { ...definition, build: (...given) => built(path, definition, given) } };
}

function readable(path: string): string {
  readText(path);
  return realpathSync(path);
}

let hooked = false;

/** Resolves imports of 'racewalk' to this program, and loads .ts files as modules everywhere. */
function resolveOwnModules(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = ownModules[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
    load: (url, context, next) => next(url, { ...context, format: formatOf(url) ?? context.format }),
  });
}

function formatOf(url: string): string | null {
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return null;
  if (/\.m?ts$/.test(url)) return 'module-typescript';
  return /\.m?js$/.test(url) ? 'module' : null;
}

type Exported = Readonly<Record<string, unknown>>;

async function importFile(path: string, file: string): Promise<Exported> {
  try {
    return await collectingErrorsOf(async () => {
      const exported = (await import(pathToFileURL(file).href)) as Exported;
      // Collects the errors of build together with those of the import.
      if (hasErrors() && isDefinition(exported['model'])) exported['model'].build();
      return exported;
    });
  } catch (error) {
    throw new UsageError(errorsText(path, locatedErrors(error)), { cause: error });
  }
}

function built(path: string, definition: AnyDefinition, given: Parameters<AnyDefinition['build']>) {
  try {
    return definition.build(...given);
  } catch (error) {
    const errors = locatedErrors(error).map(({ place, message }) => ({
      place,
      message: error instanceof ModelError ? message : `build(...) throws ${nameOf(error)}: ${message}`,
    }));
    throw new ModelError(errorsText(path, errors), { cause: error });
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'Error');

const isDefinition = (model: unknown): model is AnyDefinition =>
  (model as Partial<AnyDefinition> | null | undefined)?.kind === 'definition';

function definitionIn(path: string, exported: Exported): AnyDefinition {
  const { model } = exported;
  if (isDefinition(model)) return model;
  const names = Object.keys(exported);
  const found = names.length === 0 ? 'this file exports nothing' : `this file exports ${names.join(', ')}`;
  throw new UsageError(
    `${path}: missing export 'model': write export const model = defineModel({ ... }); ` +
      (model === undefined ? found : `its 'model' is not the result of defineModel(...)`),
  );
}
