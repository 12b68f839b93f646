/** Runs contenders in turn, A B B A, so that the load of the machine falls on all of them alike. */
import { median } from './child.ts';
import type { Contender, Measured } from './contender.ts';

export interface Line {
  readonly name: string;
  readonly compileSeconds: number;
  readonly runs: readonly Measured[];
  /** Median over the rounds. */
  readonly cpuSeconds: number;
}

export interface Comparison {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Whether all of them counted the same states and transitions, in every run. */
  readonly agree: boolean;
}

export interface Rounds {
  readonly most: number;
  /** No further round begins after this moment, in milliseconds of `performance.now()`; one round is always run. */
  readonly until: number;
}

/** Whether another round is to begin. */
export const isAnother = (round: number, { most, until }: Rounds): boolean =>
  round < most && (round === 0 || performance.now() < until);

export function sideBySide(title: string, contenders: readonly Contender[], rounds: Rounds): Comparison {
  const runs = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; isAnother(round, rounds); round++) {
    const inIt = contenders.filter(({ mostRounds = Infinity }) => round < mostRounds);
    for (const contender of round % 2 === 0 ? inIt : inIt.toReversed())
      runs.get(contender)!.push(contender.run());
  }
  const lines = contenders.map((contender) => ({
    name: contender.name,
    compileSeconds: contender.compileSeconds,
    runs: runs.get(contender)!,
    cpuSeconds: median(runs.get(contender)!.map(({ cpuSeconds }) => cpuSeconds)),
  }));
  const counts = lines.flatMap((line) =>
    line.runs.map(({ states, transitions }) => `${states} ${transitions}`),
  );
  return { title, lines, agree: new Set(counts).size === 1 };
}

/** How many times as fast the first is as the named one: the median over the rounds of the ratios of CPU time. */
export function timesAsFast({ lines }: Comparison, name: string): number | null {
  const [first, other] = [lines[0]!, lines.find((line) => line.name === name)];
  if (other === undefined) return null;
  return median(other.runs.map(({ cpuSeconds }, round) => cpuSeconds / first.runs[round]!.cpuSeconds));
}
