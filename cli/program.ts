/** The commands of racewalk, as commander knows them. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
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
import { completionCommand } from './completion.ts';
import { configureHelp } from './help.ts';

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The program with all its commands. */
export function racewalkProgram(): Command {
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
  completionCommand(program);
  configureHelp(program);
  return program;
}
