/** The racewalk command; loads only the code of the requested subcommand. */
import { CommanderError } from 'commander';
import { ModelError } from '../checker/language/model-error.ts';
import { inconclusive, notMerged, notWritten, usageFailure } from './terminal/exit-code.ts';
import { say } from './terminal/help.ts';
import { watchOutput } from './terminal/output.ts';
import { racewalkProgram } from './program.ts';
import { ShardError } from './sweep/shard-error.ts';
import { UsageError } from './terminal/usage-error.ts';
import { OutputError } from './terminal/write-file.ts';

/** Generated code exceeds the engine's size limit, or the model exceeds the call stack. */
const isTooLarge = (error: unknown): error is Error =>
  error instanceof Error &&
  ((error.name === 'CompileError' && error.message.includes('size')) ||
    (error instanceof RangeError && error.message.includes('call stack')));

/** Prints an error; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageFailure;
  if (error instanceof OutputError) {
    say(error.message);
    return notWritten;
  }
  if (error instanceof ShardError) {
    say(error.message);
    return notMerged;
  }
  if (isTooLarge(error)) {
    say(
      `inconclusive: the model is too large for generated code (${error.message}): use fewer CPUs or elements`,
    );
    return inconclusive;
  }
  if (error instanceof UsageError || error instanceof ModelError) say(error.message);
  else console.error('racewalk: internal error, please report this bug:\n', error);
  return usageFailure;
}

watchOutput();
try {
  await racewalkProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
