/** Which of the checker's own variables a trace shows: those that the claim reads which fails, and few others. */
import { walk } from '../language/expression.ts';
import type { Model } from '../language/model.ts';
import type { AnyDeclaration } from '../language/variable.ts';
import { effectsIn } from '../program/code-walk.ts';
import type { Trace } from '../trace/trace.ts';
import { partsOfCell, type ShownEvent } from './shown-steps.ts';

type Accesses = Pick<ShownEvent, 'reads' | 'writes' | 'changes'>;

export class Bookkeeping {
  readonly #model: Model;
  /** The variables in the claim that fails in the last step. */
  readonly #decisive: ReadonlySet<string>;

  constructor(model: Model, { steps, stopped }: Trace) {
    this.#model = model;
    const last = steps.at(-1);
    const claims = last === undefined || stopped === null ? [] : [...effectsIn(last.edge.transition.code)];
    this.#decisive = new Set(
      claims.flatMap((effect) =>
        effect.kind === 'assert' && effect.claim === stopped
          ? [...walk(effect.condition)].flatMap((part) => (part.kind === 'shared' ? [part.name] : []))
          : [],
      ),
    );
  }

  /** What is shown of the accesses of an event. */
  shown({ reads, writes, changes }: ShownEvent, isLast: boolean): Accesses {
    return {
      reads: reads.filter(({ cell }) => this.#kindOf(cell) === undefined || (isLast && this.#decides(cell))),
      writes: writes.filter(({ cell }) => this.#kindOf(cell) === undefined),
      changes: changes.filter(({ cell }) => this.#kindOf(cell) !== 'none' || this.#decides(cell)),
    };
  }

  #kindOf(cell: string): AnyDeclaration['inTraces'] {
    return this.#model.shared[partsOfCell(cell).name]?.inTraces;
  }

  #decides(cell: string): boolean {
    return this.#decisive.has(partsOfCell(cell).name);
  }
}
