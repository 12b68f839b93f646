/** `racewalk explore`: the page, on this machine alone. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function exploreCommand(program: Command): void {
  withExamples(
    program
      .command('explore')
      .description(
        'walk through a variant in the browser: serves the page on this machine only, until Ctrl-C',
      )
      .argument(
        '[model]',
        'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own, loaded again when it changes',
      )
      .option('--port <number>', 'listen there, and not on any free port', port)
      .usage('MODEL|FILE.ts [--port NUMBER] [--memory sc|tso|pso] [options of the model]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: { readonly port?: number }, command: Command) => {
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('which model? It comes first; "racewalk list" shows them');
        const { exploreModel } = await import('./run.ts');
        await exploreModel(name, command.args.slice(1), options.port ?? 0);
      }),
    [
      ['racewalk explore gup-fast-vs-collapse --recheck-pte', 'a model of the list'],
      ['racewalk explore ./my-protocol.ts', 'loaded again when it changes'],
    ],
  );
}

function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_535)
    throw new UsageError(`--port takes a whole number from 1 to 65535, and not '${text}'`);
  return number;
}
