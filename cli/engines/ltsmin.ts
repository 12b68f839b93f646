/** LTSmin as another model checker: the exported plug-in in pins2lts-dist, on one machine or several by MPI. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { toPins } from '../../checker/export/c/pins.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { ForeignFound, Watching } from '../../checker/search/foreign-checker.ts';
import { EngineError } from '../../checker/search/level-engine.ts';
import type { ForeignTrace } from '../../checker/trace/map-trace.ts';
import { linesIn } from '../expand/lines.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { missingCommands, pathOf, versionOf } from './commands.ts';
import { newFolder } from './new-folder.ts';
import { LtsminOutput, readTrace, type Ended } from './ltsmin-output.ts';

export interface LtsminOptions {
  /** Where the plug-in and the trace lie, for all machines; default: the directory of temporary files. */
  readonly directory: string | undefined;
  /** Of MPI, each with its own share of the states; 1: without MPI. */
  readonly processes: number;
  /** For mpirun: the machines. */
  readonly hostfile: string | undefined;
}

/** Throws  UsageError where LTSmin is not installed, EngineError where it gives no whole search. */
export async function searchInLtsmin(
  options: LtsminOptions,
  system: TransitionSystem,
  { onProgress, signal }: Watching,
): Promise<ForeignFound> {
  const { directory: within, processes } = options;
  checkInstalled(processes);
  const folder = newFolder('ltsmin', { within, files: { 'model.c': plugIn(system) } });
  const run: Run = (words, onLine = () => undefined) => running(words, { folder, signal, onLine });
  try {
    await must(run, compiler());
    const output = new LtsminOutput(processes, onProgress);
    const ended = await run(searchBy(options), (line) => {
      output.read(line);
    });
    const { violations, ...explored } = output.explored(system, ended);
    const trace = violations === 0 ? null : await traceOf(run, folder, system);
    return { ...explored, trace, method: methodOf(processes) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws  EngineError where arithmetic may have no result: the C does not check it. */
function plugIn(system: TransitionSystem): string {
  try {
    return toPins(system);
  } catch (error) {
    throw error instanceof ModelError ? new EngineError(error.message, { cause: error }) : error;
  }
}

function checkInstalled(processes: number): void {
  const tools = missingCommands({ 'pins2lts-dist': null, 'ltsmin-convert': null, 'ltsmin-printtrace': null });
  if (tools !== null)
    throw new UsageError(
      `--engine ltsmin: ${tools} on the PATH: LTSmin is in no package of Debian, and is built from its source`,
    );
  const others = missingCommands({
    gcc: 'gcc libc6-dev',
    ...(processes === 1 ? {} : { mpirun: 'openmpi-bin' }),
  });
  if (others !== null) throw new UsageError(`--engine ltsmin: ${others}`);
}

/** The headers of LTSmin lie beside its commands, or where the compiler finds them. */
const compiler = (): readonly string[] => [
  ...['gcc', '-std=gnu17', '-O2', '-shared', '-fPIC', '-w', '-o', 'model.so', 'model.c'],
  ...['-I', join(dirname(pathOf('pins2lts-dist')), '../include')],
];

/** A trace makes the search go on to the end of its level, so that its totals are printed whatever it finds. */
function searchBy({ processes, hostfile }: LtsminOptions): readonly string[] {
  const search = ['--invariant=ok', '--trace=found.gcf', 'model.so'];
  if (processes === 1) return ['pins2lts-dist', ...search];
  const hosts = hostfile === undefined ? [] : ['--hostfile', resolve(hostfile)];
  return ['mpirun', '-np', String(processes), ...hosts, 'pins2lts-dist', '--mpi', ...search];
}

/** The first of the traces; ltsmin-printtrace prints the states of a file with one alone as they lie in it. */
async function traceOf(run: Run, folder: string, system: TransitionSystem): Promise<ForeignTrace> {
  await must(run, ['ltsmin-convert', '--rdwr', '--bfs', 'found.gcf', 'ordered.gcf']);
  await must(run, ['ltsmin-printtrace', 'ordered.gcf', 'trace.csv']);
  return readTrace(readFileSync(join(folder, 'trace.csv'), 'utf8'), system);
}

const methodOf = (processes: number): string =>
  `LTSmin ${versionOf('pins2lts-dist', ['--version'])}`.trim() +
  (processes === 1 ? '' : `, ${processes} processes`);

type Run = (words: readonly string[], onLine?: (line: string) => void) => Promise<Ended>;

/** Throws  EngineError with what the command says of an error. */
async function must(run: Run, words: readonly string[]): Promise<void> {
  const lines: string[] = [];
  const { code } = await run(words, (line) => lines.push(line));
  if (code === 0) return;
  const said = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it was killed';
  throw new EngineError(`LTSmin: ${words[0]!} failed: ${said.trim()}`);
}

/** Milliseconds from the request to end to the order. */
const grace = 5_000;

interface Running {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Runs a command, and hands over the lines that it prints. */
async function running(
  [command, ...words]: readonly string[],
  { folder, signal, onLine }: Running,
): Promise<Ended> {
  if (signal.aborted) throw new EngineError('LTSmin: interrupted');
  const child = spawn(command!, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code, by) => {
      settle({ code, signal: by });
    });
  });
  const end = () => {
    child.kill();
    setTimeout(() => child.kill('SIGKILL'), grace).unref();
  };
  signal.addEventListener('abort', end);
  const read = async (stream: AsyncIterable<Uint8Array>) => {
    for await (const line of linesIn(stream)) onLine(line);
  };
  try {
    const [result] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
    return result;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
