/** Memory that one thread alone writes: that thread reads it at any time between two of its steps. */
import { walk, type AnyExpr } from '../language/expression.ts';
import type { Model } from '../language/model.ts';
import type { Effect } from '../language/statement.ts';
import { statementsOf, type AnyThread } from '../language/thread.ts';
import { withParts } from './code-walk.ts';

/** The variables of a thread that no other thread, and no other copy of it, writes. */
export type OwnMemory = ReadonlySet<string>;

/** By thread. A machine that gives loads times of their own has none, nor has a thread of several copies. */
export function ownMemory({ threads, shared, machine }: Model): ReadonlyMap<AnyThread, OwnMemory> {
  const written = new Map(threads.map((thread) => [thread, new Set(writtenBy(thread))]));
  const isOwn = (thread: AnyThread, name: string) =>
    shared[name]!.insideCpu === undefined &&
    threads.every((other) => other === thread || !written.get(other)!.has(name));
  return new Map(
    threads.map((thread) => [
      thread,
      new Set(
        machine === undefined && thread.cpus === 1
          ? Object.keys(shared).filter((name) => isOwn(thread, name))
          : [],
      ),
    ]),
  );
}

/** For a proof about any number of copies: what one copy alone writes is no longer its own with two. */
export const readsAreSteps = { ownReads: () => false } as const;

const writtenBy = ({ body }: AnyThread): readonly string[] =>
  [...statementsOf(body)].flatMap((statement) =>
    statement.kind === 'step'
      ? statement.effects.flatMap((effect) => [...withParts(effect)].flatMap(targetOf))
      : [],
  );

const targetOf = (effect: Effect): readonly string[] =>
  effect.kind === 'set' && effect.target.kind === 'shared' ? [effect.target.name] : [];

/** Whether an expression reads what other threads may change. */
export const readsOthers =
  (own: OwnMemory) =>
  (expr: AnyExpr): boolean =>
    [...walk(expr)].some((part) => part.kind === 'shared' && !own.has(part.name));
