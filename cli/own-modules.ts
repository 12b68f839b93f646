/** The modules that a model file imports by name. */

/** What a model file may import by name, and where it lies. */
export const ownModules: Readonly<Record<string, string>> = {
  racewalk: new URL('../checker/language/index.ts', import.meta.url).href,
  'racewalk/kernel': new URL('../models/kernel/index.ts', import.meta.url).href,
};
