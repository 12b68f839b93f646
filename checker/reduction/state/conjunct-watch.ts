/** Which properties a state violates or reaches, by the conjuncts that a step may have changed. */
import { clauseHolds, type Conjunct } from '../analysis/conjuncts.ts';
import { numericValue, type NumericPlace } from '../analysis/numeric-value.ts';
import type { Property } from '../../language/property.ts';
import { authored, ModelError } from '../../language/model-error.ts';
import { firstLocal, type InternedStates } from './interned-state.ts';
import { learn, recall, type TreeNode, type ValueSource } from './decision-tree.ts';

export class ConjunctWatch {
  readonly #states: InternedStates;
  readonly #conjuncts: readonly Conjunct[];
  readonly #properties: readonly Property[];
  readonly #trees: (TreeNode<boolean> | undefined)[] = [];

  /** `properties`: those of the conjuncts. */
  constructor(
    states: InternedStates,
    conjuncts: readonly Conjunct[],
    properties = states.numbering.system.model.properties,
  ) {
    this.#states = states;
    this.#conjuncts = conjuncts;
    this.#properties = properties;
  }

  /** Positions of the properties of which one of these conjuncts fails, ascending. */
  failing(words: Int32Array, conjuncts: readonly number[]): readonly number[] {
    if (conjuncts.length === 0) return conjuncts;
    const source = this.#sourceOf(words);
    const failed = conjuncts.filter((conjunct) => !this.#holds(conjunct, source));
    const properties = failed.map((conjunct) => this.#conjuncts[conjunct]!.property);
    return [...new Set(properties)].sort((a, b) => a - b);
  }

  /** Judges a conjunct in the state that `words` holds when it is called. */
  judging(words: Int32Array): (conjunct: number) => boolean {
    const source = this.#sourceOf(words);
    return (conjunct) => this.#holds(conjunct, source);
  }

  /** Reads cells by their number, and behind them the local states of the copies. */
  #sourceOf(words: Int32Array): ValueSource {
    const { cells } = this.#states.numbering;
    return {
      read: (place) =>
        place < cells.length ? this.#states.read(words, place) : words[firstLocal + place - cells.length]!,
      offset: (place) => (place < cells.length ? offsetOf(this.#states, place) : 0),
    };
  }

  #holds(conjunct: number, source: ValueSource): boolean {
    const known = recall(this.#trees[conjunct], source);
    if (known !== undefined) return known;
    const { tree, answer } = learn(this.#trees[conjunct], source, (read) =>
      this.#ask(this.#conjuncts[conjunct]!, read),
    );
    this.#trees[conjunct] = tree;
    return answer;
  }

  #ask({ clause, property }: Conjunct, read: (place: number) => number): boolean {
    const { numbering } = this.#states;
    const place: NumericPlace = {
      numbering,
      copy: -1,
      bound: [],
      readShared: read,
      readLocal: (copy, position) =>
        this.#states
          .localsOf(numbering.copies[copy]!.thread)
          .word(read(numbering.cells.length + copy), position),
    };
    try {
      return clauseHolds(clause, place);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      // A conjunct before it may fail, and then this one is not evaluated at all.
      const { kind, name, condition } = this.#properties[property]!;
      return authored(
        `property '${name}'`,
        () => numericValue(condition, place) === (kind === 'always' ? 1 : 0),
      );
    }
  }
}

/** The least value of a cell. */
export function offsetOf({ numbering }: InternedStates, cell: number): number {
  const domain = numbering.cells[cell]!;
  return domain.kind === 'range' ? domain.low : 0;
}
