/** Checks that one step is one memory access of one CPU; `atomically` is where more is allowed, with its reason. */
import { fail } from './check-expression.ts';
import type { AnyExpr } from './expression.ts';
import { walk } from './expression.ts';
import { printExpr, printText } from './print.ts';
import type { Block, Effect, Statement } from './statement.ts';
import { blocksOf } from './statement.ts';

/** The shared cells that a step touches, each under a key of its own with the name to tell. */
type Cells = Map<string, string>;

/** How often each local has been written so far: `a[i]` before and after `i++` are two cells. */
type Writes = Map<string, number>;

export function checkAccesses(body: Block, place: string): void {
  for (const statement of body) {
    if (statement.kind === 'atomically') continue;
    const cells = cellsOf(statement);
    if (cells.size > 1)
      fail(
        { place: `${place}, line ${statement.line} '${printText(statement)}'` },
        `one step touches ${[...cells.values()].join(' and ')}; a CPU does that in several steps: write several, or atomically('why', ...)`,
      );
    for (const inner of blocksOf(statement)) checkAccesses(inner, place);
  }
}

function cellsOf(statement: Statement): Cells {
  const cells: Cells = new Map();
  const writes: Writes = new Map();
  if (statement.kind === 'branch') addCells(statement.condition, cells, writes);
  if (statement.kind === 'step') {
    if (statement.guard !== null) addCells(statement.guard, cells, writes);
    for (const effect of statement.effects) addCellsOfEffect(effect, cells, writes);
  }
  return cells;
}

function addCellsOfEffect(effect: Effect, cells: Cells, writes: Writes): void {
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      addCells(value, cells, writes);
      addCells(target, cells, writes);
      if (target.kind === 'local') writes.set(target.name, (writes.get(target.name) ?? 0) + 1);
      return;
    }
    case 'when':
      addCells(effect.condition, cells, writes);
      for (const part of effect.effects) addCellsOfEffect(part, cells, writes);
      return;
    case 'each': {
      const before = cells.size;
      for (const part of effect.effects) addCellsOfEffect(part, cells, writes);
      if (cells.size > before && effect.binder.high > effect.binder.low) addAll(cells);
      return;
    }
    case 'assert':
      addCells(effect.condition, cells, writes);
      return;
    case 'count':
      return;
  }
}

function addCells(expr: AnyExpr, cells: Cells, writes: Writes): void {
  for (const part of walk(expr)) {
    if (part.kind === 'shared') cells.set(keyOf(part, writes), printExpr(part));
    if (part.kind === 'quantifier' && part.binder.high > part.binder.low) {
      const before = cells.size;
      addCells(part.body, cells, writes);
      if (cells.size > before) addAll(cells);
    }
  }
}

/** Several instances of the same reference are several cells. */
const addAll = (cells: Cells) => cells.set('all', `all of ${[...cells.values()].join(', ')}`);

/** The same key only for what is surely the same cell. */
function keyOf(reference: AnyExpr, writes: Writes): string {
  const locals = [...walk(reference)].flatMap((part) =>
    part.kind === 'local' ? [`${part.name} ${writes.get(part.name) ?? 0}`] : [],
  );
  return JSON.stringify([reference, locals]);
}
