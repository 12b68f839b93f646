/** Executions as a graph whose edges say what they cost. */
import type { ExecutedStatement } from '../../interpreter/interpreter.ts';
import type { Cost } from '../../language/cost.ts';
import type { AnyThread } from '../../language/thread.ts';
import type { WeightedGraph } from './path-costs.ts';

export interface CostedGraph extends Pick<WeightedGraph, 'first' | 'to'> {
  /** By cost: the weight of an edge. */
  readonly weights: readonly WeightedGraph['weight'][];
  /** By cost: whether a state is one up to which it is counted; null: it is counted up to the end. */
  readonly isTarget: readonly (((state: number) => boolean) | null)[];
  readonly initial: readonly number[];
}

/** What a cost depends on in a statement that is executed. */
export type CostedStatement = Pick<ExecutedStatement, 'statement' | 'reads' | 'writes' | 'counts'>;

/** The copy that takes a step. */
export interface Mover {
  readonly thread: AnyThread;
  readonly replica: number;
}

/** What the statements that a copy executes in one step cost. */
export function weightOf(
  { counts, thread }: Cost,
  { thread: owner, replica }: Mover,
  events: readonly CostedStatement[],
): number {
  const counted = thread === null ? owner.ofMachine !== true : owner.name === thread && replica === 0;
  if (!counted || 'cells' in counts) return 0;
  return events.reduce(
    (sum, event) =>
      sum + ('effect' in counts ? (event.counts[counts.effect] ?? 0) : Number(isStep(counts.steps, event))),
    0,
  );
}

function isStep(
  shape: 'access' | 'read-modify-write' | 'barrier',
  { statement, reads, writes }: CostedStatement,
): boolean {
  const isBarrier =
    statement.kind === 'barrier' || (statement.kind === 'step' && statement.barrier !== undefined);
  switch (shape) {
    case 'access':
      return !isBarrier && reads.length + writes.length > 0;
    case 'read-modify-write':
      return writes.some((write) => reads.some(({ cell }) => cell === write.cell));
    case 'barrier':
      return isBarrier;
  }
}
