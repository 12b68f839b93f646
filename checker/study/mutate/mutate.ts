/** Mutates a model: weakens every statement in every way, and finds the mutants that no scenario detects. */
import { memoryKey, memoryOption, type MemoryModelName } from '../../language/memory-name.ts';
import { ModelError } from '../../language/model-error.ts';
import type { AnyDefinition, Scenario } from '../../language/model.ts';
import { settling } from '../../search/settling.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { SearchSettings } from '../../search/settings.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import {
  mutantVerdict,
  isEffective,
  meaningOf,
  tableOf,
  type MutantVerdict,
  type Baseline,
  type BuiltScenario,
  type ScenarioMutation,
} from './mutant-verdict.ts';
import { mutationsOf, type Mutation } from './mutation.ts';
import type { Study, Sweep } from '../study.ts';

export type { Baseline };

export interface Mutant {
  readonly mutation: Mutation;
  /** The scenario of `mutation`: the cheapest with the statement. */
  readonly scenario: string;
  readonly fate: MutantVerdict;
}

export interface Mutated {
  /** The cheapest first, in the order of the checks. */
  readonly scenarios: readonly string[];
  /** In the order of the text. */
  readonly mutants: readonly Mutant[];
  /** Explained names of mutants that are killed or do not exist. */
  readonly stale: readonly string[];
}

/**
 * Checks every mutant of a model in these scenarios, the cheapest first, until one of them kills it.
 *
 * The preparation throws ModelError if the unmodified model of a scenario does not have its declared verdict.
 */
export const mutationStudy = (
  definition: AnyDefinition,
  scenarios: readonly Scenario[],
  settings: SearchSettings,
): Study<readonly Baseline[], MutantVerdict, Mutated> => ({
  prepare: (limits) => checkingUnmutated(definition, scenarios, limits, settings),
  sweep: (baselines) => mutantsOf(definition, baselines, settings),
});

/** The results of the scenarios without mutation. */
export function* checkingUnmutated(
  definition: AnyDefinition,
  scenarios: readonly Scenario[],
  limits: Limits,
  settings: SearchSettings,
): Cooperative<readonly Baseline[]> {
  const baselines: Baseline[] = [];
  for (const scenario of scenarios) baselines.push(yield* baselineOf(definition, scenario, limits, settings));
  return baselines;
}

/** The mutants as jobs; their scenarios are tried from the cheapest on. */
export function mutantsOf(
  definition: AnyDefinition,
  baselines: readonly Baseline[],
  settings: SearchSettings,
): Sweep<MutantVerdict, Mutated> {
  const grounds = baselines.map((baseline) => groundOf(definition, baseline));
  grounds.sort((a, b) => a.cost - b.cost);
  const places = grounds.flatMap((ground) =>
    mutationsOf(ground.model).map((mutation): ScenarioMutation => ({ ground, mutation })),
  );
  const all = sameMutants(places)
    .filter((same) => same[0]!.mutation.ofMemory === true || same.some(isEffective))
    .map((same) => ({ same, first: same[0]!, names: new Set(same.map(({ mutation }) => mutation.name)) }));
  const reasons = reasonsOf(definition);
  return {
    jobs: all.map(({ same, first, names }, at) => ({
      name: first.mutation.name,
      *run(limits) {
        const part = `mutant ${at + 1} of ${all.length}`;
        const fate = yield* mutantVerdict(same, inPart(limits, part), settings);
        const [why = null] = [...names].flatMap((name) => reasons.get(placeless(name)) ?? []);
        return fate.kind === 'survives' ? { ...fate, why } : fate;
      },
    })),
    assembled: (fates) => {
      const mutants = all.map(({ first: { mutation, ground } }, at): Mutant => ({
        mutation,
        scenario: ground.scenario.name,
        fate: fates[at]!,
      }));
      // An undecided mutant may survive.
      const open = new Set(
        all.flatMap(({ names }, at) => (fates[at]!.kind === 'killed' ? [] : [...names].map(placeless))),
      );
      return {
        scenarios: grounds.map(({ scenario }) => scenario.name),
        mutants: inOrder(mutants),
        stale: [...reasons.keys()].filter((name) => !open.has(name)),
      };
    },
  };
}

const inPart = (limits: Limits, part: string): Limits => ({
  ...limits,
  onProgress: (now) => limits.onProgress({ ...now, part }),
});

/**
 * The mutations of the scenarios by mutant: those of one name, and those whose names differ by a number alone, as
 * `j < 2` and `j < 3` of a model for n CPUs do, but not by the number of a line. A scenario that has both names has two
 * mutants.
 */
function sameMutants(places: readonly ScenarioMutation[]): readonly (readonly ScenarioMutation[])[] {
  const byName = [...Map.groupBy(places, ({ mutation }) => mutation.name).values()];
  const byShape = Map.groupBy(byName, ([first]) => first!.mutation.name.replaceAll(/\b\d+\b(?!: )/g, '#'));
  return [...byShape.values()].flatMap((alike) => {
    const scenarios = alike.flatMap((same) => same.map(({ ground }) => ground));
    return new Set(scenarios).size === scenarios.length ? [alike.flat()] : alike;
  });
}

const reasonsOf = ({ survivors }: AnyDefinition): ReadonlyMap<string, string> =>
  new Map(survivors.flatMap(({ mutants, why }) => mutants.map((name) => [placeless(name), why] as const)));

/** The name of a mutant without the place of its line in a file, which changes with the lines above it. */
const placeless = (name: string): string => name.replaceAll(/(^[^:]*: |after ')(?:[\w./-]+:)?\d+: /g, '$1');

/** By thread, then by line; scenarios may number lines differently. */
const inOrder = (mutants: readonly Mutant[]): readonly Mutant[] =>
  [...Map.groupBy(mutants, ({ mutation }) => mutation.thread).values()].flatMap((own) =>
    own.toSorted((a, b) => a.mutation.statement.line - b.mutation.statement.line),
  );

/** The model of a scenario before its memory model, and the system after it. */
function builtScenario(definition: AnyDefinition, scenario: Scenario) {
  const { [memoryKey]: named, ...options } = scenario.options;
  const memory = (named ?? scenario.memory ?? memoryOption.fallback) as MemoryModelName;
  const model = definition.build(options);
  return { model, memory, system: tableOf(model, memory) };
}

function groundOf(definition: AnyDefinition, baseline: Baseline): BuiltScenario {
  const { model, memory, system } = builtScenario(definition, baseline.scenario);
  // A machine takes about thirty times as long for a state: it looks for promises that can be kept.
  const cost = baseline.states * (system.model.machine === undefined ? 1 : 30);
  return { ...baseline, model, memory, meaning: meaningOf(system), cost };
}

function* baselineOf(
  definition: AnyDefinition,
  scenario: Scenario,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Baseline> {
  const { system } = builtScenario(definition, scenario);
  const { outcome } = yield* settling(system.model, limits, settings);
  const { verdict, statistics } = outcome;
  if (verdict !== scenario.verdict && verdict !== 'inconclusive')
    throw new ModelError(
      `scenario '${scenario.name}' of ${definition.name} declares '${scenario.verdict}', but its verdict is '${verdict}': ` +
        'correct the scenario before mutating the model',
    );
  return {
    scenario,
    verdict,
    states: statistics.states,
    reason: verdict === 'inconclusive' ? outcome.reason : null,
  };
}
