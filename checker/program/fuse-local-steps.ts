/** Fuses local computation into the step before it: from control flow to the code of each transition. */
import type { Statement } from '../language/statement.ts';
import type { AnyThread } from '../language/thread.ts';
import type { Flow } from './control-flow.ts';
import type { Code, ThreadTable, Transition } from './transition-system.ts';

/** Builds the code of one thread; locations are numbered as they are reached. */
export class Fusion {
  readonly #flow: Flow;
  readonly #stops: ReadonlySet<number>;
  readonly #transitions: Transition[];
  readonly #locations = new Map<number, number>();
  readonly #pending: number[] = [];
  /** By atomic block, and instruction: what is built, so that ways that join share it. */
  readonly #tails = new Map<Statement | null, Map<number, Code>>();

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
        return instruction.alternatives.map((alternative) =>
          this.#transition(alternative, instruction.statement!),
        );
      case 'effects':
      case 'branch':
      case 'choose':
      case 'atomically':
      case 'pass':
        return [this.#transition(at, instruction.statement!)];
    }
  }

  /** The transition that begins at an instruction; `statement` names it where the thread's end has no name. */
  #transition(at: number, statement: Statement, passed: readonly number[] = []): Transition {
    const instruction = this.#flow.instructions[at]!;
    // A label that only leads back to itself is a step that changes nothing.
    const idle = passed.includes(at);
    if (instruction.kind === 'pass' && !idle)
      return this.#transition(instruction.next, statement, [...passed, at]);
    const id = this.#transitions.length;
    const atomic = instruction.kind === 'atomically';
    const first = atomic ? this.#flow.instructions[instruction.first]! : instruction;
    const guard = first.kind === 'effects' ? first.guard : null;
    const transition = { id, statement: instruction.statement ?? statement, guard };
    this.#transitions.push({ ...transition, code: { kind: 'goto', location: -1 } });
    const code = this.#codeFrom(at, idle);
    return (this.#transitions[id] = { ...transition, code });
  }

  #codeFrom(at: number, idle: boolean): Code {
    if (idle) return { kind: 'goto', location: this.#location(at) };
    const instruction = this.#flow.instructions[at]!;
    return instruction.kind === 'atomically'
      ? this.#tail(instruction.first, instruction.statement)
      : this.#code(at, null);
  }

  /** The code from an instruction on, or the jump to it where the thread stops there. */
  #tail(at: number, atomic: Statement | null): Code {
    let tails = this.#tails.get(atomic);
    if (tails === undefined) this.#tails.set(atomic, (tails = new Map<number, Code>()));
    const known = tails.get(at);
    if (known !== undefined) return known;
    const code = this.#buildTail(at, atomic);
    tails.set(at, code);
    return code;
  }

  #buildTail(at: number, atomic: Statement | null): Code {
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
        return {
          kind: 'effects',
          statement,
          effects: instruction.effects,
          next: this.#tail(instruction.next, atomic),
        };
      case 'choose':
        return {
          kind: 'choose',
          statement,
          target: instruction.target,
          next: this.#tail(instruction.next, atomic),
        };
      case 'branch': {
        const then = this.#tail(instruction.then, atomic);
        return {
          kind: 'branch',
          statement,
          condition: instruction.condition,
          then,
          otherwise: this.#tail(instruction.otherwise, atomic),
        };
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
