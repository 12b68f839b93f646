/** The state space explored by the interpreter: slow and plain; every other state space is compared with it. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { authored } from '../language/model-error.ts';
import { isTrue, type State } from '../interpreter/evaluate.ts';
import { endsOf, initialStates, isDeadlock, propertyPlace, type Firing } from '../interpreter/interpreter.ts';
import { edgesOutOf, keyOfState, leadsOn } from './successors.ts';
import type { Edge, Finding } from './state-space.ts';
import { fairClasses } from '../program/fair-classes.ts';
import { isGoalTrue, noEdges, type LiveSpace, type StateEdges } from './live-space.ts';
import type { Cooperative } from './cooperative.ts';

/** An estimate (documented as one) of what V8 keeps for a state of ten cells and its key. */
const bytesPerState = 1_000;

export function interpretedSpace(system: TransitionSystem): LiveSpace {
  return new InterpretedSpace(system);
}

class InterpretedSpace implements LiveSpace {
  readonly fired: Float64Array;
  readonly reached = new Set<number>();
  readonly findings: Finding[] = [];
  transitions = 0;
  readonly #system: TransitionSystem;
  readonly #ends: Readonly<Record<string, number>>;
  readonly #states: State[] = [];
  readonly #ids = new Map<string, number>();

  constructor(system: TransitionSystem) {
    this.#system = system;
    this.#ends = endsOf(system);
    this.fired = new Float64Array(system.transitions.length);
  }

  get count(): number {
    return this.#states.length;
  }

  get bytes(): number {
    return this.#states.length * bytesPerState;
  }

  start(): void {
    for (const state of initialStates(this.#system)) this.#store(state);
  }

  expand(from: number, to: number): void {
    for (let id = from; id < to; id++) {
      const edges = edgesOutOf(this.#system, this.#states[id]!);
      if (edges.length === 0 && isDeadlock(this.#system, this.#states[id]!))
        this.findings.push({ kind: 'deadlock', state: id });
      for (const { edge, firing } of edges) this.#follow(id, edge, firing);
    }
  }

  #follow(id: number, edge: Edge, { state, failed, error }: Firing): void {
    this.transitions += 1;
    this.fired[edge.transition.id]! += 1;
    if (error !== null) this.findings.push({ kind: 'error', state: id, edge, message: error });
    else if (failed !== null) this.findings.push({ kind: 'assertion', state: id, edge, claim: failed });
    else this.#store(state);
  }

  #store(state: State): void {
    const key = keyOfState(state);
    if (this.#ids.has(key)) return;
    const id = this.#states.push(state) - 1;
    this.#ids.set(key, id);
    const place = propertyPlace(state, this.#ends);
    for (const [property, { kind, name, condition }] of this.#system.model.properties.entries()) {
      if (kind === 'reachable' && this.reached.has(property)) continue;
      const holds = authored(`property '${name}'`, () => isTrue(condition, place));
      if (kind === 'reachable' && holds) this.reached.add(property);
      if (kind === 'always' && !holds) this.findings.push({ kind: 'invariant', state: id, property });
    }
  }

  successors(id: number): readonly { readonly edge: Edge; readonly to: number }[] {
    return edgesOutOf(this.#system, this.#states[id]!)
      .filter(leadsOn)
      .map(({ edge, firing }) => ({ edge, to: this.#ids.get(keyOfState(firing.state))! }));
  }

  state(id: number): State {
    return this.#states[id]!;
  }

  *edges(): Cooperative<StateEdges> {
    const { classes, of } = fairClasses(this.#system);
    const all = noEdges(this.count, this.transitions, classes.length);
    let end = 0;
    for (let id = 0; id < this.count; id++) {
      for (const { edge, to } of this.successors(id)) {
        all.to[end] = to;
        all.label[end++] = of(edge);
      }
      all.first[id + 1] = end;
      yield;
    }
    return all;
  }

  judge(condition: number): Uint8Array {
    return Uint8Array.from(this.#states, (state) => Number(isGoalTrue(this.#system, condition, state)));
  }
}
