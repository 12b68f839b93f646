/** `racewalk explore`: serves the page on localhost. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function exploreCommand(program: Command): void {
  withExamples(
    program
      .command('explore')
      .description('step through a variant in the browser; the page is served on localhost until Ctrl-C')
      .argument(
        '[model]',
        'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c, reloaded when it changes',
      )
      .option('--port <number>', 'port to listen on (default: any free port)', port)
      .usage('MODEL|FILE [--port NUMBER] [--memory sc|tso|pso] [model options]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: { readonly port?: number }, command: Command) => {
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
        const { exploreModel } = await import('./run.ts');
        await exploreModel(name, command.args.slice(1), options.port ?? 0);
      }),
    [
      ['racewalk explore gup-fast-vs-collapse --recheck-pte', 'a model from the list'],
      ['racewalk explore ./my-protocol.c', 'reloaded when the file changes'],
    ],
  );
}

function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_535)
    throw new UsageError(`invalid --port '${text}': expected a whole number from 1 to 65535`);
  return number;
}
