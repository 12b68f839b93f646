/** The state space on compact states, of which only stubborn sets are explored. */
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
import { seedsOf, type Goal } from './stubborn/goal.ts';
import { isDeadlocked } from './stubborn/deadlock.ts';
import { modelErrorOf } from '../state-space/model-error-finding.ts';
import { NumberList } from './state/number-list.ts';
import { irreducible, StubbornSets, type StubbornContext } from './stubborn/stubborn-sets.ts';
import type { Edge, Finding } from '../state-space/state-space.ts';
import { StepCache, type KnownStep, type CachedOutcome } from './stubborn/step-cache.ts';
import type { Means, ReducedSpace, Reduction } from './reduction.ts';
import { VectorSet } from './state/vector-set.ts';

/** All of a state's copies are expanded, or it has none to expand. */
const full = 1;
/** Nothing can happen in it. */
const terminal = 2;
/** It violates an invariant. */
const violating = 4;

/** Throws  Error where a model is to be reduced that cannot be: see `irreducible`. */
export function reducedSpace(system: TransitionSystem, reduction: Reduction = {}): ReducedSpace {
  const { reduce = true, forget = reduce, symmetry = false, goal = null, faults = {} } = reduction;
  const obstacle = reduce ? irreducible(system) : null;
  if (obstacle !== null) throw new Error(obstacle);
  const numbering = numberingOf(system);
  const conjuncts = system.model.properties.flatMap(conjunctsOf);
  const visibility = visibilityOf(numbering, conjuncts);
  const futures = new ThreadModular(numbering, visibility);
  const states = new InternedStates(numbering, futures.tracked);
  const dead = forget ? system.threads.map((_, thread) => deadLocals(numbering, thread)) : null;
  const steps = new StepCache(states, visibility, dead);
  const setting: StubbornContext = { numbering, visibility, states, steps, futures, faults };
  const sets = reduce ? new StubbornSets(setting) : null;
  const canonical = symmetry ? new CanonicalForms(states, symmetryOf(numbering)) : null;
  return new CompactSpace(setting, { sets, canonical, goal });
}

class CompactSpace implements ReducedSpace {
  readonly fired: Float64Array;
  readonly reached = new Set<number>();
  readonly findings: Finding[] = [];
  transitions = 0;
  readonly #setting: StubbornContext;
  readonly #sets: StubbornSets | null;
  readonly #canonical: CanonicalForms | null;
  readonly #goal: Goal | null;
  readonly #stored: VectorSet;
  readonly #edges = new ExploredEdges();
  /** By state: what is known of it. */
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

  constructor(setting: StubbornContext, { sets, canonical, goal }: Means) {
    const { numbering, states, visibility } = setting;
    this.#setting = setting;
    this.#sets = sets;
    this.#canonical = canonical;
    this.#goal = goal;
    this.#stored = new VectorSet(states.width);
    this.#watch = new ConjunctWatch(states, visibility.conjuncts);
    this.#all = [...visibility.conjuncts.keys()];
    this.#words = new Int32Array(states.width);
    this.#next = new Int32Array(states.width);
    this.#made = canonical === null ? this.#next : new Int32Array(states.width);
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
      this.#setting.states.bytes +
      this.#edges.bytes +
      this.#flags.bytes +
      this.#parents.bytes
    );
  }

  start(): void {
    for (const state of initialStates(this.#setting.numbering.system)) {
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
    this.#next.set(this.#setting.states.encode(state));
    this.#forget(this.#next);
    this.#sort();
  }

  expand(from: number, to: number): void {
    for (let id = from; id < to; id++) {
      this.#load(id);
      this.#explore(id, this.#selection());
    }
  }

  complete(): boolean {
    if (this.#sets === null || this.#goal !== null || this.#setting.faults.proviso === true) return false;
    const ignoring = missingRoots(this.#edges, this.count, (state) => (this.#flags.at(state) & full) !== 0);
    for (const id of ignoring) {
      this.#load(id);
      this.#explore(id, copySet.complement(this.#selection()));
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

  markPredecessors(from: number, to: number, marks: Uint8Array): void {
    for (let id = from; id < to; id++)
      if (this.successors(id).some((next) => next.to >= to && marks[next.to] === 1)) marks[id] = 1;
  }

  markEnding(from: number, to: number, marks: Uint8Array): void {
    for (let id = from; id < to; id++) {
      const next = this.successors(id);
      if (next.length === 0 || next.some(({ to: target }) => marks[target] === 1)) marks[id] = 1;
    }
  }

  successors(id: number): readonly { readonly edge: Edge; readonly to: number }[] {
    this.#load(id);
    const copies = (this.#flags.at(id) & full) !== 0 ? copySet.allCopies : this.#selection();
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
    return this.#setting.states.decode(this.#stored.vector(id));
  }

  #load(id: number): void {
    this.#stored.copyInto(id, this.#words);
  }

  /** The copies to expand in the loaded state. */
  #selection(): CopySet {
    if (this.#sets === null) return copySet.allCopies;
    const current = { words: this.#words, source: this.#source };
    if (this.#goal === null) return this.#sets.select(current);
    return this.#sets.selectSeeded(current, seedsOf(this.#goal, current, this.#setting, this.#sets));
  }

  #explore(id: number, copies: CopySet): void {
    const { total, chosen } = this.#eachOutcome(copies, (copy, step, choice) => {
      this.#follow(id, copy, step, choice);
    });
    if (chosen === total) this.#flag(id, full);
    if (total > 0) return;
    this.#flag(id, terminal);
    if (isDeadlocked(this.#setting, this.#words)) this.findings.push({ kind: 'deadlock', state: id });
  }

  /** Calls back for each way in which a step of the copies fires; counts these ways, chosen or not. */
  #eachOutcome(copies: CopySet, action: (copy: number, step: KnownStep, choice: number) => void) {
    const { numbering, steps } = this.#setting;
    let total = 0;
    let chosen = 0;
    for (let copy = 0; copy < numbering.copies.length; copy++) {
      const isChosen = copySet.has(copies, copy);
      const local = this.#words[firstLocal + copy]!;
      for (let at = 0; at < steps.count(copy, local); at++) {
        const step = steps.step(copy, local, at, this.#source);
        total += step.outcomes.length;
        if (!isChosen) continue;
        chosen += step.outcomes.length;
        for (let choice = 0; choice < step.outcomes.length; choice++) action(copy, step, choice);
      }
    }
    return { total, chosen };
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
    const to = this.#store(wasViolating ? this.#all : outcome.seen, id);
    if (this.#goal === null) this.#edges.add(id, to);
  }

  /** Makes the state after an outcome of the loaded one. */
  #apply(copy: number, { cells, values, local }: CachedOutcome): void {
    this.#next.set(this.#words);
    for (let at = 0; at < cells.length; at++) this.#setting.states.write(this.#next, cells[at]!, values[at]!);
    this.#next[firstLocal + copy] = local;
    this.#sort();
  }

  /** Makes the state just made canonical; conjuncts speak of the copies as they stood before. */
  #sort(): void {
    if (this.#canonical === null) return;
    this.#made.set(this.#next);
    this.#canonical.sort(this.#next);
  }

  /** Stores the state just made; `changed` are the conjuncts that may hold no longer; `parent` is -1 for an initial state. */
  #store(changed: readonly number[], parent: number): number {
    const before = this.count;
    const id = this.#stored.add(this.#next);
    if (id < before) return id;
    this.#flags.push(0);
    this.#parents.push(parent);
    for (const property of this.#watch.failing(this.#made, parent === -1 ? this.#all : changed)) {
      if (this.#setting.numbering.system.model.properties[property]!.kind === 'reachable')
        this.reached.add(property);
      else {
        this.findings.push({ kind: 'invariant', state: id, property });
        this.#flag(id, violating);
      }
    }
    return id;
  }

  #forget(words: Int32Array): void {
    const { numbering, states, steps } = this.#setting;
    for (const [copy, { thread }] of numbering.copies.entries()) {
      const locals = states.localsOf(thread);
      words[firstLocal + copy] = locals.add(
        steps.normal(thread, locals.vector(words[firstLocal + copy]!).slice()),
      );
    }
  }

  #flag(id: number, flag: number): void {
    this.#flags.set(id, this.#flags.at(id) | flag);
  }

  #edge(copy: number, { transition }: KnownStep, choice: number): Edge {
    const { thread, replica } = this.#setting.numbering.copies[copy]!;
    return { thread, replica, transition, choice };
  }

  #bad(state: number, edge: Edge, claim: string | null): Finding {
    if (claim !== null) return { kind: 'assertion', state, edge, claim };
    const message = modelErrorOf(this.#setting.numbering.system, this.state(state), edge);
    return { kind: 'error', state, edge, message };
  }
}
