/** The state space on interned states, of which only what stubborn sets choose is expanded. */
import * as copySet from './stubborn/copy-set.ts';
import { conjunctsOf, visibilityOf } from './analysis/conjuncts.ts';
import { ThreadModular } from './analysis/thread-modular.ts';
import { deadLocals } from '../program/dead-locals.ts';
import { numberingOf } from '../program/numbering.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { symmetryOf } from '../program/symmetry.ts';
import { CanonicalForms } from './canonical-form.ts';
import { InternedStates, firstLocal } from './state/interned-state.ts';
import type { CopySet } from './stubborn/copy-set.ts';
import { ConjunctWatch, offsetOf } from './state/conjunct-watch.ts';
import { ExploredEdges, missingRoots, uncovered } from './stubborn/ignoring-proviso.ts';
import type { ValueSource } from './state/decision-tree.ts';
import { modelErrorOf } from '../state-space/successors.ts';
import { NumberList } from '../state-space/number-list.ts';
import {
  irreducible,
  StubbornSets,
  type CurrentState,
  type StubbornContext,
} from './stubborn/stubborn-sets.ts';
import type { Edge, Finding, StateSpace } from '../state-space/state-space.ts';
import { StepCache, type KnownStep, type CachedOutcome } from './stubborn/step-cache.ts';
import { VectorSet } from '../state-space/vector-set.ts';

/** All copies of the state that have edges are expanded. */
const full = 1;
/** The state has no edges. */
const terminal = 2;
/** The state violates an invariant. */
const violating = 4;

/** A state space from which states may be left out. */
export interface ReducedSpace extends StateSpace {
  /**
   * Expands in full the states from which copies would be ignored for ever; call it when all states are expanded, and
   * expand the states that it stores.
   *
   * Returns true while it stored states or edges, false when nothing is ignored: only then a proof is one.
   */
  complete(): boolean;
  /** The number of stored states that cannot end; once all is complete, 0 exactly where it is 0 in the full graph. */
  endless(): number;
  /** Whether nothing can happen in an expanded state. */
  isTerminal(id: number): boolean;
  /** The states on which a state was first reached, from an initial one to itself. */
  pathTo(id: number): readonly number[];
  /** The numbers of the states that stand for these, or -1. */
  numbersOf(states: readonly State[]): readonly number[];
}

/**
 * The space without dead locals, expanded by stubborn sets; with `symmetry` one state stands for all its permutations.
 *
 * Throws  Error where the model has too many copies: see `irreducible`.
 */
export function reducedSpace(
  system: TransitionSystem,
  { symmetry }: { readonly symmetry: boolean },
): ReducedSpace {
  const obstacle = irreducible(system);
  if (obstacle !== null) throw new Error(obstacle);
  const context = contextOf(system);
  return new InternedSpace(context, new StubbornSets(context), symmetry);
}

/** What a reduced space of the system works on. */
export function contextOf(system: TransitionSystem): StubbornContext {
  const numbering = numberingOf(system);
  const visibility = visibilityOf(numbering, system.model.properties.flatMap(conjunctsOf));
  const threadModular = new ThreadModular(numbering, visibility);
  const states = new InternedStates(numbering, threadModular.tracked);
  const dead = system.threads.map((_, thread) => deadLocals(numbering, thread));
  return { numbering, visibility, threadModular, states, steps: new StepCache(states, visibility, dead) };
}

/** Chooses the copies to expand in a state; the space keeps what it chose. */
export interface Selector {
  select(current: CurrentState): CopySet;
}

export class InternedSpace implements ReducedSpace {
  readonly fired: Float64Array;
  readonly reached = new Set<number>();
  readonly findings: Finding[] = [];
  transitions = 0;
  readonly #context: StubbornContext;
  readonly #selector: Selector;
  readonly #canonical: CanonicalForms | null;
  readonly #stored: VectorSet;
  readonly #edges = new ExploredEdges();
  /** By expanded state: the set of copies chosen in it, in its two halves. */
  readonly #chosen = new NumberList();
  /** By state: `full`, `terminal` and `violating`. */
  readonly #flags = new NumberList();
  /** By state: the one it was first reached from, or -1. */
  readonly #parents = new NumberList();
  readonly #watch: ConjunctWatch;
  readonly #all: readonly number[];
  /** The state under expansion, and the one it leads to. */
  readonly #words: Int32Array;
  readonly #next: Int32Array;
  /** The state it leads to before the copies are sorted. */
  readonly #made: Int32Array;
  readonly #source: ValueSource;

  constructor(context: StubbornContext, selector: Selector, symmetry: boolean) {
    const { numbering, states, visibility } = context;
    this.#context = context;
    this.#selector = selector;
    this.#canonical = symmetry ? new CanonicalForms(states, symmetryOf(numbering)) : null;
    this.#stored = new VectorSet(states.width);
    this.#watch = new ConjunctWatch(states, visibility.conjuncts);
    this.#all = [...visibility.conjuncts.keys()];
    this.#words = new Int32Array(states.width);
    this.#next = new Int32Array(states.width);
    this.#made = this.#canonical === null ? this.#next : new Int32Array(states.width);
    this.#source = {
      read: (cell) => states.read(this.#words, cell),
      offset: (cell) => offsetOf(states, cell),
    };
    this.fired = new Float64Array(numbering.system.transitions.length);
  }

  get count(): number {
    return this.#stored.count;
  }

  get bytes(): number {
    return (
      this.#stored.bytes +
      this.#context.states.bytes +
      this.#edges.bytes +
      this.#chosen.bytes +
      this.#flags.bytes +
      this.#parents.bytes
    );
  }

  start(): void {
    for (const state of initialStates(this.#context.numbering.system)) {
      this.#make(state);
      this.#store(this.#all, -1);
    }
  }

  numbersOf(states: readonly State[]): readonly number[] {
    return states.map((state) => {
      this.#make(state);
      return this.#stored.find(this.#next);
    });
  }

  pathTo(id: number): readonly number[] {
    const path: number[] = [];
    for (let at = id; at !== -1; at = this.#parents.at(at)) path.push(at);
    return path.reverse();
  }

  /** Makes the stored form of a state: without dead locals, its copies sorted. */
  #make(state: State): void {
    this.#next.set(this.#context.states.encode(state));
    this.#context.steps.forget(this.#next);
    this.#sort();
  }

  expand(from: number, to: number): void {
    for (let id = from; id < to; id++) {
      this.#load(id);
      const copies = this.#selector.select({ words: this.#words, source: this.#source });
      this.#chosen.push(copies.low);
      this.#chosen.push(copies.high);
      this.#explore(id, copies);
    }
  }

  complete(): boolean {
    const ignoring = missingRoots(this.#edges, this.count, (state) => (this.#flags.at(state) & full) !== 0);
    for (const id of ignoring) {
      this.#load(id);
      this.#explore(id, copySet.complement(this.#choiceIn(id)));
      this.#flag(id, full);
    }
    return ignoring.length > 0;
  }

  endless(): number {
    return uncovered(this.#edges, this.count, (state) => this.isTerminal(state));
  }

  isTerminal(id: number): boolean {
    return (this.#flags.at(id) & terminal) !== 0;
  }

  successors(id: number): readonly { readonly edge: Edge; readonly to: number }[] {
    this.#load(id);
    const copies = (this.#flags.at(id) & full) !== 0 ? copySet.allCopies : this.#choiceIn(id);
    const found: { edge: Edge; to: number }[] = [];
    this.#eachOutcome(copies, (copy, step, choice) => {
      const outcome = step.outcomes[choice]!;
      if (outcome.failed !== null || outcome.wrong) return;
      this.#apply(copy, outcome);
      found.push({ edge: this.#edge(copy, step, choice), to: this.#stored.find(this.#next) });
    });
    return found;
  }

  state(id: number): State {
    return this.#context.states.decode(this.#stored.vector(id));
  }

  #load(id: number): void {
    this.#stored.copyInto(id, this.#words);
  }

  /** The copies chosen in an expanded state. */
  #choiceIn(id: number): CopySet {
    return { low: this.#chosen.at(2 * id), high: this.#chosen.at(2 * id + 1) };
  }

  #explore(id: number, copies: CopySet): void {
    const chosen = this.#eachOutcome(copies, (copy, step, choice) => {
      this.#follow(id, copy, step, choice);
    });
    if (this.#hasOutcome(copySet.complement(copies))) return;
    this.#flag(id, full);
    if (chosen > 0) return;
    this.#flag(id, terminal);
    if (this.#isDeadlock()) this.findings.push({ kind: 'deadlock', state: id });
  }

  /** Whether some copy that must not wait for ever has not ended in the loaded state. */
  #isDeadlock(): boolean {
    const { numbering, states } = this.#context;
    return numbering.copies.some(({ thread, table }, copy) => {
      const location = states.localsOf(thread).word(this.#words[firstLocal + copy]!, 0);
      return location !== table.end && !table.thread.mayBlockForever;
    });
  }

  /** Calls back for each way in which a step of the copies fires; returns how many there are. */
  #eachOutcome(copies: CopySet, action: (copy: number, step: KnownStep, choice: number) => void): number {
    const { numbering, steps } = this.#context;
    let total = 0;
    for (let copy = 0; copy < numbering.copies.length; copy++) {
      if (!copySet.has(copies, copy)) continue;
      const local = this.#words[firstLocal + copy]!;
      for (let at = 0; at < steps.count(copy, local); at++) {
        const step = steps.step(copy, local, at, this.#source);
        total += step.outcomes.length;
        for (let choice = 0; choice < step.outcomes.length; choice++) action(copy, step, choice);
      }
    }
    return total;
  }

  /** Whether a step of one of the copies fires in the loaded state. */
  #hasOutcome(copies: CopySet): boolean {
    const { numbering, steps } = this.#context;
    for (let copy = 0; copy < numbering.copies.length; copy++) {
      if (!copySet.has(copies, copy)) continue;
      const local = this.#words[firstLocal + copy]!;
      for (let at = 0; at < steps.count(copy, local); at++)
        if (steps.step(copy, local, at, this.#source).outcomes.length > 0) return true;
    }
    return false;
  }

  #follow(id: number, copy: number, step: KnownStep, choice: number): void {
    const outcome = step.outcomes[choice]!;
    this.transitions += 1;
    this.fired[step.transition.id]! += 1;
    if (outcome.wrong || outcome.failed !== null) {
      this.findings.push(this.#bad(id, this.#edge(copy, step, choice), outcome.failed));
      return;
    }
    this.#apply(copy, outcome);
    const wasViolating = (this.#flags.at(id) & violating) !== 0;
    this.#edges.add(id, this.#store(wasViolating ? this.#all : outcome.seen, id));
  }

  /** Makes the state after an outcome of the loaded one. */
  #apply(copy: number, { cells, values, local }: CachedOutcome): void {
    this.#next.set(this.#words);
    for (let at = 0; at < cells.length; at++) this.#context.states.write(this.#next, cells[at]!, values[at]!);
    this.#next[firstLocal + copy] = local;
    this.#sort();
  }

  /** Makes the state just made canonical; conjuncts name the copies in their order before. */
  #sort(): void {
    if (this.#canonical === null) return;
    this.#made.set(this.#next);
    this.#canonical.sort(this.#next);
  }

  /** Stores the state just made; `changed` are the conjuncts that may have become false; `parent` is -1 for an initial state. */
  #store(changed: readonly number[], parent: number): number {
    const before = this.count;
    const id = this.#stored.add(this.#next);
    if (id < before) return id;
    this.#flags.push(0);
    this.#parents.push(parent);
    for (const property of this.#watch.failing(this.#made, parent === -1 ? this.#all : changed)) {
      if (this.#context.numbering.system.model.properties[property]!.kind === 'reachable')
        this.reached.add(property);
      else {
        this.findings.push({ kind: 'invariant', state: id, property });
        this.#flag(id, violating);
      }
    }
    return id;
  }

  #flag(id: number, flag: number): void {
    this.#flags.set(id, this.#flags.at(id) | flag);
  }

  #edge(copy: number, { transition }: KnownStep, choice: number): Edge {
    const { thread, replica } = this.#context.numbering.copies[copy]!;
    return { thread, replica, transition, choice };
  }

  #bad(state: number, edge: Edge, claim: string | null): Finding {
    if (claim !== null) return { kind: 'assertion', state, edge, claim };
    const message = modelErrorOf(this.#context.numbering.system, this.state(state), edge);
    return { kind: 'error', state, edge, message };
  }
}
