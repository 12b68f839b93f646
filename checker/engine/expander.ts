/** Expands packed states that are kept elsewhere: in files, in a database, on other machines. */
import type { CompiledSpace, PackedFinding } from './compiled-space.ts';

/** What the expansion of some states gives. */
export interface Expansion {
  /** Packed successors, each once, valid until the next call. Some of the expanded states may be left out. */
  readonly successors: Uint8Array;
  /** About states that were expanded; broken invariants are about successors. */
  readonly findings: readonly PackedFinding[];
}

export class Expander {
  readonly #space: CompiledSpace;

  /** For a space of its own. */
  constructor(space: CompiledSpace) {
    this.#space = space;
  }

  /** Bytes of a packed state. */
  get stateBytes(): number {
    return this.#space.compiled.model.map.stride;
  }

  /** The number of states that are well expanded at once. */
  get portion(): number {
    return this.#space.portion!;
  }

  /** By `Transition.id`: how often each fired so far. */
  get fired(): readonly number[] {
    return Array.from(this.#space.fired);
  }

  /** Positions of the witnesses that have been reached so far. */
  get reached(): readonly number[] {
    return [...this.#space.reached].sort((a, b) => a - b);
  }

  /** The initial states, and what is wrong in them. */
  initial(): Expansion {
    const { memory } = this.#space.compiled;
    memory.forget(0);
    this.#space.start();
    return this.#taken(0);
  }

  /**
   * The successors of packed states, all different. Each call stands for itself: no successor is left out because an
   * earlier call has returned it.
   *
   * Throws  CapacityError if memory has no room for them.
   */
  expand(states: Uint8Array): Expansion {
    const count = this.#place(states);
    if (count > 0) this.#space.expand(0, count);
    return this.#taken(count);
  }

  #taken(first: number): Expansion {
    const { memory } = this.#space.compiled;
    return { findings: this.#space.takeFindings(), successors: memory.packed(first, this.#space.count) };
  }

  /** Makes packed states the only ones, outside of the table. */
  #place(states: Uint8Array): number {
    const { memory } = this.#space.compiled;
    const count = states.length / this.stateBytes;
    memory.forget(0);
    memory.makeRoom(count);
    memory.packed(0, count).set(states);
    memory.globals.count.value = count;
    if (count > 0) memory.forgetRecent();
    return count;
  }

  /** Marks (1) those packed states, all different, that lead to `target`. */
  leadingTo(target: Uint8Array, states: Uint8Array): Uint8Array {
    return predecessorsOf(this.#space, target, this.#place(states));
  }
}

/** Marks (1) those of the states 0 .. `states - 1` in memory, outside of the table, that lead to a state. */
export function predecessorsOf(space: CompiledSpace, target: Uint8Array, states: number): Uint8Array {
  const { memory } = space.compiled;
  memory.globals.count.value = states;
  memory.makeRoom(1);
  memory.packed(states, states + 1).set(target);
  memory.forget(states);
  memory.globals.count.value = states + 1;
  memory.code.enter(states, states + 1);
  const marks = new Uint8Array(states);
  space.mark!(0, states, marks, (successors) => successors.some((number) => number === states));
  return marks;
}
