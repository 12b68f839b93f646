/** An upper bound for a count on a CPU, such as buffered stores: its maximum between two resets to 0. */
import { blocksOf, type Block, type Effect, type Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { accessesOf, shapeOf, unwrapped } from '../common/accesses.ts';
import { failureOf } from '../common/ordering.ts';

/** A larger count is not told from that of a loop without a barrier. */
const mostCounted = 1_023;

/** The count at an unreachable point. */
const never = -1;

/** The count: its increments and resets. */
export interface Counting {
  /** The increment of a step, or of a whole atomic block. */
  readonly adds: (statement: Statement) => number;
  readonly empties: (statement: Statement) => boolean;
}

interface CapacityCount {
  /** The largest count at each label. */
  readonly labels: Map<string, number>;
  readonly by: Counting;
  /** The most that a run adds up unless it adds the same store again without a reset: a larger count has no bound. */
  readonly bound: number;
  most: number;
  changed: boolean;
}

/** Counts buffered stores to these variables; atomic accesses that always write, and full barriers, reset the count. */
export const waiting = (buffered: ReadonlySet<string>): Counting => ({
  adds: remembered((statement) =>
    statement.kind === 'step' && shapeOf(statement) === 'store' ? storesOf(statement.effects, buffered) : 0,
  ),
  empties: remembered(emptiesBuffer),
});

/** The function, computed once for each statement: a fixpoint asks for it in every round. */
function remembered<T>(judge: (statement: Statement) => T): (statement: Statement) => T {
  const known = new Map<Statement, T>();
  return (statement) => {
    if (!known.has(statement)) known.set(statement, judge(statement));
    return known.get(statement)!;
  };
}

/** An atomic operation that may fail, and is a load then, does not wait until the buffer is empty. */
const emptiesBuffer = (statement: Statement): boolean =>
  statement.kind === 'barrier'
    ? statement.barrier === 'full'
    : shapeOf(statement) === 'atomic' && (statement.kind !== 'step' || failureOf(statement) === null);

/**
 * The largest count of a thread, or null if a loop has no bound.
 *
 * The count increases at each step, is reset where `by` says so, and is the maximum where paths join; labels propagate it
 * along jumps, to a fixpoint.
 */
export function mostAtOnce(thread: AnyThread, by: Counting): number | null {
  const bound = Math.min(mostCounted, addedBy(thread.body, by));
  const count: CapacityCount = { labels: new Map(), by, bound, most: 0, changed: true };
  while (count.changed && count.most <= bound) {
    count.changed = false;
    afterBlock(thread.body, 0, count);
  }
  return count.most <= bound ? count.most : null;
}

/** What a text adds up where each statement runs once in each round of the loops around it. */
const addedBy = (block: Block, by: Counting): number =>
  block.reduce((sum, given) => {
    const statement = unwrapped(given);
    if (statement.kind === 'step' || statement.kind === 'atomically') return sum + by.adds(statement);
    const rounds = statement.kind === 'loop' ? roundsOf(statement) : 1;
    return blocksOf(statement).reduce((all, inner) => all + rounds * addedBy(inner, by), sum);
  }, 0);

/** The statements that increment without bound, each in a loop without a reset. */
export const endlessIn = (thread: AnyThread, by: Counting): readonly Statement[] =>
  [...statementsOf(thread.body)].filter((statement) => {
    const alone = (other: Statement) => (other === statement ? by.adds(other) : 0);
    return by.adds(statement) > 0 && mostAtOnce(thread, { ...by, adds: alone }) === null;
  });

/** For example `writer stores to x (line 4) in a loop`. */
export function endlessText(thread: AnyThread, by: Counting, names: ReadonlySet<string>): string {
  const stores = endlessIn(thread, by).flatMap((statement) =>
    [...statementsOf([statement])]
      .flatMap((one) => accessesOf(one).writes)
      .filter(({ name }) => names.has(name))
      .map(({ name }) => ({ name, line: statement.line })),
  );
  const places = [...Map.groupBy(stores, ({ name }) => name)].map(([name, own]) => {
    const lines = [...new Set(own.map(({ line }) => line))];
    return `${name} (${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')})`;
  });
  return `${thread.name} stores to ${places.join(' and ')} in a loop`;
}

const afterBlock = (block: Block, before: number, count: CapacityCount): number =>
  block.reduce((waiting, statement) => after(statement, waiting, count), before);

const afterAny = (blocks: readonly Block[], before: number, count: CapacityCount): number =>
  Math.max(...blocks.map((block) => afterBlock(block, before, count)));

function after(statement: Statement, before: number, count: CapacityCount): number {
  switch (statement.kind) {
    case 'step':
      return before === never ? never : afterStep(statement, before, count);
    case 'barrier':
      return before !== never && count.by.empties(statement) ? 0 : before;
    case 'branch':
      return afterAny([statement.then, statement.otherwise], before, count);
    case 'either':
      return afterAny(statement.alternatives, before, count);
    case 'atomically': {
      const only = unwrapped(statement);
      return only === statement ? afterAtomic(statement, before, count) : after(only, before, count);
    }
    case 'loop':
      return repeated(statement.body, roundsOf(statement), before, count);
    case 'forever':
      repeated(statement.body, Infinity, before, count);
      return never;
    case 'label':
      return atLabel(statement.name, before, count);
    case 'goto':
      atLabel(statement.label, before, count);
      return never;
    case 'choose':
    case 'note':
      return before;
  }
}

const roundsOf = ({ variable: { domain } }: Statement & { kind: 'loop' }): number =>
  domain.kind === 'range' ? domain.high - domain.low + 1 : 1;

function afterStep(statement: Statement, before: number, count: CapacityCount): number {
  if (count.by.empties(statement)) return 0;
  const waits = before + count.by.adds(statement);
  count.most = Math.max(count.most, waits);
  return waits;
}

/** The largest number of stores to these variables by the effects of one step. */
export const storesOf = (effects: readonly Effect[], buffered: ReadonlySet<string>): number =>
  effects.reduce((sum, effect) => {
    switch (effect.kind) {
      case 'set':
        return sum + Number(effect.target.kind === 'shared' && buffered.has(effect.target.name));
      case 'when':
        return sum + storesOf(effect.effects, buffered);
      case 'each':
        return sum + storesOf(effect.effects, buffered) * (effect.binder.high - effect.binder.low + 1);
      case 'assert':
      case 'count':
        return sum;
    }
  }, 0);

/** Jumps out of an atomic block carry the count at its end. */
function afterAtomic(
  statement: Statement & { kind: 'atomically' },
  before: number,
  count: CapacityCount,
): number {
  const waits = before === never ? never : afterStep(statement, before, count);
  for (const inner of statementsOf(statement.body))
    if (inner.kind === 'goto') atLabel(inner.label, waits, count);
  return waits;
}

/** Stops early at a fixpoint, and if the count grows without bound. */
function repeated(body: Block, rounds: number, before: number, count: CapacityCount): number {
  let waiting = before;
  for (let round = 0; round < rounds && count.most <= count.bound; round++) {
    const next = afterBlock(body, waiting, count);
    if (next === waiting) break;
    waiting = next;
  }
  return waiting;
}

function atLabel(name: string, before: number, count: CapacityCount): number {
  const known = count.labels.get(name) ?? never;
  if (before > known) {
    count.labels.set(name, before);
    count.changed = true;
  }
  return Math.max(before, known);
}
