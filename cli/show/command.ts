/** `racewalk show`: prints a model. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import type { ModelSource } from '../model-files/models.ts';
import type { TwoColumns } from '../terminal/two-columns.ts';
import { UsageError } from '../terminal/usage-error.ts';

interface ShowOptions {
  readonly code?: true;
  readonly fix?: string;
}

export function showCommand(program: Command): void {
  withExamples(
    program
      .command('show')
      .description(
        'print a model: options, variables, properties, and each thread as kernel code beside its meaning',
      )
      .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
      .option('--fix <commit>', 'the race that a commit mended, by 7 of its digits or more')
      .option('--code', 'print the WebAssembly generated for this variant, as text')
      .usage('MODEL|FILE|--fix COMMIT [--code] [--memory sc|tso|pso|arm64] [model options]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (given: string | undefined, { code, fix }: ShowOptions, command: Command) => {
        const words = fix === undefined ? command.args.slice(1) : command.args;
        const name = fix === undefined ? given : await mendedBy(fix);
        if (name === null) return;
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
        const { chosenOptions } = await import('../options/model-options.ts');
        const { buildModel, findModel } = await import('../model-files/models.ts');
        const { outputWidth, print } = await import('../terminal/output.ts');
        const { describeModel } = await import('./text.ts');
        const source = await findModel(name);
        const chosen = chosenOptions(source, words);
        const model = buildModel(source, chosen);
        if (code !== true)
          return print(
            describeModel(source.definition, model, {
              chosen,
              kernel: await kernelOf(source),
              width: outputWidth(),
            }),
          );
        const { generatedCode } = await import('./generated-code.ts');
        print(generatedCode(model));
      }),
    [
      ['racewalk show gup-fast-vs-collapse --sync-ipi', 'one variant'],
      ['racewalk show --fix 70cbc3cc78a9', 'the race that a commit mended'],
    ],
  );
}

/** The only race that a commit mended; null: there is none, or several, which are printed. */
async function mendedBy(fix: string): Promise<string | null> {
  const { factsText, noRaces, racesWith } = await import('../list/facts.ts');
  const { outputWidth, print } = await import('../terminal/output.ts');
  const { wrap } = await import('../../checker/report/wrap.ts');
  const found = racesWith({ fix });
  const width = outputWidth();
  if (found.length === 1) return found[0]!.name;
  if (found.length === 0) process.exitCode = 1;
  print(
    found.length === 0
      ? wrap(noRaces({ fix }), width).join('\n')
      : [
          `${fix} mended ${found.length} races; show one of them by its name:`,
          ...found.map((race) => factsText(race, width)),
        ].join('\n\n'),
  );
  return null;
}

async function kernelOf({ file, definition }: ModelSource): Promise<readonly TwoColumns[]> {
  const { facts } = await import('../../models/facts.ts');
  const { factRows } = await import('../../models/race-facts-text.ts');
  const known = file === null ? facts.find(({ name }) => name === definition.name) : undefined;
  return known === undefined ? [] : factRows(known);
}
