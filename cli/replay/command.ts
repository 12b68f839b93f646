/** `racewalk replay`: a saved trace once more, step by step in the interpreter. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';

export function replayCommand(program: Command): void {
  withExamples(
    program
      .command('replay')
      .description('replay a saved trace step by step, and see that it ends as it did')
      .argument('<trace>', 'a file that "racewalk check --save-trace" wrote')
      .option('--html <file>', 'write it as one page that needs no network')
      .action(async (path: string, { html }: { readonly html?: string }) => {
        const { replayTrace } = await import('./run.ts');
        await replayTrace(path, html);
      }),
    [
      ['racewalk replay race.json', 'step by step'],
      ['racewalk replay race.json --html race.html', 'as a page'],
    ],
  );
}
