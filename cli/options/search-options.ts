/** The search settings that the command line offers. */
import { availableParallelism, totalmem } from 'node:os';
import type { Command } from 'commander';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';
import { diskSettings } from '../disk/run-files.ts';
import { startWorkers } from '../../checker/engine/node-workers.ts';
import { searchHeading } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface SearchOptions {
  readonly engine?: SearchSettings['engine'];
  readonly reduce?: boolean;
  readonly symmetry?: boolean;
  /** In bytes. */
  readonly maxMemory?: number;
  readonly workers?: number;
  /** The directory of a search on disk. */
  readonly disk?: string;
  readonly resume?: true;
}

/** Adds the options of the search to a command. */
export const withSearchOptions = (command: Command): Command =>
  command
    .optionsGroup(searchHeading)
    .option('--engine <name>', 'compiled (fast), or interpreter (slow; the reference implementation)', engine)
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
  { engine: chosen, reduce, symmetry, maxMemory, workers: wanted, disk, resume }: SearchOptions,
  searches: 'one' | 'many' = 'many',
): SearchSettings {
  const workers = wanted ?? Math.min(availableParallelism(), mostWorkers);
  const from = searches === 'one' && wanted !== undefined ? { from: 0 } : {};
  return {
    ...defaultSettings,
    engine: chosen ?? defaultSettings.engine,
    reduce: reduce ?? defaultSettings.reduce,
    symmetry: symmetry ?? defaultSettings.symmetry,
    maxBytes: maxMemory ?? (totalmem() * 3) / 4,
    parallel: workers === 1 ? null : { workers, spawn: startWorkers, ...from },
    disk: disk === undefined ? null : diskSettings(disk, { resume: resume === true }),
  };
}

function engine(text: string): SearchSettings['engine'] {
  if (text !== 'compiled' && text !== 'interpreter')
    throw new UsageError(`invalid --engine '${text}': expected compiled or interpreter`);
  return text;
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
