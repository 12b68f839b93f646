/** Defines a model, which is built from options. */
import { checkOption, expectation, takes, withFallbacks, type Options, type OptionValues } from './option.ts';
import type { Liveness } from './liveness.ts';
import type { Scenario, Survivors, Parts, AnyDefinition } from './model.ts';
import {
  checkSettings,
  ModelError,
  attempt,
  withOrigins,
  collectingErrors,
  authored,
} from './model-error.ts';
import { everyModelsOptions, memoryOption } from './memory-name.ts';
import { endingWith, type Property } from './property.ts';
import { partRecorder } from './unused.ts';
import { declarationsOf } from './variable.ts';
import { validate } from './validate.ts';

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
  if (typeof build !== 'function') throw new ModelError(`${place}: missing build function`);
  checkSettings(`${place}: options`, options, Object.keys({ ...options }));
  for (const [key, option] of Object.entries(options))
    attempt(
      () => checkOption(place, key, option),
      () => undefined,
    );
  const common = Object.keys(everyModelsOptions).find((key) => key in options);
  if (common !== undefined)
    throw new ModelError(
      `${place}: option '${common}' is reserved, every model has it: ${everyModelsOptions[common]!.description}`,
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
        collectingErrors(() => {
          const parts = authored(place, () =>
            partRecorder.whole('the result of build', () => used(build(values))),
          );
          const shared = declarationsOf(parts.shared);
          const { threads, costs = [], stubs } = parts;
          const rests = stubs === undefined ? {} : { stubs };
          const { properties, ...others } = divided(parts.properties);
          const ending = endingWith(threads, properties);
          return validate({ name, shared, threads, properties: ending, ...others, costs, ...rests }, origin);
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
          if (wrong !== undefined) throw new ModelError(`proves: '${wrong}' is not an integer option`);
          withFallbacks(options, chosen);
          if (scenarios.findIndex((other) => other.name === name) !== at)
            throw new ModelError('duplicate scenario name');
          if (memory !== undefined && !takes(memoryOption, memory))
            throw new ModelError(`invalid memory ${memory as string}: ${expectation(memoryOption, memory)}`);
        }),
      () => undefined,
    );
}

function checkSurvivors(place: string, survivors: readonly Survivors[]): void {
  const names = survivors.flatMap(({ mutants }) => mutants);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ModelError(`${place}: survivor '${twice}' is explained twice`);
  if (survivors.some(({ why }) => typeof why !== 'string' || why === ''))
    throw new ModelError(`${place}: survivors: missing 'why'`);
}

/** Checks the parts and marks them as used. */
function used(parts: Parts): Parts {
  checkSettings('the result of build', parts, ['shared', 'threads', 'properties', 'costs', 'stubs']);
  const { threads, properties, costs = [] } = parts;
  checkList('threads', threads, ({ kind }) => kind === 'thread', 'thread(...)');
  checkList(
    'properties',
    properties,
    ({ kind }) => kind !== undefined && kinds.includes(kind),
    'always(...), atEnd(...), reachable(...), eventually(...) or leadsTo(...)',
  );
  checkList('costs', costs, ({ counts }) => typeof counts === 'object', 'cost(...)');
  for (const part of [...threads, ...properties, ...costs]) partRecorder.used(part);
  return parts;
}

const kinds: readonly (Property | Liveness)['kind'][] = ['always', 'reachable', 'eventually', 'leadsTo'];

/** The properties of states, and apart from them those of runs. */
function divided(all: Parts['properties']) {
  const isLiveness = (one: Property | Liveness): one is Liveness =>
    one.kind === 'eventually' || one.kind === 'leadsTo';
  const liveness = all.filter(isLiveness);
  const properties = all.filter((one): one is Property => !isLiveness(one));
  return { properties, ...(liveness.length === 0 ? {} : { liveness }) };
}

function checkList<T extends object>(
  what: string,
  list: readonly T[],
  isOne: (part: Partial<T>) => boolean,
  maker: string,
): void {
  if (!Array.isArray(list)) throw new ModelError(`${what} is not a list`);
  const wrong = (list as readonly (T | null | undefined)[]).findIndex((part) => !isOne(part ?? {}));
  if (wrong >= 0) throw new ModelError(`${what}: entry ${wrong + 1} is not the result of ${maker}`);
}
