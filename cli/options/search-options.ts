/** The search settings that the command line offers. */
import { availableParallelism, totalmem } from 'node:os';
import type { Command } from 'commander';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';
import type { ForeignChecker } from '../../checker/search/foreign-checker.ts';
import type { EngineSearch } from '../../checker/search/level-engine.ts';
import { eitherOf } from '../../checker/language/option.ts';
import { diskSettings } from '../disk/run-files.ts';
import { duckDBSettings } from '../engines/duckdb.ts';
import type { LtsminOptions } from '../engines/ltsmin.ts';
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
  /** The file of the machines of LTSmin. */
  readonly hostfile?: string;
}

/** The two implementations, other engines that keep the states, and another model checker. */
export type EngineName = (typeof engineNames)[number];

export const engineNames = ['compiled', 'interpreter', 'duckdb', 'dask', 'ltsmin'] as const;

/** Adds the options of the search to a command. */
export const withSearchOptions = (command: Command): Command =>
  command
    .optionsGroup(searchHeading)
    .option(
      '--engine <name>',
      'compiled (fast); interpreter (slow; the reference implementation); duckdb or dask, which keep the states; ' +
        'ltsmin, another model checker',
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
  options: SearchOptions,
  searches: 'one' | 'many' = 'many',
  asked?: readonly string[],
): SearchSettings {
  const { engine: chosen, reduce, symmetry, maxMemory, workers: wanted, disk, resume, scheduler } = options;
  const workers = wanted ?? Math.min(availableParallelism(), mostWorkers);
  const from = searches === 'one' && wanted !== undefined ? { from: 0 } : {};
  const maxBytes = maxMemory ?? (totalmem() * 3) / 4;
  const isElsewhere = chosen !== undefined && chosen !== 'compiled' && chosen !== 'interpreter';
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
    foreign:
      chosen === 'ltsmin'
        ? inLtsmin({ directory: disk, processes: workers, hostfile: options.hostfile })
        : null,
  };
}

const inLtsmin = (options: LtsminOptions): ForeignChecker => ({
  place: 'in LTSmin',
  search: async (...asked) => (await import('../engines/ltsmin.ts')).searchInLtsmin(options, ...asked),
});

function engine(text: string): EngineName {
  const name = engineNames.find((one) => one === text);
  if (name === undefined)
    throw new UsageError(`invalid --engine '${text}': expected ${eitherOf(engineNames)}`);
  return name;
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
