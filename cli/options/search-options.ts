/** How to search, on the command line: what a user may want to choose; the rest chooses itself. */
import { availableParallelism, totalmem } from 'node:os';
import type { Command } from 'commander';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';
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
}

/** Adds the options of the search to a command. */
export const withSearchOptions = (command: Command): Command =>
  command
    .optionsGroup(searchHeading)
    .option('--engine <name>', 'compiled (fast), or interpreter (the meaning, slow)', engine)
    .option('--no-reduce', 'explore every interleaving, however many there are')
    .option('--no-symmetry', 'tell interchangeable CPUs apart, however many there are')
    .option(
      '--max-memory <GiB>',
      'give up above so much memory for states; else three quarters of the machine',
      gibibytes,
    )
    .option(
      '--workers <number>',
      'share large searches among so many threads; else one for each core',
      workers,
    )
    .optionsGroup('Options:');

/** More than these no search has been tried with. */
const mostWorkers = 64;

/**
 * The settings that the options stand for. Who asks for workers and has one model checked expects a large search: they are
 * called at once. Where there are `many` searches, most are small.
 */
export function settingsOf(
  { engine: chosen, reduce, symmetry, maxMemory, workers: wanted }: SearchOptions,
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
  };
}

function engine(text: string): SearchSettings['engine'] {
  if (text !== 'compiled' && text !== 'interpreter')
    throw new UsageError(`--engine takes compiled or interpreter, and not '${text}'`);
  return text;
}

function gibibytes(text: string): number {
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (number <= 0) throw new UsageError(`--max-memory takes a number of GiB above 0, and not '${text}'`);
  return Math.floor(number * 2 ** 30);
}

function workers(text: string): number {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > mostWorkers)
    throw new UsageError(`--workers takes a whole number from 1 to ${mostWorkers}, and not '${text}'`);
  return number;
}
