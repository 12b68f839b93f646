/** Expressions and effects as functions of a run: what they compute, and what the result is ordered after. */
import { hasNumber, numberOf, valueFrom, type CellRange, type Numbering } from '../../program/numbering.ts';
import {
  isArithmeticOperator,
  type AnyExpr,
  type Binder,
  type Reference,
  type SharedReference,
} from '../../language/expression.ts';
import { outsideOf } from '../../interpreter/interpreter.ts';
import { calculate, modularOperand, wrapped, type WrapExpr } from '../../language/arithmetic.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import type { Effect } from '../../language/statement.ts';
import type { TransitionRun } from './run.ts';

export type Compute = (run: TransitionRun) => number;
export type Act = (run: TransitionRun) => void;

/** Whose expressions are compiled. */
export interface ThreadScope {
  readonly numbering: Numbering;
  /** Position in `TransitionSystem.threads`. */
  readonly thread: number;
}

/** What `act` does with a run; a mistake of the author ends it. */
export function attempt(run: TransitionRun, act: Act): void {
  try {
    act(run);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    run.isOver = true;
    run.mistake(error);
  }
}

export function compileExpr(expr: AnyExpr, scope: ThreadScope): Compute {
  const { names } = scope.numbering;
  switch (expr.kind) {
    case 'constant': {
      const value = numberOf(names, expr.value);
      return () => value;
    }
    case 'self':
      return (run) => run.self;
    case 'bound': {
      const { level } = expr.binder;
      return (run) => run.bound[level]!;
    }
    case 'local': {
      const position = positionOf(expr, scope);
      return (run) => {
        const at = position(run);
        const { locals, data, control } = run.copy;
        if (data[at]! > run.data) run.data = data[at]!;
        if (control[at]! > run.control) run.control = control[at]!;
        return locals[at]!;
      };
    }
    case 'shared': {
      const cell = cellOf(expr, scope);
      return (run) => {
        const [data, control] = [run.data, run.control];
        run.data = 0;
        run.control = 0;
        const at = cell(run);
        const [addressData, addressControl] = [run.data, Math.max(run.data, run.control)];
        run.data = data;
        run.control = control;
        return run.read(at, addressData, addressControl);
      };
    }
    case 'not': {
      const operand = compileExpr(expr.operand, scope);
      return (run) => 1 - operand(run);
    }
    case 'claim':
      return compileExpr(expr.operand, scope);
    case 'conditional': {
      const [condition, then, otherwise] = [expr.condition, expr.then, expr.otherwise].map((part) =>
        compileExpr(part, scope),
      ) as [Compute, Compute, Compute];
      return (run) => (condition(run) === 1 ? then(run) : otherwise(run));
    }
    case 'quantifier': {
      const { level, low, high } = expr.binder;
      const body = compileExpr(expr.body, scope);
      const all = expr.quantifier === 'all' ? 1 : 0;
      return (run) => quantified(run.bound, { level, low, high }, all, () => body(run));
    }
    case 'ended':
      throw new Error('only properties ask whether a thread has ended');
    case 'binary':
      return compileBinary(expr, scope);
    case 'wrap':
      return wrapping(expr, (part) => compileExpr(part, scope));
  }
}

function compileBinary(expr: AnyExpr & { kind: 'binary' }, scope: ThreadScope): Compute {
  const [left, right] = [compileExpr(expr.left, scope), compileExpr(expr.right, scope)];
  return operation(expr, left, right);
}

/**
 * `all` (1 or 0) where the body is that for each value, else the other.
 *
 * An expression that was written elsewhere may have a variable of the same level inside: that one's value ends with it.
 */
export function quantified(
  bound: number[],
  { level, low, high }: Omit<Binder, 'thread'>,
  all: number,
  body: () => number,
): number {
  const { [level]: outer = 0 } = bound;
  let value = low;
  do bound[level] = value;
  while (body() === all && ++value <= high);
  bound[level] = outer;
  return value > high ? all : 1 - all;
}

/** Both operands from the left, the right one of && and || only where it decides. */
export function operation<R>(
  expr: AnyExpr & { kind: 'binary' },
  left: (run: R) => number,
  right: (run: R) => number,
): (run: R) => number {
  const { operator } = expr;
  if (isArithmeticOperator(operator)) return (run) => calculate(operator, left(run), right(run), expr);
  switch (operator) {
    case '&&':
      return (run) => (left(run) === 1 ? right(run) : 0);
    case '||':
      return (run) => (left(run) === 1 ? 1 : right(run));
    case '==':
      return (run) => Number(left(run) === right(run));
    case '!=':
      return (run) => Number(left(run) !== right(run));
    case '<':
      return (run) => Number(left(run) < right(run));
    case '<=':
      return (run) => Number(left(run) <= right(run));
    case '>':
      return (run) => Number(left(run) > right(run));
    case '>=':
      return (run) => Number(left(run) >= right(run));
  }
}

/** The lowest bits of a number; `compile` makes functions of its parts. */
export function wrapping<R>(
  expr: WrapExpr,
  compile: (part: AnyExpr) => (run: R) => number,
): (run: R) => number {
  const parts = modularOperand(expr) ?? { left: expr.operand, right: expr.operand };
  const compiled = new Map([parts.left, parts.right].map((part) => [part, compile(part)]));
  return (run) => wrapped(expr, (part) => compiled.get(part)!(run));
}

/** The number of the cell that a reference names; what its address comes after is left in `data` and `control`. */
function cellOf(reference: SharedReference, scope: ThreadScope): Compute {
  const range = scope.numbering.shared.get(reference.name)!;
  const via = (reference.via ?? []).map((pointer) => compileExpr(pointer, scope));
  const element = elementOf(reference, range, scope);
  if (via.length === 0) return element;
  return (run) => {
    for (const pointer of via) pointer(run);
    return element(run);
  };
}

const positionOf = (reference: Reference & { kind: 'local' }, scope: ThreadScope): Compute =>
  elementOf(reference, scope.numbering.locals[scope.thread]!.get(reference.name)!, scope);

function elementOf(reference: Reference, { first, length }: CellRange, scope: ThreadScope): Compute {
  if (reference.index === null) return () => first;
  const index = compileExpr(reference.index, scope);
  return (run) => {
    const at = index(run);
    if (at < 0 || at >= length)
      throw new ModelError(
        `'${printExpr(reference)}' is read or written at ${at}, and the array has the elements 0 to ${length - 1}`,
      );
    return first + at;
  };
}

export function compileEffects(effects: readonly Effect[], scope: ThreadScope): Act {
  const acts = effects.map((effect) => compileEffect(effect, scope));
  const [only] = acts;
  if (acts.length === 1) return only!;
  return (run) => {
    for (const act of acts) act(run);
  };
}

function compileEffect(effect: Effect, scope: ThreadScope): Act {
  switch (effect.kind) {
    case 'set':
      return compileSet(effect, scope);
    case 'when': {
      const condition = compileExpr(effect.condition, scope);
      const inner = compileEffects(effect.effects, scope);
      const stores = effect.effects.some(storesShared);
      return (run) => {
        run.data = 0;
        run.control = 0;
        const isTrue = condition(run) === 1;
        const control = Math.max(run.data, run.control);
        // What it leaves to a local may be computed, as by csel: then no store but of that value hangs on it.
        const before = run.copy.inside;
        if (stores) run.conditions = Math.max(run.conditions, control);
        run.copy.inside = Math.max(before, control);
        if (isTrue) inner(run);
        run.copy.inside = before;
      };
    }
    case 'each': {
      const { level, low, high } = effect.binder;
      const inner = compileEffects(effect.effects, scope);
      return (run) => {
        const { [level]: outer = 0 } = run.bound;
        for (let value = low; value <= high; value++) {
          run.bound[level] = value;
          inner(run);
        }
        run.bound[level] = outer;
      };
    }
    case 'assert': {
      const condition = compileExpr(effect.condition, scope);
      // The kernel may be built without it: what hangs on a promise goes on behind it.
      return (run) => {
        if (condition(run) !== 1 && run.error === null) run.failed ??= effect.claim;
      };
    }
    case 'count': {
      const { name, amount } = effect;
      return (run) => {
        const counts = run.trail?.at(-1)?.counts;
        if (counts !== undefined) counts[name] = (counts[name] ?? 0) + amount;
      };
    }
  }
}

const storesShared = (effect: Effect): boolean =>
  effect.kind === 'set'
    ? effect.target.kind === 'shared'
    : (effect.kind === 'when' || effect.kind === 'each') && effect.effects.some(storesShared);

function compileSet({ target, value }: Effect & { kind: 'set' }, scope: ThreadScope): Act {
  const { names } = scope.numbering;
  const { domain } = target;
  const compute = compileExpr(value, scope);
  const element = target.kind === 'local' ? positionOf(target, scope) : cellOf(target, scope);
  // The run goes on as the kernel would: whether a promise can be kept is asked behind it.
  const check = (run: TransitionRun, number: number) => {
    if (hasNumber(names, domain, number)) return;
    const told = domain.kind === 'range' ? number : valueFrom(names, domain, number);
    run.mistake(outsideOf(domain, target, told));
  };
  return (run) => {
    run.data = 0;
    run.control = 0;
    const number = compute(run);
    check(run, number);
    const [data, control] = [run.data, Math.max(run.data, run.control)];
    run.data = 0;
    run.control = 0;
    const at = element(run);
    const [addressData, addressControl] = [run.data, Math.max(run.data, run.control)];
    run.data = data;
    run.control = control;
    if (target.kind === 'shared') {
      run.write(at, number, addressData, addressControl);
      return;
    }
    const { copy } = run;
    copy.locals[at] = number;
    copy.data[at] = Math.max(data, addressData);
    copy.control[at] = Math.max(control, addressControl, copy.inside);
  };
}
