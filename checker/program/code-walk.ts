/** Walks through the effects and expressions of the code of a transition. */
import { walk, type AnyExpr } from '../language/expression.ts';
import { conditionsOf } from '../language/liveness.ts';
import type { Model } from '../language/model.ts';
import type { Effect } from '../language/statement.ts';
import type { Code, Transition } from './transition-system.ts';

/** All expressions of a transition, without their parts. */
export function* exprsIn({ guard, code }: Transition): Generator<AnyExpr> {
  if (guard !== null) yield guard;
  yield* conditionsIn(code);
  for (const effect of effectsIn(code)) yield* exprsOf(effect);
}

/** The effect and all its parts, itself first. */
export function* withParts(effect: Effect): Generator<Effect> {
  yield effect;
  if (effect.kind === 'when' || effect.kind === 'each')
    for (const part of effect.effects) yield* withParts(part);
}

/** A node of code: that of a transition, or what an engine has compiled from it. */
export type CodeGraph<N> =
  | { readonly kind: 'goto' }
  | { readonly kind: 'effects' | 'choose'; readonly next: N }
  | { readonly kind: 'branch'; readonly then: N; readonly otherwise: N };

export function successorsIn<N extends CodeGraph<N>>(node: N): readonly N[] {
  switch (node.kind) {
    case 'goto':
      return [];
    case 'effects':
    case 'choose':
      return [node.next];
    case 'branch':
      return [node.then, node.otherwise];
  }
}

/** All nodes of the code, each once, on each way in their order. */
export function nodesOf<N extends CodeGraph<N>>(code: N): readonly N[] {
  const seen = new Set<N>();
  const todo = [code];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    todo.push(...successorsIn(node).toReversed());
  }
  return [...seen];
}

/** A function of code, computed once for each node; `of` is its value for a successor. */
export function computed<T>(code: Code, compute: (node: Code, of: (next: Code) => T) => T): T {
  const known = new Map<Code, T>();
  const of = (node: Code): T => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const value = compute(node, of);
    known.set(node, value);
    return value;
  };
  return of(code);
}

/** The number of ways from the beginning of the code to its ends. */
export const pathsThrough = (code: Code): number =>
  computed<number>(code, (node, of) =>
    node.kind === 'goto' ? 1 : successorsIn<Code>(node).reduce((sum, next) => sum + of(next), 0),
  );

/** All effects of the code, on all its ways, with their parts. */
export function* effectsIn(code: Code): Generator<Effect> {
  for (const node of nodesOf(code))
    if (node.kind === 'effects') for (const effect of node.effects) yield* withParts(effect);
}

/** The conditions of branches in the code, and the targets of its choices. */
export function* conditionsIn(code: Code): Generator<AnyExpr> {
  for (const node of nodesOf(code))
    if (node.kind === 'branch') yield node.condition;
    else if (node.kind === 'choose') yield node.target;
}

/** The expressions of an effect, without those of its parts. */
export function exprsOf(effect: Effect): readonly AnyExpr[] {
  switch (effect.kind) {
    case 'set':
      return [effect.target, effect.value];
    case 'when':
    case 'assert':
      return [effect.condition];
    case 'each':
    case 'count':
      return [];
  }
}

/** The locations where the code may arrive. */
export const targetsOf = (code: Code): readonly number[] =>
  nodesOf(code).flatMap((node) => (node.kind === 'goto' ? [node.location] : []));

/** The locals of a thread that properties and costs read: their changes must be seen, and they are never dead. */
export function watchedLocals(model: Model, thread: string): ReadonlySet<string> {
  let byThread = watched.get(model);
  if (byThread === undefined) watched.set(model, (byThread = watchedByThread(model)));
  return byThread.get(thread) ?? nothing;
}

/** By model and thread: models do not change. */
const watched = new WeakMap<Model, ReadonlyMap<string, ReadonlySet<string>>>();
const nothing: ReadonlySet<string> = new Set();

function watchedByThread(model: Model): ReadonlyMap<string, ReadonlySet<string>> {
  const conditions = [...conditionsOf(model), ...model.costs.flatMap(({ until }) => until ?? [])];
  const byThread = new Map<string, Set<string>>();
  for (const part of conditions.flatMap(walk)) {
    if (part.kind !== 'local') continue;
    const names = byThread.get(part.thread) ?? new Set();
    byThread.set(part.thread, names.add(part.name));
  }
  return byThread;
}
