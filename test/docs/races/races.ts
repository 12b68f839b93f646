/** The races of the registry: each model with the header of its file. Published algorithms are not races. */
import { existsSync, readFileSync } from 'node:fs';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { catalogue } from '../../../cli/model-files/catalogue.ts';
import { protocols } from '../../../models/files.ts';
import { exposureOf, isViolatedThere, type ExposureName } from './exposure.ts';
import { headerOf, type Header } from './header.ts';
import { kernelsOf, mechanismsOf, type Kernels, type Mechanism } from './kernels.ts';

export interface Race {
  readonly definition: AnyDefinition;
  /** The path of its file below models. */
  readonly file: string;
  readonly header: Header;
  readonly kernels: readonly Kernels[];
  /** Those of the kernels that were broken, on the CPUs that are exposed. */
  readonly broken: readonly Kernels[];
  readonly mechanisms: readonly Mechanism[];
  /** Null where a model is about several races. */
  readonly exposure: ExposureName | null;
}

const models = await catalogue();

export const allRaces = (): readonly Race[] =>
  models.flatMap((definition) => {
    const { name } = definition;
    // The algorithms have a folder of their own.
    if (existsSync(at(`mutual-exclusion/${name}.ts`))) return [];
    const file = protocols.includes(name) ? `c/${name}.c` : `${name}.ts`;
    return [raceOf(withMemoryOption(definition), file, headerOf(readFileSync(at(file), 'utf8')))];
  });

const at = (path: string) => new URL(`../../../models/${path}`, import.meta.url);

function raceOf(definition: AnyDefinition, file: string, header: Header): Race {
  const exposure = exposureOf(header);
  const kernels = kernelsOf(header, definition);
  return {
    definition,
    file,
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
