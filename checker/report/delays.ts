/** Buffered stores and the steps in which they reach memory. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Cells } from '../interpreter/evaluate.ts';
import { textOf as wordsOfStep } from './author-words.ts';
import type { Trace } from '../trace/trace.ts';

export interface Delay {
  /** The step that stores, from 0. */
  readonly store: number;
  /** The step in which it reaches memory; null: it has not. */
  readonly drain: number | null;
  /** The text of the storing step. */
  readonly text: string;
  /** The CPU of the buffer, as `thread copy`. */
  readonly cpu: string;
}

interface BufferContents {
  readonly cpu: string;
  /** The variables of its slots, the oldest first. */
  readonly slots: readonly string[];
  readonly replica: number;
}

interface BufferedStore {
  readonly store: number;
  readonly cell: number;
}

/**
 * The stores of a trace that went through a store buffer, in the order of the stores.
 *
 * A slot contains the number of a cell, or 0, and slots have no gaps: their changes show which store enters or leaves.
 * Of equal neighbours the older one leaves.
 */
export function delaysOf(system: TransitionSystem, trace: Trace): readonly Delay[] {
  return buffersOf(system)
    .flatMap((buffer) => delaysIn(buffer, trace))
    .sort((a, b) => a.store - b.store);
}

function delaysIn(buffer: BufferContents, trace: Trace): readonly Delay[] {
  const delays: Delay[] = [];
  let waiting: readonly BufferedStore[] = [];
  const textOf = (step: number) => {
    return wordsOfStep(trace.steps[step]!.edge.transition);
  };
  const done = ({ store }: BufferedStore, drain: number | null) =>
    delays.push({ store, drain, text: textOf(store), cpu: buffer.cpu });
  for (const [at, { after }] of trace.steps.entries()) {
    const cells = cellsIn(buffer, after.shared);
    if (cells.length < waiting.length) {
      const { cell: left } = waiting.find(({ cell }, slot) => cell !== cells[slot])!;
      const gone = waiting.findIndex(({ cell }) => cell === left);
      done(waiting[gone]!, at);
      waiting = waiting.toSpliced(gone, 1);
    }
    waiting = [...waiting, ...cells.slice(waiting.length).map((cell) => ({ store: at, cell }))];
  }
  for (const store of waiting) done(store, null);
  return delays;
}

const cellsIn = ({ slots, replica }: BufferContents, shared: Cells): readonly number[] =>
  slots
    .map((name) => {
      const value = shared[name]!;
      return Number(Array.isArray(value) ? (value as readonly number[])[replica] : value);
    })
    .filter((cell) => cell > 0);

function buffersOf({ model }: TransitionSystem): readonly BufferContents[] {
  const slots = Object.keys(model.shared).filter((name) => {
    const { insideCpu, part } = model.shared[name]!;
    return insideCpu === 'store buffer' && part?.holds === 'cell';
  });
  // The entries of a buffer are declared in their order.
  return [...Map.groupBy(slots, (name) => model.shared[name]!.part!.cpu)].flatMap(([host, own]) => {
    const { length } = model.shared[own[0]!]!;
    return Array.from({ length: length ?? 1 }, (_, replica) => ({
      cpu: `${host} ${replica}`,
      slots: own,
      replica,
    }));
  });
}
