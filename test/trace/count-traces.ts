/** Counts the inequivalent executions (Mazurkiewicz traces) of a program without cycles, in two ways. */

/** The next step of a copy of a thread in a state. */
export interface NextStep<S> {
  /** Where it leads; null where it has to wait. */
  readonly to: S | null;
  /** What it touches, or while it has to wait what its guard reads. */
  readonly footprint: unknown;
}

/** A program, and which of its steps commute. */
export interface Program<S> {
  readonly initial: S;
  readonly key: (state: S) => string;
  /** By copy; null where it has ended. */
  readonly steps: (state: S) => readonly (NextStep<S> | null)[];
  readonly independent: (a: unknown, b: unknown) => boolean;
}

/**
 * Counts the lexicographic normal forms: in each state the steps are tried in the order of the copies, and one that was tried
 * sleeps until a step that does not commute with it; each trace has one execution that never takes a step that sleeps.
 *
 * Source: Godefroid, Partial-order methods for the verification of concurrent systems (1996), sleep sets.
 */
export function countNormalForms<S>({ initial, key, steps, independent }: Program<S>): number {
  const known = new Map<string, number>();
  const count = (state: S, sleeping: number): number => {
    const place = `${key(state)} ${sleeping}`;
    const before = known.get(place);
    if (before !== undefined) return before;
    const all = steps(state);
    let sum = all.every((step) => step === null || step.to === null) ? 1 : 0;
    let asleep = sleeping;
    for (const [copy, step] of all.entries()) {
      if (step === null || step.to === null || (asleep & (1 << copy)) !== 0) continue;
      const sleepOn = all.reduce(
        (set, other, at) =>
          (asleep & (1 << at)) !== 0 && independent(other!.footprint, step.footprint) ? set | (1 << at) : set,
        0,
      );
      sum += count(step.to, sleepOn);
      asleep |= 1 << copy;
    }
    known.set(place, sum);
    return sum;
  };
  return count(initial, 0);
}

const isEnabled = <S>(step: NextStep<S> | null | undefined) =>
  step !== null && step !== undefined && step.to !== null;

/** A state on the path under exploration, with the step that is taken from it. */
interface Frame<S> {
  readonly steps: readonly (NextStep<S> | null)[];
  /** Copies to try from here. */
  readonly wanted: Set<number>;
  copy: number;
  /** The frames whose steps happened before the step taken here, as bits. */
  before: bigint;
}

/**
 * Counts the executions that dynamic partial-order reduction explores to their end: for each race on the path, it also tries
 * what leads to the other order; with sleep sets, no two of them are equivalent.
 *
 * Sound for:  programs whose steps wait: every race with a waiting step counts, not only the last.
 * Source: Abdulla, Aronis, Jonsson, Sagonas, Optimal dynamic partial order reduction (POPL 2014), source sets.
 */
export function countByRaces<S>({ initial, steps, independent }: Program<S>): number {
  const path: Frame<S>[] = [];
  const lastOf = (copy: number) => path.findLastIndex((frame) => frame.copy === copy);
  const pastOf = (copy: number) => {
    const last = lastOf(copy);
    return last < 0 ? 0n : path[last]!.before | (1n << BigInt(last));
  };
  const has = (set: bigint, at: number) => ((set >> BigInt(at)) & 1n) === 1n;

  /** The copies that can begin the execution in which the step comes before that of the frame `at`. */
  const beginnings = (at: number, copy: number, past: bigint): readonly number[] => {
    const others = [...path.keys()].filter((later) => later > at && !has(path[later]!.before, at));
    const first = others.filter((later) => !others.some((before) => has(path[later]!.before, before)));
    const isFirst = !others.some((before) => has(past, before));
    return [...first.map((later) => path[later]!.copy), ...(isFirst ? [copy] : [])];
  };

  const wantReversed = (copy: number, { footprint }: NextStep<S>) => {
    const past = pastOf(copy);
    for (const [at, { copy: other, steps: now, wanted }] of path.entries()) {
      if (other === copy || has(past, at) || independent(now[other]!.footprint, footprint)) continue;
      const first = beginnings(at, copy, past);
      if (first.some((each) => wanted.has(each))) continue;
      if (isEnabled(now[first[0]!])) wanted.add(first[0]!);
      else for (const each of now.keys()) if (isEnabled(now[each])) wanted.add(each);
    }
  };

  const explore = (state: S, sleeping: ReadonlySet<number>): number => {
    const now = steps(state);
    for (const [copy, step] of now.entries()) if (step !== null) wantReversed(copy, step);
    const enabled = [...now.keys()].filter((copy) => isEnabled(now[copy]));
    if (enabled.length === 0) return 1;
    const asleep = new Set(sleeping);
    const first = enabled.find((copy) => !asleep.has(copy));
    if (first === undefined) return 0;
    const frame: Frame<S> = { steps: now, wanted: new Set([first]), copy: first, before: 0n };
    let sum = 0;
    // Copies wanted later, by races found deeper down, are visited by the same iteration.
    for (const copy of frame.wanted) {
      if (asleep.has(copy)) continue;
      const { to, footprint } = now[copy]!;
      let before = pastOf(copy);
      for (const [at, earlier] of path.entries())
        if (!independent(earlier.steps[earlier.copy]!.footprint, footprint))
          before |= earlier.before | (1n << BigInt(at));
      Object.assign(frame, { copy, before });
      path.push(frame);
      sum += explore(
        to!,
        new Set([...asleep].filter((other) => independent(now[other]!.footprint, footprint))),
      );
      path.pop();
      asleep.add(copy);
    }
    return sum;
  };
  return explore(initial, new Set());
}
