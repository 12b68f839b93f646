/** A model: shared memory, threads and properties; and its definition, which builds one from options. */
import type { Cost } from './cost.ts';
import { everyModelsOptions, memoryModelNames } from './memory-name.ts';
import type { Bounds, MachineName, MemoryModelName } from './memory-name.ts';
import {
  attempt,
  authored,
  checkSettings,
  collectingMistakes,
  ModelError,
  withOrigins,
} from './model-error.ts';
import type { Options, OptionValue, OptionValues } from './option.ts';
import { checkOption, withFallbacks } from './option.ts';
import type { Property } from './property.ts';
import type { AnyThread } from './thread.ts';
import { partRecorder } from './unused.ts';
import { validate } from './validate.ts';
import type { AnyShared, Declarations } from './variable.ts';
import { declarationsOf } from './variable.ts';

export interface Model {
  readonly name: string;
  readonly shared: Declarations;
  readonly threads: readonly AnyThread[];
  readonly properties: readonly Property[];
  readonly costs: readonly Cost[];
  /** What raises the bounds of a memory model; left out where nothing does. */
  readonly bounds?: Bounds;
  /** The machine that runs it; left out where memory is as the text says. */
  readonly machine?: MachineName;
  /** The model as its author wrote it, where a memory model has made this one of it. */
  readonly written?: Model;
  /** What a memory model leaves out although hardware may do it: while there is any, no search proves anything. */
  readonly ledger?: readonly Untried[];
}

/** Two accesses of a thread that hardware may perform in the other order, which its memory model has not tried. */
export interface Untried {
  readonly thread: string;
  readonly earlier: Place;
  readonly later: Place;
  readonly reason: string;
}

interface Place {
  readonly line: number;
  readonly text: string;
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
  /** The memory model that the verdict is for; sequential consistency where none is named. */
  readonly memory?: MemoryModelName;
  readonly verdict: Exclude<Verdict, 'inconclusive'>;
  /** Exact counts of the unreduced search: a changed count is a changed meaning. */
  readonly states?: number;
  readonly transitions?: number;
  /** Steps of the shortest trace. */
  readonly steps?: number;
  /** Why the verdict is what it is, where that is not plain. */
  readonly why?: string;
  /** The options for any number of which `racewalk prove` proves it; what the scenario says of their numbers is one case. */
  readonly proves?: readonly string[];
}

/** Mutants of a model that no scenario notices, and why that is right: `racewalk mutate` names them. */
export interface Survivors {
  readonly mutants: readonly string[];
  readonly why: string;
}

export interface AnyDefinition {
  readonly kind: 'definition';
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  readonly scenarios: readonly Scenario[];
  readonly survivors: readonly Survivors[];
  /** Throws ModelError for wrong options and for a model that means nothing; options in `beyond` may be larger than they say. */
  readonly build: (given?: Readonly<Record<string, OptionValue>>, beyond?: readonly string[]) => Model;
}

export interface Definition<O extends Options> {
  readonly name: string;
  readonly summary: string;
  readonly options: O;
  readonly scenarios?: readonly (Omit<Scenario, 'options'> & {
    readonly options: Partial<OptionValues<O>>;
  })[];
  readonly survivors?: readonly Survivors[];
  readonly build: (options: OptionValues<O>) => Parts;
}

/** Defines a model; a model file exports the result as `model`. */
export function defineModel<const O extends Options>(definition: Definition<O>): AnyDefinition {
  checkSettings('defineModel(...)', definition, [
    'name',
    'summary',
    'options',
    'scenarios',
    'survivors',
    'build',
  ]);
  const { name, summary, options, scenarios = [], survivors = [], build } = definition;
  const place = `model '${name}'`;
  const origin = new Error();
  if (typeof build !== 'function') throw new ModelError(`${place}: it has no build function`);
  checkSettings(`${place}: options`, options, Object.keys({ ...options }));
  for (const [key, option] of Object.entries(options))
    attempt(
      () => checkOption(place, key, option),
      () => undefined,
    );
  const common = Object.keys(everyModelsOptions).find((key) => key in options);
  if (common !== undefined)
    throw new ModelError(
      `${place}: the option '${common}' is every model's: ${everyModelsOptions[common]!.description}`,
    );
  checkScenarios(place, options, scenarios as readonly Scenario[]);
  checkSurvivors(place, survivors);
  return {
    kind: 'definition',
    name,
    summary,
    options,
    scenarios: scenarios as readonly Scenario[],
    survivors,
    build: (given = {}, beyond = []) => {
      const values = withFallbacks(options, given, beyond) as OptionValues<O>;
      return withOrigins(() =>
        collectingMistakes(() => {
          const parts = authored(place, () =>
            partRecorder.whole('what build returns', () => used(build(values))),
          );
          const shared = declarationsOf(parts.shared);
          return validate({ ...parts, name, shared, costs: parts.costs ?? [] }, origin);
        }),
      );
    },
  };
}

function checkScenarios(place: string, options: Options, scenarios: readonly Scenario[]): void {
  for (const [at, { name, options: chosen, memory, proves = [] }] of scenarios.entries())
    attempt(
      () =>
        authored(`${place}, scenario '${name}'`, () => {
          const wrong = proves.find((key) => options[key]?.kind !== 'integer');
          if (wrong !== undefined) throw new ModelError(`proves: '${wrong}' is no option that is a number`);
          withFallbacks(options, chosen);
          if (scenarios.findIndex((other) => other.name === name) !== at)
            throw new ModelError('two scenarios have this name');
          if (memory !== undefined && !memoryModelNames.includes(memory))
            throw new ModelError(`memory is one of ${memoryModelNames.join(', ')}, not ${memory as string}`);
        }),
      () => undefined,
    );
}

function checkSurvivors(place: string, survivors: readonly Survivors[]): void {
  const names = survivors.flatMap(({ mutants }) => mutants);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ModelError(`${place}: the survivor '${twice}' is explained twice`);
  if (survivors.some(({ why }) => typeof why !== 'string' || why === ''))
    throw new ModelError(`${place}: survivors: each says why`);
}

/** The parts, each known to be one and marked as used. */
function used(parts: Parts): Parts {
  checkSettings('what build returns', parts, ['shared', 'threads', 'properties', 'costs']);
  const { threads, properties, costs = [] } = parts;
  checkList('threads', threads, ({ kind }) => kind === 'thread', 'thread(...)');
  checkList(
    'properties',
    properties,
    ({ kind }) => kind === 'always' || kind === 'reachable',
    'always(...) or reachable(...)',
  );
  checkList('costs', costs, ({ counts }) => typeof counts === 'object', 'cost(...)');
  for (const part of [...threads, ...properties, ...costs]) partRecorder.used(part);
  return parts;
}

function checkList<T extends object>(
  what: string,
  list: readonly T[],
  isOne: (part: Partial<T>) => boolean,
  maker: string,
): void {
  if (!Array.isArray(list)) throw new ModelError(`${what} is no list`);
  const wrong = (list as readonly (T | null | undefined)[]).findIndex((part) => !isOne(part ?? {}));
  if (wrong >= 0) throw new ModelError(`${what}: number ${wrong + 1} is not made by ${maker}`);
}
