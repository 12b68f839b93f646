/** What a transition does in one state: its outcomes, the cells that it reads and writes, and what could enable it. */
import * as sets from './value-set.ts';
import { ModelError } from '../../language/model-error.ts';
import type { Effect, Statement } from '../../language/statement.ts';
import { amountAdded, decrease, increase, read, write, type Footprint } from './access.ts';
import { enablingConjuncts, type EnablingConjunct } from './enabling.ts';
import { notTheEnd, type Bearing, type Visibility } from './conjuncts.ts';
import { hasNumber, numbersOf, type Numbering } from '../../program/numbering.ts';
import { execute, type Steps } from './execute.ts';
import { cellOf, numericValue, positionOf, type NumericPlace } from './numeric-value.ts';
import type { Transition } from '../../program/transition-system.ts';

/** A shared cell and a value that it has. */
export interface CellValue {
  readonly cell: number;
  readonly value: number;
}

/** A statement that a way executes: what it reads and writes of the shared cells, and what it counts. */
export interface StepEvent {
  readonly statement: Statement;
  readonly reads: readonly CellValue[];
  readonly writes: readonly CellValue[];
  readonly counts: Readonly<Record<string, number>>;
}

/** One way in which a transition fires. */
export interface StepOutcome {
  /** The claim of the assertion that failed, or null; then there is no next state. */
  readonly failed: string | null;
  /** It is a model error, such as a value outside of its domain; then there is no next state either. */
  readonly wrong: boolean;
  /** The local state afterwards, location first. */
  readonly locals: readonly number[];
  readonly cells: readonly number[];
  /** By position in `cells`: the value written. */
  readonly values: readonly number[];
  /** The conjuncts that may fail after the outcome, for it changed something that they read. */
  readonly seen: readonly number[];
  /** The conjuncts that failed before and may hold after it. */
  readonly mended: readonly number[];
  /** What it executes, in order; the first statement reads what the guard reads. Null: it was not asked for. */
  readonly events: readonly StepEvent[] | null;
}

/** A transition of a copy in a state. */
export interface CopyStep {
  readonly enabled: boolean;
  readonly outcomes: readonly StepOutcome[];
  readonly footprint: Footprint;
  /** Where it is not enabled: each alone keeps it so. */
  readonly blockers: readonly EnablingConjunct[];
}

export interface StepContext {
  readonly numbering: Numbering;
  readonly visibility: Visibility;
  readonly copy: number;
  /** The local state of the copy, location first. */
  readonly locals: readonly number[];
  readonly readShared: (cell: number) => number;
  /** Whether outcomes say what they execute. */
  readonly events?: boolean;
}

/**
 * The step that a transition is; it depends on nothing but the local state and the cells that `readShared` reads.
 *
 * Sound for:  a choice counts with all its outcomes at once.
 */
export function stepOf(context: StepContext, transition: Transition): CopyStep {
  const accesses = new Map<number, number>();
  const run: StepRun = { ...context, accesses, outcomes: [] };
  const branch: StepBranch = {
    locals: [...context.locals],
    written: new Map(),
    changed: new Set(),
    added: new Set(),
    events: context.events === true ? [] : null,
    reads: [],
  };
  const { guard, code } = transition;
  attempt(branch, run, () => {
    const way = wayOf(run, branch);
    if (guard === null || numericValue(guard, way) === 1) execute(code, way, steps);
  });
  if (guard !== null && run.outcomes.length === 0)
    return { enabled: false, outcomes: [], footprint: nothing, blockers: enablingConjuncts(context, guard) };
  for (const outcome of run.outcomes)
    for (const conjunct of outcome.mended) note(run, context.numbering.cells.length + conjunct, write);
  const constant = constantOf(accesses, run.outcomes);
  const footprint = {
    elements: [...accesses.keys()],
    kinds: [...accesses.values()],
    steady: null,
    constant,
  };
  return { enabled: true, outcomes: run.outcomes, footprint, blockers: [] };
}

/** The one value that the outcomes set the only cell to which is accessed, where they do nothing else with it. */
function constantOf(
  accesses: ReadonlyMap<number, number>,
  outcomes: readonly StepOutcome[],
): Footprint['constant'] {
  const [cell] = accesses.keys();
  const [value] = outcomes.flatMap(({ values }) => values);
  if (cell === undefined || value === undefined || accesses.get(cell) !== write) return null;
  const isAlike = ({ cells, values }: StepOutcome) =>
    cells.length === 1 && cells[0] === cell && values[0] === value;
  return outcomes.every(isAlike) ? { cell, value } : null;
}

interface StepRun extends StepContext {
  readonly accesses: Map<number, number>;
  readonly outcomes: StepOutcome[];
}

interface OpenEvent extends StepEvent {
  readonly reads: CellValue[];
  readonly writes: CellValue[];
  readonly counts: Record<string, number>;
}

/** The effects on one way so far; a choice copies them. */
interface StepBranch {
  readonly locals: number[];
  readonly written: Map<number, number>;
  /** Positions of locals that changed. */
  readonly changed: Set<number>;
  /** Cells that were only added to: their value still depends on the old one. */
  readonly added: Set<number>;
  /** What it has executed; null: it is not asked for. */
  readonly events: OpenEvent[] | null;
  /** Reads of the current event, before the first one those of the guard; those of a choice belong to none. */
  reads: CellValue[];
}

const nothing: Footprint = { elements: [], kinds: [], steady: null, constant: null };

/** A model error ends this way of firing, and no other. */
function attempt(branch: StepBranch, run: StepRun, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    finish({ failed: null, wrong: true }, branch, run);
  }
}

function note(run: StepRun, element: number, kind: number): void {
  run.accesses.set(element, (run.accesses.get(element) ?? 0) | kind);
}

/** Where expressions are evaluated on the way, and where its effects are recorded. */
interface StepWay extends NumericPlace {
  readonly run: StepRun;
  readonly branch: StepBranch;
}

const wayOf = (run: StepRun, branch: StepBranch): StepWay => ({
  numbering: run.numbering,
  copy: run.copy,
  bound: [],
  run,
  branch,
  readLocal: (_, position) => branch.locals[position]!,
  readShared: (cell) => {
    const own = branch.written.get(cell);
    if (own === undefined || branch.added.has(cell)) note(run, cell, read);
    const value = own ?? run.readShared(cell);
    if (branch.events !== null) branch.reads.push({ cell, value });
    return value;
  },
});

const steps: Steps<StepWay> = {
  enter: (statement, { branch }) => {
    const { events } = branch;
    if (events === null) return;
    if (events.length > 0) branch.reads = [];
    events.push({ statement, reads: branch.reads, writes: [], counts: {} });
  },
  count: ({ name, amount }, { branch }) => {
    const counts = branch.events?.at(-1)!.counts;
    if (counts !== undefined) counts[name] = (counts[name] ?? 0) + amount;
  },
  split: (condition, way) => (numericValue(condition, way) === 1 ? [way, null] : [null, way]),
  assign: (effect, way) => {
    assign(effect, way);
    return way;
  },
  assert: ({ condition, claim }, way) => {
    if (numericValue(condition, way) === 1) return way;
    finish({ failed: claim, wrong: false }, way.branch, way.run);
    return null;
  },
  choose: (target, { run, branch }, next) => {
    for (const chosen of numbersOf(run.numbering.names, target.domain)) {
      const own: StepBranch = {
        locals: [...branch.locals],
        written: new Map(branch.written),
        changed: new Set(branch.changed),
        added: new Set(branch.added),
        events: branch.events === null ? null : [...branch.events],
        reads: [],
      };
      const way = wayOf(run, own);
      attempt(own, run, () => {
        assignLocal(positionOf(target, way), chosen, own);
        next(way);
      });
    }
  },
  arrive: (location, { run, branch }) => {
    branch.locals[0] = location;
    finish({ failed: null, wrong: false }, branch, run);
  },
  merge: (ways) => ways,
};

function finish(
  end: Pick<StepOutcome, 'failed' | 'wrong'>,
  { locals, written, changed, events }: StepBranch,
  run: StepRun,
): void {
  const seen = new Set<number>();
  const mended = new Set<number>();
  const see = ({ conjunct, holding, failing }: Bearing, before: () => number, after: number) => {
    if (sets.has(failing, after)) seen.add(conjunct);
    if (sets.has(holding, after) && sets.has(failing, before())) mended.add(conjunct);
  };
  const { byCell, byLocal } = run.visibility;
  const own = byLocal[run.copy]!;
  for (const [cell, after] of written)
    for (const bearing of byCell[cell]!) see(bearing, () => run.readShared(cell), after);
  for (const position of changed)
    for (const bearing of own[position]!) see(bearing, () => run.locals[position]!, locals[position]!);
  if (locals[0] === run.numbering.copies[run.copy]!.table.end)
    for (const bearing of own[0]!) see(bearing, () => notTheEnd, locals[0]);
  for (const conjunct of standing(run)) mended.delete(conjunct);
  run.outcomes.push({
    ...end,
    locals,
    cells: [...written.keys()],
    values: [...written.values()],
    seen: [...seen],
    mended: [...mended],
    events,
  });
}

/** The conjuncts that no other copy can violate before this one moves: what they read of it keeps them true. */
function* standing({ visibility, numbering, copy, locals }: StepRun): Generator<number> {
  for (const [position, bearings] of visibility.byLocal[copy]!.entries()) {
    const isNoEnd = position === 0 && locals[0] !== numbering.copies[copy]!.table.end;
    const value = isNoEnd ? notTheEnd : locals[position]!;
    for (const { conjunct, failing } of bearings) if (!sets.has(failing, value)) yield conjunct;
  }
}

function assign(effect: Effect & { kind: 'set' }, way: StepWay): void {
  const { run, branch } = way;
  const { target, value } = effect;
  const { names } = run.numbering;
  if (target.kind === 'local') {
    const assigned = numericValue(value, way);
    if (!hasNumber(names, target.domain, assigned)) throw new ModelError('a value is outside of its domain');
    assignLocal(positionOf(target, way), assigned, branch);
    return;
  }
  const amount = amountAdded(effect);
  const cell = cellOf(target, way);
  const old = branch.written.get(cell);
  const before = amount === 0 ? null : (old ?? run.readShared(cell));
  const assigned = before === null ? numericValue(value, way) : before + amount;
  note(run, cell, amount === 0 ? write : amount > 0 ? increase : decrease);
  if (!hasNumber(names, target.domain, assigned)) throw new ModelError('a value is outside of its domain');
  if (amount === 0) branch.added.delete(cell);
  else if (old === undefined) branch.added.add(cell);
  branch.written.set(cell, assigned);
  if (branch.events === null) return;
  if (before !== null) branch.reads.push({ cell, value: before });
  branch.events.at(-1)!.writes.push({ cell, value: assigned });
}

function assignLocal(position: number, assigned: number, branch: StepBranch): void {
  if (branch.locals[position] !== assigned) branch.changed.add(position);
  branch.locals[position] = assigned;
}
