/** Loads a protocol in C: data, of which nothing is executed. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineFromC } from '../../checker/c/definition.ts';
import type { SourceFile } from '../../checker/c/syntax/source.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { say } from '../terminal/help.ts';
import { readText } from '../terminal/read-file.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { loadGrammar } from './load-grammar.ts';

/** Throws  UsageError with all mistakes and their places. */
export async function loadCFile(
  path: string,
): Promise<{ readonly definition: AnyDefinition; readonly file: string }> {
  const text = readText(path);
  await loadGrammar();
  try {
    const definition = defineFromC({ name: path, text }, shippedHeader);
    for (const note of definition.notes ?? []) say(`note: ${note}`);
    return { definition, file: realpathSync(path) };
  } catch (error) {
    if (error instanceof ModelError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** A protocol of `models/c`. */
export async function shippedProtocol(name: string): Promise<AnyDefinition> {
  const [text] = await Promise.all([
    readFile(new URL(`../../models/c/${name}.c`, import.meta.url), 'utf8'),
    loadGrammar(),
  ]);
  return defineFromC({ name: `${name}.c`, text }, shippedHeader);
}

const headers = new URL('../../checker/c/include/', import.meta.url);

const known = new Map<string, SourceFile | null>();

/** A header that racewalk ships; racewalk has its own `racewalk.h`. Names with `..` leave the folder and are none. */
export function shippedHeader(name: string): SourceFile | null {
  if (!known.has(name)) known.set(name, readHeader(name));
  return known.get(name) ?? null;
}

function readHeader(name: string): SourceFile | null {
  if (!/^[\w./-]+\.h$/.test(name) || name.includes('..')) return null;
  const file = fileURLToPath(new URL(name === 'racewalk.h' ? '../kernel.h' : name, headers));
  return existsSync(file) ? { name: basename(file), text: readFileSync(file, 'utf8') } : null;
}
