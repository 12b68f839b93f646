/** The search settings that the command line offers. */
import { availableParallelism, totalmem } from 'node:os';
import type { Command } from 'commander';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';
import type { EngineSearch } from '../../checker/search/level-engine.ts';
import { eitherOf } from '../../checker/language/option.ts';
import { diskSettings } from '../disk/run-files.ts';
import { duckDBSettings } from '../engines/duckdb.ts';
import { startWorkers } from '../../checker/engine/node-workers.ts';
import { searchHeading } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface SearchOptions {
  readonly engine?: EngineName;
  readonly reduce?: boolean;
  readonly symmetry?: boolean;
  /** In bytes. */
  readonly maxMemory?: number;
  readonly workers?: number;
  /** The directory of a search on disk. */
  readonly disk?: string;
  readonly resume?: true;
  /** The address of the scheduler of a Dask cluster. */
  readonly scheduler?: string;
}

/** The two implementations, and other engines that keep the states. */
export type EngineName = SearchSettings['engine'] | 'duckdb' | 'dask';

/** Adds the options of the search to a command. */
export const withSearchOptions = (command: Command): Command =>
  command
    .optionsGroup(searchHeading)
    .option(
      '--engine <name>',
      'compiled (fast); interpreter (slow; the reference implementation); duckdb or dask, which keep the states',
      engine,
    )
    .option('--no-reduce', 'disable stubborn sets')
    .option('--no-symmetry', 'disable symmetry reduction')
    .option('--max-memory <GiB>', 'memory limit for states, in GiB (default: 75 % of RAM)', gibibytes)
    .option(
      '--workers <number>',
      'number of worker threads for large searches (default: one per core)',
      workers,
    )
    .optionsGroup('Options:');

/** The largest number that has been tested. */
const mostWorkers = 64;

/**
 * The settings of the options. With explicit --workers, a single search starts its workers immediately; of many
 * searches, most are too small for that.
 */
export function settingsOf(
  { engine: chosen, reduce, symmetry, maxMemory, workers: wanted, disk, resume, scheduler }: SearchOptions,
  searches: 'one' | 'many' = 'many',
  asked?: readonly string[],
): SearchSettings {
  const workers = wanted ?? Math.min(availableParallelism(), mostWorkers);
  const from = searches === 'one' && wanted !== undefined ? { from: 0 } : {};
  const maxBytes = maxMemory ?? (totalmem() * 3) / 4;
  const isElsewhere = chosen === 'duckdb' || chosen === 'dask';
  const elsewhere = () => {
    if (chosen === 'duckdb') return duckDBSettings({ directory: disk, memory: maxBytes, threads: workers });
    if (chosen !== 'dask') return null;
    if (scheduler === undefined || asked === undefined)
      throw new UsageError('--engine dask is for "check MODEL" with --scheduler ADDRESS');
    const dask = { scheduler, asked: symmetry === false ? [...asked, '--no-symmetry'] : asked };
    return {
      place: 'on Dask',
      open: async (search: EngineSearch) => (await import('../engines/dask.ts')).openOnDask(dask, search),
    };
  };
  return {
    ...defaultSettings,
    engine: chosen === 'interpreter' ? chosen : defaultSettings.engine,
    reduce: reduce ?? defaultSettings.reduce,
    symmetry: symmetry ?? defaultSettings.symmetry,
    maxBytes,
    parallel: workers === 1 ? null : { workers, spawn: startWorkers, ...from },
    disk: disk === undefined || isElsewhere ? null : diskSettings(disk, { resume: resume === true }),
    elsewhere: elsewhere(),
  };
}

const engineNames: readonly string[] = ['compiled', 'interpreter', 'duckdb', 'dask'] satisfies EngineName[];

function engine(text: string): EngineName {
  if (!engineNames.includes(text))
    throw new UsageError(`invalid --engine '${text}': expected ${eitherOf(engineNames)}`);
  return text as EngineName;
}

function gibibytes(text: string): number {
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (number <= 0) throw new UsageError(`invalid --max-memory '${text}': expected a number of GiB above 0`);
  return Math.floor(number * 2 ** 30);
}

function workers(text: string): number {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > mostWorkers)
    throw new UsageError(`invalid --workers '${text}': expected a whole number from 1 to ${mostWorkers}`);
  return number;
}
