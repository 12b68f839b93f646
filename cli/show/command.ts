/** `racewalk show`: all that a model says, both columns of every thread among it. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';

export function showCommand(program: Command): void {
  withExamples(
    program
      .command('show')
      .description(
        "show a model: its options, variables, properties, and each thread in the kernel's words and in the model's",
      )
      .argument('<model>', 'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own')
      .option('--code', 'print the WebAssembly that explores this variant, as text')
      .usage('MODEL|FILE.ts [--code] [--memory sc|tso|pso|weak|arm64] [options of the model]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string, { code }: { readonly code?: true }, command: Command) => {
        const { chosenOptions } = await import('../options/model-options.ts');
        const { buildModel, findModel } = await import('../model-files/models.ts');
        const { outputWidth, print } = await import('../terminal/output.ts');
        const { describeModel } = await import('./text.ts');
        const source = await findModel(name);
        const chosen = chosenOptions(source, command.args.slice(1));
        const model = buildModel(source, chosen);
        if (code !== true)
          return print(describeModel(source.definition, model, { chosen, width: outputWidth() }));
        const { generatedCode } = await import('./generated-code.ts');
        print(generatedCode(model));
      }),
    [['racewalk show gup-fast-vs-collapse --sync-ipi', 'one variant in two columns']],
  );
}
