/** Where a thread may still read an old value: which variables it reads before a barrier makes that impossible. */
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';

/** What is asked of the statements. */
export interface ReadQuestions {
  /** The variables of which a statement itself may read an old value. */
  readonly reads: (statement: Statement) => readonly string[];
  /** Behind it everything is read as it is from then on. */
  readonly refreshes: (statement: Statement) => boolean;
  /** Is told what is of interest behind each statement, more each time. */
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

/** What is of interest where each label stands, to a fixpoint from nothing. */
export function readsBeforeBarrierAtLabels(body: Block, reading: ReadQuestions): AtLabels {
  const labels = new Map<string, VariableNames>();
  const sizes = () => [...labels.values()].reduce((sum, { size }) => sum + size, 0);
  for (let before = -1; sizes() !== before;) {
    before = sizes();
    readsBeforeBarrier(body, nothing, { ...reading, labels });
  }
  return labels;
}

/** What is of interest before a block, of which this is of interest behind it. */
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

/** What is of interest at the end of a body that may run again. */
export function atLoopEnd(body: Block, after: VariableNames, pass: ReadPass): VariableNames {
  let end = after;
  for (;;) {
    const next = union(after, readsBeforeBarrier(body, end, pass));
    if (next.size === end.size) return end;
    end = next;
  }
}

/** What is of interest behind an atomic block, which jumps may leave too. */
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
