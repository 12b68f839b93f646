/** The options of commands that can run as one of several shards. */
import type { Command } from 'commander';
import { sweepHeading } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { Shard } from './shard-file.ts';

export interface SweepOptions {
  /** This process runs the jobs of shard `index` of `of`, counted from 1. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** The file for the results of the shard. */
  readonly report?: string;
  /** The results of all shards: nothing is computed. */
  readonly shards?: readonly Shard[];
}

/** Adds --shard and --report to a command. */
export const withSweepOptions = (command: Command): Command =>
  command
    .optionsGroup(sweepHeading)
    .option('--shard <i/n>', 'run one of n shares of the jobs, for "racewalk merge"', shardOf)
    .option('--report <file>', 'write the results of the shard to this file')
    .optionsGroup('Options:');

/** The largest number of shards. */
const mostShards = 1_000_000;

function shardOf(text: string): NonNullable<SweepOptions['shard']> {
  const [, index = 0, of = 0] = /^(\d{1,7})\/(\d{1,7})$/.exec(text)?.map(Number) ?? [];
  if (index < 1 || index > of || of > mostShards)
    throw new UsageError(
      `invalid --shard '${text}': expected i/n, where i counts from 1 to n, and n is at most ${mostShards}`,
    );
  return { index, of };
}

/**
 * Throws  UsageError for a shard without a report, a report without a shard, and for both where --all is missing (false).
 */
export function checkSweepOptions({ shard, report }: SweepOptions, all = true): void {
  if (!all && (shard ?? report) !== undefined) throw new UsageError('--shard requires --all');
  if (shard !== undefined && report === undefined) throw new UsageError('--shard requires --report');
  if (shard === undefined && report !== undefined) throw new UsageError('--report requires --shard');
}
