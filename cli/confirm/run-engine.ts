/** Builds and runs another model checker in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { missingCommands, versionOf } from '../engines/commands.ts';
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
 * Throws  ModelError for what its language cannot say, UsageError if it cannot be built.
 */
export function runEngine(engine: Engine, system: TransitionSystem, { states, timeout }: Asked): Found {
  const text = engine.text(system);
  const folder = mkdtempSync(join(tmpdir(), 'racewalk-confirm-'));
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
    writeFileSync(join(folder, engine.file), text);
    for (const command of engine.build) {
      const { code, output } = run(command);
      if (code !== 0)
        throw new UsageError(`${command[0]} cannot build the exported model:\n${output.trim()}`);
    }
    const ended = run(engine.run(states), timeout);
    return engine.read(ended, engine.showTrace === null ? ended : run(engine.showTrace), system);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
