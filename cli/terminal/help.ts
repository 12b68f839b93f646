/** What all commands have in common: examples, the order of options in their help, and one prefix for messages. */
import { Help, type Command } from 'commander';
import { outputWidth } from './output.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** Under this heading stand the options that choose how to search, after all others. */
export const searchHeading = 'Search options:';

/** Examples at the end of the help: a command, and what it is for. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [typed: string, why: string])[],
): Command {
  const longest = Math.max(...examples.map(([typed]) => typed.length));
  const lines = examples.map(([typed, why]) => `  ${typed.padEnd(longest)}  # ${why}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

const prefix = 'racewalk: ';

/** A message as it goes to a terminal or a pipe: after the prefix, wrapped where somebody looks at it. */
export function messageText(text: string): string {
  const { isTTY, columns } = process.stderr;
  const lines = `${prefix}${text.trimEnd()}`.split('\n');
  // In a pipe lines stay whole, so that scripts find them.
  return (isTTY && columns > 0 ? lines.flatMap((line) => wrapped(line, columns)) : lines).join('\n');
}

/** What is set off by spaces, such as a line of source above its caret, stays as it is. */
const wrapped = (line: string, width: number): readonly string[] =>
  line.startsWith('    ') ? [line] : wrap(line, width, 2);

/** Says something on standard error. */
export function say(text: string): void {
  process.stderr.write(`${messageText(text)}\n`);
}

/** Gives a command and those below it the width of the output and the prefix of messages. */
export function configureHelp(program: Command): void {
  const usual = new Help();
  for (const command of [program, ...program.commands]) {
    // Groups stand in the order in which their options come.
    const isOfSearch = ({ helpGroupHeading }: { readonly helpGroupHeading?: string }) =>
      Number(helpGroupHeading === searchHeading);
    command.configureHelp({
      visibleOptions: (of) => usual.visibleOptions(of).toSorted((a, b) => isOfSearch(a) - isOfSearch(b)),
      groupItems: (_, visible, groupOf) => usual.groupItems([...visible], visible, groupOf),
    });
    command.configureOutput({
      getOutHelpWidth: outputWidth,
      outputError: (text, write) => write(`${messageText(text.replace(/^error: /, ''))}\n`),
    });
  }
}
