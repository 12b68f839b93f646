/** What exports of a trace are made of. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Answer } from '../search/outcome.ts';
import type { Trace } from '../search/trace.ts';
import { harmIn, headline } from '../telling/verdict-text.ts';

export interface ExportedTrace {
  readonly table: TransitionTable;
  readonly trace: Trace;
  /** The model and what was found, in one line. */
  readonly headline: string;
  /** What is so in the last state, in one sentence; null where there is nothing to say. */
  readonly end: string | null;
}

/** The trace of an answer, for export. */
export const exportedTrace = (table: TransitionTable, answer: Answer, trace: Trace): ExportedTrace => ({
  table,
  trace,
  headline: `${table.model.name}: ${headline(answer)}`,
  end: harmIn(table, answer, trace),
});
