/** The commander program. */
import { Command } from 'commander';
import { checkCommand } from './check/command.ts';
import { barriersCommand } from './barriers/command.ts';
import { confirmCommand } from './confirm/command.ts';
import { compareCommand } from './compare/command.ts';
import { expandCommand } from './expand/command.ts';
import { exploreCommand } from './explore/command.ts';
import { exportCommand } from './export/command.ts';
import { verifyCommand } from './verify/command.ts';
import { listCommand } from './list/command.ts';
import { mergeCommand } from './merge/command.ts';
import { litmusCommand } from './litmus/command.ts';
import { proveCommand } from './prove/command.ts';
import { mutateCommand } from './mutate/command.ts';
import { replayCommand } from './replay/command.ts';
import { showCommand } from './show/command.ts';
import { completionCommand } from './completion/command.ts';
import { configureHelp } from './terminal/help.ts';
import { version } from './version.ts';

/** The program with all its commands. */
export function racewalkProgram(): Command {
  const program = new Command('racewalk')
    .description(
      'Proves that a memory-management protocol is safe in every interleaving of its CPUs, or prints the shortest race.',
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
  confirmCommand(program);
  mergeCommand(program);
  replayCommand(program);
  expandCommand(program);
  exploreCommand(program);
  exportCommand(program);
  litmusCommand(program);
  completionCommand(program);
  configureHelp(program);
  return program;
}
