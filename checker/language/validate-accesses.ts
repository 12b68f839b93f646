/** Checks that a step accesses at most one shared cell, unless it is in `atomically`. */
import { fail } from './validate-expression.ts';
import { attempt, originOf } from './model-error.ts';
import { walk, type AnyExpr, type Binder } from './expression.ts';
import { printExpr, printText } from './print.ts';
import { blocksOf, type Block, type Effect, type Statement } from './statement.ts';
import type { Declarations } from './variable.ts';

/** The printed names of the shared cells that a step accesses, by key. */
type TouchedCells = Map<string, string>;

/** Writes to each local so far: `a[i]` before and after `i++` are two cells. */
type Writes = Map<string, number>;

/** The result of one pass over the accesses of a statement. */
interface AccessPass {
  readonly cells: TouchedCells;
  readonly writes: Writes;
  /** Declares which variables are CPU state, which a step may access freely. */
  readonly shared: Declarations;
}

export function checkAccesses(body: Block, place: string, shared: Declarations): void {
  for (const statement of body) {
    if (statement.kind === 'atomically') continue;
    const cells = cellsOf(statement, shared);
    if (cells.size > 1)
      attempt(
        () =>
          fail(
            {
              place: `${place}, line ${statement.line} '${printText(statement)}'`,
              origin: originOf(statement),
            },
            `one step touches ${[...cells.values()].join(' and ')}; a CPU needs several steps for that: split the step, or use atomically('why', ...)`,
          ),
        () => undefined,
      );
    for (const inner of blocksOf(statement)) checkAccesses(inner, place, shared);
  }
}

function cellsOf(statement: Statement, shared: Declarations): TouchedCells {
  const pass: AccessPass = { cells: new Map(), writes: new Map(), shared };
  if (statement.kind === 'branch') addCells(statement.condition, pass);
  if (statement.kind === 'step') {
    if (statement.guard !== null) addCells(statement.guard, pass);
    for (const effect of statement.effects) addCellsOfEffect(effect, pass);
  }
  return pass.cells;
}

function addCellsOfEffect(effect: Effect, pass: AccessPass): void {
  const { cells, writes } = pass;
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      addCells(value, pass);
      addCells(target, pass);
      if (target.kind === 'local') writes.set(target.name, (writes.get(target.name) ?? 0) + 1);
      return;
    }
    case 'when':
      addCells(effect.condition, pass);
      for (const part of effect.effects) addCellsOfEffect(part, pass);
      return;
    case 'each': {
      const [before, assigned] = [cells.size, total(writes)];
      for (const part of effect.effects) addCellsOfEffect(part, pass);
      const isRepeated = effect.binder.high > effect.binder.low && cells.size > before;
      // It is the same cell in each iteration unless its index changes.
      if (
        isRepeated &&
        (total(writes) > assigned || [...cells.keys()].some((key) => names(key, effect.binder)))
      )
        addAll(cells);
      return;
    }
    case 'assert':
      addCells(effect.condition, pass);
      return;
    case 'count':
      return;
  }
}

function addCells(expr: AnyExpr, pass: AccessPass): void {
  const { cells, writes, shared } = pass;
  for (const part of walk(expr)) {
    if (part.kind === 'shared' && part.isNoMemory !== true && isMemory(shared[part.name]))
      cells.set(keyOf(part, writes), printExpr(part));
    if (part.kind === 'quantifier' && part.binder.high > part.binder.low) {
      const before = cells.size;
      addCells(part.body, pass);
      if (cells.size > before) addAll(cells);
    }
  }
}

/** Neither CPU state nor a variable of the proof. */
const isMemory = (declaration: Declarations[string] | undefined): boolean =>
  declaration?.insideCpu === undefined && declaration?.ghost === undefined;

const total = (writes: Writes): number => [...writes.values()].reduce((sum, times) => sum + times, 0);

/** Whether the key of a cell contains a bound variable of this level. */
const names = (key: string, { level }: Binder): boolean => key.includes(`"binder":{"level":${level},`);

/** Several instances of the same reference are several cells. */
const addAll = (cells: TouchedCells) => cells.set('all', `all of ${[...cells.values()].join(', ')}`);

/** Equal keys imply equal cells. */
function keyOf(reference: AnyExpr, writes: Writes): string {
  const locals = [...walk(reference)].flatMap((part) =>
    part.kind === 'local' ? [`${part.name} ${writes.get(part.name) ?? 0}`] : [],
  );
  return JSON.stringify([{ ...reference, via: undefined }, locals]);
}
