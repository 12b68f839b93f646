/** A user's model file as one module for the browser, and its errors. */
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';
import type { AnyDefinition } from '../../checker/language/model.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { ownModules } from './own-modules.ts';
import { errorLine } from './located-errors.ts';
import { errorsIn } from './type-check.ts';

export interface OwnModule {
  /** A module that exports the model, or throws its error. */
  readonly code: string;
  /** The error; null: the module has a model. */
  readonly error: string | null;
  /** The bundled files. */
  readonly files: readonly string[];
}

export async function ownModule(file: string): Promise<OwnModule> {
  try {
    const { errors } = errorsIn(file);
    return errors.length > 0 ? wrong(file, errors.map(errorLine).join('\n')) : await bundled(file);
  } catch (error) {
    return wrong(file, error instanceof Error ? error.message : String(error));
  }
}

function wrong(file: string, error: string): OwnModule {
  return { code: `throw new Error(${JSON.stringify(error)});\n`, error, files: [file] };
}

/** Bundles the language into the module. */
const own: Plugin = {
  name: 'racewalk',
  resolveId: (name) => {
    const url = ownModules[name];
    return url === undefined ? null : fileURLToPath(url);
  },
};

async function bundled(file: string): Promise<OwnModule> {
  const bundle = await rolldown({ input: file, platform: 'browser', plugins: [own], logLevel: 'silent' });
  try {
    const { output } = await bundle.generate({ format: 'es', codeSplitting: false });
    const files = (await bundle.watchFiles).filter((path) => !path.includes('\0'));
    return { code: output[0].code, error: null, files };
  } finally {
    await bundle.close();
  }
}

/**
 * The error of building the model of a module with these options; null: none.
 *
 * The module is a data URL, because Node caches imports by URL.
 */
export async function errorInBuild({ code }: OwnModule, chosen: Choices): Promise<string | null> {
  try {
    const address = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const { model } = (await import(address)) as { readonly model?: AnyDefinition };
    if (model?.kind !== 'definition')
      return "missing export 'model': write export const model = defineModel({ ... })";
    const known = Object.entries(chosen).filter(([key]) => key in model.options);
    model.build(Object.fromEntries(known));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
