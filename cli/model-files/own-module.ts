/** A user's model file as one module that a browser can load, and what is wrong with it. */
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';
import type { AnyDefinition } from '../../checker/language/model.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { ownModules } from './own-modules.ts';
import { mistakeLine } from './located-mistakes.ts';
import { mistakesIn } from './type-check.ts';

export interface OwnModule {
  /** A module that exports the model, or that throws what is wrong. */
  readonly code: string;
  /** Why there is no model; null: there is one. */
  readonly mistake: string | null;
  /** The files that it is made of. */
  readonly files: readonly string[];
}

export async function ownModule(file: string): Promise<OwnModule> {
  try {
    const mistakes = mistakesIn(file);
    return mistakes.length > 0 ? wrong(file, mistakes.map(mistakeLine).join('\n')) : await bundled(file);
  } catch (error) {
    return wrong(file, error instanceof Error ? error.message : String(error));
  }
}

function wrong(file: string, mistake: string): OwnModule {
  return { code: `throw new Error(${JSON.stringify(mistake)});\n`, mistake, files: [file] };
}

/** The language comes with the module: what a file imports by the name of this program is this program. */
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
    return { code: output[0].code, mistake: null, files };
  } finally {
    await bundle.close();
  }
}

/**
 * What goes wrong when the model of a module is built with these options, as the terminal is told; null: nothing.
 *
 * The module is run afresh: Node keeps what it has imported by its address, and this address is its text.
 */
export async function mistakeInBuild({ code }: OwnModule, chosen: Choices): Promise<string | null> {
  try {
    const address = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const { model } = (await import(address)) as { readonly model?: AnyDefinition };
    if (model?.kind !== 'definition') return 'it exports no model: export const model = defineModel({ ... })';
    const known = Object.entries(chosen).filter(([key]) => key in model.options);
    model.build(Object.fromEntries(known));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
