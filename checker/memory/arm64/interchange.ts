/** One state for all that differ by interchangeable CPUs: their records are sorted, no permutation is ever tried. */
import type { SymmetricGroup, Symmetry } from '../../program/symmetry.ts';
import { perCell, type CopyState, type MachineState, type CpuViews } from './machine-state.ts';
import type { Program } from './program.ts';

/**
 * Sound for:  every permutation of the replicas of a group maps steps of the machine to steps, and the normal form to the normal form: times
 *             are of no CPU. Where two records are equal and their surroundings are not, equal states may stay two.
 */
export class Interchange {
  readonly #program: Program;
  readonly #groups: readonly SymmetricGroup[];
  /** The cells that belong to no replica. */
  readonly #common: ReadonlyMap<SymmetricGroup, readonly number[]>;

  constructor(program: Program, { groups }: Symmetry) {
    this.#program = program;
    this.#groups = groups;
    this.#common = new Map(
      groups.map((group) => {
        const owned = new Set(group.cells.flat());
        return [group, [...program.isOwn.keys()].filter((cell) => !owned.has(cell))];
      }),
    );
  }

  /** Of the same class for all states of the class, but for ties. */
  canonical(state: MachineState): MachineState {
    return this.#groups.reduce((sorted, group) => this.#sorted(sorted, group), state);
  }

  #sorted(state: MachineState, group: SymmetricGroup): MachineState {
    const records = group.members.map((_, replica) => this.#record(state, group, replica));
    // The sort is stable.
    const order = [...records.keys()].sort((a, b) => compare(records[a]!, records[b]!));
    return order.every((replica, place) => replica === place) ? state : this.#moved(state, group, order);
  }

  /** What tells a replica from another: where its copies are, what they have, what its CPU can tell. */
  #record(state: MachineState, group: SymmetricGroup, replica: number): readonly number[] {
    const { members } = group;
    const numbers: number[] = [];
    for (const processor of members[replica]!) {
      const { locals, data, control, inside } = state.copies[processor]!;
      numbers.push(...locals, ...data, ...control, inside);
    }
    const views = state.cpus[this.#cpuOf(members, replica)]!;
    const { rOld, blind, wOld, rNew, wNew, cap, release, fresh } = views;
    numbers.push(rOld, blind, wOld, rNew, wNew, cap, release, fresh);
    for (const cell of this.#common.get(group)!) addCell(numbers, views, cell);
    for (const cell of group.cells[replica]!) {
      addCell(numbers, views, cell);
      numbers.push(state.own[cell]!, state.ownData[cell]!);
      for (const { time, value } of state.writes[cell]!) numbers.push(time, value);
      numbers.push(-1);
    }
    return numbers;
  }

  #cpuOf(members: SymmetricGroup['members'], replica: number): number {
    return this.#program.processors[members[replica]![0]!]!.cpu;
  }

  /** The state with the replica `order[place]` at each place. */
  #moved(state: MachineState, { members, cells }: SymmetricGroup, order: readonly number[]): MachineState {
    const fromCell = [...state.writes.keys()];
    const fromCpu = [...state.cpus.keys()];
    const toCpu = fromCpu.slice();
    const fromCopy = [...state.copies.keys()];
    for (const [place, replica] of order.entries()) {
      for (const [at, cell] of cells[place]!.entries()) fromCell[cell] = cells[replica]![at]!;
      for (const [at, copy] of members[place]!.entries()) fromCopy[copy] = members[replica]![at]!;
      fromCpu[this.#cpuOf(members, place)] = this.#cpuOf(members, replica);
      toCpu[this.#cpuOf(members, replica)] = this.#cpuOf(members, place);
    }
    const rename = (promisedBy: number) => (promisedBy < 0 ? promisedBy : toCpu[promisedBy]!);
    const { noViews } = this.#program;
    const moveCells = (views: CpuViews): CpuViews =>
      views.cells === noViews.cells
        ? views
        : {
            ...views,
            cells: fromCell.flatMap((cell) => views.cells.slice(cell * perCell, (cell + 1) * perCell)),
          };
    return {
      ...state,
      writes: fromCell.map((cell) =>
        state.writes[cell]!.map((write) =>
          write.promisedBy < 0 ? write : { ...write, promisedBy: rename(write.promisedBy) },
        ),
      ),
      own: fromCell.map((cell) => state.own[cell]!),
      ownData: fromCell.map((cell) => state.ownData[cell]!),
      cpus: fromCpu.map((cpu) => moveCells(state.cpus[cpu]!)),
      copies: fromCopy.map((copy): CopyState => state.copies[copy]!),
    };
  }
}

function addCell(numbers: number[], { cells }: CpuViews, cell: number): void {
  for (let at = cell * perCell; at < (cell + 1) * perCell; at++) numbers.push(cells[at]!);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return a.length - b.length;
}
