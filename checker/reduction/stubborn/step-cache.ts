/** Caches the steps of copies: each is computed once for a local state and the values that it reads. */
import type { Footprint } from '../analysis/access.ts';
import type { Visibility } from '../analysis/conjuncts.ts';
import type { DeadLocals } from '../../program/dead-locals.ts';
import type { EnablingConjunct } from '../analysis/enabling.ts';
import { stepOf, type StepOutcome } from '../analysis/footprint.ts';
import { withCommutingValues } from '../analysis/commuting-values.ts';
import type { Numbering } from '../../program/numbering.ts';
import type { Transition } from '../../program/transition-system.ts';
import { learn, recall, type TreeNode, type ValueSource } from '../state/decision-tree.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import type { Vector } from '../../state-space/vector-set.ts';

/** One way in which a step fires; the local state afterwards is interned. */
export interface CachedOutcome extends Omit<StepOutcome, 'locals'> {
  readonly local: number;
  /** Counts the outcomes of a cache from 0. */
  readonly number: number;
}

/** A transition of a copy in a state. */
export interface KnownStep {
  readonly transition: Transition;
  readonly enabled: boolean;
  readonly outcomes: readonly CachedOutcome[];
  readonly footprint: Footprint;
  readonly blockers: readonly EnablingConjunct[];
}

interface CacheEntry {
  readonly transition: Transition;
  tree: TreeNode<KnownStep> | undefined;
}

export class StepCache {
  readonly #numbering: Numbering;
  readonly #visibility: Visibility;
  readonly #states: InternedStates;
  /** By thread. */
  readonly #dead: readonly DeadLocals[];
  /** By copy and local state. */
  readonly #entries: (readonly CacheEntry[] | undefined)[][];

  readonly #commuting: boolean;
  readonly #events: boolean;
  #outcomes = 0;

  /**
   * `commuting`: whether footprints say with which values of a cell a step does the same, which takes time; `events`:
   * whether outcomes say what they execute.
   */
  constructor(
    states: InternedStates,
    visibility: Visibility,
    dead: readonly DeadLocals[],
    { commuting = true, events = false }: { readonly commuting?: boolean; readonly events?: boolean } = {},
  ) {
    const { numbering } = states;
    this.#commuting = commuting;
    this.#events = events;
    this.#dead = dead;
    this.#numbering = numbering;
    this.#visibility = visibility;
    this.#states = states;
    this.#entries = numbering.copies.map(() => []);
  }

  /** The number of transitions that a copy has at its location. */
  count(copy: number, local: number): number {
    return this.#at(copy, local).length;
  }

  /** The transition at this position of the copy's location, in the state that `source` reads. */
  step(copy: number, local: number, at: number, source: ValueSource): KnownStep {
    const entry = this.#at(copy, local)[at]!;
    const known = recall(entry.tree, source);
    if (known !== undefined) return known;
    const { tree, answer } = learn(entry.tree, source, (read) =>
      this.#work(copy, local, entry.transition, read),
    );
    entry.tree = tree;
    return answer;
  }

  #work(
    copy: number,
    local: number,
    transition: Transition,
    readShared: (cell: number) => number,
  ): KnownStep {
    const { thread } = this.#numbering.copies[copy]!;
    const locals = this.#states.localsOf(thread);
    const context = {
      numbering: this.#numbering,
      visibility: this.#visibility,
      copy,
      locals: [...locals.vector(local)],
      readShared,
      events: this.#events,
    };
    const plain = stepOf(context, transition);
    const step = this.#commuting ? withCommutingValues(plain, context, transition) : plain;
    const { enabled, outcomes, footprint, blockers } = step;
    const interned = outcomes.map(({ locals: after, ...outcome }) => ({
      ...outcome,
      number: this.#outcomes++,
      local: locals.add(this.normal(thread, this.#states.numbers.from(after))),
    }));
    return { transition, enabled, outcomes: interned, footprint, blockers };
  }

  /** Sets the dead locals of a local state to their first values, in place. */
  normal(thread: number, locals: Vector): Vector {
    for (const { position, value } of this.#dead[thread]![locals[0]!]!) locals[position] = value;
    return locals;
  }

  /** Sets the dead locals of all copies to their first values, in a state as interned words. */
  forget(words: Int32Array): void {
    for (const [copy, { thread }] of this.#numbering.copies.entries()) {
      const locals = this.#states.localsOf(thread);
      words[firstLocal + copy] = locals.add(
        this.normal(thread, locals.vector(words[firstLocal + copy]!).slice()),
      );
    }
  }

  #at(copy: number, local: number): readonly CacheEntry[] {
    const entries = this.#entries[copy]!;
    let known = entries[local];
    if (known === undefined) {
      const { thread, table } = this.#numbering.copies[copy]!;
      const location = this.#states.localsOf(thread).word(local, 0);
      known = table.locations[location]!.map((transition) => ({ transition, tree: undefined }));
      entries[local] = known;
    }
    return known;
  }
}
