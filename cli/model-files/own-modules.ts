/** The modules that a model file imports by name, and their files. */

/** The package contains compiled files, a checkout the sources. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

const own = (path: string) => new URL(`../../${path}${extension}`, import.meta.url).href;

/** The importable modules by name. */
export const ownModules: Readonly<Record<string, string>> = {
  racewalk: own('checker/language/index'),
  'racewalk/kernel': own('models/kernel/index'),
};

/** The types of a module: beside it, or the source itself. */
export const typesOf = (url: string): string => url.replace(/\.js$/, '.d.ts');

/** The types of a file of the language. */
export const languageTypes = (name: string): string => typesOf(own(`checker/language/${name}`));
