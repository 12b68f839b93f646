/** Executes the code of a transition over a domain of values; `Steps` defines how a way reads and writes. */
import type { AnyExpr, LocalReference } from '../../language/expression.ts';
import type { Effect, Statement } from '../../language/statement.ts';
import { pathsThrough, successorsIn } from '../../program/code-walk.ts';
import type { Code } from '../../program/transition-system.ts';
import { bind, type Place } from './evaluate.ts';

/** The steps of ways W through the code of a transition. A way ends where an assertion fails and at a model error. */
export interface Steps<W extends Place> {
  /** The way executes a statement: the choice, branch or effects that follow are of it. */
  readonly enter?: (statement: Statement, way: W) => void;
  readonly count?: (effect: Effect & { readonly kind: 'count' }, way: W) => void;
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

/** Executes each way to its end before the next one begins. */
export function execute<W extends Place>(code: Code, way: W, steps: Steps<W>): void {
  executeNode(code, way, steps, execute);
}

/** The same, but with more ways than this, ways are merged where they join. */
export function executeMerging<W extends Place>(code: Code, way: W, steps: Steps<W>): void {
  if (waysThrough(code) <= mostWays) execute(code, way, steps);
  else executeJoined(code, way, steps);
}

const mostWays = 64;

/** By code: the number of its ways. */
const known = new WeakMap<Code, number>();

function waysThrough(code: Code): number {
  let ways = known.get(code);
  if (ways === undefined) known.set(code, (ways = pathsThrough(code)));
  return ways;
}

/** All nodes in an order in which each comes before those that follow it, with the ways that lead to each. */
function executeJoined<W extends Place>(code: Code, way: W, steps: Steps<W>): void {
  const pending = new Map<Code, W[]>(inOrder(code).map((node) => [node, []]));
  pending.get(code)!.push(way);
  for (const [node, ways] of pending)
    for (const one of ways.length > 1 ? steps.merge(ways) : ways)
      executeNode(node, one, steps, (next, after) => {
        pending.get(next)!.push(after);
      });
}

function inOrder(code: Code): readonly Code[] {
  const order = new Set<Code>();
  const visit = (node: Code) => {
    if (order.has(node)) return;
    for (const next of successorsIn(node)) visit(next);
    order.add(node);
  };
  visit(code);
  return [...order].reverse();
}

/** Executes one node, and goes on with what follows. */
function executeNode<W extends Place>(
  code: Code,
  way: W,
  steps: Steps<W>,
  follow: (next: Code, way: W, steps: Steps<W>) => void,
): void {
  switch (code.kind) {
    case 'goto':
      steps.arrive(code.location, way);
      return;
    case 'effects':
      steps.enter?.(code.statement, way);
      for (const after of applyAll(code.effects, way, steps)) follow(code.next, after, steps);
      return;
    case 'branch': {
      steps.enter?.(code.statement, way);
      const [then, otherwise] = steps.split(code.condition, way);
      if (then !== null) follow(code.then, then, steps);
      if (otherwise !== null) follow(code.otherwise, otherwise, steps);
      return;
    }
    case 'choose':
      steps.enter?.(code.statement, way);
      steps.choose(code.target, way, (after) => {
        follow(code.next, after, steps);
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
      steps.count?.(effect, way);
      return [way];
  }
}

const orNone = <W>(way: W | null): readonly W[] => (way === null ? [] : [way]);
