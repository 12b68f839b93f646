/** Makes the grammar of C ready, for C files and for litmus files. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { loadParser } from '../../checker/c/syntax/parser.ts';

const packaged = createRequire(import.meta.url);

export const loadGrammar = (): Promise<void> => loadParser((file) => readFile(packaged.resolve(file)));
