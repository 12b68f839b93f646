/** Which statements of a thread a CPU keeps in the order of the text, when it could perform the earlier one later. */
import {
  eq,
  toExpr,
  walk,
  type AnyExpr,
  type Expr,
  type SharedReference,
} from '../../language/expression.ts';
import type { Effect, Statement } from '../../language/statement.ts';
import { accessesOf, shapeOf, unwrapped } from '../common/accesses.ts';
import {
  isFullBarrier,
  isReadModifyWrite,
  orderOf,
  usesWhatItReads,
  type StepStatement,
} from '../common/ordering.ts';

/** What the order of a statement depends on. */
export interface Conduct {
  /** Locals that it reads; those of the address apart. */
  readonly uses: ReadonlySet<string>;
  readonly pointers: ReadonlySet<string>;
  readonly assigns: ReadonlySet<string>;
  readonly cell: SharedReference | null;
  readonly kind: 'computation' | 'load' | 'store' | 'update' | 'barrier' | 'write barrier' | 'read barrier';
  readonly order: 'plain' | 'acquire' | 'release';
  /** What it reads is nowhere used: a read barrier lets it pass. */
  readonly isBlind: boolean;
  /** Nothing that assigns such locals changes places: properties see them. */
  readonly isSeen: boolean;
}

/** What a conduct is derived with. */
export interface ConductContext {
  /** Locals that a property reads. */
  readonly seen: ReadonlySet<string>;
  /** Variables that interrupt handlers of the CPU touch too: an access of them is an event for its interrupts. */
  readonly ofHandlers: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

export function conductOf(given: Statement, { seen, ofHandlers }: ConductContext): Conduct {
  const statement = shapeOf(given) === 'store' ? unwrapped(given) : given;
  const { reads, writes } = accessesOf(statement);
  const cell = writes[0] ?? reads[0] ?? null;
  const assigns = assignedBy(statement);
  const base = {
    uses: none,
    pointers: new Set(
      [...reads, ...writes].flatMap(({ index, via = [] }) => [index, ...via]).flatMap(localsIn),
    ),
    assigns,
    cell,
    order: 'plain',
    isBlind: false,
    isSeen: [...assigns].some((name) => seen.has(name)),
  } as const;
  if (cell !== null && ofHandlers.has(cell.name)) return { ...base, kind: 'barrier' };
  switch (statement.kind) {
    case 'step':
      return { ...base, ...conductOfStep(statement), uses: usedBy(statement) };
    case 'branch':
      return {
        ...base,
        kind: cell === null ? 'computation' : 'load',
        uses: new Set(localsIn(statement.condition)),
      };
    case 'barrier':
      if (statement.barrier === 'full') return { ...base, kind: 'barrier' };
      return { ...base, kind: statement.barrier === 'write' ? 'write barrier' : 'read barrier' };
    case 'atomically':
    case 'either':
      return { ...base, kind: 'barrier' };
    case 'choose':
    case 'loop':
    case 'forever':
    case 'label':
    case 'goto':
    case 'note':
      return { ...base, kind: 'computation' };
  }
}

function conductOfStep(step: StepStatement): Pick<Conduct, 'kind' | 'order' | 'isBlind'> {
  const shape = shapeOf(step);
  const isUpdate = isReadModifyWrite(step);
  const order = isUpdate ? orderOf(step) : step.ordering;
  const own = {
    order: order === 'acquire' || order === 'release' ? order : 'plain',
    isBlind: false,
  } as const;
  if (shape === 'none') return { ...own, kind: 'computation' };
  if (isFullBarrier(step) || order === 'full') return { ...own, kind: 'barrier' };
  if (isUpdate) return { ...own, kind: 'update', isBlind: !usesWhatItReads(step) };
  return { ...own, kind: shape === 'store' ? 'store' : 'load' };
}

const localsIn = (expr: AnyExpr | null): readonly string[] =>
  expr === null ? [] : [...walk(expr)].flatMap((part) => (part.kind === 'local' ? [part.name] : []));

const usedBy = ({ guard, effects }: StepStatement): ReadonlySet<string> =>
  new Set([...localsIn(guard), ...effects.flatMap(usedByEffect)]);

function usedByEffect(effect: Effect): readonly string[] {
  switch (effect.kind) {
    case 'set':
      return [...localsIn(effect.value), ...localsIn(effect.target.index)];
    case 'when':
      return [...localsIn(effect.condition), ...effect.effects.flatMap(usedByEffect)];
    case 'each':
      return effect.effects.flatMap(usedByEffect);
    case 'assert':
      return localsIn(effect.condition);
    case 'count':
      return [];
  }
}

/** The locals that a statement itself assigns. */
export function assignedBy(statement: Statement): ReadonlySet<string> {
  switch (statement.kind) {
    case 'step':
      return new Set(statement.effects.flatMap(assignedByEffect));
    case 'choose':
      return new Set([statement.target.name]);
    case 'loop':
      return new Set([statement.variable.name]);
    case 'branch':
    case 'either':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return none;
  }
}

function assignedByEffect(effect: Effect): readonly string[] {
  if (effect.kind === 'set') return effect.target.kind === 'local' ? [effect.target.name] : [];
  return effect.kind === 'when' || effect.kind === 'each' ? effect.effects.flatMap(assignedByEffect) : [];
}

const meet = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
  [...some].some((name) => others.has(name));

const isAccess = ({ kind }: Conduct) => kind === 'load' || kind === 'store' || kind === 'update';

/** The later statement computes its address from what the earlier one assigns: all that follows waits for that. */
export const leadsTo = (earlier: Conduct, later: Conduct): boolean => meet(earlier.assigns, later.pointers);

/**
 * When a later statement must come after an earlier one: always (true), never (false), or where this is true.
 *
 * Source: the ordered-before relation of Pulte et al. (POPL 2018), without what store buffers do by themselves.
 */
export function comesAfter(later: Conduct, earlier: Conduct): Expr<boolean> | boolean {
  if (later.kind === 'barrier') return true;
  if (meet(earlier.assigns, later.uses) || leadsTo(earlier, later) || meet(earlier.assigns, later.assigns))
    return true;
  if (meet(earlier.uses, later.assigns) || meet(earlier.pointers, later.assigns)) return true;
  if (earlier.isSeen && later.isSeen) return true;
  if (!isAccess(earlier)) return false;
  if (later.kind === 'write barrier') return earlier.kind !== 'load';
  if (later.kind === 'read barrier')
    return earlier.kind === 'load' || (earlier.kind === 'update' && !earlier.isBlind);
  if (!isAccess(later)) return false;
  if (later.order === 'release' && later.kind !== 'load') return true;
  if (earlier.order === 'acquire') return true;
  return areSame(earlier.cell!, later.cell!);
}

const isBound = ({ kind }: AnyExpr) => kind === 'bound';

/** Whether two references are to the same cell: surely, surely not, or where this is true. */
export function areSame(one: SharedReference, other: SharedReference): Expr<boolean> | boolean {
  if (one.name !== other.name) return false;
  if ([one, other].some(({ index }) => index !== null && [...walk(index)].some(isBound))) return true;
  if (one.index === null || other.index === null) return true;
  if (one.index.kind === 'constant' && other.index.kind === 'constant')
    return one.index.value === other.index.value;
  return JSON.stringify(one.index) === JSON.stringify(other.index)
    ? true
    : eq(toExpr(one.index as Expr<number>), other.index as Expr<number>);
}
