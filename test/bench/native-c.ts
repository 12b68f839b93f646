/** Runs the exported C of a model: the limit to compare the engine with. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCProgram } from '../../checker/export/c/c.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';

/** What the generated program prints. */
export interface NativeRun {
  readonly verdict: 'holds' | 'violated' | 'unreached' | 'inconclusive';
  /** False when it stopped at its limit. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly deadlocks: number;
  /** Edges whose assertion fails, and edges on which a mistake of the author shows. */
  readonly failures: number;
  readonly mistakes: number;
  /** By transition: how often it fired. */
  readonly fired: readonly number[];
  /** By property: states that violate it, and whether it has been reached. */
  readonly violated: readonly number[];
  readonly reached: readonly number[];
  readonly wrongProperties: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** Compiles the program of a model into a folder; returns the path of the executable. */
export function compileNative(
  system: TransitionSystem,
  folder: string,
  options: readonly string[] = ['-O3', '-march=native'],
): string {
  const [source, executable] = [join(folder, 'native.c'), join(folder, 'native')];
  writeFileSync(source, toCProgram(system));
  execFileSync('gcc', ['-std=gnu17', '-w', ...options, '-o', executable, source, '-lm'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return executable;
}

/** Runs it to its end, or until it has more than `most` states. */
export function runNative(executable: string, most?: number): NativeRun {
  const limit = most === undefined ? [] : [String(most)];
  const { stdout, status } = spawnSync(executable, limit, { encoding: 'utf8' });
  if (status !== 0 && status !== 1 && status !== 3)
    throw new Error(`the exported C has ended with ${status}`);
  return JSON.parse(stdout) as NativeRun;
}
