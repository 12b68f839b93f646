/** The copies with which stubborn sets begin, in the order in which they are tried. Soundness does not depend on it. */
import type { Numbering } from '../../program/numbering.ts';
import { symmetryOf, type Column, type SymmetricGroup } from '../../program/symmetry.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import { targetsOf } from '../../program/code-walk.ts';
import type { ThreadTable } from '../../program/transition-system.ts';

/** The group of a copy, and its position there. */
interface Membership {
  readonly group: SymmetricGroup;
  readonly replica: number;
  /** Position among the copies of its replica. */
  readonly role: number;
}

export class CandidateOrder {
  readonly #numbering: Numbering;
  readonly #states: InternedStates;
  /** By copy and location: an estimate of the steps still to go. */
  readonly #stepsLeft: readonly (readonly number[])[];
  readonly #memberships = new Map<number, Membership>();

  constructor(states: InternedStates) {
    const { numbering } = states;
    this.#numbering = numbering;
    this.#states = states;
    const byThread = numbering.system.threads.map(stepsLeft);
    this.#stepsLeft = numbering.copies.map(({ thread }) => byThread[thread]!);
    for (const group of symmetryOf(numbering).groups)
      for (const [replica, members] of group.members.entries())
        for (const [role, copy] of members.entries()) this.#memberships.set(copy, { group, replica, role });
  }

  /** Copies that have an edge, those with the fewest steps left first; one of several that may be exchanged. */
  candidates(words: Int32Array, edges: ArrayLike<number>): readonly number[] {
    const left = (copy: number) => {
      const { thread } = this.#numbering.copies[copy]!;
      return this.#stepsLeft[copy]![this.#states.localsOf(thread).word(words[firstLocal + copy]!, 0)]!;
    };
    const order: number[] = [];
    for (let copy = 0; copy < edges.length; copy++) if (edges[copy]! > 0) order.push(copy);
    order.sort((a, b) => left(a) - left(b));
    const chosen: number[] = [];
    for (const copy of order) {
      let isLikeOther = false;
      for (let at = 0; at < chosen.length && !isLikeOther; at++)
        isLikeOther = this.#areExchangeable(words, copy, chosen[at]!);
      if (!isLikeOther) chosen.push(copy);
    }
    return chosen;
  }

  /** Whether the state stays the same when the two change places, with all that belongs to each. */
  #areExchangeable(words: Int32Array, a: number, b: number): boolean {
    if (words[firstLocal + a] !== words[firstLocal + b]) return false;
    const one = this.#memberships.get(a);
    const other = this.#memberships.get(b);
    if (one === undefined || other === undefined || one.group !== other.group || one.role !== other.role)
      return false;
    const { members, cells, columns, movingColumns } = one.group;
    const local = (replica: number, role: number) => words[firstLocal + members[replica]![role]!]!;
    const cell = (replica: number, at: number) => this.#states.read(words, cells[replica]![at]!);
    const inColumn = (replica: number, { copy, first }: Column) =>
      this.#states
        .localsOf(this.#numbering.copies[copy]!.thread)
        .word(words[firstLocal + copy]!, first + replica);
    return (
      members[one.replica]!.every((_, role) => local(one.replica, role) === local(other.replica, role)) &&
      cells[one.replica]!.every((_, at) => cell(one.replica, at) === cell(other.replica, at)) &&
      [...columns, ...movingColumns].every(
        (column) => inColumn(one.replica, column) === inColumn(other.replica, column),
      )
    );
  }
}

/** Steps that a location in a cycle counts for: about what a loop takes. */
const roundsOfACycle = 16;

/** By location of a thread: steps on the longest way to its end, each cycle counted a few times. */
function stepsLeft({ locations }: ThreadTable): readonly number[] {
  const successors = locations.map((transitions) => [
    ...new Set(transitions.flatMap(({ code }) => targetsOf(code))),
  ]);
  const component = components(successors);
  const work = new Map<number, number>();
  // Components are numbered in the order in which they are left, so that those behind come first.
  for (let own = 0; own < locations.length; own++) {
    const members = component.flatMap((number, at) => (number === own ? [at] : []));
    const inside = members.some((at) => successors[at]!.some((next) => component[next] === own));
    const behind = members.flatMap((at) => successors[at]!.filter((next) => component[next] !== own));
    const ahead = Math.max(0, ...behind.map((next) => work.get(component[next]!)!));
    work.set(own, ahead + members.length * (inside ? roundsOfACycle : 1));
  }
  return component.map((number) => work.get(number)!);
}

/**
 * The strongly connected component of each node, numbered from the last in the direction of the edges.
 *
 * Source: Tarjan, Depth-first search and linear graph algorithms (1972).
 */
function components(successors: readonly (readonly number[])[]): readonly number[] {
  const component: number[] = [];
  const order: number[] = [];
  const low: number[] = [];
  const open: number[] = [];
  let visits = 0;
  let found = 0;
  const visit = (at: number) => {
    order[at] = low[at] = visits++;
    open.push(at);
    for (const next of successors[at]!) {
      if (order[next] === undefined) visit(next);
      if (component[next] === undefined) low[at] = Math.min(low[at], low[next]!);
    }
    if (low[at] !== order[at]) return;
    for (let member = open.pop()!; ; member = open.pop()!) {
      component[member] = found;
      if (member === at) break;
    }
    found += 1;
  };
  for (const at of successors.keys()) if (order[at] === undefined) visit(at);
  return component;
}
