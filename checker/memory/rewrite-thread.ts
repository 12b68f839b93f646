/** Rewrites the text of a thread so that its accesses go by way of its CPU's store buffer. */
import type { AnyExpr, SharedReference } from '../language/expression.ts';
import { and } from '../language/expression.ts';
import type { Block, Statement } from '../language/statement.ts';
import type { AnyThread } from '../language/thread.ts';
import { shapeOf } from './accesses.ts';
import { fence, forwarded, hasRoomFor, isEmpty, placeOf, push } from './buffering.ts';
import { storesOf } from './capacity.ts';
import type { Buffer } from './store-buffer.ts';
import { variablesOf } from './store-buffer.ts';
import { withAccesses, withLoads } from './substitute.ts';

export const rewriteThread = (thread: AnyThread, buffer: Buffer): AnyThread => ({
  ...thread,
  body: rewriteBlock(thread.body, buffer),
});

const rewriteBlock = (block: Block, buffer: Buffer): Block =>
  block.flatMap((statement) => rewrite(statement, buffer));

function rewrite(statement: Statement, buffer: Buffer): Statement | Block {
  switch (statement.kind) {
    case 'step':
      return rewriteStep(statement, buffer);
    case 'barrier':
      return rewriteBarrier(statement, buffer);
    case 'branch':
      return {
        ...statement,
        condition: withLoads(statement.condition, loadFrom(buffer)),
        then: rewriteBlock(statement.then, buffer),
        otherwise: rewriteBlock(statement.otherwise, buffer),
      };
    case 'either':
      return {
        ...statement,
        alternatives: statement.alternatives.map((part) => rewriteBlock(part, buffer)),
      };
    case 'loop':
    case 'forever':
      return { ...statement, body: rewriteBlock(statement.body, buffer) };
    case 'atomically':
      return shapeOf(statement) === 'atomic'
        ? { ...statement, body: afterEmptying(statement.body, buffer) }
        : { ...statement, body: rewriteBlock(statement.body, buffer) };
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
      return { ...statement, guard: withGuard(isEmpty(buffer), statement.guard) };
    case 'load': {
      const load = loadFrom(buffer);
      return {
        ...statement,
        guard: statement.guard === null ? null : withLoads(statement.guard, load),
        effects: withAccesses(statement.effects, { load, store: () => null }),
      };
    }
    case 'store':
      return rewriteStore(statement, buffer);
  }
}

/** A store goes into the buffer, and waits for room where the buffer is shorter than a run may want. */
function rewriteStore(statement: Statement & { kind: 'step' }, buffer: Buffer): Statement {
  const marks = { isRelease: statement.ordering === 'release', isExclusive: false };
  const store = (target: SharedReference, value: AnyExpr) =>
    placeOf(buffer.of, target) === undefined ? null : push(buffer, target, value, marks);
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

/** The block acts on memory: it begins when the buffer is empty. */
function afterEmptying(body: Block, buffer: Buffer): Block {
  const [first, ...rest] = body;
  if (first?.kind === 'step') return [{ ...first, guard: withGuard(isEmpty(buffer), first.guard) }, ...rest];
  const text = 'the store buffer is empty';
  return [
    {
      kind: 'step',
      line: first?.line ?? 0,
      nth: 0,
      role: 'hidden',
      text,
      guard: isEmpty(buffer),
      effects: [],
      ordering: null,
    },
    ...body,
  ];
}
