/** `racewalk list`: the models of the project with their scenarios. */
import type { Command } from 'commander';

export function listCommand(program: Command): void {
  program
    .command('list')
    .description('list the models, with their scenarios and the verdicts they declare')
    .action(async () => {
      const { registry } = await import('../models/registry.ts');
      const { print, styled } = await import('./output.ts');
      const blocks = registry.map(({ name, summary, scenarios }) => {
        const width = Math.max(0, ...scenarios.map((scenario) => scenario.name.length));
        const lines = scenarios.map((scenario) => `  ${scenario.name.padEnd(width)}  ${scenario.verdict}`);
        return [`${styled('bold', name)}  ${summary}`, ...lines].join('\n');
      });
      print(blocks.join('\n\n'));
    });
}
