/**
 * What the rewrite of `weak` does not try although ARMv8 may do it: the ledger beside the model. A proof that rests on a
 * pair of accesses in it is none.
 */
import { walk, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Untried } from '../../language/model.ts';
import { printText } from '../../language/print.ts';
import { blocksOf, type Block, type Effect, type Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { accessesOf, shapeOf, unwrapped } from '../common/accesses.ts';
import { comesAfter, conductOf, leadsTo, type Conduct, type ConductContext } from './program-order.ts';
import type { Late } from './delayed-step.ts';
import {
  failureOf,
  isFullBarrier,
  isReadModifyWrite,
  orderOf,
  usesWhatItReads,
  type StepStatement,
} from '../common/ordering.ts';

export interface LedgerContext extends ConductContext {
  /** Steps that could be late, and those that the rewrite lets be late, by line. */
  readonly candidates: ReadonlyMap<number, Late>;
  readonly late: ReadonlyMap<number, Late>;
  /** Variables that other CPUs touch, and those that they write. */
  readonly common: ReadonlySet<string>;
  readonly writtenByOthers: ReadonlySet<string>;
  /** Variables that threads of the same CPU write. */
  readonly writtenHere: ReadonlySet<string>;
}

/**
 * A load, or an atomic operation, that the CPU may still perform behind what follows in the text.
 *
 * What says that something is ordered is true of all ways that lead here; what says that something is refused, of some.
 */
interface Pending {
  /** Why the rewrite has performed it already; null: it has not. */
  readonly refused: string | null;
  /** Later stores may still pass it; so may later loads. */
  readonly passedByStores: boolean;
  readonly passedByLoads: boolean;
  /** Its value is used nowhere: a read barrier has stood behind it, and does not order it. */
  readonly behindRead: boolean;
  /** It is an atomic block, behind which the rewrite reads nothing old. */
  readonly isBlock: boolean;
  /** Stores and loads are among what is ordered behind it, itself included. */
  readonly hasStore: boolean;
  readonly hasLoad: boolean;
  /** Locals whose value depends on what is ordered behind it, by key. */
  readonly tainted: ReadonlySet<string>;
  /** Cells that it, or something ordered behind it, accesses: the next access of such a cell is no earlier. */
  readonly cells: readonly SharedReference[];
  /** Lines of late steps that the rewrite performs behind it. */
  readonly followers: ReadonlySet<number>;
}

/** By line of what is pending; null where control does not come. */
type Pendings = ReadonlyMap<number, Pending>;
type PendingState = Pendings | null;

interface LedgerPass extends LedgerContext {
  readonly thread: AnyThread;
  readonly statements: ReadonlyMap<number, Statement>;
  readonly labels: Map<string, PendingState>;
  readonly found: Map<string, Untried>;
}

/** The pairs of accesses of a thread, as its author wrote it, that ARMv8 may reorder and the rewrite does not. */
export function untriedIn(thread: AnyThread, ground: LedgerContext): readonly Untried[] {
  const statements = new Map([...statementsOf(thread.body)].map((one) => [one.line, one]));
  const pass: LedgerPass = { ...ground, thread, statements, labels: new Map(), found: new Map() };
  const known = () => JSON.stringify([...pass.labels].map(([name, state]) => [name, textOf(state)]));
  for (let before = ''; before !== known();) {
    before = known();
    runBlock(thread.body, new Map(), pass);
  }
  return [...pass.found.values()];
}

const textOf = (state: PendingState): string =>
  JSON.stringify(state === null ? null : [...state].map(([line, one]) => [line, plain(one)]));

const plain = ({ tainted, followers, ...rest }: Pending) => [
  rest,
  [...tainted].sort(),
  [...followers].sort((a, b) => a - b),
];

const runBlock = (block: Block, before: PendingState, pass: LedgerPass): PendingState =>
  block.reduce<PendingState>((state, statement) => run(statement, state, pass), before);

function run(statement: Statement, before: PendingState, pass: LedgerPass): PendingState {
  switch (statement.kind) {
    case 'label': {
      const state = joined(pass.labels.get(statement.name) ?? null, before);
      pass.labels.set(statement.name, state);
      return state;
    }
    case 'goto':
      pass.labels.set(statement.label, joined(pass.labels.get(statement.label) ?? null, before));
      return null;
    case 'note':
      return before;
    case 'step':
      return before === null ? null : access(eventOf(statement, pass), before, pass);
    case 'barrier':
      return before === null ? null : atBarrier(statement, before, pass);
    case 'choose':
      return before === null ? null : access(eventOf(statement, pass), before, pass);
    case 'branch':
      return before === null ? null : atBranch(statement, before, pass);
    case 'either': {
      const inside = before === null ? null : access(eventOf(statement, pass), before, pass);
      return statement.alternatives
        .map((part) => runBlock(part, inside, pass))
        .reduce<PendingState>((all, one) => joined(all, one), null);
    }
    case 'loop':
    case 'forever':
      return repeated(statement, before, pass);
    case 'atomically':
      return before === null ? null : atAtomic(statement, before, pass);
  }
}

/** A body that may run again with what is pending at its end. */
function repeated(
  statement: Statement & { kind: 'loop' | 'forever' },
  before: PendingState,
  pass: LedgerPass,
): PendingState {
  const event = eventOf(statement, pass);
  const round = (state: PendingState) =>
    state === null || statement.kind === 'forever' ? state : access(event, state, pass);
  let entry = round(before);
  for (;;) {
    const end = runBlock(statement.body, entry, pass);
    const next = joined(entry, round(end));
    if (textOf(next) === textOf(entry)) return statement.kind === 'forever' ? null : round(end);
    entry = next;
  }
}

function joined(one: PendingState, other: PendingState): PendingState {
  if (one === null || other === null) return one ?? other;
  const lines = new Set([...one.keys(), ...other.keys()]);
  return new Map(
    [...lines].map((line): [number, Pending] => {
      const [a, b] = [one.get(line), other.get(line)];
      return [line, a === undefined ? b! : b === undefined ? a : either(a, b)];
    }),
  );
}

function either(a: Pending, b: Pending): Pending {
  const texts = new Set(b.cells.map((one) => JSON.stringify(one)));
  return {
    refused: a.refused ?? b.refused,
    passedByStores: a.passedByStores || b.passedByStores,
    passedByLoads: a.passedByLoads || b.passedByLoads,
    behindRead: a.behindRead || b.behindRead,
    isBlock: a.isBlock,
    hasStore: a.hasStore && b.hasStore,
    hasLoad: a.hasLoad && b.hasLoad,
    tainted: new Set([...a.tainted].filter((name) => b.tainted.has(name))),
    cells: a.cells.filter((one) => texts.has(JSON.stringify(one))),
    followers: new Set([...a.followers, ...b.followers]),
  };
}

/** What a statement does, for the order of what is around it. */
interface LedgerEvent {
  readonly line: number;
  readonly statement: Statement;
  readonly conduct: Conduct;
  /** The rewrite may perform it late itself. */
  readonly isLate: boolean;
  readonly reads: readonly SharedReference[];
  readonly writes: readonly SharedReference[];
  readonly effects: readonly Effect[];
  /** What decides where control goes on, or that it goes on: later stores wait for it. */
  readonly decides: AnyExpr | null;
  /** What it writes comes behind all that is before it; all that follows comes behind what it reads. */
  readonly isRelease: boolean;
  readonly isAcquire: boolean;
  /** It may leave out what it writes. */
  readonly mayFail: boolean;
}

function eventOf(statement: Statement, pass: LedgerPass): LedgerEvent {
  const late = pass.late.get(statement.line);
  const step = late?.step ?? statement;
  const { reads, writes } = accessesOf(step);
  const isStep = step.kind === 'step';
  const isUpdate = isStep && isReadModifyWrite(step);
  const mayFail = isUpdate && failureOf(step) !== null;
  const order = isUpdate ? orderOf(step) : isStep ? step.ordering : null;
  const conduct = late?.conduct ?? conductOf(statement, pass);
  return {
    line: statement.line,
    statement,
    // The rewrite takes a full atomic operation that fails for a load.
    conduct: mayFail && conduct.kind === 'barrier' ? { ...conduct, kind: 'load', order: 'plain' } : conduct,
    isLate: late !== undefined,
    reads,
    writes,
    effects: isStep ? step.effects : assignmentIn(step),
    decides: isStep ? step.guard : step.kind === 'branch' ? step.condition : null,
    isRelease: (order === 'release' || order === 'full') && writes.length > 0,
    isAcquire: order === 'acquire' && !mayFail && reads.length > 0,
    mayFail,
  };
}

function assignmentIn(statement: Statement): readonly Effect[] {
  const target =
    statement.kind === 'choose' ? statement.target : statement.kind === 'loop' ? statement.variable : null;
  return target === null ? [] : [{ kind: 'set', target, value: { kind: 'constant', value: 0 } }];
}

/** An access, or a computation: what it must come behind, what it passes, and what is pending from it on. */
function access(event: LedgerEvent, before: Pendings, pass: LedgerPass): Pendings {
  if (isFullBarrier(event.statement)) return new Map();
  const after = kept([...before].map(([line, one]) => [line, behind(event, line, one, pass)]));
  const own = pendingFrom(event, pass);
  const old = after.get(event.line);
  return own === null ? after : new Map([...after, [event.line, old === undefined ? own : either(old, own)]]);
}

const kept = (all: readonly (readonly [number, Pending])[]): Pendings =>
  new Map(all.filter(([, one]) => one.passedByStores || one.passedByLoads));

/** What is left pending of an earlier access behind an event. */
function behind(event: LedgerEvent, line: number, given: Pending, pass: LedgerPass): Pending {
  const { conduct, reads, writes, decides, isLate } = event;
  const depends = (expr: AnyExpr) => dependsOn(expr, given.tainted);
  // What an address is computed from in the step itself may be another value than the one before it.
  const { assigns } = conductOf(event.statement, pass);
  const isOfBefore = (expr: AnyExpr) =>
    [...walk(expr)].every((part) => part.kind !== 'local' || !assigns.has(part.name));
  const byAddress = [...reads, ...writes]
    .flatMap(({ index, via = [] }) => (index === null ? via : [index, ...via]))
    .some((expr) => depends(expr) && isOfBefore(expr));
  const byControl = decides !== null && depends(decides);
  const readOrdered =
    reads.length > 0 &&
    (byAddress || reads.some((cell) => isOfBefore(cell) && isLaterRead(cell, given, pass)));
  const { tainted, stores } = flowOf(event.effects, given.tainted, readOrdered);
  const writeOrdered =
    writes.length > 0 &&
    (byAddress ||
      byControl ||
      readOrdered ||
      event.isRelease ||
      stores.every((isDependent) => isDependent) ||
      writes.every((cell) => isOfBefore(cell) && given.cells.some((one) => isSame(one, cell))));

  const waiting = followersOf(line, given, pass).filter((one) => waitsFor(event, one.conduct, pass));
  const isAgain = isLate && (line === event.line || waiting.some(({ at }) => at >= event.line));
  const isClosed = isAgain || waiting.some((one) => !isLate || leadsTo(one.conduct, conduct));
  const reason = isAgain
    ? `line ${event.line} comes again`
    : waiting[0] === undefined
      ? null
      : reasonFor(event, waiting[0], pass);
  const refused = given.refused ?? (isClosed ? reason : null);

  const passes =
    (given.passedByStores && !writeOrdered && writes.some(({ name }) => pass.common.has(name))) ||
    (given.passedByLoads && !readOrdered && given.behindRead && isLoadOfOthers(event, pass)) ||
    (given.passedByLoads && !readOrdered && given.isBlock && isLoadOfOthers(event, pass));
  const isTried =
    given.refused === null &&
    !isClosed &&
    pass.late.has(line) &&
    !waiting.some((one) => comesAfter(conduct, one.conduct) === true);
  if (passes && !isTried) tell(line, event, given.refused ?? reason, pass);

  const isOrdered = readOrdered && event.isAcquire;
  const isCertain = writeOrdered && !event.mayFail && event.effects.some(isStore);
  return {
    ...given,
    refused,
    passedByStores:
      given.passedByStores && !byAddress && !byControl && !isOrdered && !(readOrdered && decides !== null),
    passedByLoads: given.passedByLoads && !isOrdered,
    hasStore: given.hasStore || isCertain,
    hasLoad: given.hasLoad || readOrdered,
    tainted,
    cells: cellsAfter(
      event,
      [...given.cells, ...(readOrdered ? reads : []), ...(isCertain ? writes : [])],
      pass,
    ),
    followers: isLate && waiting.length > 0 ? new Set([...given.followers, event.line]) : given.followers,
  };
}

/** Whether the rewrite performs a step that is late before this event, or may have to. */
function waitsFor({ conduct }: LedgerEvent, late: Conduct, pass: LedgerPass): boolean {
  const must = comesAfter(conduct, late);
  if (typeof must === 'boolean') return must;
  // Perhaps the same cell: two loads of it are in order anyway, where no store of this CPU can be in between.
  return pass.writtenHere.has(late.cell!.name) || conduct.kind !== 'load' || late.kind !== 'load';
}

/** The pending access itself, and what the rewrite performs behind it. */
function followersOf(
  line: number,
  { followers }: Pending,
  pass: LedgerPass,
): readonly Pick<Late, 'at' | 'conduct'>[] {
  const statement = pass.statements.get(line)!;
  const own = pass.late.get(line) ?? { at: line, conduct: conductOf(statement, pass) };
  return [own, ...[...followers].map((at) => pass.late.get(at)!)];
}

/** A load of a cell that the pending access, or something behind it, has loaded: it finds nothing older. */
const isLaterRead = (cell: SharedReference, { cells }: Pending, pass: LedgerPass): boolean =>
  !pass.writtenHere.has(cell.name) && cells.some((one) => isSame(one, cell));

/** Surely the same cell: what an index is computed from has not changed, else it would not be among the cells. */
const isSame = (one: SharedReference, other: SharedReference): boolean =>
  one.name === other.name && JSON.stringify(one.index) === JSON.stringify(other.index);

const isLoadOfOthers = ({ reads }: LedgerEvent, pass: LedgerPass): boolean =>
  reads.some(({ name }) => pass.writtenByOthers.has(name));

const isStore = (effect: Effect): boolean => effect.kind === 'set' && effect.target.kind === 'shared';

const readsShared = (expr: AnyExpr) => [...walk(expr)].some(({ kind }) => kind === 'shared');

type LocalExpr = AnyExpr & { readonly kind: 'local' };

/** A name for a local, of an array for one element. */
const keyOf = ({ name, index }: LocalExpr): string =>
  index === null ? name : `${name}[${JSON.stringify(index)}]`;

const dependsOn = (expr: AnyExpr, tainted: ReadonlySet<string>): boolean =>
  [...walk(expr)].some((part) => part.kind === 'local' && tainted.has(keyOf(part)));

const names = (key: string, local: string) =>
  key.startsWith(`${local}[`) || key.includes(`"name":"${local}"`);

interface LedgerFlow {
  /** The locals that surely depend on a pending access. */
  readonly tainted: ReadonlySet<string>;
  /** Of each store, whether it does. */
  readonly stores: readonly boolean[];
}

/**
 * What depends on a pending access behind some effects, one after the other; `isRead` says that what the step itself reads
 * does. What depends by a condition does so by the value that is selected, or by the branch that selects it, behind which
 * later stores wait.
 */
function flowOf(
  effects: readonly Effect[],
  before: ReadonlySet<string>,
  isRead: boolean,
  under: 'dependent' | 'perhaps' | null = null,
): LedgerFlow {
  return effects.reduce<LedgerFlow>(
    ({ tainted, stores }, effect) => {
      const depends = (expr: AnyExpr) => dependsOn(expr, tainted) || (isRead && readsShared(expr));
      switch (effect.kind) {
        case 'set': {
          const { target, value } = effect;
          if (target.kind === 'shared')
            return { tainted, stores: [...stores, under === 'dependent' || depends(value)] };
          const isTainted =
            under === 'dependent' || (depends(value) && (under === null || tainted.has(keyOf(target))));
          return { tainted: assigned(tainted, target, isTainted), stores };
        }
        case 'when':
        case 'each': {
          const isDependent = effect.kind === 'when' && depends(effect.condition);
          const inner = under === 'dependent' || isDependent ? 'dependent' : 'perhaps';
          const flow = flowOf(effect.effects, tainted, isRead, inner);
          return { tainted: flow.tainted, stores: [...stores, ...flow.stores] };
        }
        case 'assert':
        case 'count':
          return { tainted, stores };
      }
    },
    { tainted: before, stores: [] },
  );
}

/** The locals that depend behind an assignment; what names the local as an index is another cell then. */
function assigned(tainted: ReadonlySet<string>, target: LocalExpr, isTainted: boolean): ReadonlySet<string> {
  const key = keyOf(target);
  const others = [...tainted].filter((one) => one !== key && !names(one, target.name));
  return new Set(isTainted && !key.includes('"bound"') ? [...others, key] : others);
}

/** The cells whose names still mean the same behind an event. */
function cellsAfter(
  event: LedgerEvent,
  cells: readonly SharedReference[],
  pass: LedgerPass,
): readonly SharedReference[] {
  const { assigns } = conductOf(event.statement, pass);
  const isKept = ({ index }: SharedReference) =>
    index === null ||
    [...walk(index)].every(
      (part) =>
        part.kind !== 'bound' && !(part.kind === 'local' && (part.index !== null || assigns.has(part.name))),
    );
  return cells.filter(isKept);
}

/** What is pending from an event on: a load of what other CPUs write, or an atomic operation on it. */
function pendingFrom(event: LedgerEvent, pass: LedgerPass): Pending | null {
  const { statement, reads, writes, effects, decides } = event;
  if (!isLoadOfOthers(event, pass) || event.isAcquire) return null;
  const isDecision = decides !== null && readsShared(decides);
  const isBlind =
    statement.kind === 'step' &&
    isReadModifyWrite(statement) &&
    !event.mayFail &&
    !usesWhatItReads(statement);
  const isCertain = writes.length > 0 && !event.mayFail && effects.some(isStore);
  return {
    refused: pass.candidates.has(event.line) || isDecision ? null : reasonAgainst(event),
    passedByStores: !isDecision,
    passedByLoads: true,
    behindRead: false,
    isBlock: statement.kind === 'atomically',
    hasStore: isCertain,
    hasLoad: !isBlind,
    tainted: flowOf(effects, new Set(), true).tainted,
    cells: cellsAfter(event, [...(isBlind ? [] : reads), ...(isCertain ? writes : [])], pass),
    followers: new Set(),
  };
}

function atBarrier(statement: Statement & { kind: 'barrier' }, before: Pendings, pass: LedgerPass): Pendings {
  if (statement.barrier === 'full') return new Map();
  const event = eventOf(statement, pass);
  return kept(
    [...before].map(([line, one]) => {
      const next = behind(event, line, one, pass);
      if (statement.barrier === 'write')
        return [line, { ...next, passedByStores: next.passedByStores && !one.hasStore }];
      const passed = {
        passedByStores: next.passedByStores && !one.hasLoad,
        passedByLoads: next.passedByLoads && !one.hasLoad,
      };
      return [line, { ...next, ...passed, behindRead: !one.hasLoad }];
    }),
  );
}

function atBranch(
  statement: Statement & { kind: 'branch' },
  before: Pendings,
  pass: LedgerPass,
): PendingState {
  const event = eventOf(statement, pass);
  if (event.isLate) return access({ ...event, decides: null }, before, pass);
  const after = access(ordersNothing(statement) ? { ...event, decides: null } : event, before, pass);
  return joined(runBlock(statement.then, after, pass), runBlock(statement.otherwise, after, pass));
}

/** A branch that a compiler can do without: its arms are computation, or the same. */
function ordersNothing({ then, otherwise }: Statement & { kind: 'branch' }): boolean {
  const isComputation = (block: Block): boolean =>
    block.every(
      (one) =>
        ['note', 'choose', 'step', 'branch', 'loop'].includes(one.kind) &&
        shapeOf(one) === 'none' &&
        !(one.kind === 'step' && one.guard !== null) &&
        blocksOf(one).every(isComputation),
    );
  const text = (block: Block) =>
    JSON.stringify(block, (key, value: unknown) => (key === 'line' || key === 'nth' ? 0 : value));
  return (isComputation(then) && isComputation(otherwise)) || text(then) === text(otherwise);
}

/**
 * An atomic block. One that writes orders all that is around it, which is what its reason says; one that only reads
 * does not, but the rewrite takes it for one that does. Behind what it waits for, though, all is later.
 */
function atAtomic(block: Statement & { kind: 'atomically' }, before: Pendings, pass: LedgerPass): Pendings {
  const only = unwrapped(block);
  const shape = shapeOf(block);
  const jumps = [...statementsOf(block.body)].filter(({ kind }) => kind === 'goto');
  const leave = (after: Pendings): Pendings => {
    for (const jump of jumps) run(jump, after, pass);
    return after;
  };
  if (shape === 'atomic') return leave(new Map());
  if (only !== block) return access(eventOf(only, pass), before, pass);
  const steps = [...statementsOf(block.body)].filter((one): one is StepStatement => one.kind === 'step');
  const [first] = block.body;
  const isWaiting = first?.kind === 'step' && first.guard !== null;
  const event: LedgerEvent = {
    ...eventOf(block, pass),
    effects: steps.flatMap(({ effects }) => effects),
    isAcquire: isWaiting,
  };
  for (const [line, one] of before)
    if (shape === 'load' && one.passedByLoads) tell(line, event, reasonAgainst(event), pass);
  return leave(access(event, before, pass));
}

/** Why the rewrite does not perform something late at all. */
function reasonAgainst({ statement, mayFail, line }: LedgerEvent): string {
  if (statement.kind === 'atomically') return `line ${line} is an atomic block`;
  if (mayFail) return `line ${line} may fail, and orders nothing then`;
  return `line ${line} is performed where it stands`;
}

/** Why the rewrite performs what is late before an event. */
function reasonFor(
  { statement, conduct, line }: LedgerEvent,
  late: Pick<Late, 'at' | 'conduct'>,
  pass: LedgerPass,
): string {
  const { at, conduct: earlier } = late;
  if (statement.kind === 'either') return `line ${line} is a choice`;
  if (statement.kind === 'atomically') return `line ${line} is an atomic block`;
  const cell = conduct.cell?.name;
  if (cell !== undefined && pass.ofHandlers.has(cell))
    return `an interrupt handler touches ${cell} (line ${line})`;
  const reused = [...conduct.assigns].find((name) =>
    [earlier.assigns, earlier.uses, earlier.pointers].some((all) => all.has(name)),
  );
  if (reused !== undefined) return `line ${line} assigns ${reused}, which line ${at} names`;
  if (conduct.isSeen && earlier.isSeen) return `a property sees what lines ${at} and ${line} assign`;
  return `line ${line} waits for line ${at}`;
}

function tell(
  line: number,
  { line: at, statement }: LedgerEvent,
  reason: string | null,
  pass: LedgerPass,
): void {
  const place = (one: Statement) => ({ line: one.line, text: printText(one) });
  const [earlier, later] = [place(pass.statements.get(line)!), place(statement)];
  const known = pass.found.get(`${line} ${at}`);
  if (known === undefined)
    pass.found.set(`${line} ${at}`, {
      thread: pass.thread.name,
      earlier,
      later,
      reason: reason ?? `line ${line} is performed where it stands`,
    });
}
