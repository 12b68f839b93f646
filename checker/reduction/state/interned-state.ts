/** States as a few numbers: interned tracked cells, interned other cells, and one interned local state a copy. */
import { isWithin, ofBits } from '../../language/interval.ts';
import { numberOf, valueFrom, type Numbering } from '../../program/numbering.ts';
import type { Cells, State } from '../../interpreter/evaluate.ts';
import { VectorSet, VectorTree, type Vector, type VectorType } from '../../state-space/vector-set.ts';

/** Words of a state: the tracked cells, the other cells, and from here on the local states of the copies. */
export const trackedWord = 0;
const othersWord = 1;
export const firstLocal = 2;

/** Whether a domain has numbers of more than 32 bits. */
function hasLongNumbers({ cells, locals }: Numbering): boolean {
  const domains = [...cells, ...locals.flatMap((ranges) => [...ranges.values()].map(({ domain }) => domain))];
  return domains.some((domain) => domain.kind === 'range' && !isWithin(domain, ofBits(32, true)));
}

export class InternedStates {
  readonly numbering: Numbering;
  readonly width: number;
  /** The arrays that hold every number of the model. */
  readonly numbers: VectorType;
  readonly tracked: VectorTree;
  readonly others: VectorTree;
  /** By cell: its position among the tracked cells, or -1 - its position among the others. */
  readonly #positions: Int32Array;
  readonly #locals: readonly VectorSet[];

  constructor(numbering: Numbering, tracked: readonly number[]) {
    this.numbering = numbering;
    this.width = firstLocal + numbering.copies.length;
    const isTracked = new Set(tracked);
    let others = 0;
    this.#positions = Int32Array.from(numbering.cells, (_, cell) =>
      isTracked.has(cell) ? tracked.indexOf(cell) : -1 - others++,
    );
    this.numbers = hasLongNumbers(numbering) ? Float64Array : Int32Array;
    this.tracked = new VectorTree(tracked.length, this.numbers);
    this.others = new VectorTree(others, this.numbers);
    this.#locals = numbering.widths.map((width) => new VectorSet(width, this.numbers));
  }

  get bytes(): number {
    return [this.tracked, this.others, ...this.#locals].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The local states of the copies of a thread. */
  localsOf(thread: number): VectorSet {
    return this.#locals[thread]!;
  }

  read(words: Vector, cell: number): number {
    const position = this.#positions[cell]!;
    return position >= 0
      ? this.tracked.get(words[trackedWord]!, position)
      : this.others.get(words[othersWord]!, -1 - position);
  }

  write(words: Int32Array, cell: number, value: number): void {
    const position = this.#positions[cell]!;
    if (position >= 0) words[trackedWord] = this.tracked.with(words[trackedWord]!, position, value);
    else words[othersWord] = this.others.with(words[othersWord]!, -1 - position, value);
  }

  encode(state: State): Int32Array {
    const { numbering } = this;
    const words = new Int32Array(this.width);
    words[trackedWord] = this.tracked.add([]);
    words[othersWord] = this.others.add([]);
    const flat = (cells: Cells) =>
      Object.values(cells)
        .flat()
        .map((value) => numberOf(numbering.names, value));
    for (const [cell, value] of flat(state.shared).entries()) this.write(words, cell, value);
    for (const [copy, { thread, replica, table }] of numbering.copies.entries()) {
      const { location, locals } = state.threads[table.thread.name]![replica]!;
      words[firstLocal + copy] = this.#locals[thread]!.add(this.numbers.of(location, ...flat(locals)));
    }
    return words;
  }

  decode(words: Vector): State {
    const { copies, system, shared, locals } = this.numbering;
    const cells = (ranges: Numbering['shared'], number: (at: number) => number): Cells =>
      Object.fromEntries(
        [...ranges].map(([name, { first, length, isArray, domain }]) => {
          const values = Array.from({ length }, (_, at) =>
            valueFrom(this.numbering.names, domain, number(first + at)),
          );
          return [name, isArray ? values : values[0]!];
        }),
      );
    const threads = system.threads.map(({ thread }, at) => {
      const states = copies.flatMap((copy, position) =>
        copy.thread === at ? [words[firstLocal + position]!] : [],
      );
      const word = (id: number) => (position: number) => this.#locals[at]!.word(id, position);
      return [
        thread.name,
        states.map((id) => ({ location: word(id)(0), locals: cells(locals[at]!, word(id)) })),
      ] as const;
    });
    return { shared: cells(shared, (cell) => this.read(words, cell)), threads: Object.fromEntries(threads) };
  }
}
