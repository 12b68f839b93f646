/** Protocols in C, compiled by gcc and run natively under every interleaving. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { includes } from './gcc.ts';

const native = fileURLToPath(new URL('../../checker/c/native', import.meta.url));

/** What the native runs of a program show. */
export interface NativeRuns {
  /** The values of all variables when all threads have ended, one text an end. */
  readonly ends: ReadonlySet<string>;
  readonly violated: ReadonlySet<string>;
  readonly reached: ReadonlySet<string>;
  /** Names of REACHABLE claims. */
  readonly unreached: ReadonlySet<string>;
  readonly deadlock: boolean;
  /** A limit was hit: there may be more. */
  readonly cutShort: boolean;
  readonly runs: number;
}

export interface NativeOptions {
  /** Only the ends matter: fewer interleavings. */
  readonly onlyEnds?: boolean;
  /** The number of runs of a program after which it is cut short. */
  readonly runs?: number;
  /** The number of steps after which a run is cut short. */
  readonly steps?: number;
  /** One interleaving: the number of the thread for each step. */
  readonly schedule?: readonly number[];
}

/** A program with values of its options, by name. */
export interface Configured {
  readonly text: string;
  readonly set: Readonly<Record<string, string | number | boolean>>;
}

/** The kernel is compiled with -fno-strict-overflow: a signed overflow wraps around. */
const compiler = ['-std=gnu11', '-O0', '-fwrapv', '-w', '-gbtf', '-fPIC', '-DRW_NATIVE', '-I', includes];
const instrumented = ['-fsanitize=thread', '--param', 'tsan-distinguish-volatile=1'];

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

let built: string | null = null;

/** The runtime, compiled once in a process. */
function scheduler(): string {
  if (built !== null) return built;
  const folder = mkdtempSync(join(tmpdir(), 'racewalk-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const sources = ['program.c', 'report.c', 'values.c', 'schedule.c'].map((name) => join(native, name));
  run(
    'gcc',
    ['-std=gnu11', '-O2', '-rdynamic', '-I', includes, '-o', 'schedule', ...sources, '-ldl'],
    folder,
  );
  return (built = join(folder, 'schedule'));
}

/** Runs each program natively, sequentially consistent. One call of the compiler for all. */
export function runNatively(
  programs: readonly (string | Configured)[],
  options: NativeOptions = {},
): readonly NativeRuns[] {
  const folder = mkdtempSync(join(tmpdir(), 'racewalk-'));
  try {
    programs.forEach((program, at) => writeFileSync(join(folder, `p${at}.c`), source(program)));
    run('gcc', [...compiler, ...instrumented, '-c', ...programs.map((_, at) => `p${at}.c`)], folder);
    for (const at of programs.keys())
      run('ld', ['-shared', '-z', 'norelro', '-o', `p${at}.so`, `p${at}.o`], folder);
    const flags = [
      ...(options.onlyEnds === true ? ['--ends'] : []),
      ...(options.runs === undefined ? [] : ['--runs', `${options.runs}`]),
      ...(options.steps === undefined ? [] : ['--steps', `${options.steps}`]),
      ...(options.schedule === undefined ? [] : ['--schedule', options.schedule.join(',')]),
    ];
    return parse(run(scheduler(), [...flags, ...programs.map((_, at) => `./p${at}.so`)], folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The ends of one program. */
export const nativeOutcomes = (text: string): ReadonlySet<string> =>
  runNatively([text], { onlyEnds: true })[0]!.ends;

/**
 * The program with values for its options. As in the script `run`, the elements of INIT_EACH become known when the array has
 * its length.
 */
function source(program: string | Configured): string {
  const { text, set } = typeof program === 'string' ? { text: program, set: {} } : program;
  const given = Object.entries(set).map(([name, value]) => `#define RW_SET_${name} ~,${value}\n`);
  return `${given.join('')}#line 1\n${text.replace(/(\w+)(\[[^\]]*\])\s*=\s*INIT_EACH\((.*)\);/g, '$1$2; RW_INIT_EACH($1, $3);')}`;
}

function parse(output: string): readonly NativeRuns[] {
  return output
    .split(/^program\t/m)
    .slice(1)
    .map((section) => {
      const [head, ...lines] = section.trimEnd().split('\n');
      const rows = lines.map((line) => line.split('\t'));
      const texts = (kind: string) =>
        new Set(rows.filter(([word]) => word === kind).map(([, text]) => text ?? ''));
      return {
        runs: Number(head?.split('\t')[1]),
        ends: texts('end'),
        violated: texts('violated'),
        reached: texts('reached'),
        unreached: texts('unreached'),
        deadlock: texts('deadlock').size > 0,
        cutShort: texts('cut short').size > 0,
      };
    });
}
