/** The catalogue: the models of the registry, and the protocols in C. */
import { readFile } from 'node:fs/promises';
import { defineFromC } from '../../checker/c/definition.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { protocols, registry } from '../../models/registry.ts';
import { shippedHeader } from './c-file.ts';
import { loadGrammar } from './load-grammar.ts';

/** All models that are built in, in the order in which `racewalk list` prints them. */
export const catalogue = async (): Promise<readonly AnyDefinition[]> => [
  ...registry,
  ...(await Promise.all(protocols.map(protocolNamed))),
];

/** A model of the catalogue by its name, or null; C is read only where it is asked for. */
export async function modelNamed(name: string): Promise<AnyDefinition | null> {
  const inC = protocols.find((other) => other === name);
  return inC === undefined
    ? (registry.find((other) => other.name === name) ?? null)
    : await protocolNamed(inC);
}

/** The names of the catalogue. */
export const catalogueNames: readonly string[] = [...registry.map(({ name }) => name), ...protocols];

async function protocolNamed(name: string): Promise<AnyDefinition> {
  const [text] = await Promise.all([
    readFile(new URL(`../../models/c/${name}.c`, import.meta.url), 'utf8'),
    loadGrammar(),
  ]);
  return defineFromC({ name: `${name}.c`, text }, shippedHeader);
}
