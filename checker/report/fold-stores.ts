/** Folds what one call of C stores in several steps, such as the zeros of kzalloc(), into one line. */
import type { TraceLine } from './trace-line.ts';

/** The lines; a line of C whose steps follow each other is one, with what they change. */
export function foldStores(lines: readonly TraceLine[]): readonly TraceLine[] {
  const runs: TraceLine[][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last !== undefined && isMore(last, line)) last.push(line);
    else runs.push([line]);
  }
  return runs.map((run) => (run.length === 1 ? run[0]! : folded(run)));
}

/** Whether the line belongs to the same line of C, of which at most one step is the author's own. */
function isMore(run: readonly TraceLine[], { expands, cpu }: TraceLine): boolean {
  const all = [...run.map((line) => line.expands), expands];
  const isSame = run[0]!.cpu === cpu && all.every((one) => one?.source === run[0]!.expands?.source);
  return expands !== undefined && isSame && all.filter((one) => one?.isGenerated === false).length <= 1;
}

function folded(run: readonly TraceLine[]): TraceLine {
  const last = run.at(-1)!;
  const named = run.findLast(({ expands }) => !expands!.isAside) ?? last;
  // What stays as it is goes without saying, and what racewalk reads for its own checks.
  const beside = run.flatMap((line) =>
    line.beside.filter(({ kind }) => kind !== 'kept' && !(kind === 'read' && line.expands!.isGenerated)),
  );
  const isNew = ({ text }: { readonly text: string }, at: number) =>
    beside.findIndex((other) => other.text === text) === at;
  const steps = { kind: 'order', cell: null, text: `steps ${run[0]!.of} to ${last.of}` } as const;
  return { ...run[0]!, text: named.text, beside: [...beside.filter(isNew), steps] };
}
