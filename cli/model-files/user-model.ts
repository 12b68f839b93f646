/** Loads a user's own model file, wherever it lies: type-checked first, then run. */
import { readFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { collectingMistakesOf, hasMistakes, ModelError } from '../../checker/language/model-error.ts';
import { locatedMistakes, mistakesText } from './located-mistakes.ts';
import { ownModules } from './own-modules.ts';
import { whyUnreadable } from './unreadable.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface UserModel {
  readonly definition: AnyDefinition;
  readonly file: string;
}

/** Throws  UsageError with all that is wrong, as building its model throws ModelError: file, line and what. */
export async function loadUserModel(path: string): Promise<UserModel> {
  const file = readable(path);
  const { mistakesIn } = await import('./type-check.ts');
  const mistakes = mistakesIn(file);
  if (mistakes.length > 0) throw new UsageError(mistakesText(path, mistakes));
  resolveOwnModules();
  const definition = definitionIn(path, await importFile(path, file));
  return { file, definition: { ...definition, build: (...given) => built(path, definition, given) } };
}

function readable(path: string): string {
  try {
    readFileSync(path);
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${whyUnreadable(code)}`);
  }
}

let hooked = false;

/** From now on imports of 'racewalk' lead to this program's own files, and .ts files are modules everywhere. */
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
    return await collectingMistakesOf(async () => {
      const exported = (await import(pathToFileURL(file).href)) as Exported;
      // What is wrong in what build does is found together with what was wrong before.
      if (hasMistakes() && isDefinition(exported['model'])) exported['model'].build();
      return exported;
    });
  } catch (error) {
    throw new UsageError(mistakesText(path, locatedMistakes(error)), { cause: error });
  }
}

function built(path: string, definition: AnyDefinition, given: Parameters<AnyDefinition['build']>) {
  try {
    return definition.build(...given);
  } catch (error) {
    const mistakes = locatedMistakes(error).map(({ place, message }) => ({
      place,
      message:
        error instanceof ModelError ? message : `building the model fails with ${nameOf(error)}: ${message}`,
    }));
    throw new ModelError(mistakesText(path, mistakes), { cause: error });
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'Error');

const isDefinition = (model: unknown): model is AnyDefinition =>
  (model as Partial<AnyDefinition> | null | undefined)?.kind === 'definition';

function definitionIn(path: string, exported: Exported): AnyDefinition {
  const { model } = exported;
  if (isDefinition(model)) return model;
  const names = Object.keys(exported);
  const found = names.length === 0 ? 'this one exports nothing' : `this one exports ${names.join(', ')}`;
  throw new UsageError(
    `${path}: a model file exports its model as 'model': export const model = defineModel({ ... }); ` +
      (model === undefined ? found : `its 'model' is not made by defineModel(...)`),
  );
}
