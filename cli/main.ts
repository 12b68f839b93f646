/** The racewalk command: one file a command, and only the command that runs is loaded in full. */
import { CommanderError } from 'commander';
import { ModelError } from '../checker/language/model-error.ts';
import { notWritten, wrongUse } from './exit-code.ts';
import { say } from './help.ts';
import { watchOutput } from './output.ts';
import { racewalkProgram } from './program.ts';
import { UsageError } from './usage-error.ts';
import { OutputError } from './write-file.ts';

/** Tells an error once and clearly; returns the exit code. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUse;
  if (error instanceof OutputError) {
    say(error.message);
    return notWritten;
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
