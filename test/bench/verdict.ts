/** Time to verdict: `racewalk check` as a user runs it against Spin's verifier at its best setting. */
import { median } from './child.ts';
import { beginRacewalkCheck, racewalkCheck, spin, type SpinMeasured, type SpinSetting } from './contender.ts';
import { isAnother, type Rounds } from './side-by-side.ts';
import { argumentsOf, titleOf, type Subject } from './subject.ts';
import { inFolder, inFolderFor } from './throughput.ts';

/** The verdict of `racewalk check` on a subject, with time and memory: medians of three runs. */
interface OwnVerdict {
  readonly title: string;
  readonly verdict: string;
  readonly method: string;
  readonly states: number;
  /** The whole process, and the search alone as the command reports it. */
  readonly cpuSeconds: number;
  readonly ownSeconds: number;
}

export interface VerdictComparison extends OwnVerdict {
  /** The fastest of the settings, compile time left out. */
  readonly spin: SpinResult | null;
  /** How many times the CPU time of `racewalk check` Spin takes, at least if it was ended; null where Spin is missing. */
  readonly timesAsFast: number | null;
}

interface SpinResult extends SpinMeasured {
  readonly setting: string;
  readonly compileSeconds: number;
}

/** About how many states Spin has to store, and when it is ended. */
interface SpinLimits {
  readonly states: number;
  readonly seconds?: number;
}

/** Returns null if `racewalk check` reaches no verdict in time. */
export function ownVerdict(subject: Subject, timeoutSeconds: number): OwnVerdict | null {
  const once = () => racewalkCheck(argumentsOf(subject), timeoutSeconds);
  const first = once();
  if (first === null) return null;
  const runs = [first, once() ?? first, once() ?? first];
  return {
    title: titleOf(subject),
    verdict: first.verdict,
    method: first.method,
    states: first.states,
    cpuSeconds: median(runs.map((each) => each.cpuSeconds)),
    ownSeconds: median(runs.map((each) => each.ownSeconds)),
  };
}

export const against = (own: OwnVerdict, best: SpinResult | null): VerdictComparison => ({
  ...own,
  spin: best,
  timesAsFast: best === null ? null : best.cpuSeconds / own.cpuSeconds,
});

export function bestOfSpin(
  subject: Subject,
  settings: readonly SpinSetting[],
  limits: SpinLimits,
): SpinResult {
  const results = settings.map((setting) =>
    inFolder((folder) => {
      const { compileSeconds, run } = spin(subject, setting, { folder, ...limits });
      return { ...run(), setting: setting.name, compileSeconds };
    }),
  );
  return results.reduce((best, other) => (other.cpuSeconds < best.cpuSeconds ? other : best));
}

/** Spin beside what is measured meanwhile: on another core, if there is one. */
export const besideSpin = (subject: Subject, setting: SpinSetting, limits: SpinLimits): Promise<SpinResult> =>
  inFolderFor(async (folder) => {
    const { compileSeconds, begin } = spin(subject, setting, { folder, ...limits });
    return { ...(await begin()), setting: setting.name, compileSeconds };
  });

/** How many times as fast something is as one worker alone, by the clock: medians over the rounds. */
export interface Speedup {
  /** Two workers of one search. */
  readonly workers: number;
  /** Two searches by one worker each, side by side, which share nothing: an upper estimate of what two workers can reach. */
  readonly searches: number;
}

/** Unreduced; null where there is no verdict in time. */
export async function speedupOfTwo(subject: Subject, rounds: Rounds): Promise<Speedup | null> {
  const words = (workers: number) => [
    ...argumentsOf(subject),
    '--no-reduce',
    '--no-symmetry',
    '--workers',
    String(workers),
  ];
  const ratios: Speedup[] = [];
  for (let round = 0; isAnother(round, rounds); round++) {
    const alone = racewalkCheck(words(1), 60);
    const shared = racewalkCheck(words(2), 60);
    const beside = () => beginRacewalkCheck(words(1), 60);
    const [left, right] = await Promise.all([beside(), beside()]);
    if (alone === null || shared === null || left === null || right === null) return null;
    const others = [shared, left, right];
    if (
      others.some(({ states, transitions }) => states !== alone.states || transitions !== alone.transitions)
    )
      throw new Error('one worker and two counted different states');
    ratios.push({
      workers: alone.ownSeconds / shared.ownSeconds,
      searches: alone.ownSeconds / left.ownSeconds + alone.ownSeconds / right.ownSeconds,
    });
  }
  return {
    workers: median(ratios.map(({ workers }) => workers)),
    searches: median(ratios.map(({ searches }) => searches)),
  };
}
