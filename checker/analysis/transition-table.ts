/** The transition table: what each thread can do at each location, with local computation fused into the step before it. */
import type { AnyExpr, LocalReference } from '../language/expression.ts';
import { walk } from '../language/expression.ts';
import type { Model } from '../language/model.ts';
import type { Effect, Statement } from '../language/statement.ts';
import type { AnyThread } from '../language/thread.ts';
import type { Flow, Instruction } from './flow.ts';
import { flowOf } from './flow.ts';

/** What happens when a transition fires: a tree whose leaves are the next locations. */
export type Code =
  | { readonly kind: 'effects'; readonly statement: Statement; readonly effects: readonly Effect[]; readonly next: Code }
  | {
      readonly kind: 'branch';
      readonly statement: Statement;
      readonly condition: AnyExpr;
      readonly then: Code;
      readonly otherwise: Code;
    }
  | { readonly kind: 'choose'; readonly statement: Statement; readonly target: LocalReference; readonly next: Code }
  | { readonly kind: 'goto'; readonly location: number };

export interface Transition {
  /** Counts the transitions of the whole model from 0; copies of a thread share them. */
  readonly id: number;
  /** The statement that gives the transition its name: the step, branch or atomic block at its location. */
  readonly statement: Statement;
  readonly guard: AnyExpr | null;
  readonly code: Code;
}

export interface ThreadTable {
  readonly thread: AnyThread;
  /** What runs before the first location: local computation and choices. */
  readonly entry: Code;
  /** The transitions by location: one, several where an `either` stands, none at the end. */
  readonly locations: readonly (readonly Transition[])[];
  /** The location where the thread has ended, or -1 when it never ends. */
  readonly end: number;
}

export interface TransitionTable {
  readonly model: Model;
  readonly threads: readonly ThreadTable[];
  readonly transitions: readonly Transition[];
}

export function transitionTable(model: Model): TransitionTable {
  const watched = watchedLocals(model);
  const transitions: Transition[] = [];
  const threads = model.threads.map((thread) => {
    const flow = flowOf(thread);
    const isWatched = (name: string) => watched.has(`${thread.name}.${name}`);
    return new Fusion(flow, stops(flow, isWatched), transitions).table(thread);
  });
  return { model, threads, transitions };
}

/** The locals that properties and costs read, as `thread.local`: their changes must be seen. */
function watchedLocals(model: Model): ReadonlySet<string> {
  const conditions = [...model.properties.map(({ condition }) => condition), ...model.costs.flatMap(({ until }) => until ?? [])];
  const parts = conditions.flatMap((condition) => [...walk(condition)]);
  return new Set(parts.flatMap((part) => (part.kind === 'local' ? [`${part.thread}.${part.name}`] : [])));
}

/** The instructions at which a thread stops, so that others may run: all that is not local computation. */
function stops(flow: Flow, isWatched: (local: string) => boolean): ReadonlySet<number> {
  const visible = new Set<number>();
  for (const [at, instruction] of flow.instructions.entries()) if (isVisible(instruction, isWatched)) visible.add(at);
  for (const head of localCycleHeads(flow, visible)) visible.add(head);
  return visible;
}

function isVisible(instruction: Instruction, isWatched: (local: string) => boolean): boolean {
  switch (instruction.kind) {
    case 'effects':
      return instruction.guard !== null || instruction.effects.some((effect) => effectIsVisible(effect, isWatched));
    case 'branch':
      return readsShared(instruction.condition);
    case 'choose':
      return isWatched(instruction.target.name);
    case 'either':
    case 'atomically':
    case 'end':
      return true;
    case 'pass':
      return false;
  }
}

function effectIsVisible(effect: Effect, isWatched: (local: string) => boolean): boolean {
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      return readsShared(target) || readsShared(value) || (target.kind === 'local' && isWatched(target.name));
    }
    case 'when':
      return readsShared(effect.condition) || effect.effects.some((part) => effectIsVisible(part, isWatched));
    case 'each':
      return effect.effects.some((part) => effectIsVisible(part, isWatched));
    case 'assert':
      return readsShared(effect.condition);
    case 'count':
      return false;
  }
}

const readsShared = (expr: AnyExpr) => [...walk(expr)].some(({ kind }) => kind === 'shared');

export function successorsOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case 'effects':
    case 'choose':
    case 'pass':
      return [instruction.next];
    case 'branch':
      return [instruction.then, instruction.otherwise];
    case 'either':
      return instruction.alternatives;
    case 'atomically':
      return [instruction.first];
    case 'end':
      return [];
  }
}

/** Local computation that repeats must stop once a round; depth-first search finds where each cycle closes. */
function localCycleHeads(flow: Flow, visible: ReadonlySet<number>): ReadonlySet<number> {
  const heads = new Set<number>();
  const state = new Map<number, 'open' | 'done'>();
  const visit = (at: number) => {
    state.set(at, 'open');
    for (const next of visible.has(at) ? [] : successorsOf(flow.instructions[at]!)) {
      if (state.get(next) === 'open') heads.add(next);
      else if (!state.has(next)) visit(next);
    }
    state.set(at, 'done');
  };
  for (const [at, instruction] of flow.instructions.entries()) {
    if (at === flow.entry && !state.has(at)) visit(at);
    if (visible.has(at)) for (const next of successorsOf(instruction)) if (!state.has(next)) visit(next);
  }
  return heads;
}

/** Builds the code of one thread; locations are numbered as they are reached. */
class Fusion {
  readonly #flow: Flow;
  readonly #stops: ReadonlySet<number>;
  readonly #transitions: Transition[];
  readonly #locations = new Map<number, number>();
  readonly #pending: number[] = [];

  constructor(flow: Flow, stopping: ReadonlySet<number>, transitions: Transition[]) {
    this.#flow = flow;
    this.#stops = stopping;
    this.#transitions = transitions;
  }

  table(thread: AnyThread): ThreadTable {
    const entry = this.#tail(this.#flow.entry, null);
    const locations: Transition[][] = [];
    for (let at = this.#pending.shift(); at !== undefined; at = this.#pending.shift())
      locations[this.#locations.get(at)!] = this.#transitionsAt(at);
    const end = this.#flow.instructions.findIndex(({ kind }) => kind === 'end');
    return { thread, entry, locations, end: this.#locations.get(end) ?? -1 };
  }

  #location(at: number): number {
    const known = this.#locations.get(at);
    if (known !== undefined) return known;
    this.#pending.push(at);
    this.#locations.set(at, this.#locations.size);
    return this.#locations.size - 1;
  }

  #transitionsAt(at: number): Transition[] {
    const instruction = this.#flow.instructions[at]!;
    switch (instruction.kind) {
      case 'end':
        return [];
      case 'either':
        return instruction.alternatives.map((alternative) => this.#transition(alternative));
      default:
        return [this.#transition(at)];
    }
  }

  #transition(at: number): Transition {
    const instruction = this.#flow.instructions[at]!;
    if (instruction.kind === 'pass') return this.#transition(instruction.next);
    const id = this.#transitions.length;
    const atomic = instruction.kind === 'atomically';
    const first = atomic ? this.#flow.instructions[instruction.first]! : instruction;
    const guard = first.kind === 'effects' ? first.guard : null;
    const transition = { id, statement: instruction.statement!, guard };
    this.#transitions.push({ ...transition, code: { kind: 'goto', location: -1 } });
    const code = atomic ? this.#tail(instruction.first, instruction.statement) : this.#code(at, null);
    return (this.#transitions[id] = { ...transition, code });
  }

  /** The code from an instruction on, or the jump to it where the thread stops there. */
  #tail(at: number, atomic: Statement | null): Code {
    const instruction = this.#flow.instructions[at]!;
    if (instruction.kind === 'pass' && !this.#stops.has(at)) return this.#tail(instruction.next, atomic);
    const insideAtomic = atomic !== null && instruction.atomic === atomic;
    if (this.#stops.has(at) && !insideAtomic) return { kind: 'goto', location: this.#location(at) };
    return this.#code(at, insideAtomic ? atomic : null);
  }

  #code(at: number, atomic: Statement | null): Code {
    const instruction = this.#flow.instructions[at]!;
    const statement = instruction.statement!;
    switch (instruction.kind) {
      case 'effects':
        return { kind: 'effects', statement, effects: instruction.effects, next: this.#tail(instruction.next, atomic) };
      case 'choose':
        return { kind: 'choose', statement, target: instruction.target, next: this.#tail(instruction.next, atomic) };
      case 'branch': {
        const then = this.#tail(instruction.then, atomic);
        return { kind: 'branch', statement, condition: instruction.condition, then, otherwise: this.#tail(instruction.otherwise, atomic) };
      }
      case 'pass':
        return this.#tail(instruction.next, atomic);
      case 'either':
      case 'atomically':
      case 'end':
        // An alternative or a cycle that begins with another place to stop: nothing but the move there.
        return { kind: 'goto', location: this.#location(at) };
    }
  }
}
