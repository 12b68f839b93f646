/** Folds loop iterations that differ only in the index, so that a trace over 512 ptes stays readable. */
import type { TraceLine } from './trace-line.ts';

/** An iteration: its head and the following lines, up to the next head or another CPU. */
interface Round {
  readonly lines: readonly TraceLine[];
  /** Equal for iterations that differ only in the index; null: not an iteration. */
  readonly likeness: string | null;
}

/** The least number of equal iterations to fold. */
const worthFolding = 3;

/** The lines; of equal iterations, the first in full and one line for the others. */
export function foldIterations(lines: readonly TraceLine[]): readonly TraceLine[] {
  const folded: TraceLine[] = [];
  for (const run of runsOf(roundsOf(lines))) {
    const [first, ...others] = run;
    const fold = first!.likeness !== null && run.length >= worthFolding;
    folded.push(...first!.lines, ...(fold ? [summary(others)] : others.flatMap((round) => round.lines)));
  }
  return folded;
}

function roundsOf(lines: readonly TraceLine[]): readonly Round[] {
  const parts: TraceLine[][] = [];
  for (const line of lines) {
    const part = parts.at(-1);
    if (part === undefined || line.iteration !== null || part[0]!.cpu !== line.cpu) parts.push([line]);
    else part.push(line);
  }
  return parts.map((part) => ({ lines: part, likeness: likenessOf(part) }));
}

function likenessOf([head, ...body]: readonly TraceLine[]): string | null {
  if (head === undefined || head.iteration === null) return null;
  const { variable, value } = head.iteration;
  const likened = body.map(({ text, beside }) => [
    text,
    ...beside.map((part) => part.text.replaceAll(`[${value}]`, `[${variable}]`)),
  ]);
  return JSON.stringify([head.cpu, head.text.replace(/\d+$/, ''), ...likened]);
}

/** Groups of equal neighbours. */
function runsOf(rounds: readonly Round[]): readonly (readonly Round[])[] {
  const runs: Round[][] = [];
  for (const round of rounds) {
    const last = runs.at(-1);
    if (last !== undefined && round.likeness !== null && last[0]!.likeness === round.likeness)
      last.push(round);
    else runs.push([round]);
  }
  return runs;
}

function summary(rounds: readonly Round[]): TraceLine {
  const lines = rounds.flatMap((round) => round.lines);
  const heads = lines.flatMap(({ iteration }) => iteration ?? []);
  const steps = lines.flatMap(({ step }) => step ?? []);
  const text = `(the same for ${heads[0]!.variable} = ${heads[0]!.value} to ${heads.at(-1)!.value}, steps ${steps[0]!} to ${steps.at(-1)!})`;
  return {
    step: null,
    of: lines[0]!.of,
    cpu: lines[0]!.cpu,
    kind: 'note',
    text,
    beside: [],
    iteration: null,
  };
}
