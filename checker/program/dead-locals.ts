/** Dead locals: a local that is written before it is read again makes no difference. */
import { walk, type AnyExpr } from '../language/expression.ts';
import type { Effect } from '../language/statement.ts';
import { computed, watchedLocals } from './code-walk.ts';
import { numberOf, type Numbering } from './numbering.ts';
import type { Code, ThreadTable, Transition } from './transition-system.ts';

/** By location: positions in the local state that are dead there, with the values that stand for all others. */
export type DeadLocals = readonly (readonly { readonly position: number; readonly value: number }[])[];

/**
 * The locals that can be overwritten at each location of a thread without changing any step or property.
 *
 * Sound for:  everything but the values of the dead locals themselves.
 * Assumes:    an array is live until all of it is dead: an assignment to an element kills nothing.
 */
export function deadLocals(numbering: Numbering, thread: number): DeadLocals {
  const table = numbering.system.threads[thread]!;
  const live = liveLocals(table, watchedLocals(numbering.system.model, table.thread.name));
  return live.map((names) =>
    [...numbering.locals[thread]!].flatMap(([name, { first }]) => {
      if (names.has(name)) return [];
      const { initial } = table.thread.locals[name]!;
      return initial.map((value, at) => ({ position: first + at, value: numberOf(numbering.names, value) }));
    }),
  );
}

/** By location: the locals that may be read before they are written, to a fixpoint from none. */
function liveLocals({ locations }: ThreadTable, always: ReadonlySet<string>): readonly ReadonlySet<string>[] {
  const live = locations.map(() => new Set(always));
  for (let grew = true; grew;) {
    grew = false;
    // What is live is known from the end of the text on.
    for (const [location, transitions] of [...locations.entries()].reverse())
      for (const name of transitions.flatMap((transition) => [...before(transition, live)]))
        if (!live[location]!.has(name)) {
          live[location]!.add(name);
          grew = true;
        }
  }
  return live;
}

type Live = ReadonlySet<string>;

function before({ guard, code }: Transition, live: readonly Live[]): Live {
  const after = beforeCode(code, live);
  return guard === null ? after : reading(guard, after);
}

const beforeCode = (code: Code, live: readonly Live[]): Live =>
  computed<Live>(code, (node, of) => {
    switch (node.kind) {
      case 'goto':
        return live[node.location]!;
      case 'effects':
        return node.effects.reduceRight(beforeEffect, of(node.next));
      case 'branch':
        return reading(node.condition, union(of(node.then), of(node.otherwise)));
      case 'choose':
        return beforeSet(node.target, of(node.next));
    }
  });

function beforeEffect(after: Live, effect: Effect): Live {
  switch (effect.kind) {
    case 'set':
      return reading(effect.value, beforeSet(effect.target, after));
    case 'when':
      return reading(effect.condition, union(after, effect.effects.reduceRight(beforeEffect, after)));
    case 'each':
      return union(after, effect.effects.reduceRight(beforeEffect, after));
    case 'assert':
      return reading(effect.condition, after);
    case 'count':
      return after;
  }
}

function beforeSet(target: AnyExpr & { kind: 'shared' | 'local' }, after: Live): Live {
  if (target.index !== null) return reading(target.index, after);
  if (target.kind === 'shared') return after;
  return new Set([...after].filter((name) => name !== target.name));
}

const reading = (expr: AnyExpr, after: Live): Live =>
  union(
    after,
    walk(expr).flatMap((part) => (part.kind === 'local' ? [part.name] : [])),
  );

function union(some: Live, more: Iterable<string>): Live {
  const added = [...more].filter((name) => !some.has(name));
  return added.length === 0 ? some : new Set([...some, ...added]);
}
