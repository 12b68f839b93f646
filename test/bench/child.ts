/** Runs a program in a process of its own and measures what it took. */
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Run {
  readonly stdout: string;
  /** User and system time of the process and all its threads. */
  readonly cpuSeconds: number;
  readonly elapsedSeconds: number;
  /** The exit code, or null when it was ended by a signal or ran out of time. */
  readonly code: number | null;
}

const milliseconds = 1_000;

/** Node tells the CPU time of no child, and /usr/bin/time is often absent; bash measures its own children. */
const timed = 'TIMEFORMAT="%U %S %R"; time "$@"';

export function run(
  command: readonly string[],
  { cwd, timeoutSeconds = 600 }: { cwd?: string; timeoutSeconds?: number } = {},
): Run {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', timed, 'bash', ...command], {
    cwd,
    encoding: 'utf8',
    timeout: timeoutSeconds * milliseconds,
    maxBuffer: 2 ** 28,
  });
  return measured(stdout, stderr, status);
}

/** Starts a program in the background and reports its time and memory at its end. */
export async function begin(command: readonly string[], cwd: string): Promise<Run> {
  const child = spawn('bash', ['-c', timed, 'bash', ...command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return measured(stdout, stderr, await ended);
}

/** What was printed last on `stderr` is the time. */
function measured(stdout: string, stderr: string, code: number | null): Run {
  const [user = Number.NaN, system = Number.NaN, elapsed = Number.NaN] = stderr
    .trimEnd()
    .split('\n')
    .at(-1)!
    .split(' ')
    .map(Number);
  return { stdout, cpuSeconds: user + system, elapsedSeconds: elapsed, code };
}

/** Runs a tool that must succeed, and returns what it took. */
export function runTool(command: readonly string[], cwd: string): Run {
  const result = run(command, { cwd });
  if (result.code !== 0) throw new Error(`${command.join(' ')} failed in ${cwd}:\n${result.stdout}`);
  return result;
}

/** Whether a program can be started. */
export const isInstalled = (program: string, versionFlag = '--version'): boolean =>
  spawnSync(program, [versionFlag]).status === 0;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
