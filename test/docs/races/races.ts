/** The races of the registry: each model with the header of its file. Published algorithms are not races. */
import { existsSync, readFileSync } from 'node:fs';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { registry } from '../../../models/registry.ts';
import { exposureOf, isViolatedThere, type ExposureName } from './exposure.ts';
import { headerOf, type Header } from './header.ts';
import { kernelsOf, mechanismsOf, type Kernels, type Mechanism } from './kernels.ts';

export interface Race {
  readonly definition: AnyDefinition;
  readonly header: Header;
  readonly kernels: readonly Kernels[];
  /** Those of the kernels that were broken, on the CPUs that are exposed. */
  readonly broken: readonly Kernels[];
  readonly mechanisms: readonly Mechanism[];
  /** Null where a model is about several races. */
  readonly exposure: ExposureName | null;
}

export const allRaces = (): readonly Race[] =>
  registry.flatMap((definition) => {
    const source = sourceOf(definition.name);
    return source === null ? [] : [raceOf(withMemoryOption(definition), headerOf(source))];
  });

function raceOf(definition: AnyDefinition, header: Header): Race {
  const exposure = exposureOf(header);
  const kernels = kernelsOf(header, definition);
  return {
    definition,
    header,
    kernels,
    broken:
      exposure === null
        ? []
        : kernels.filter(({ scenario }) => isViolatedThere(definition, scenario, exposure)),
    mechanisms: mechanismsOf(header),
    exposure,
  };
}

/** The text of a race's file; null for the algorithms, which have a folder of their own. */
function sourceOf(name: string): string | null {
  const url = (path: string) => new URL(`../../../models/${path}.ts`, import.meta.url);
  return existsSync(url(`mutual-exclusion/${name}`)) ? null : readFileSync(url(name), 'utf8');
}
