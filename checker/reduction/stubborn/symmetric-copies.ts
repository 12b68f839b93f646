/** Copies that cannot be told apart in a state: what one of them may do alone, the other may. */
import type { SymmetricGroup } from '../../program/symmetry.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';

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
