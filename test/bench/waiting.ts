/** How long commands take as users run them, and the default settings against the best of their own. */
import { fileURLToPath } from 'node:url';
import { run } from './child.ts';

const command = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
const qrcu = fileURLToPath(new URL('qrcu.ts', import.meta.url));
const qrcu33 = ['check', qrcu, '--second-sum', '--updaters', '3', '--readers', '3'];
const ptes512 = ['check', 'gup-fast-vs-collapse', '--ptes', '512'];
const stubborn8 = ['check', 'gup-fast-vs-collapse', '--sync-ipi', '--cpus', '8'];

/** CPU seconds of whole commands; null: no verdict in time. */
export interface Waiting {
  readonly qrcu33Seconds: number | null;
  readonly stubborn8Seconds: number | null;
  readonly compareCostsSeconds: number | null;
  readonly ptes512Seconds: number | null;
  /** The largest ratio of the default to the best of `otherSettings`, of commands that all of them finish. */
  readonly defaultVsBest: number | null;
}

/** What a user may choose beside the default. */
const otherSettings = [['--no-reduce'], ['--no-reduce', '--no-symmetry']];

/** From start-up alone to 14 million states. */
const compared = [
  ['check', 'gup-fast-vs-collapse', '--sync-ipi', '--cpus', '6'],
  ['check', 'peterson', '--n', '4'],
  ['check', 'dirty-cow'],
];

const secondsOf = (words: readonly string[], timeoutSeconds: number): number | null => {
  const { code, cpuSeconds } = run([
    process.execPath,
    command,
    ...words,
    '--timeout',
    String(timeoutSeconds),
  ]);
  return code === null || code > 1 ? null : cpuSeconds;
};

/** Units: seconds; a command that takes longer has no ratio. */
export function waitingTimes(timeoutSeconds: number): Waiting {
  const qrcuSeconds = secondsOf(qrcu33, timeoutSeconds);
  const ratios = [...compared, qrcu33].flatMap((words) => {
    const own = words === qrcu33 ? qrcuSeconds : secondsOf(words, timeoutSeconds);
    const settings = words === qrcu33 ? otherSettings.slice(0, 1) : otherSettings;
    const others = settings.flatMap((setting) => secondsOf([...words, ...setting], timeoutSeconds) ?? []);
    return own === null || others.length === 0 ? [] : [own / Math.min(own, ...others)];
  });
  return {
    qrcu33Seconds: qrcuSeconds,
    stubborn8Seconds: secondsOf(stubborn8, timeoutSeconds),
    compareCostsSeconds: secondsOf(['compare', 'gup-fast-checks'], timeoutSeconds),
    ptes512Seconds: secondsOf(ptes512, timeoutSeconds),
    defaultVsBest: ratios.length === 0 ? null : Math.max(...ratios),
  };
}
