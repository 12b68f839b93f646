/** A tape of numbers from which random models are decided: it shrinks well, and 0 is always the simplest choice. */
export interface Tape {
  /** A number below `limit`; 0 once the tape has run out. */
  readonly below: (limit: number) => number;
  /** True in about one case of `odds`; false once the tape has run out. */
  readonly oneIn: (odds: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
}

export function tape(numbers: readonly number[]): Tape {
  let at = 0;
  const below = (limit: number) => (numbers[at++] ?? 0) % limit;
  return {
    below,
    oneIn: (odds) => below(odds) === odds - 1,
    pick: (choices) => choices[below(choices.length)]!,
  };
}
