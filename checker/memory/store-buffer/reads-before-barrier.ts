/** A backward analysis: the variables that a thread may still read before a barrier rules out old values. */
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';

/** The properties of statements that the analysis needs. */
export interface ReadQuestions {
  /** The variables whose old values the statement may read. */
  readonly reads: (statement: Statement) => readonly string[];
  /** Whether no read after the statement returns an older value. */
  readonly refreshes: (statement: Statement) => boolean;
  /** Receives the variables live after each statement, repeatedly until the fixpoint. */
  readonly tell?: (statement: Statement, behind: ReadonlySet<string>) => void;
}

/** Variables by label. */
export type AtLabels = ReadonlyMap<string, ReadonlySet<string>>;

type VariableNames = ReadonlySet<string>;

interface ReadPass extends ReadQuestions {
  readonly labels: Map<string, VariableNames>;
}

const nothing: VariableNames = new Set();

const union = (...sets: readonly Iterable<string>[]): VariableNames =>
  new Set(sets.flatMap((set) => [...set]));

/** The variables at each label: the least fixpoint. */
export function readsBeforeBarrierAtLabels(body: Block, reading: ReadQuestions): AtLabels {
  const labels = new Map<string, VariableNames>();
  const sizes = () => [...labels.values()].reduce((sum, { size }) => sum + size, 0);
  for (let before = -1; sizes() !== before;) {
    before = sizes();
    readsBeforeBarrier(body, nothing, { ...reading, labels });
  }
  return labels;
}

/** The variables before a block, given those after it. */
export const readsBeforeBarrier = (block: Block, after: VariableNames, pass: ReadPass): VariableNames =>
  block.reduceRight((behind, statement) => {
    pass.tell?.(statement, behind);
    return before(statement, behind, pass);
  }, after);

function before(statement: Statement, after: VariableNames, pass: ReadPass): VariableNames {
  switch (statement.kind) {
    case 'step':
    case 'barrier':
      return pass.refreshes(statement) ? nothing : union(after, pass.reads(statement));
    case 'atomically':
      return pass.refreshes(statement)
        ? nothing
        : union(pass.reads(statement), wayOut(statement, after, pass));
    case 'branch':
      return union(
        pass.reads(statement),
        readsBeforeBarrier(statement.then, after, pass),
        readsBeforeBarrier(statement.otherwise, after, pass),
      );
    case 'either':
      return union(...statement.alternatives.map((part) => readsBeforeBarrier(part, after, pass)));
    case 'loop':
      return readsBeforeBarrier(statement.body, atLoopEnd(statement.body, after, pass), pass);
    case 'forever':
      return atLoopEnd(statement.body, nothing, pass);
    case 'label':
      pass.labels.set(statement.name, union(pass.labels.get(statement.name) ?? nothing, after));
      return after;
    case 'goto':
      return pass.labels.get(statement.label) ?? nothing;
    case 'choose':
    case 'note':
      return after;
  }
}

/** The variables at the end of a loop body. */
export function atLoopEnd(body: Block, after: VariableNames, pass: ReadPass): VariableNames {
  let end = after;
  for (;;) {
    const next = union(after, readsBeforeBarrier(body, end, pass));
    if (next.size === end.size) return end;
    end = next;
  }
}

/** The variables after an atomic block, including the targets of jumps out of it. */
export const wayOut = (
  { body }: { readonly body: Block },
  after: VariableNames,
  { labels }: Pick<ReadPass, 'labels'>,
): VariableNames =>
  union(
    after,
    ...[...statementsOf(body)].map((inner) =>
      inner.kind === 'goto' ? (labels.get(inner.label) ?? nothing) : nothing,
    ),
  );
