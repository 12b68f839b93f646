/** Checks that one step is one memory access of one CPU; `atomically` is where more is allowed, with its reason. */
import { fail } from './validate-expression.ts';
import { attempt, originOf } from './model-error.ts';
import { walk, type AnyExpr, type Binder } from './expression.ts';
import { printExpr, printText } from './print.ts';
import { blocksOf, type Block, type Effect, type Statement } from './statement.ts';
import type { Declarations } from './variable.ts';

/** The shared cells that a step touches, each under a key of its own with the name to tell. */
type TouchedCells = Map<string, string>;

/** How often each local has been written so far: `a[i]` before and after `i++` are two cells. */
type Writes = Map<string, number>;

/** What one pass over the accesses of a statement gathers. */
interface AccessPass {
  readonly cells: TouchedCells;
  readonly writes: Writes;
  /** Says what is part of a CPU: that is no memory, however often a step touches it. */
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
            `one step touches ${[...cells.values()].join(' and ')}; a CPU does that in several steps: write several, or atomically('why', ...)`,
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
      // The same cell each time, unless what names it changes from one time to the next.
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
    if (part.kind === 'shared' && shared[part.name]?.insideCpu === undefined)
      cells.set(keyOf(part, writes), printExpr(part));
    if (part.kind === 'quantifier' && part.binder.high > part.binder.low) {
      const before = cells.size;
      addCells(part.body, pass);
      if (cells.size > before) addAll(cells);
    }
  }
}

const total = (writes: Writes): number => [...writes.values()].reduce((sum, times) => sum + times, 0);

/** Whether the key of a cell has a bound variable of this level in it. */
const names = (key: string, { level }: Binder): boolean => key.includes(`"binder":{"level":${level},`);

/** Several instances of the same reference are several cells. */
const addAll = (cells: TouchedCells) => cells.set('all', `all of ${[...cells.values()].join(', ')}`);

/** The same key only for what is surely the same cell. */
function keyOf(reference: AnyExpr, writes: Writes): string {
  const locals = [...walk(reference)].flatMap((part) =>
    part.kind === 'local' ? [`${part.name} ${writes.get(part.name) ?? 0}`] : [],
  );
  return JSON.stringify([{ ...reference, via: undefined }, locals]);
}
