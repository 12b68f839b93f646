/** Generated code of what a transition does to a state. */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import type { Field } from '../layout/placement.ts';
import { addToCell, writeCell } from '../layout/cells.ts';
import { choose, get, i32, local, operation, sequence, set, type Wasm } from '../wasm/code.ts';
import {
  compileCondition,
  compileIndex,
  compileNegation,
  compileNumber,
  compileValue,
  withBound,
  type Ranged,
  type ExpressionContext,
} from './expression.ts';
import { repeat, weightOfEffects } from './repeat.ts';

/** Code of the effects in order; an assertion that fails leaves as a mistake does, and the replay tells which it was. */
export function compileEffects(effects: readonly Effect[], scope: ExpressionContext): Wasm {
  return sequence(...effects.map((effect) => compileEffect(effect, scope)));
}

function compileEffect(effect: Effect, scope: ExpressionContext): Wasm {
  switch (effect.kind) {
    case 'set':
      return compileSet(effect, scope);
    case 'when':
      return choose(compileCondition(effect.condition, scope), [compileEffects(effect.effects, scope)]);
    case 'each':
      return repeat(effect.binder, weightOfEffects(effect.effects), (value) =>
        compileEffects(effect.effects, withBound(scope, effect.binder.level, value)),
      );
    case 'assert':
      return choose(compileNegation(effect.condition, scope), scope.fail());
    case 'count':
      return sequence();
  }
}

export function fieldOf(target: Reference, { layout, thread, replica }: ExpressionContext): Field {
  return (target.kind === 'shared' ? layout.shared : layout.threads[thread]![replica]!.locals)[target.name]!;
}

function compileSet({ target, value }: Effect & { kind: 'set' }, scope: ExpressionContext): Wasm {
  const field = fieldOf(target, scope);
  const amount = addedTo(target, value);
  if (amount !== null) return compileAdd(target, field, amount, scope);
  const { before, ordinal } = checkedOrdinal(compileValue(value, target.domain, scope), target.domain, scope);
  return sequence(before, writeCell(field, compileIndex(target, field, scope), ordinal, scope.words));
}

/** The constant that `value` adds to the target itself, or null when it is anything else. */
function addedTo(target: Reference, value: AnyExpr): number | null {
  if (value.kind !== 'binary' || value.left !== target || value.right.kind !== 'constant') return null;
  if (value.operator !== '+' && value.operator !== '-') return null;
  return value.operator === '+' ? Number(value.right.value) : -Number(value.right.value);
}

/** The domain is checked before: the sum must not carry into the neighbour. */
function compileAdd(target: Reference, field: Field, amount: number, scope: ExpressionContext): Wasm {
  const before = compileIndex(target, field, scope);
  const index = local('i32', 'index');
  const known = before === null || before.kind === 'i32';
  const inner: Reference = known
    ? target
    : { ...target, index: { kind: 'bound', binder: indexBinder(scope, field) } };
  const inside = known ? scope : { ...scope, bound: [...scope.bound, get(index)] };
  const current = compileNumber(inner, inside);
  const sum: Ranged = {
    code: operation('i32.add', current.code, i32(amount)),
    low: current.low + amount,
    high: current.high + amount,
  };
  return sequence(
    ...(known ? [] : [set(index, before)]),
    checkedOrdinal(sum, target.domain, scope).before,
    addToCell(field, known ? before : get(index), amount, scope.words),
  );
}

/** Lets an index that has been computed and checked stand in an expression. */
const indexBinder = ({ bound }: ExpressionContext, { length }: Field) => ({
  level: bound.length,
  low: 0,
  high: length! - 1,
  thread: null,
});

/** Code that leaves unless the value is in the domain, and the code of its ordinal. */
function checkedOrdinal(
  { code, low, high }: Ranged,
  domain: AnyDomain,
  scope: ExpressionContext,
): { readonly before: Wasm; readonly ordinal: Wasm } {
  const first = domain.kind === 'range' ? domain.low : 0;
  const last = domain.kind === 'range' ? domain.high : domain.kind === 'bool' ? 1 : domain.values.length - 1;
  const ordinalFrom = (value: Wasm) => operation('i32.sub', value, i32(first));
  if (low >= first && high <= last) return { before: sequence(), ordinal: ordinalFrom(code) };
  const value = local('i32', 'value');
  const checks = [
    ...(low < first ? [choose(operation('i32.lt_s', get(value), i32(first)), scope.fail())] : []),
    ...(high > last ? [choose(operation('i32.gt_s', get(value), i32(last)), scope.fail())] : []),
  ];
  return { before: sequence(set(value, code), ...checks), ordinal: ordinalFrom(get(value)) };
}

/** Code that gives a variable the value of an ordinal of its domain. */
export function compileOrdinal(target: Reference, ordinal: Wasm, scope: ExpressionContext): Wasm {
  const field = fieldOf(target, scope);
  return writeCell(field, compileIndex(target, field, scope), ordinal, scope.words);
}
