/** Rewrites the text of a thread so that its accesses go through its CPU's store buffer. */
import { and, not, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Block, Statement } from '../../language/statement.ts';
import type { AnyThread } from '../../language/thread.ts';
import { isMemory, shapeOf } from '../common/accesses.ts';
import { fence, forwarded, hasRoomFor, isEmpty, placeOf, push } from './buffering.ts';
import { storesOf } from './capacity.ts';
import { flatEither, noneYet, type Fresh } from './flat-either.ts';
import { failureOf } from '../common/ordering.ts';
import { variablesOf, type Buffer } from './store-buffer.ts';
import { withAccesses, withLoads } from '../common/substitute.ts';

export const rewriteThread = (thread: AnyThread, buffer: Buffer): AnyThread => ({
  ...thread,
  body: rewriteBlock(thread.body, { buffer, fresh: noneYet() }),
});

interface BufferedCore {
  readonly buffer: Buffer;
  readonly fresh: Fresh;
}

const rewriteBlock = (block: Block, core: BufferedCore): Block =>
  block.flatMap((statement) => rewrite(statement, core));

function rewrite(statement: Statement, core: BufferedCore): Statement | Block {
  const { buffer, fresh } = core;
  switch (statement.kind) {
    case 'step':
      return rewriteStep(statement, buffer);
    case 'barrier':
      return rewriteBarrier(statement, buffer);
    case 'branch':
      return {
        ...statement,
        condition: withLoads(statement.condition, loadFrom(buffer)),
        then: rewriteBlock(statement.then, core),
        otherwise: rewriteBlock(statement.otherwise, core),
      };
    case 'either':
      return flatEither(
        statement,
        statement.alternatives.map((part) => rewriteBlock(part, core)),
        fresh,
      );
    case 'loop':
    case 'forever':
      return { ...statement, body: rewriteBlock(statement.body, core) };
    case 'atomically':
      return shapeOf(statement) === 'atomic'
        ? { ...statement, body: afterEmptying(statement.body, buffer) }
        : { ...statement, body: rewriteBlock(statement.body, core) };
    case 'choose':
    case 'label':
    case 'goto':
    case 'note':
      return statement;
  }
}

const loadFrom = (buffer: Buffer) => (reference: SharedReference) => forwarded(buffer, reference);

const withGuard = (first: AnyExpr, second: AnyExpr | null): AnyExpr =>
  second === null ? first : and(first, second);

function rewriteStep(statement: Statement & { kind: 'step' }, buffer: Buffer): Statement {
  switch (shapeOf(statement)) {
    case 'none':
      return statement;
    case 'atomic':
      return rewriteAtomic(statement, buffer);
    case 'load':
      return loading(statement, buffer);
    case 'store':
      return rewriteStore(statement, buffer);
  }
}

const loading = (statement: Statement & { kind: 'step' }, buffer: Buffer): Statement => ({
  ...statement,
  guard: statement.guard === null ? null : withLoads(statement.guard, loadFrom(buffer)),
  effects: withAccesses(statement.effects, {
    load: loadFrom(buffer),
    store: (target) => (isMemory(target) ? [] : null),
  }),
});

/**
 * An access that acts on memory directly waits until the buffer is empty. A read-modify-write that does not write, such as a
 * failed compare-and-exchange, is a load: the kernel guarantees no order for it, and atomic_add_unless() reads first.
 */
function rewriteAtomic(statement: Statement & { kind: 'step' }, buffer: Buffer): Statement {
  const acting = { ...statement, guard: withGuard(isEmpty(buffer), statement.guard) };
  const failure = failureOf(statement);
  if (failure === null) return acting;
  const failing = loading({ ...statement, guard: withGuard(failure, statement.guard) }, buffer);
  const { line, nth } = statement;
  const succeeding = { ...acting, guard: and(acting.guard, not(failure)) };
  return { kind: 'either', line, nth, alternatives: [[succeeding], [failing]] };
}

/** A store goes into the buffer, and waits for a free slot if a bound limits the buffer. */
function rewriteStore(statement: Statement & { kind: 'step' }, buffer: Buffer): Statement {
  const isRelease = statement.ordering === 'release';
  const store = (target: SharedReference, value: AnyExpr) =>
    placeOf(buffer.of, target) === undefined ? null : push(buffer, target, value, isRelease);
  const effects = withAccesses(statement.effects, { load: loadFrom(buffer), store });
  const stores = buffer.of.room !== null ? storesOf(statement.effects, variablesOf(buffer.of)) : 0;
  const { guard } = statement;
  return { ...statement, effects, guard: stores > 0 ? withGuard(hasRoomFor(stores, buffer), guard) : guard };
}

function rewriteBarrier(statement: Statement & { kind: 'barrier' }, buffer: Buffer): Statement {
  const { line, nth, text, barrier } = statement;
  const step = { kind: 'step', line, nth, text, guard: null, effects: [], ordering: null, barrier } as const;
  switch (statement.barrier) {
    case 'full':
      return { ...step, guard: isEmpty(buffer) };
    case 'write':
      return buffer.fenced === null ? statement : { ...step, effects: fence(buffer) };
    case 'read':
      return statement;
  }
}

/** The block acts on memory directly: it starts when the buffer is empty. */
function afterEmptying(body: Block, buffer: Buffer): Block {
  const [first, ...rest] = body;
  if (first?.kind === 'step') return [{ ...first, guard: withGuard(isEmpty(buffer), first.guard) }, ...rest];
  const text = 'the store buffer is empty';
  return [
    {
      kind: 'step',
      line: first?.line ?? 0,
      nth: 0,
      hidden: true,
      text,
      guard: isEmpty(buffer),
      effects: [],
      ordering: null,
    },
    ...body,
  ];
}
