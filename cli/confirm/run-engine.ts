/** Builds and runs another model checker in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { missingCommands, versionOf } from '../engines/commands.ts';
import { newFolder } from '../engines/new-folder.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { CommandWords, Ended, Engine, Found } from './engines.ts';

/** Throws  UsageError where a command of the engine is not installed. */
export function checkInstalled({ needs }: Engine): void {
  const missing = missingCommands(needs);
  if (missing !== null) throw new UsageError(missing);
}

export const nameOf = ({ name, version: [command, ...words] }: Engine): string =>
  `${name} ${versionOf(command, words)}`.trim();

export interface Asked {
  /** The states that racewalk has found: the room that the engine needs. */
  readonly states: number;
  /** In seconds. */
  readonly timeout: number | undefined;
}

/**
 * What the engine finds about the system.
 *
 * Throws  ModelError for what its language cannot say, EngineError if its files cannot be written.
 */
export function runEngine(engine: Engine, system: TransitionSystem, { states, timeout }: Asked): Found {
  const folder = newFolder('confirm', { files: { [engine.file]: engine.text(system) } });
  const run = ([command, ...words]: CommandWords, limit?: number): Ended => {
    const { status, stdout, stderr } = spawnSync(command, words, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 29,
      ...(limit === undefined ? {} : { timeout: limit * 1000, killSignal: 'SIGKILL' as const }),
    });
    return { code: status, output: `${stdout}${stderr}` };
  };
  try {
    for (const command of engine.build) {
      const { code, output } = run(command);
      if (code === 0) continue;
      const said = output.split('\n').find((line) => /error/i.test(line)) ?? 'it was killed';
      return { kind: 'inconclusive', reason: `${command[0]} cannot build the model: ${said.trim()}` };
    }
    const ended = run(engine.run(states), timeout);
    return engine.read(ended, engine.showTrace === null ? ended : run(engine.showTrace), system);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
