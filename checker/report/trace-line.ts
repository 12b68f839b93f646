/** A line of a trace in two columns. */

/** A remark beside the text of a line. */
export interface Remark {
  /** `read`, `stale`: a value read; `change`, `kept`: a write; `store`: a buffered store; `order`: a reordering. */
  readonly kind: 'read' | 'stale' | 'change' | 'kept' | 'store' | 'local' | 'choice' | 'order';
  /** Its shared cell or local; null: none. */
  readonly cell: string | null;
  readonly text: string;
}

export interface TraceLine {
  /** The number of the step, from 1, on its first line; null on the others. */
  readonly step: number | null;
  /** The number of its step, or of the next one. */
  readonly of: number;
  /** Position among the CPUs of the trace. */
  readonly cpu: number;
  readonly kind: 'code' | 'note';
  readonly text: string;
  /** Values read and changed. */
  readonly beside: readonly Remark[];
  /** On the head of a loop: its variable and the value in this iteration. */
  readonly iteration: { readonly variable: string; readonly value: number } | null;
  /** Of a protocol in C: its line, whether racewalk has added the step, and whether the text does not name the line. */
  readonly expands?: { readonly source: string; readonly isGenerated: boolean; readonly isAside: boolean };
}
