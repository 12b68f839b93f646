/** The names of a model in TLA+. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import { uniqueNames } from '../unique-names.ts';

export interface TlaThread {
  /** The function from copies to locations. */
  readonly at: string;
  /** The location of its end, or -1. */
  readonly end: number;
  /** By the name of a local: a function from copies. */
  readonly locals: ReadonlyMap<string, string>;
}

export interface TlaNames {
  readonly module: string;
  readonly shared: ReadonlyMap<string, string>;
  readonly threads: ReadonlyMap<string, TlaThread>;
  readonly unique: (name: string) => string;
}

/** The prefixes prevent clashes with keywords. */
export function namesOf({ model, threads }: TransitionSystem): TlaNames {
  const unique = uniqueNames();
  return {
    module: `racewalk_${model.name.replaceAll(/\W/g, '_')}`,
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
    unique,
  };
}

/** All variables, in the order of the model. */
export const variablesOf = ({ shared, threads }: TlaNames): readonly string[] => [
  ...shared.values(),
  ...[...threads.values()].flatMap(({ at, locals }) => [at, ...locals.values()]),
];
