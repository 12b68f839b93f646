/** `racewalk show`: prints a model. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';

export function showCommand(program: Command): void {
  withExamples(
    program
      .command('show')
      .description(
        'print a model: options, variables, properties, and each thread as kernel code beside its meaning',
      )
      .argument('<model>', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
      .option('--code', 'print the WebAssembly generated for this variant, as text')
      .usage('MODEL|FILE [--code] [--memory sc|tso|pso|arm64] [model options]')
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
    [['racewalk show gup-fast-vs-collapse --sync-ipi', 'one variant']],
  );
}
