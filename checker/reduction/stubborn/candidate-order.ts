/** An estimate of how many steps a thread still has to go: only the order of candidates depends on it. */
import type { SymmetricGroup } from '../../program/symmetry.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import { targetsOf } from '../../program/code-walk.ts';
import type { ThreadTable } from '../../program/transition-system.ts';

/** Steps that a location in a cycle counts for: about a loop's worth. */
const roundsOfACycle = 16;

/** By location: steps on the longest way to the end, each cycle counted a few times. */
export function candidateOrder({ locations }: ThreadTable): readonly number[] {
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

/** The group of a copy, and where it stands in it. */
interface Membership {
  readonly group: SymmetricGroup;
  readonly replica: number;
  /** Position among the copies of its replica. */
  readonly role: number;
}

export class SymmetricCopies {
  readonly #states: InternedStates;
  readonly #memberships = new Map<number, Membership>();

  constructor(states: InternedStates, groups: readonly SymmetricGroup[]) {
    this.#states = states;
    for (const group of groups)
      for (const [replica, members] of group.members.entries())
        for (const [role, copy] of members.entries()) this.#memberships.set(copy, { group, replica, role });
  }

  /** Whether the state stays the same when the two change places, with all that belongs to each. */
  areTwins(words: Int32Array, a: number, b: number): boolean {
    const one = this.#memberships.get(a);
    const other = this.#memberships.get(b);
    if (one === undefined || other === undefined || one.group !== other.group || one.role !== other.role)
      return false;
    const { members, cells } = one.group;
    const local = (replica: number, role: number) => words[firstLocal + members[replica]![role]!]!;
    const cell = (replica: number, at: number) => this.#states.read(words, cells[replica]![at]!);
    return (
      members[one.replica]!.every((_, role) => local(one.replica, role) === local(other.replica, role)) &&
      cells[one.replica]!.every((_, at) => cell(one.replica, at) === cell(other.replica, at))
    );
  }
}
