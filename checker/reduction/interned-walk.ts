/** A walk through all states on interned ones: each step of a copy is computed once for the values that it reads. */
import { deadLocals } from '../program/dead-locals.ts';
import { numberingOf } from '../program/numbering.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { AnyExpr } from '../language/expression.ts';
import type { Property } from '../language/property.ts';
import type { State } from '../interpreter/evaluate.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { conjunctsOf, visibilityOf } from './analysis/conjuncts.ts';
import { ConjunctWatch, offsetOf } from './state/conjunct-watch.ts';
import { firstLocal, InternedStates } from './state/interned-state.ts';
import { VectorSet } from './state/vector-set.ts';
import { StepCache, type CachedOutcome } from './stubborn/step-cache.ts';
import type { Edge } from '../state-space/state-space.ts';

/** An edge to a state. */
export interface InternedEdge {
  readonly edge: Edge;
  readonly to: number;
  /** The same object for all edges of a copy in whose states it executes the same statements with the same values. */
  readonly outcome: CachedOutcome;
}

export interface InternedVisit {
  /** States are numbered as they are found, from 0, the initial states first. */
  readonly id: number;
  readonly isInitial: boolean;
  /** States found so far, those behind its edges included. */
  readonly found: number;
  readonly edges: readonly InternedEdge[];
  /** By condition: whether it is true. */
  readonly truths: readonly boolean[];
  readonly state: () => State;
}

/**
 * Visits the reachable states breadth first, without their dead locals; edges that fail are left out.
 *
 * Sound for:  everything but the values of dead locals. `conditions` may read what properties and costs read.
 */
export function* walkInterned(
  system: TransitionSystem,
  conditions: readonly AnyExpr[] = [],
): Generator<InternedVisit> {
  const numbering = numberingOf(system);
  const states = new InternedStates(numbering, []);
  const dead = system.threads.map((_, thread) => deadLocals(numbering, thread));
  const steps = new StepCache(states, visibilityOf(numbering, []), dead, { commuting: false });
  const properties = conditions.map((condition): Property => ({ kind: 'always', name: '', condition }));
  const conjuncts = properties.flatMap(conjunctsOf);
  const all = [...conjuncts.keys()];
  const watch = new ConjunctWatch(states, conjuncts, properties);
  const stored = new VectorSet(states.width);
  const [words, next] = [new Int32Array(states.width), new Int32Array(states.width)];
  const source = {
    read: (cell: number) => states.read(words, cell),
    offset: (cell: number) => offsetOf(states, cell),
  };
  for (const state of initialStates(system)) {
    next.set(states.encode(state));
    steps.forget(next);
    stored.add(next);
  }
  const initial = stored.count;
  for (let id = 0; id < stored.count; id++) {
    stored.copyInto(id, words);
    const edges: InternedEdge[] = [];
    for (const [copy, { thread, replica }] of numbering.copies.entries()) {
      const local = words[firstLocal + copy]!;
      for (let at = 0; at < steps.count(copy, local); at++) {
        const { transition, outcomes } = steps.step(copy, local, at, source);
        for (let choice = 0; choice < outcomes.length; choice++) {
          const outcome = outcomes[choice]!;
          if (outcome.failed !== null || outcome.wrong) continue;
          next.set(words);
          for (let which = 0; which < outcome.cells.length; which++)
            states.write(next, outcome.cells[which]!, outcome.values[which]!);
          next[firstLocal + copy] = outcome.local;
          edges.push({ edge: { thread, replica, transition, choice }, to: stored.add(next), outcome });
        }
      }
    }
    const failing = watch.failing(words, all);
    yield {
      id,
      isInitial: id < initial,
      found: stored.count,
      edges,
      truths: conditions.map((_, at) => !failing.includes(at)),
      state: () => states.decode(stored.vector(id)),
    };
  }
}
