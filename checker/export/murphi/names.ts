/** The names of a model in Murphi. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import { uniqueNames } from '../unique-names.ts';

export interface MurphiThread {
  /** The array of the locations of its copies. */
  readonly at: string;
  /** The location of its end, or -1. */
  readonly end: number;
  /** By the name of a local: an array with an element for each copy. */
  readonly locals: ReadonlyMap<string, string>;
}

export interface MurphiNames {
  readonly shared: ReadonlyMap<string, string>;
  readonly threads: ReadonlyMap<string, MurphiThread>;
  /** One constant for each value name, so that values of different domains can be compared. */
  readonly values: ReadonlyMap<string, string>;
}

/** The prefixes prevent clashes with keywords. */
export function namesOf({ model, threads }: TransitionSystem): MurphiNames {
  const unique = uniqueNames();
  const declarations = [model.shared, ...model.threads.map(({ locals }) => locals)].flatMap((all) =>
    Object.values(all),
  );
  const values = new Set(
    declarations.flatMap(({ domain }) => (domain.kind === 'values' ? domain.values : [])),
  );
  return {
    shared: new Map(Object.keys(model.shared).map((name) => [name, unique(`mem_${name}`)])),
    threads: new Map(
      threads.map(({ thread: { name, locals }, end }) => [
        name,
        {
          at: unique(`at_${name}`),
          end,
          locals: new Map(Object.keys(locals).map((local) => [local, unique(`of_${name}_${local}`)])),
        },
      ]),
    ),
    values: new Map([...values].map((value) => [value, unique(`is_${value}`)])),
  };
}
