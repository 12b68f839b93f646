/** Where a thread may still read an old value: which variables it reads before a barrier makes that impossible. */
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';

/** What is asked of the statements. */
export interface Reading {
  /** The variables of which a statement itself may read an old value. */
  readonly reads: (statement: Statement) => readonly string[];
  /** Behind it everything is read as it is from then on. */
  readonly refreshes: (statement: Statement) => boolean;
  /** Is told what is of interest behind each statement, more each time. */
  readonly tell?: (statement: Statement, behind: ReadonlySet<string>) => void;
}

/** Variables by label. */
export type AtLabels = ReadonlyMap<string, ReadonlySet<string>>;

type Names = ReadonlySet<string>;

interface Pass extends Reading {
  readonly labels: Map<string, Names>;
}

const nothing: Names = new Set();

const union = (...sets: readonly Iterable<string>[]): Names => new Set(sets.flatMap((set) => [...set]));

/** What is of interest where each label stands, to a fixpoint from nothing. */
export function interestAtLabels(body: Block, reading: Reading): AtLabels {
  const labels = new Map<string, Names>();
  const sizes = () => [...labels.values()].reduce((sum, { size }) => sum + size, 0);
  for (let before = -1; sizes() !== before;) {
    before = sizes();
    interestBefore(body, nothing, { ...reading, labels });
  }
  return labels;
}

/** What is of interest before a block, of which this is of interest behind it. */
export const interestBefore = (block: Block, after: Names, pass: Pass): Names =>
  block.reduceRight((behind, statement) => {
    pass.tell?.(statement, behind);
    return before(statement, behind, pass);
  }, after);

function before(statement: Statement, after: Names, pass: Pass): Names {
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
        interestBefore(statement.then, after, pass),
        interestBefore(statement.otherwise, after, pass),
      );
    case 'either':
      return union(...statement.alternatives.map((part) => interestBefore(part, after, pass)));
    case 'loop':
      return interestBefore(statement.body, atLoopEnd(statement.body, after, pass), pass);
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
export function atLoopEnd(body: Block, after: Names, pass: Pass): Names {
  let end = after;
  for (;;) {
    const next = union(after, interestBefore(body, end, pass));
    if (next.size === end.size) return end;
    end = next;
  }
}

/** What is of interest behind an atomic block, which jumps may leave too. */
export const wayOut = (
  { body }: { readonly body: Block },
  after: Names,
  { labels }: Pick<Pass, 'labels'>,
): Names =>
  union(
    after,
    ...[...statementsOf(body)].map((inner) =>
      inner.kind === 'goto' ? (labels.get(inner.label) ?? nothing) : nothing,
    ),
  );
