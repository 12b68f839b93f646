/** A model: shared memory, threads and properties; and its definition, which builds one from options. */
import type { Cost } from './cost.ts';
import { ModelError } from './model-error.ts';
import type { AnyOption, Options, OptionValue, OptionValues } from './option.ts';
import { withFallbacks } from './option.ts';
import type { Property } from './property.ts';
import type { AnyThread } from './thread.ts';
import { validate } from './validate.ts';
import type { AnyShared, Declarations } from './variable.ts';
import { declarationsOf } from './variable.ts';

export interface Model {
  readonly name: string;
  readonly shared: Declarations;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly Property[];
  readonly costs: readonly Cost[];
}

/** What a definition's build returns. */
export interface Parts {
  readonly shared: AnyShared;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly Property[];
  readonly costs?: readonly Cost[];
}

export type Verdict = 'holds' | 'violated' | 'deadlock' | 'unreached' | 'inconclusive';

/** A named choice of options with the verdict it must get. */
export interface Scenario {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly verdict: Exclude<Verdict, 'inconclusive'>;
  /** Exact counts of the unreduced search: a changed count is a changed meaning. */
  readonly states?: number;
  readonly transitions?: number;
  /** Steps of the shortest trace. */
  readonly steps?: number;
  /** Why the verdict is what it is, where that is not plain. */
  readonly why?: string;
}

export interface AnyDefinition {
  readonly kind: 'definition';
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  readonly scenarios: readonly Scenario[];
  /** Throws ModelError for wrong options and for a model that means nothing. */
  readonly build: (given?: Readonly<Record<string, OptionValue>>) => Model;
}

export interface Definition<O extends Options> {
  readonly name: string;
  readonly summary: string;
  readonly options: O;
  readonly scenarios?: readonly (Omit<Scenario, 'options'> & {
    readonly options: Partial<OptionValues<O>>;
  })[];
  readonly build: (options: OptionValues<O>) => Parts;
}

/** Defines a model; a model file exports the result as `model`. */
export function defineModel<const O extends Options>(definition: Definition<O>): AnyDefinition {
  const { name, summary, options, scenarios = [], build } = definition;
  for (const [key, option] of Object.entries(options)) checkOption(name, key, option);
  return {
    kind: 'definition',
    name,
    summary,
    options,
    scenarios: scenarios as readonly Scenario[],
    build: (given = {}) => {
      const parts = build(withFallbacks(options, given) as OptionValues<O>);
      return validate({
        name,
        shared: declarationsOf(parts.shared),
        threads: parts.threads,
        properties: parts.properties,
        costs: parts.costs ?? [],
      });
    },
  };
}

function checkOption(model: string, key: string, option: AnyOption): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(key))
    throw new ModelError(`model '${model}': the option '${key}' is not a camelCase name`);
  const { kind } = option as { kind?: unknown };
  if (kind !== 'flag' && kind !== 'choice' && kind !== 'integer')
    throw new ModelError(
      `model '${model}': the option '${key}' is not made by flag(...), oneOf(...) or integer(...)`,
    );
}
