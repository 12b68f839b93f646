/** The catalogue: the models of the registry, and the protocols in C. */
import type { AnyDefinition } from '../../checker/language/model.ts';
import { files, protocols } from '../../models/files.ts';

/** The names of the catalogue, in the order in which `racewalk list` prints them. */
export const catalogueNames: readonly string[] = [...Object.keys(files), ...protocols];

/** All models that are built in. */
export const catalogue = async (): Promise<readonly AnyDefinition[]> =>
  (await Promise.all(catalogueNames.map(modelNamed))).filter((model) => model !== null);

/** A model of the catalogue by its name, or null; its file alone is read. */
export async function modelNamed(name: string): Promise<AnyDefinition | null> {
  if (protocols.includes(name)) {
    const { shippedProtocol } = await import('./c-file.ts');
    return await shippedProtocol(name);
  }
  return Object.hasOwn(files, name) ? (await files[name]!()).model : null;
}
