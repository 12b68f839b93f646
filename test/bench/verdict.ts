/** Time to verdict: `racewalk check` as a user runs it against Spin's verifier at its best setting. */
import type { SpinMeasured, SpinSetting } from './contender.ts';
import { racewalkCheck, spin } from './contender.ts';
import { median } from './child.ts';
import type { Subject } from './subject.ts';
import { argumentsOf, titleOf } from './subject.ts';
import { inFolder } from './throughput.ts';

export interface VerdictComparison {
  readonly title: string;
  readonly verdict: string;
  readonly method: string;
  readonly states: number;
  /** The whole process, and the search alone as the command reports it. */
  readonly cpuSeconds: number;
  readonly ownSeconds: number;
  /** The fastest of the settings, compile time left out. */
  readonly spin: SpinResult | null;
  /** How many times the CPU time of `racewalk check` Spin takes, at least if it was ended; null where Spin is missing. */
  readonly timesAsFast: number | null;
}

interface SpinResult extends SpinMeasured {
  readonly setting: string;
  readonly compileSeconds: number;
}

/** The settings to try, when each is ended, and about how many states there are. */
interface SpinTrial {
  readonly settings: readonly SpinSetting[];
  readonly states: number;
  readonly seconds?: number;
}

/** Returns null when `racewalk check` comes to no verdict in time. */
export function compareVerdict(
  subject: Subject,
  timeoutSeconds: number,
  trial: SpinTrial | null,
): VerdictComparison | null {
  const once = () => racewalkCheck(argumentsOf(subject), timeoutSeconds);
  const first = once();
  if (first === null) return null;
  const runs = [first, once() ?? first, once() ?? first];
  const cpuSeconds = median(runs.map((each) => each.cpuSeconds));
  const best = trial === null ? null : bestOfSpin(subject, trial);
  return {
    title: titleOf(subject),
    verdict: first.verdict,
    method: first.method,
    states: first.states,
    cpuSeconds,
    ownSeconds: median(runs.map((each) => each.ownSeconds)),
    spin: best,
    timesAsFast: best === null ? null : best.cpuSeconds / cpuSeconds,
  };
}

function bestOfSpin(subject: Subject, { settings, ...limits }: SpinTrial): SpinResult {
  const results = settings.map((setting) =>
    inFolder((folder) => {
      const { compileSeconds, run } = spin(subject, setting, { folder, ...limits });
      return { ...run(), setting: setting.name, compileSeconds };
    }),
  );
  return results.reduce((best, other) => (other.cpuSeconds < best.cpuSeconds ? other : best));
}

/** Elapsed time of one worker over that of two, unreduced; null where there is no verdict in time. */
export function speedupOfTwoWorkers(subject: Subject, rounds: number): number | null {
  const words = (workers: number) => [
    ...argumentsOf(subject),
    '--no-reduce',
    '--no-symmetry',
    '--workers',
    String(workers),
  ];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = racewalkCheck(words(1), 60);
    const two = one === null ? null : racewalkCheck(words(2), 60);
    if (one === null || two === null) return null;
    if (one.states !== two.states || one.transitions !== two.transitions)
      throw new Error('one worker and two counted different states');
    ratios.push(one.ownSeconds / two.ownSeconds);
  }
  return median(ratios);
}
