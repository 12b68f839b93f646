/** An engine that keeps the states of a search in a list, with faults on demand. */
import type { Expansion, Expander } from '../../checker/engine/expander.ts';
import { compareBytes } from '../../checker/search/found.ts';
import type { EngineSettings, LevelEngine, LevelStep } from '../../checker/search/level-engine.ts';

export interface Faults {
  /** Called before each call of the engine, with their number so far. */
  readonly before?: (call: number) => void;
  /** Changes what a level gives. */
  readonly change?: (step: LevelStep, depth: number) => LevelStep;
  /** Makes predecessors of the path. */
  readonly predecessor?: (found: Uint8Array | null) => Uint8Array | null;
}

const keyOf = (state: Uint8Array) => Buffer.from(state).toString('hex');

export const listEngine = (faults: Faults = {}): EngineSettings => ({
  place: 'in a list',
  open: ({ expander }) => Promise.resolve(listOf(expander, faults)),
});

function listOf(expander: Expander, { before, change, predecessor }: Faults): LevelEngine {
  const levels: Uint8Array[][] = [];
  const known = new Set<string>();
  let calls = 0;
  const take = (
    { successors, findings }: Expansion,
    expanded: number,
    fired: readonly number[],
  ): LevelStep => {
    const level: Uint8Array[] = [];
    for (let at = 0; at < successors.length; at += expander.stateBytes) {
      const state = successors.slice(at, at + expander.stateBytes);
      if (known.has(keyOf(state))) continue;
      known.add(keyOf(state));
      level.push(state);
    }
    levels.push(level);
    const since = expander.fired.map((times, id) => times - fired[id]!);
    const step = { expanded, states: level.length, findings, fired: since, reached: expander.reached };
    return change?.(step, levels.length - 1) ?? step;
  };
  const call = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    before?.(++calls);
    return work();
  };
  return {
    bytes: 0,
    start: () =>
      call(() => {
        const { fired } = expander;
        return take(expander.initial(), 0, fired);
      }),
    expand: () =>
      call(() => {
        const { fired } = expander;
        const level = levels.at(-1)!;
        return take(expander.expand(new Uint8Array(Buffer.concat(level))), level.length, fired);
      }),
    predecessor: (target, depth) =>
      call(() => {
        const level = levels[depth]!;
        const marks = expander.leadingTo(target, new Uint8Array(Buffer.concat(level)));
        const least = level.filter((_, at) => marks[at] === 1).sort(compareBytes)[0] ?? null;
        return predecessor === undefined ? least : predecessor(least);
      }),
    interrupt: () => undefined,
    close: () => Promise.resolve(),
  };
}
