/** The reference of all commands, as their help has it: what docs/reference/cli.md holds. */
import { racewalkProgram } from './program.ts';

/** Columns of the help in the reference. */
const width = 100;

export function cliReference(): string {
  const program = racewalkProgram();
  const sections = program.commands
    .filter((command) => command.name() !== 'complete')
    .map((command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => width });
      command.outputHelp();
      return `## racewalk ${command.name()}\n\n\`\`\`\n${text.trim()}\n\`\`\`\n`;
    });
  return `${head}\n${sections.join('\n')}`;
}

const head = `# Commands

\`npm run docs\` generates this page from the commands: change their descriptions in \`cli/\`, not this file.
\`racewalk check MODEL --help\` lists the options of a model. [Exit codes](exit-codes.md) has the codes of each command.

| exit code | means |
|---|---|
| 0 | \`holds\`; of other commands: done |
| 1 | \`violated\`, \`deadlock\` or \`unreached\`; something is not as declared |
| 2 | usage error or invalid model |
| 3 | \`inconclusive\`: a limit was reached |
| 4 | the output could not be written; files are as they were before |
`;
