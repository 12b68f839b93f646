/** `racewalk merge`: the result of a command from the reports of its shards. */
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';

export function mergeCommand(program: Command): void {
  withExamples(
    withExitCodes(
      program
        .command('merge')
        .description(
          'print what a command prints from the reports of all its shards (--shard i/n --report FILE)',
        )
        .argument('<reports...>', 'the reports of all shards, in any order')
        .action(async (paths: readonly string[]) => {
          const { mergeShards } = await import('./run.ts');
          await mergeShards(paths);
        }),
      {
        0: 'as the command that the shards are of',
        1: 'as that command',
        3: 'as that command',
        5: 'a shard is missing, incomplete, repeated, or of another command or version: nothing is claimed',
      },
    ),
    [
      ['racewalk check --all --shard 1/2 --report 1.json', 'on one machine'],
      ['racewalk check --all --shard 2/2 --report 2.json', 'on another'],
      ['racewalk merge 1.json 2.json', 'prints what "racewalk check --all" prints'],
    ],
  );
}
