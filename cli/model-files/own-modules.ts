/** The modules that a model file imports by name, and where this program's own files lie. */

/** The package holds compiled files, a checkout the sources. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

const own = (path: string) => new URL(`../../${path}${extension}`, import.meta.url).href;

/** What a model file may import by name, and where it lies. */
export const ownModules: Readonly<Record<string, string>> = {
  racewalk: own('checker/language/index'),
  'racewalk/kernel': own('models/kernel/index'),
};

/** Where the types of a module stand: beside it, or in the source itself. */
export const typesOf = (url: string): string => url.replace(/\.js$/, '.d.ts');

/** The types of a file of the language. */
export const languageTypes = (name: string): string => typesOf(own(`checker/language/${name}`));
