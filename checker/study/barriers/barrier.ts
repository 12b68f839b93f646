/** The barriers of a model, the orderings of its accesses, and the rechecks that rely on them. */
import type { Model } from '../../language/model.ts';
import { walk, type AnyExpr } from '../../language/expression.ts';
import { blocksOf, type Block, type Ordering, type Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { accessesOf, shapeOf } from '../../memory/common/accesses.ts';
import { usesWhatItReads } from '../../memory/common/ordering.ts';
import { isEndSensitive } from './end-sensitive.ts';

/** A statement whose ordering can be removed; a recheck is removed entirely. */
export interface Barrier {
  /** `implied`: an atomic read-modify-write without a declared ordering is a full barrier. */
  readonly kind: 'barrier' | 'ordering' | 'implied' | 'recheck';
  readonly thread: string;
  /** The number of the statement in its thread. */
  readonly line: number;
  readonly text: string;
  /** The ordering of the statement; null for a barrier or a recheck. */
  readonly ordering: Exclude<Ordering, 'relaxed'>;
  /** Whether its removal preserves all runs, which the search for minimal sets requires. */
  readonly onlyOrders: boolean;
}

/** All barriers of a model, in program order. */
export const barriersOf = ({ threads, properties }: Model): readonly Barrier[] =>
  threads.flatMap((thread) => {
    const hasEither = [...statementsOf(thread.body)].some(({ kind }) => kind === 'either');
    const mayGo = !hasEither && !isEndSensitive(properties, thread);
    return barriersIn(thread.body, { thread: thread.name, mayGo, read: new Set() });
  });

interface Within {
  readonly thread: string;
  /** Whether removing a barrier from the thread preserves all runs. */
  readonly mayGo: boolean;
  /** The variables that preceding statements read. */
  readonly read: Set<string>;
}

const barriersIn = (block: Block, within: Within): readonly Barrier[] =>
  block.flatMap((statement) => [
    ...barrierAt(statement, within),
    ...blocksOf(statement).flatMap((inner) =>
      // An atomic block is ordered as a whole: only barriers inside it count.
      barriersIn(statement.kind === 'atomically' ? onlyBarriers(statement) : inner, within),
    ),
  ]);

const onlyBarriers = ({ body }: Statement & { kind: 'atomically' }): Block =>
  body.filter(({ kind }) => kind === 'barrier');

function barrierAt(statement: Statement, { thread, mayGo, read }: Within): readonly Barrier[] {
  const { line } = statement;
  const found = { thread, line, ordering: null } as const;
  const rechecks = isRecheck(statement, read);
  for (const { name } of accessesOf(statement).reads) read.add(name);
  switch (statement.kind) {
    case 'barrier':
      return [{ ...found, kind: 'barrier', text: statement.text, onlyOrders: mayGo }];
    case 'branch':
      return rechecks ? [{ ...found, kind: 'recheck', text: statement.text, onlyOrders: false }] : [];
    case 'step': {
      const { text, ordering } = statement;
      const isAtomic = shapeOf({ ...statement, ordering: null }) === 'atomic';
      if (ordering === 'relaxed' || (ordering === null && !isAtomic)) return [];
      // It is full because it returns a value that the model omits: relaxed, it would be another operation.
      if (ordering === 'full' && isAtomic && !usesWhatItReads(statement)) return [];
      const kind = ordering === null ? 'implied' : 'ordering';
      return [{ ...found, kind, text, ordering: ordering ?? 'full', onlyOrders: true }];
    }
    case 'choose':
    case 'either':
    case 'loop':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'goto':
    case 'note':
      return [];
  }
}

/** A branch on memory that the thread has read before. */
const isRecheck = (statement: Statement, read: ReadonlySet<string>): boolean =>
  statement.kind === 'branch' &&
  statement.otherwise.length === 0 &&
  statement.then.length > 0 &&
  readsOf(statement.condition).some((name) => read.has(name));

const readsOf = (expr: AnyExpr): readonly string[] =>
  [...walk(expr)].flatMap((part) => (part.kind === 'shared' ? [part.name] : []));
