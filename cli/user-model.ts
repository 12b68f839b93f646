/** Loads a user's own model file, wherever it lies: type-checked first, then run. */
import { readFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '../checker/language/model.ts';
import { placeIn } from './error-place.ts';
import { ownModules } from './own-modules.ts';
import { UsageError } from './usage-error.ts';

export interface UserModel {
  readonly definition: AnyDefinition;
  readonly file: string;
}

/** Throws  UsageError that says file, line and what is wrong. */
export async function loadUserModel(path: string): Promise<UserModel> {
  const file = readable(path);
  const { mistakesIn } = await import('./type-check.ts');
  const mistakes = mistakesIn(file);
  if (mistakes.length > 0) throw new UsageError(describe(path, mistakes));
  resolveOwnModules();
  return { file, definition: definitionIn(path, await importFile(path, file)) };
}

function readable(path: string): string {
  try {
    readFileSync(path);
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${String(code)})`;
    throw new UsageError(`${path}: ${why}`);
  }
}

const shown = 10;

function describe(path: string, mistakes: readonly string[]): string {
  const more = mistakes.length > shown ? [`and ${mistakes.length - shown} more`] : [];
  return [`${path} is not a correct model:`, ...mistakes.slice(0, shown), ...more].join('\n');
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

async function importFile(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const place = placeIn(error, pathToFileURL(file).href) ?? placeIn(error, file);
    const what = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path}${place === null ? '' : `:${place}`}: ${what}`);
  }
}

function definitionIn(path: string, exported: Readonly<Record<string, unknown>>): AnyDefinition {
  const { model } = exported;
  if ((model as AnyDefinition | undefined)?.kind === 'definition') return model as AnyDefinition;
  const names = Object.keys(exported);
  const found = names.length === 0 ? 'this one exports nothing' : `this one exports ${names.join(', ')}`;
  throw new UsageError(
    `${path}: a model file exports its model as 'model': export const model = defineModel({ ... }); ` +
      (model === undefined ? found : `its 'model' is not made by defineModel(...)`),
  );
}
