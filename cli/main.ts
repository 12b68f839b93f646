/** The racewalk command: one file a command, and only the command that runs is loaded in full. */
import { CommanderError } from 'commander';
import { ModelError } from '../checker/language/model-error.ts';
import { inconclusive, notWritten, wrongUse } from './terminal/exit-code.ts';
import { say } from './terminal/help.ts';
import { watchOutput } from './terminal/output.ts';
import { racewalkProgram } from './program.ts';
import { UsageError } from './terminal/usage-error.ts';
import { OutputError } from './terminal/write-file.ts';

/** Code of a size that no engine takes, or nested so deeply that its own analysis has no room. */
const isTooLarge = (error: unknown): error is Error =>
  error instanceof Error &&
  ((error.name === 'CompileError' && error.message.includes('size')) ||
    (error instanceof RangeError && error.message.includes('call stack')));

/** Tells an error once and clearly; returns the exit code. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUse;
  if (error instanceof OutputError) {
    say(error.message);
    return notWritten;
  }
  if (isTooLarge(error)) {
    say(
      `inconclusive: the model is too large for generated code (${error.message}): take fewer CPUs or elements`,
    );
    return inconclusive;
  }
  if (error instanceof UsageError || error instanceof ModelError) say(error.message);
  else console.error('racewalk: this is a bug in racewalk, please report it:\n', error);
  return wrongUse;
}

watchOutput();
try {
  await racewalkProgram().parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}
