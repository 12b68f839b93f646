/** `racewalk replay`: replays a saved trace in the interpreter. */
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';

export function replayCommand(program: Command): void {
  withExamples(
    withExitCodes(
      program
        .command('replay')
        .description('replay a saved trace step by step, and check that it still ends in the same error')
        .argument('<trace>', 'a file written by "racewalk check --save-trace"')
        .option('--html <file>', 'write the trace as a self-contained HTML page')
        .action(async (path: string, { html }: { readonly html?: string }) => {
          const { replayTrace } = await import('./run.ts');
          await replayTrace(path, html);
        }),
      {
        1: 'the trace still ends in the same violation, deadlock or livelock',
        2: 'usage error, invalid model, or the trace does not fit the model',
      },
    ),
    [
      ['racewalk replay race.json', 'step by step'],
      ['racewalk replay race.json --html race.html', 'as an HTML page'],
    ],
  );
}
