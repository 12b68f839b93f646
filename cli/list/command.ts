/** `racewalk list`: the built-in models and their scenarios. */
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import type { AnyDefinition, Scenario } from '../../checker/language/model.ts';
import { outputWidth, print, styled } from '../terminal/output.ts';
import { wrap } from '../../checker/report/wrap.ts';

export function listCommand(program: Command): void {
  withExamples(
    program
      .command('list')
      .description('list the models, with their scenarios and declared verdicts')
      .action(async () => {
        const { catalogue } = await import('../model-files/catalogue.ts');
        const width = outputWidth();
        const models = await catalogue();
        print(models.map((definition) => describe(definition, width)).join('\n\n'));
      }),
    [['racewalk list | grep violated', 'scenarios with a race']],
  );
}

function describe({ name, summary, scenarios }: AnyDefinition, width: number): string {
  const [first = '', ...more] = wrap(`${name}  ${summary}`, width, 2);
  const longest = Math.max(0, ...scenarios.map((scenario) => scenario.name.length));
  const declared = ({ verdict, memory }: Scenario) => verdict + (memory === undefined ? '' : ` (${memory})`);
  const lines = scenarios.map((scenario) => `  ${scenario.name.padEnd(longest)}  ${declared(scenario)}`);
  return [styled('bold', name) + first.slice(name.length), ...more, ...lines].join('\n');
}
