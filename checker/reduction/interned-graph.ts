/** All states and edges of a model, on interned states: each step of a copy is computed once for the values it reads. */
import { deadLocals } from '../program/dead-locals.ts';
import { numberingOf, type Numbering, type ThreadCopy } from '../program/numbering.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { AnyExpr } from '../language/expression.ts';
import type { Property } from '../language/property.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import type { Limits } from '../state-space/outcome.ts';
import type { CellValue, StepEvent } from './analysis/footprint.ts';
import { conjunctsOf, visibilityOf } from './analysis/conjuncts.ts';
import { ConjunctWatch, offsetOf } from './state/conjunct-watch.ts';
import { firstLocal, InternedStates } from './state/interned-state.ts';
import { NumberList } from '../state-space/number-list.ts';
import { VectorSet } from '../state-space/vector-set.ts';
import { StepCache } from './stubborn/step-cache.ts';

export type { CellValue };

/** What a copy executes in a step, up to where it fails. */
export interface Execution {
  readonly copy: ThreadCopy;
  readonly events: readonly StepEvent[];
}

/** States are numbered as they are found, the initial ones first; edges lie by the state that they leave. */
export interface InternedGraph {
  readonly numbering: Numbering;
  readonly states: number;
  readonly initial: number;
  /** By state, and one more: its first edge. */
  readonly first: Int32Array;
  /** By edge: the state that it leads to. */
  readonly to: Int32Array;
  /** By edge: its position in `executions`. */
  readonly execution: Int32Array;
  readonly executions: readonly Execution[];
  /** By condition and state: 1 where it is true. */
  readonly truths: readonly Uint8Array[];
}

/** States between two checks of the limits. */
const pause = 256;

/**
 * The graph of the reachable states without their dead locals; edges that fail are left out. Null: the limits were
 * reached.
 *
 * Sound for:  everything but the values of dead locals. `conditions` may read what properties and costs read.
 */
export function* internedGraph(
  system: TransitionSystem,
  conditions: readonly AnyExpr[],
  { maxStates, stop }: Pick<Limits, 'maxStates' | 'stop'>,
): Cooperative<InternedGraph | null> {
  const numbering = numberingOf(system);
  const states = new InternedStates(numbering, []);
  const dead = system.threads.map((_, thread) => deadLocals(numbering, thread));
  const options = { commuting: false, events: true };
  const steps = new StepCache(states, visibilityOf(numbering, []), dead, options);
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
  const [first, to, execution] = [new NumberList(), new NumberList(), new NumberList()];
  const executions: Execution[] = [];
  for (let id = 0; id < stored.count; id++) {
    stored.copyInto(id, words);
    first.push(to.length);
    for (let copy = 0; copy < numbering.copies.length; copy++) {
      const local = words[firstLocal + copy]!;
      const count = steps.count(copy, local);
      for (let at = 0; at < count; at++) {
        const { outcomes } = steps.step(copy, local, at, source);
        for (let choice = 0; choice < outcomes.length; choice++) {
          const outcome = outcomes[choice]!;
          executions[outcome.number] ??= { copy: numbering.copies[copy]!, events: outcome.events! };
          if (outcome.failed !== null || outcome.wrong) continue;
          next.set(words);
          for (let which = 0; which < outcome.cells.length; which++)
            states.write(next, outcome.cells[which]!, outcome.values[which]!);
          next[firstLocal + copy] = outcome.local;
          to.push(stored.add(next));
          execution.push(outcome.number);
        }
      }
    }
    if (stored.count > maxStates) return null;
    if (id % pause !== 0) continue;
    if (stop() !== null) return null;
    yield;
  }
  first.push(to.length);
  return {
    numbering,
    states: stored.count,
    initial,
    first: first.numbers,
    to: to.numbers,
    execution: execution.numbers,
    executions,
    truths: truthsOf(conditions, states, stored),
  };
}

/** By condition and state: 1 where it is true. */
function truthsOf(
  conditions: readonly AnyExpr[],
  states: InternedStates,
  stored: VectorSet,
): readonly Uint8Array[] {
  const properties = conditions.map((condition): Property => ({ kind: 'always', name: '', condition }));
  const conjuncts = properties.flatMap(conjunctsOf);
  const words = new Int32Array(states.width);
  const holds = new ConjunctWatch(states, conjuncts, properties).judging(words);
  const parts = properties.map((_, own) =>
    [...conjuncts.keys()].filter((conjunct) => conjuncts[conjunct]!.property === own),
  );
  const truths = parts.map(() => new Uint8Array(stored.count));
  for (let id = 0; id < stored.count; id++) {
    stored.copyInto(id, words);
    for (const [own, all] of parts.entries()) truths[own]![id] = Number(all.every(holds));
  }
  return truths;
}
