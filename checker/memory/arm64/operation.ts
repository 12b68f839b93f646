/** A transition as the machine executes it. */
import { computed } from '../../program/code-walk.ts';
import type { Code, Transition } from '../../program/transition-system.ts';
import { numbersOf } from '../../program/numbering.ts';
import type { BarrierKind, Effect, Ordering, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { walk, type AnyExpr } from '../../language/expression.ts';
import { printExpr } from '../../language/print.ts';
import { accessesOf, isMemory } from '../common/accesses.ts';
import { isReadModifyWrite, orderOf, usesWhatItReads, type StepStatement } from '../common/ordering.ts';
import { compileEffects, compileExpr, type Act, type Compute, type ThreadScope } from './compile.ts';
import { isAlike, type PureBranches } from './pure-branch.ts';

/** Compiled code; `isInside` says that a pure branch is around it. */
export type CodeNode =
  | { readonly kind: 'goto'; readonly location: number }
  | (NodeOrigin & {
      readonly kind: 'effects';
      readonly barrier: BarrierKind | null;
      readonly act: Act;
      readonly next: CodeNode;
    })
  | (NodeOrigin & {
      readonly kind: 'branch';
      readonly condition: Compute;
      readonly isPure: boolean;
      readonly isAlike: boolean;
      readonly then: CodeNode;
      readonly otherwise: CodeNode;
    })
  | (NodeOrigin & {
      readonly kind: 'choose';
      readonly position: number;
      readonly values: readonly number[];
      readonly next: CodeNode;
    });

interface NodeOrigin {
  readonly statement: Statement;
  readonly isInside: boolean;
}

/**
 * `access` is one load, one store or one atomic operation of a cell, or nothing but local computation; `snapshot` loads
 * several cells at one time; `block` is a block that nobody comes between, in full order with all around it.
 */
export interface Operation {
  readonly transition: Transition;
  readonly kind: 'access' | 'snapshot' | 'block';
  readonly guard: Compute | null;
  readonly code: CodeNode;
  /** Whether a statement stands in the block that this is. */
  readonly isWithin: (statement: Statement) => boolean;
  readonly order: Exclude<Ordering, null>;
  readonly isUpdate: boolean;
  /** An atomic operation that returns nothing. */
  readonly isBlind: boolean;
  /** An atomic operation that may write nothing. */
  readonly mayFail: boolean;
  /** The variables of which a cell is written whatever the values are. */
  readonly alwaysStores: readonly string[];
}

/** What decides how a transition is executed, beside its text. */
export interface Surrounding {
  /** It runs on the CPU of another thread, where it begins and ends with an interrupt. */
  readonly isHandler: boolean;
  /** It accesses no cell that another CPU accesses. */
  readonly isLocal: boolean;
  readonly pure: PureBranches;
}

export function operationOf(
  transition: Transition,
  scope: ThreadScope,
  { isHandler, isLocal, pure }: Surrounding,
): Operation {
  const { statement, guard } = transition;
  const code = compileCode(transition.code, scope, pure);
  const common = { transition, code, guard: guard === null ? null : compileExpr(guard, scope) };
  const single = isHandler ? statement : unwrapped(statement);
  if (single.kind === 'atomically') {
    const body = new Set(statementsOf(single.body));
    const isWithin = (one: Statement) => body.has(one);
    const { writes } = accessesOf(single);
    const isFull = writes.length > 0 || [...body].some(isBarrier);
    if (isLocal && !(isHandler && isFull)) return { ...common, ...plain };
    const waits = single.body.some(
      (one) => one.kind === 'step' && one.guard !== null && readsMemory(one.guard),
    );
    const first = single.body.find(({ kind }) => kind !== 'note');
    return {
      ...common,
      ...plain,
      kind: isFull ? 'block' : 'snapshot',
      order: !isFull && waits ? 'acquire' : 'relaxed',
      isWithin,
      alwaysStores: first?.kind === 'step' ? alwaysStores(first.effects) : [],
    };
  }
  if (single.kind !== 'step') return { ...common, ...plain };
  const { reads, writes } = accessesOf(single);
  if (reads.length + writes.length === 0) return { ...common, ...plain };
  const isUpdate = isReadModifyWrite(single);
  return {
    ...common,
    ...plain,
    order: isUpdate ? orderOf(single) : (single.ordering ?? 'relaxed'),
    isUpdate,
    isBlind: isUpdate && !usesWhatItReads(single),
    mayFail: isUpdate && alwaysStores(single.effects).length === 0,
    alwaysStores: alwaysStores(single.effects),
  };
}

const plain = {
  kind: 'access',
  isWithin: () => false,
  order: 'relaxed',
  isUpdate: false,
  isBlind: false,
  mayFail: false,
  alwaysStores: [],
} as const;

const readsMemory = (expr: AnyExpr) => [...walk(expr)].some(isMemory);
const isBarrier = ({ kind }: Statement) => kind === 'barrier';

const alwaysStores = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) => {
    if (effect.kind === 'each') return alwaysStores(effect.effects);
    return effect.kind === 'set' && isMemory(effect.target) ? [effect.target.name] : [];
  });

/**
 * The step that a block consists of, where it writes one cell and touches no other: that is atomic by itself, and the block says
 * only that others may run before and after.
 */
function unwrapped(statement: Statement): Statement {
  if (statement.kind !== 'atomically') return statement;
  const [step, ...others] = statement.body.filter(({ kind }) => kind !== 'note');
  if (step?.kind !== 'step' || others.length > 0 || step.effects.some(({ kind }) => kind === 'each'))
    return statement;
  const { reads, writes } = accessesOf(step);
  const cells = new Set([...reads, ...writes].map((reference) => printExpr(reference)));
  return writes.length === 1 && cells.size === 1 ? (step satisfies StepStatement) : statement;
}

export const compileCode = (code: Code, scope: ThreadScope, pure: PureBranches): CodeNode =>
  computed<CodeNode>(code, (node, of) => compileNode(node, of, scope, pure));

function compileNode(
  code: Code,
  of: (next: Code) => CodeNode,
  scope: ThreadScope,
  pure: PureBranches,
): CodeNode {
  if (code.kind === 'goto') return code;
  const place = { statement: code.statement, isInside: pure.inside.has(code.statement) };
  switch (code.kind) {
    case 'effects': {
      const { statement } = code;
      return {
        ...place,
        kind: 'effects',
        barrier: statement.kind === 'barrier' ? statement.barrier : null,
        act: compileEffects(code.effects, scope),
        next: of(code.next),
      };
    }
    case 'branch':
      return {
        ...place,
        kind: 'branch',
        condition: compileExpr(code.condition, scope),
        isPure: pure.branches.has(code.statement),
        isAlike: isAlike(code.statement),
        then: of(code.then),
        otherwise: of(code.otherwise),
      };
    case 'choose': {
      const { numbering, thread } = scope;
      const { first, domain } = numbering.locals[thread]!.get(code.target.name)!;
      return {
        ...place,
        kind: 'choose',
        position: first,
        values: numbersOf(numbering.names, domain),
        next: of(code.next),
      };
    }
  }
}
