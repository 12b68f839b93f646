/** Runs `racewalk compare A B`: two versions of a protocol. */
import {
  memoryKey,
  memoryModelNames,
  memoryOption,
  type MemoryModelName,
} from '../../../checker/language/memory-name.ts';
import {
  expectation,
  optionName,
  takes,
  withFallbacks,
  type Options,
} from '../../../checker/language/option.ts';
import { combinations, defaultVaried, type Choices } from '../../../checker/study/compare/compare.ts';
import { findModel, type ModelSource } from '../../model-files/models.ts';
import { chosenOptions } from '../../options/model-options.ts';
import { settingsOf } from '../../options/search-options.ts';
import { runStudy } from '../../sweep/run.ts';
import { outputWidth, print } from '../../terminal/output.ts';
import { didYouMean } from '../../terminal/spelling.ts';
import { UsageError } from '../../terminal/usage-error.ts';
import type { CompareOptions } from '../options.ts';
import { orderedMemories } from './barriers.ts';
import {
  optionsOf,
  sides,
  versionsStudy,
  type ComparedVersions,
  type Version,
  type Versions,
} from './study.ts';

/** Exit code 0 if every variant and every trial of a barrier is decided, 3 if one is not, 2 for an invalid model. */
export async function compareVersions(
  names: readonly [string, string],
  words: readonly string[],
  options: CompareOptions,
): Promise<void> {
  if (options.vary !== undefined || options.fix !== undefined || options.anyCpus !== undefined)
    throw new UsageError('--vary, --fix and --any-cpus are for one model, not for two versions');
  const sources = [await findModel(names[0]), await findModel(names[1])] as const;
  const { memories, rest } = memoriesIn(words);
  const versions = versionsOf(sources, chosenIn(sources, rest));
  const asked = {
    versions,
    variants: variantsOf(sources, versions),
    memories: memories ?? declaredMemories(versions),
    settings: settingsOf(options),
    costs: options.costs !== false,
    ablated: orderedMemories.filter((memory) => (memories ?? declaredMemories(versions)).includes(memory)),
  };
  const studied = await runStudy({
    ...{ command: 'compare', model: names[0], words: [names[1], ...words], options },
    definitions: sources.map(({ definition }) => definition),
    models: () =>
      sides.flatMap((side) =>
        asked.variants.flatMap((varied) =>
          asked.memories.map((memory) => {
            const version = versions[side];
            return version.definition.build(optionsOf(version, varied, memory));
          }),
        ),
      ),
    limits: options,
    study: versionsStudy(asked),
  });
  if (studied === null) return;
  process.exitCode = exitCodeOf(studied.result);
  print(await rendered(studied.result, studied.seconds, options));
}

/** `--memory tso,arm64` among the words of the command line, and the words without it. */
function memoriesIn(words: readonly string[]): {
  readonly memories: readonly MemoryModelName[] | null;
  readonly rest: readonly string[];
} {
  const at = words.findIndex((word) => word === '--memory' || word.startsWith('--memory='));
  if (at < 0) return { memories: null, rest: words };
  const [, inline] = words[at]!.split('=', 2);
  const text = inline ?? words[at + 1] ?? '';
  const memories = text.split(',').map((name) => {
    if (!takes(memoryOption, name))
      throw new UsageError(
        `invalid --memory '${text}': ${expectation(memoryOption, name)}, or several of them with commas` +
          didYouMean(name, memoryModelNames),
      );
    return name;
  });
  return {
    memories: memoryModelNames.filter((name) => memories.some((other) => other === name)),
    rest: words.filter((_, nth) => nth !== at && (inline !== undefined || nth !== at + 1)),
  };
}

/** The options on the command line, which a version takes as far as it has them. */
function chosenIn([before, after]: readonly ModelSource[], words: readonly string[]): Choices {
  const options = { ...before!.definition.options, ...after!.definition.options };
  const names = [...new Set([before!.definition.name, after!.definition.name])];
  const definition = { ...after!.definition, name: names.join(' and '), options };
  return chosenOptions({ ...after!, definition, scenario: null }, words);
}

function versionsOf(sources: readonly ModelSource[], chosen: Choices): Versions {
  const [before, after] = sources.map(({ definition, scenario, typed }): Version => {
    const own = Object.entries(chosen).filter(([key]) => key in definition.options);
    for (const [key, value] of own)
      if (!takes(definition.options[key]!, value))
        throw new UsageError(`${typed} does not take --${optionName(key)} ${value}`);
    const name = scenario === null ? typed : `${typed}/${scenario.name}`;
    const declared = scenario === null ? {} : withFallbacks(definition.options, scenario.options);
    return { typed: name, definition, given: { ...declared, ...Object.fromEntries(own) } };
  });
  return { before: before!, after: after! };
}

/** The memory models of scenarios, else sequential consistency. */
function declaredMemories(versions: Versions): readonly MemoryModelName[] {
  const declared = sides.map((side) => versions[side].given[memoryKey] ?? memoryOption.fallback);
  return memoryModelNames.filter((name) => declared.includes(name));
}

/** All combinations of the machine options and fixes of both versions; a scenario has one variant. */
function variantsOf(sources: readonly ModelSource[], versions: Versions): readonly Choices[] {
  const varied = sides.flatMap((side, at): [string, Options][] => {
    const { definition, scenario } = sources[at]!;
    const own = scenario === null ? defaultVaried(definition.options) : [];
    return own
      .filter((key) => key !== memoryKey && !(key in versions[side].given))
      .map((key) => [key, definition.options]);
  });
  const options = { ...versions.before.definition.options, ...versions.after.definition.options };
  for (const [key, own] of varied)
    if (sides.some((side) => isOther(versions[side], key, own)))
      throw new UsageError(`--${optionName(key)} has other values in the other version: give it one`);
  return combinations(options, [...new Set(varied.map(([key]) => key))]);
}

const isOther = ({ definition: { options }, given }: Version, key: string, own: Options): boolean =>
  key in options &&
  !(key in given) &&
  JSON.stringify({ ...options[key], description: '', fallback: null }) !==
    JSON.stringify({ ...own[key], description: '', fallback: null });

function exitCodeOf({ rows, barriers }: ComparedVersions): 0 | 2 | 3 {
  const verdicts = rows.flatMap((row) => sides.map((side) => row[side].verdict));
  const ablated = barriers === null ? [] : sides.map((side) => barriers[side]);
  const trials = ablated.flatMap(({ variants }) => variants.map(({ trial }) => trial));
  const tried = trials.flatMap((trial) => [
    ...trial.sufficient.map(({ whole }) => whole.verdict),
    ...trial.barriers.flatMap(({ without }) => without.map(({ verdict }) => verdict)),
  ]);
  if ([...verdicts, ...tried].includes('error')) return 2;
  const isOpen = [...verdicts, ...tried].includes('inconclusive');
  return isOpen || ablated.some(({ undecided }) => undecided) ? 3 : 0;
}

async function rendered(result: ComparedVersions, seconds: number, options: CompareOptions): Promise<string> {
  if (options.json === true) {
    const { versionsJson } = await import('./json.ts');
    return JSON.stringify(versionsJson(result, seconds), null, 2);
  }
  const { renderVersions } = await import('./text.ts');
  return renderVersions(result, seconds, outputWidth());
}
