/** The racewalk command: one file a command, and only the command that runs is loaded in full. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ModelError } from '../checker/language/model-error.ts';
import { checkCommand } from './check.ts';
import { barriersCommand } from './barriers.ts';
import { compareCommand } from './compare.ts';
import { exploreCommand } from './explore.ts';
import { exportCommand } from './export.ts';
import { verifyCommand } from './verify.ts';
import { listCommand } from './list.ts';
import { litmusCommand } from './litmus.ts';
import { proveCommand } from './prove.ts';
import { mutateCommand } from './mutate.ts';
import { replayCommand } from './replay.ts';
import { showCommand } from './show.ts';
import { notWritten, wrongUse } from './exit-code.ts';
import { watchOutput } from './output.ts';
import { UsageError } from './usage-error.ts';
import { OutputError } from './write-file.ts';

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

const program = new Command('racewalk')
  .description(
    'Proves that a memory-management protocol survives every interleaving of its CPUs, or shows the race.',
  )
  .version(version())
  .exitOverride();

listCommand(program);
showCommand(program);
checkCommand(program);
proveCommand(program);
verifyCommand(program);
compareCommand(program);
mutateCommand(program);
barriersCommand(program);
replayCommand(program);
exploreCommand(program);
exportCommand(program);
litmusCommand(program);

/** Tells an error once and clearly; returns the exit code. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUse;
  if (error instanceof OutputError) {
    console.error(`racewalk: ${error.message}`);
    return notWritten;
  }
  if (error instanceof UsageError || error instanceof ModelError) console.error(`racewalk: ${error.message}`);
  else console.error('racewalk: this is a bug in racewalk, please report it:\n', error);
  return wrongUse;
}

watchOutput();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}
