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

/** All effects of the code, on all its ways, with their parts. */
export function* effectsIn(code: Code): Generator<Effect> {
  if (code.kind === 'goto') return;
  if (code.kind === 'branch') {
    yield* effectsIn(code.then);
    yield* effectsIn(code.otherwise);
    return;
  }
  if (code.kind === 'effects') for (const effect of code.effects) yield* withParts(effect);
  yield* effectsIn(code.next);
}

/** The conditions of branches in the code, and the targets of its choices. */
export function* conditionsIn(code: Code): Generator<AnyExpr> {
  if (code.kind === 'goto') return;
  if (code.kind === 'branch') {
    yield code.condition;
    yield* conditionsIn(code.then);
    yield* conditionsIn(code.otherwise);
    return;
  }
  if (code.kind === 'choose') yield code.target;
  yield* conditionsIn(code.next);
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
export function targetsOf(code: Code): readonly number[] {
  switch (code.kind) {
    case 'goto':
      return [code.location];
    case 'effects':
    case 'choose':
      return targetsOf(code.next);
    case 'branch':
      return [...targetsOf(code.then), ...targetsOf(code.otherwise)];
  }
}

/** The locals of a thread that properties and costs read: their changes must be seen, and they are never dead. */
export function watchedLocals(model: Model, thread: string): ReadonlySet<string> {
  const conditions = [...conditionsOf(model), ...model.costs.flatMap(({ until }) => until ?? [])];
  const parts = conditions.flatMap((condition) => [...walk(condition)]);
  return new Set(
    parts.flatMap((part) => (part.kind === 'local' && part.thread === thread ? [part.name] : [])),
  );
}
