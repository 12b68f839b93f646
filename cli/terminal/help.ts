/** The help of all commands (examples, exit codes, order of options) and the prefix of messages. */
import { Help, type Command } from 'commander';
import { outputWidth } from './output.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** The headings of options that several commands take: they come last. */
export const sweepHeading = 'Sweep options:';
export const searchHeading = 'Search options:';
const lastHeadings = ['', sweepHeading, searchHeading];

/** Adds examples to the help: a command line, and its purpose. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [typed: string, why: string])[],
): Command {
  const longest = Math.max(...examples.map(([typed]) => typed.length));
  const lines = examples.map(([typed, why]) => `  ${typed.padEnd(longest)}  # ${why}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Adds the exit codes of a command to its help; 2 and 4 mean the same for all commands. */
export function withExitCodes(command: Command, own: Readonly<Record<number, string>>): Command {
  const codes = { 2: 'usage error or invalid model', 4: 'the output could not be written', ...own };
  const lines = Object.entries(codes).map(([code, meaning]) => `  ${code}  ${meaning}`);
  return command.addHelpText('after', `\nExit codes:\n${lines.join('\n')}`);
}

const prefix = 'racewalk: ';

/** A message with its prefix; wrapped on a terminal. */
export function messageText(text: string): string {
  const { isTTY, columns } = process.stderr;
  const lines = `${prefix}${text.trimEnd()}`.split('\n');
  // Lines stay whole in a pipe, so that scripts can match them.
  return (isTTY && columns > 0 ? lines.flatMap((line) => wrapped(line, columns)) : lines).join('\n');
}

/** Indented lines, such as a source line above its caret, are not wrapped. */
const wrapped = (line: string, width: number): readonly string[] =>
  line.startsWith('    ') ? [line] : wrap(line, width, 2);

/** Prints a message to standard error. */
export function say(text: string): void {
  process.stderr.write(`${messageText(text)}\n`);
}

/** Sets the width of help and the prefix of messages for all commands. */
export function configureHelp(program: Command): void {
  const usual = new Help();
  for (const command of [program, ...program.commands]) {
    // Groups appear in the order of their first options.
    const rank = ({ helpGroupHeading = '' }: { readonly helpGroupHeading?: string }) =>
      lastHeadings.indexOf(helpGroupHeading);
    command.configureHelp({
      visibleOptions: (of) => usual.visibleOptions(of).toSorted((a, b) => rank(a) - rank(b)),
      groupItems: (_, visible, groupOf) => usual.groupItems([...visible], visible, groupOf),
    });
    command.configureOutput({
      getOutHelpWidth: outputWidth,
      outputError: (text, write) => write(`${messageText(text.replace(/^error: /, ''))}\n`),
    });
  }
}
