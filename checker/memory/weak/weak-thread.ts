/** Rewrites the text of a thread for a CPU that reads old values: what becomes of each kind of statement. */
import { not, or, walk, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Block, Effect, Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { accessesOf, shapeOf, unwrapped } from '../common/accesses.ts';
import { fence, forwarded, isEmpty } from '../store-buffer/buffering.ts';
import { flatEither, noneYet } from '../store-buffer/flat-either.ts';
import {
  atLoopEnd,
  readsBeforeBarrierAtLabels,
  readsBeforeBarrier,
  wayOut,
} from '../store-buffer/reads-before-barrier.ts';
import { assignedBy } from './program-order.ts';
import { isBuffered, isIdle, readingOf, refresh, storeNow, type Around, type WeakCore } from './weak-core.ts';
import { variablesOf } from '../store-buffer/store-buffer.ts';
import { rewriteBranch } from './weak-branch.ts';
import { allOf, rewriteStep } from './weak-step.ts';
import { withinAtomic } from './within-atomic.ts';

type VariableNames = ReadonlySet<string>;

export function rewriteWeakThread(
  thread: AnyThread,
  given: Omit<WeakCore, 'labels' | 'fresh' | 'reading'>,
): AnyThread {
  const reading = readingOf(variablesOf(given.stale?.of ?? { places: [] }));
  const labels = new Map(readsBeforeBarrierAtLabels(thread.body, reading));
  const core: WeakCore = { ...given, reading, labels, fresh: noneYet() };
  return { ...thread, body: [...rewriteBlock(thread.body, new Set(), core), ...ending(core)] };
}

/** A thread ends when the writes of its atomic operations have arrived; for its stores nobody waits. */
function ending({ buffer }: WeakCore): Block {
  const pending = buffer?.slots.flatMap(({ exclusive }) => exclusive ?? []) ?? [];
  if (pending.length === 0) return [];
  const text = 'the end: all atomic operations are done';
  const guard = not(or(...pending));
  return [{ kind: 'step', line: 0, nth: 1, role: 'ends', text, guard, effects: [], ordering: null }];
}

function rewriteBlock(block: Block, after: VariableNames, core: WeakCore): Block {
  const pass = { ...core.reading, labels: core.labels };
  const parts: Block[] = [];
  let behind = after;
  for (const statement of block.toReversed()) {
    const before = readsBeforeBarrier([statement], behind, pass);
    parts.unshift(rewrite(statement, { before, after: behind }, core));
    behind = before;
  }
  return parts.flat();
}

function rewrite(statement: Statement, around: Around, core: WeakCore): Block {
  const pass = { ...core.reading, labels: core.labels };
  switch (statement.kind) {
    case 'step':
      return rewriteStep(statement, around, core);
    case 'barrier':
      return [rewriteBarrier(statement, around, core)];
    case 'branch': {
      const then = rewriteBlock(statement.then, around.after, core);
      const otherwise = rewriteBlock(statement.otherwise, around.after, core);
      const ways = {
        before: around.before,
        then: readsBeforeBarrier(statement.then, around.after, pass),
        otherwise: readsBeforeBarrier(statement.otherwise, around.after, pass),
      };
      return rewriteBranch({ ...statement, then, otherwise }, ways, core);
    }
    case 'either':
      return flatEither(
        statement,
        statement.alternatives.map((part) => rewriteBlock(part, around.after, core)),
        core.fresh,
      );
    case 'loop':
      return [
        {
          ...statement,
          body: rewriteBlock(statement.body, atLoopEnd(statement.body, around.after, pass), core),
        },
      ];
    case 'forever':
      return [
        {
          ...statement,
          body: rewriteBlock(statement.body, atLoopEnd(statement.body, new Set(), pass), core),
        },
      ];
    case 'atomically':
      return [rewriteAtomic(statement, { ...around, after: wayOut(statement, around.after, core) }, core)];
    case 'choose':
    case 'label':
    case 'goto':
    case 'note':
      return [statement];
  }
}

function rewriteBarrier(
  statement: Statement & { kind: 'barrier' },
  around: Around,
  { buffer, stale }: WeakCore,
): Statement {
  const { line, nth, text, barrier } = statement;
  const step = { kind: 'step', line, nth, text, guard: null, ordering: null, barrier } as const;
  const fresh = stale === null || isIdle(stale, around) ? [] : refresh(stale, around);
  switch (statement.barrier) {
    case 'full':
      if (buffer === null && fresh.length === 0) return statement;
      return { ...step, guard: buffer === null ? null : isEmpty(buffer), effects: fresh };
    case 'write':
      return (buffer?.fenced ?? null) === null ? statement : { ...step, effects: fence(buffer!) };
    case 'read':
      return fresh.length === 0 ? statement : { ...step, effects: fresh };
  }
}

/** A block acts on memory, when the store buffer is empty if it writes; what follows it is not older. */
function rewriteAtomic(
  statement: Statement & { kind: 'atomically' },
  around: Around,
  core: WeakCore,
): Statement {
  if (isBuffered(statement)) {
    const only = unwrapped(statement);
    return only.kind === 'step' ? { ...statement, body: rewriteStep(only, around, core) } : statement;
  }
  const { buffer, stale } = core;
  const isWriting = shapeOf(statement) === 'atomic';
  const fresh = stale === null ? [] : refresh(stale, around);
  const body = withinAtomic(statement.body, {
    load: (cell) => (isWriting || buffer === null ? cell : forwarded(buffer, cell)),
    store: (target, value, depth) => storeNow(core, target, value, depth),
  });
  return {
    ...statement,
    body: beginning(body, isWriting ? turnOf(statement, core) : null, fresh),
  };
}

/** No store of its CPU waits, and no CPU is in the middle of an atomic operation on a cell that the block may write. */
function turnOf(block: Statement & { kind: 'atomically' }, { buffer, isHeld }: WeakCore): AnyExpr | null {
  const held = accessesOf(block).writes.flatMap((cell) =>
    isKnownBefore(cell, block) ? (isHeld(cell) ?? []) : [],
  );
  return allOf(buffer === null ? null : isEmpty(buffer), ...held.map((one) => not(one)));
}

/** The block neither counts nor assigns what the cell is told by. */
function isKnownBefore({ index }: SharedReference, block: Statement & { kind: 'atomically' }): boolean {
  if (index === null) return true;
  const assigned = [...statementsOf(block.body)].flatMap((one) => [...assignedBy(one)]);
  return [...walk(index)].every(
    (part) => part.kind !== 'bound' && !(part.kind === 'local' && assigned.includes(part.name)),
  );
}

/** The block with something to wait for and something to do at its beginning. */
function beginning(body: Block, guard: AnyExpr | null, effects: readonly Effect[]): Block {
  if (guard === null && effects.length === 0) return body;
  const [first, ...rest] = body;
  if (first?.kind === 'step')
    return [
      {
        ...first,
        guard: allOf(guard, first.guard),
        effects: [...effects, ...first.effects],
      },
      ...rest,
    ];
  const text = guard === null ? 'nothing old is seen any more' : 'the store buffer is empty';
  const own = { line: first?.line ?? 0, nth: first?.nth ?? 0, role: 'hidden' as const };
  return [{ ...own, kind: 'step', text, guard, effects, ordering: null }, ...body];
}
