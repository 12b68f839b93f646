/** Those who are compared: each explores all states of a subject in a process of its own. */
import { compileNative, type NativeRun } from './native-c.ts';
import { begin, run, runTool, type Run } from './child.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toPromela } from '../../checker/export/promela/promela.ts';
import { initialCheck } from '../../checker/interpreter/interpreter.ts';
import { tableOf, type Subject } from './subject.ts';

/** One run to its end. */
export interface Measured {
  readonly states: number;
  readonly transitions: number;
  readonly cpuSeconds: number;
  readonly elapsedSeconds: number;
  /** For the visited states, and all that is kept for each of them. */
  readonly bytes: number;
  readonly findings: number;
}

export interface Contender {
  readonly name: string;
  /** CPU time of making the program that is run. */
  readonly compileSeconds: number;
  readonly run: () => Measured;
  /** It takes part in no more rounds; by default in all. */
  readonly mostRounds?: number;
}

const engineProgram = fileURLToPath(new URL('engine-run.ts', import.meta.url));

/** The compiled engine, unreduced, on one core; start-up of Node is left out, compilation of the model is not. */
export function engine(subject: Subject): Contender {
  const { definition, options } = subject;
  return {
    name: 'racewalk',
    compileSeconds: 0,
    run: () => {
      const { stdout } = runTool(
        [process.execPath, engineProgram, definition.name, JSON.stringify(options)],
        '.',
      );
      return JSON.parse(stdout) as Measured;
    },
  };
}

export function nativeC(subject: Subject, folder: string): Contender {
  const started = performance.now();
  const executable = compileNative(tableOf(subject), folder);
  return {
    name: 'native C',
    compileSeconds: (performance.now() - started) / 1_000,
    run: () => {
      const { stdout, cpuSeconds, elapsedSeconds } = runTool([executable], folder);
      const { states, transitions, bytes, deadlocks, failures, mistakes, violated } = JSON.parse(
        stdout,
      ) as NativeRun;
      const findings = violated.reduce((sum, more) => sum + more, deadlocks + failures + mistakes);
      return { states, transitions, bytes, findings, cpuSeconds, elapsedSeconds };
    },
  };
}

/** How Spin's verifier is built. */
export interface SpinSetting {
  readonly name: string;
  readonly flags: readonly string[];
}

export const unreducedSpin: SpinSetting = { name: 'Spin', flags: ['-O2', '-DSAFETY', '-DNOREDUCE'] };
/** What was fastest of the settings tried that keep the search exhaustive and exact. */
export const tunedSpin: SpinSetting = {
  name: 'Spin, tuned',
  flags: ['-O3', '-march=native', '-DSAFETY', '-DSFH', '-DNOCOMP'],
};
/** What a user gets first. */
export const spinSettings: readonly SpinSetting[] = [
  { name: 'Spin, default reduction', flags: ['-O2', '-DSAFETY'] },
  tunedSpin,
];

/** A run of Spin, and whether it was ended before it came to an end of its own. */
export interface SpinMeasured extends Measured {
  readonly cut: boolean;
}

export interface SpinContender extends Contender {
  readonly run: () => SpinMeasured;
  /** Runs beside what is done meanwhile. */
  readonly begin: () => Promise<SpinMeasured>;
}

export interface SpinRun {
  readonly folder: string;
  /** About how many there are: Spin's table is made for so many, as it does not grow. */
  readonly states: number;
  /** When Spin is ended, if it has not ended before: then there are no counts. */
  readonly seconds?: number;
}

export function spin(
  subject: Subject,
  setting: SpinSetting,
  { folder, states, seconds = 600 }: SpinRun,
): SpinContender {
  const system = tableOf(subject);
  const start = initialCheck(system);
  const promela = toPromela(system);
  writeFileSync(join(folder, 'model.pml'), promela);
  const generated = runTool(['spin', '-a', 'model.pml'], folder);
  const limits = ['-DMEMLIM=60000', '-DVECTORSZ=8192'];
  const compiled = runTool(['gcc', '-w', ...setting.flags, ...limits, '-o', 'pan', 'pan.c'], folder);
  // Spin counts its way into the first state, and where there are several the ways from it to each of them.
  const ways = 1 + (promela.includes('proctype start()') ? start.states.length : 0);
  const slots = `-w${Math.max(16, Math.ceil(Math.log2(states)))}`;
  const search = ['timeout', String(seconds), './pan', slots, '-m2000000', '-n'];
  const report = ({ stdout, code, cpuSeconds, elapsedSeconds }: Run): SpinMeasured => {
    const cut = code === ranOutOfTime;
    const counts = cut ? { states: 0, transitions: 0, findings: 0, bytes: 0 } : panReport(stdout, ways);
    return { ...counts, cut, cpuSeconds, elapsedSeconds };
  };
  return {
    name: setting.name,
    compileSeconds: generated.cpuSeconds + compiled.cpuSeconds,
    run: () => report(run(search, { cwd: folder })),
    begin: async () => report(await begin(search, folder)),
  };
}

/** The exit code of `timeout`. */
const ranOutOfTime = 124;

/** Throws  Error when the search was cut short: pan says so and exits with 0. */
function panReport(output: string, ways: number) {
  if (/max search depth too small|out of memory|aborting/.test(output) || !output.includes('states, stored'))
    throw new Error(`Spin did not come to its end:\n${output}`);
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const megabytes =
    number(/([\d.]+)\s+actual memory usage/) + number(/([\d.]+)\s+memory used for hash table/);
  return {
    states: number(/(\S+) states, stored/),
    transitions: number(/(\S+) transitions \(/) - ways,
    findings: number(/errors: (\d+)/),
    bytes: megabytes * 2 ** 20,
  };
}

/** What `racewalk check` prints, as far as it is compared. */
interface CheckReport {
  readonly verdict: string;
  readonly statistics: {
    readonly states: number;
    readonly transitions: number;
    readonly bytes: number;
    readonly seconds: number;
    readonly method: string;
  };
}

const command = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));

interface CheckMeasured extends Measured {
  readonly verdict: string;
  readonly method: string;
  /** Seconds that the command itself reports, by the clock. */
  readonly ownSeconds: number;
}

/** The command as a user gives it: the whole process, start-up of Node included; null where it comes to no verdict in time. */
export const racewalkCheck = (words: readonly string[], timeoutSeconds: number): CheckMeasured | null =>
  checkReport(run(checkCommand(words, timeoutSeconds)));

/** The same beside what is done meanwhile. */
export const beginRacewalkCheck = async (
  words: readonly string[],
  timeoutSeconds: number,
): Promise<CheckMeasured | null> => checkReport(await begin(checkCommand(words, timeoutSeconds), '.'));

const checkCommand = (words: readonly string[], timeoutSeconds: number) => [
  process.execPath,
  command,
  'check',
  ...words,
  '--timeout',
  String(timeoutSeconds),
  '--json',
];

function checkReport({ stdout, cpuSeconds, elapsedSeconds, code }: Run): CheckMeasured | null {
  if (code === null || code > 1) return null;
  const { verdict, statistics } = JSON.parse(stdout) as CheckReport;
  const { states, transitions, bytes, method, seconds: ownSeconds } = statistics;
  return {
    verdict,
    states,
    transitions,
    bytes,
    method,
    ownSeconds,
    cpuSeconds,
    elapsedSeconds,
    findings: verdict === 'holds' ? 0 : 1,
  };
}
