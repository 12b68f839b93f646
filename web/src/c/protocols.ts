/** Protocols in C: those of models/c, and files of one's own. A protocol is data: nothing of it is executed. */
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';

const files = import.meta.glob<string>('../../../models/c/*.c', { query: '?raw', import: 'default' });
const shipped = new Map(Object.entries(files).map(([path, load]) => [path.replace(/^.*\//, ''), load]));

/** The file names of models/c, under which the page lists its protocols. */
export const protocolNames: readonly string[] = [...shipped.keys()];

const texts = new WeakMap<AnyDefinition, string>();

/** The C text of a model; null: it is written in TypeScript. */
export const textOf = (definition: AnyDefinition): string | null => texts.get(definition) ?? null;

/**
 * The model of a C text, named after its file.
 *
 * Throws  ModelError with all mistakes and their places.
 */
export async function protocolOf(name: string, text: string): Promise<AnyDefinition> {
  const { defineProtocol } = await import('./front-end.ts');
  const definition = { ...withMemoryOption(await defineProtocol({ name, text })), name };
  texts.set(definition, text);
  return definition;
}

/** The protocol of models/c in a file of this name; null: there is none. */
export async function shippedProtocol(name: string): Promise<AnyDefinition | null> {
  const load = shipped.get(name);
  return load === undefined ? null : protocolOf(name, await load());
}
