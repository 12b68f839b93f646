/** Runs the real Spin: its verdict on a model, and the states and transitions it counts. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toPromela } from '../../checker/export/promela/promela.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';

const run = promisify(execFile);

export interface SpinResult {
  /** What pan reports, past the first error: it exits with 0 whatever it finds. */
  readonly errors: number;
  readonly states: number;
  /** Stored and matched; the first state counts as one. */
  readonly transitions: number;
  readonly output: string;
}

export const spinIsInstalled = (): boolean =>
  spawnSync('spin', ['-V']).status === 0 && spawnSync('gcc', ['--version']).status === 0;

/** Whether a fair run breaks a claim: an acceptance cycle, or an end of the run in which the claim still waits. */
export async function claimBySpin(promela: string, claim: string, isFair: boolean): Promise<boolean> {
  const cwd = await mkdtemp(join(tmpdir(), 'racewalk-spin-'));
  try {
    await writeFile(join(cwd, 'model.pml'), promela);
    await run('spin', ['-a', '-DCLAIMS', 'model.pml'], { cwd });
    const defines = ['-DNOREDUCE', '-DVECTORSZ=8192', '-DNFAIR=4'];
    await run('gcc', ['-w', '-O0', ...defines, '-o', 'pan', 'pan.c'], { cwd });
    const words = ['-a', ...(isFair ? ['-f'] : []), '-E', '-A', '-N', claim, '-n', '-w18', '-m100000'];
    const { stdout } = await run('./pan', words, { cwd, maxBuffer: 2 ** 28 });
    const errors = /errors: (\d+)/.exec(stdout)?.[1];
    if (errors === undefined) throw new Error(stdout);
    return errors !== '0';
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** Explores all states that the Promela text has, without reduction and past all errors; large is from 10,000 states on. */
export async function exploreBySpin(promela: string, size: 'small' | 'large'): Promise<SpinResult> {
  const cwd = await mkdtemp(join(tmpdir(), 'racewalk-spin-'));
  try {
    await writeFile(join(cwd, 'model.pml'), promela);
    await run('spin', ['-a', 'model.pml'], { cwd });
    const defines = ['-DSAFETY', '-DNOREDUCE', '-DNOFAIR', '-DVECTORSZ=8192'];
    const large = size === 'large';
    await run('gcc', ['-w', large ? '-O1' : '-O0', ...defines, '-o', 'pan', 'pan.c'], { cwd });
    const room = large ? ['-w22', '-m2000000'] : ['-w16', '-m20000'];
    const { stdout } = await run('./pan', ['-c0', '-n', ...room], { cwd, maxBuffer: 2 ** 28 });
    const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
    return {
      errors: number(/errors: (\d+)/),
      states: number(/(\S+) states, stored/),
      transitions: number(/(\S+) transitions \(/),
      output: stdout,
    };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** Whether all arithmetic of the model has results, and 32 bits suffice. */
export function isInPromela(model: Model): boolean {
  try {
    toPromela(transitionSystem(model));
    return true;
  } catch (error) {
    if (error instanceof ModelError && error.message.includes('Promela computes')) return false;
    throw error;
  }
}
