/** Cells and values as people read them: `pages[0]._refcount` for an element, `&pages[0]` for a pointer. */
import { printValue, type Value } from '../language/domain.ts';
import type { Model } from '../language/model.ts';
import { partsOfCell } from './shown-steps.ts';

export interface CellNames {
  readonly cell: (cell: string) => string;
  readonly value: (cell: string, value: Value) => string;
  /** The value of a local variable of a thread. */
  readonly local: (thread: string, cell: string, value: Value) => string;
}

export function cellNamesOf({ shared, threads }: Model): CellNames {
  return {
    cell: (cell) => {
      const { name, index } = partsOfCell(cell);
      return shared[name]?.elementNames?.[index ?? 0] ?? cell;
    },
    value: (cell, value) => {
      const declaration = shared[partsOfCell(cell).name];
      return declaration === undefined ? String(value) : printValue(declaration.domain, value);
    },
    local: (thread, cell, value) => {
      const declaration = threads.find(({ name }) => name === thread)?.locals[partsOfCell(cell).name];
      return declaration === undefined ? String(value) : printValue(declaration.domain, value);
    },
  };
}
