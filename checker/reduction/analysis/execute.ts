/** Executes the code of a transition over a domain of values; `Steps` defines how a way reads and writes. */
import type { AnyExpr, LocalReference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import type { Code } from '../../program/transition-system.ts';
import { bind, type Place } from './evaluate.ts';

/** The steps of ways W through the code of a transition. A way ends where an assertion fails and at a model error. */
export interface Steps<W extends Place> {
  /** The ways on which the condition is true, and false; null where there is none. */
  readonly split: (condition: AnyExpr, way: W) => readonly [W | null, W | null];
  readonly assign: (effect: Effect & { readonly kind: 'set' }, way: W) => W | null;
  readonly assert: (effect: Effect & { readonly kind: 'assert' }, way: W) => W | null;
  /** Goes on with `next` for each value that the target may get. */
  readonly choose: (target: LocalReference, way: W, next: (way: W) => void) => void;
  readonly arrive: (location: number, way: W) => void;
  /** The ways, or fewer that stand for all of them. */
  readonly merge: (ways: readonly W[]) => readonly W[];
}

export function execute<W extends Place>(code: Code, way: W, steps: Steps<W>): void {
  switch (code.kind) {
    case 'goto':
      steps.arrive(code.location, way);
      return;
    case 'effects':
      for (const after of applyAll(code.effects, way, steps)) execute(code.next, after, steps);
      return;
    case 'branch': {
      const [then, otherwise] = steps.split(code.condition, way);
      if (then !== null) execute(code.then, then, steps);
      if (otherwise !== null) execute(code.otherwise, otherwise, steps);
      return;
    }
    case 'choose':
      steps.choose(code.target, way, (after) => {
        execute(code.next, after, steps);
      });
  }
}

/** The effects in order, each on all ways so far. */
function applyAll<W extends Place>(effects: readonly Effect[], way: W, steps: Steps<W>): readonly W[] {
  let ways: readonly W[] = [way];
  for (const effect of effects) ways = applyToEach(ways, steps, (one) => apply(effect, one, steps));
  return ways;
}

function applyToEach<W extends Place>(
  ways: readonly W[],
  { merge }: Steps<W>,
  action: (way: W) => readonly W[],
): readonly W[] {
  return ways.length === 1 ? merge(action(ways[0]!)) : merge(ways.flatMap(action));
}

function apply<W extends Place>(effect: Effect, way: W, steps: Steps<W>): readonly W[] {
  switch (effect.kind) {
    case 'set':
      return orNone(steps.assign(effect, way));
    case 'when': {
      const [then, skipped] = steps.split(effect.condition, way);
      if (then === null) return orNone(skipped);
      const done = applyAll(effect.effects, then, steps);
      return skipped === null ? done : [...done, skipped];
    }
    case 'each': {
      const { level, low, high } = effect.binder;
      let ways: readonly W[] = [way];
      for (let value = low; value <= high; value++)
        ways = applyToEach(ways, steps, (one) => applyAll(effect.effects, bind(one, level, value), steps));
      return ways;
    }
    case 'assert':
      return orNone(steps.assert(effect, way));
    case 'count':
      return [way];
  }
}

const orNone = <W>(way: W | null): readonly W[] => (way === null ? [] : [way]);
