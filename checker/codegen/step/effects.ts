/** Generated code of the effects of a transition on a state. */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import type { Field } from '../layout/placement.ts';
import { addToCell, writeCell } from '../layout/cells.ts';
import { choose, get, i32, local, operation, sequence, set, type Wasm } from '../wasm/code.ts';
import type { ExpressionEmitter } from './expression.ts';
import { arithmetic, codeAs, constant, isNarrow, type Ranged } from './number.ts';
import { repeat, weightOfEffects } from './repeat.ts';

/** Code of the effects in order. A false assertion leaves the code as an error does; the replay finds which it was. */
export function effectsCode(effects: readonly Effect[], expressions: ExpressionEmitter): Wasm {
  return sequence(...effects.map((effect) => effectCode(effect, expressions)));
}

function effectCode(effect: Effect, expressions: ExpressionEmitter): Wasm {
  switch (effect.kind) {
    case 'set':
      return assignment(effect, expressions);
    case 'when':
      return choose(expressions.condition(effect.condition), [effectsCode(effect.effects, expressions)]);
    case 'each':
      return repeat(effect.binder, weightOfEffects(effect.effects), (value) =>
        effectsCode(effect.effects, expressions.binding(effect.binder.level, value)),
      );
    case 'assert':
      return choose(expressions.negation(effect.condition), expressions.scope.fail());
    case 'count':
      return sequence();
  }
}

function assignment({ target, value }: Effect & { kind: 'set' }, expressions: ExpressionEmitter): Wasm {
  const amount = addedTo(target, value);
  if (amount !== null) return addition(target, amount, expressions);
  const { before, ordinal } = checkedOrdinal(
    expressions.value(value, target.domain),
    target.domain,
    expressions,
  );
  return sequence(before, ordinalAssignment(target, ordinal, expressions));
}

/** Code that gives a variable the value of an ordinal of its domain. */
export function ordinalAssignment(target: Reference, ordinal: Wasm, expressions: ExpressionEmitter): Wasm {
  const field = expressions.fieldOf(target);
  return writeCell(field, expressions.index(target, field), ordinal, expressions.scope.words);
}

/** The constant that `value` adds to the target itself; null for any other value. */
function addedTo(target: Reference, value: AnyExpr): number | null {
  if (value.kind !== 'binary' || value.left !== target || value.right.kind !== 'constant') return null;
  if (value.operator !== '+' && value.operator !== '-') return null;
  return value.operator === '+' ? Number(value.right.value) : -Number(value.right.value);
}

/** Code that checks the domain first: the sum must not carry into the neighbour. */
function addition(target: Reference, amount: number, expressions: ExpressionEmitter): Wasm {
  const field = expressions.fieldOf(target);
  const before = expressions.index(target, field);
  const index = local('i32', 'index');
  const known = before === null || before.kind === 'i32';
  const current = known
    ? expressions.number(target)
    : expressions
        .binding(expressions.depth, get(index))
        .number({ ...target, index: { kind: 'bound', binder: indexBinder(expressions.depth, field) } });
  const sum = arithmetic('+', current, constant(amount), expressions.scope.fail);
  return sequence(
    ...(known ? [] : [set(index, before)]),
    checkedOrdinal(sum, target.domain, expressions).before,
    addToCell(field, known ? before : get(index), amount, expressions.scope.words),
  );
}

/** The binder of an index that has been computed and checked. */
const indexBinder = (level: number, { length }: Field) => ({
  level,
  low: 0,
  high: length! - 1,
  thread: null,
});

/** Code that fails unless the value is in the domain, and the code of its ordinal. */
function checkedOrdinal(
  number: Ranged,
  domain: AnyDomain,
  { scope }: ExpressionEmitter,
): { readonly before: Wasm; readonly ordinal: Wasm } {
  const first = domain.kind === 'range' ? domain.low : 0;
  const last = domain.kind === 'range' ? domain.high : domain.kind === 'bool' ? 1 : domain.values.length - 1;
  const { low, high } = number;
  const type = isNarrow({ low: Math.min(low, first), high: Math.max(high, last) }) ? 'i32' : 'i64';
  const code = codeAs(type, number);
  const bound = (value: number) => codeAs(type, constant(value));
  // An ordinal has 32 bits, whatever the bits above them.
  const ordinalFrom = (value: Wasm) =>
    operation('i32.sub', type === 'i32' ? value : operation('i32.wrap_i64', value), i32(first));
  if (low >= first && high <= last) return { before: sequence(), ordinal: ordinalFrom(code) };
  const value = local(type, 'value');
  const checks = [
    ...(low < first ? [choose(operation(`${type}.lt_s`, get(value), bound(first)), scope.fail())] : []),
    ...(high > last ? [choose(operation(`${type}.gt_s`, get(value), bound(last)), scope.fail())] : []),
  ];
  return { before: sequence(set(value, code), ...checks), ordinal: ordinalFrom(get(value)) };
}
