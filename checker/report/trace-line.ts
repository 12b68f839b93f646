/** A line of a trace in two columns. */

/** What stands beside the text of a line. */
export interface Remark {
  /** `read` and `stale`: a value read; `change` and `kept`: a write; `store`: one that waits; `order`: when it happens. */
  readonly kind: 'read' | 'stale' | 'change' | 'kept' | 'store' | 'local' | 'choice' | 'order';
  /** The cell of memory, or the local, that it is about; null: none. */
  readonly cell: string | null;
  readonly text: string;
}

export interface TraceLine {
  /** The number of the step, from 1, on its first line; null on the others. */
  readonly step: number | null;
  /** The number of the step that it belongs to, or leads to. */
  readonly of: number;
  /** Position among the CPUs that take part. */
  readonly cpu: number;
  readonly kind: 'code' | 'note';
  readonly text: string;
  /** What it read and what it changed. */
  readonly beside: readonly Remark[];
  /** On the head of a loop: its variable and the value in the iteration that begins. */
  readonly iteration: { readonly variable: string; readonly value: number } | null;
}
