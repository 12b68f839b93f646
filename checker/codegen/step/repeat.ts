/** Generated code for each value of a binder: unrolled where it is short, a loop where it is not. */
import { walk, type AnyExpr, type Binder } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import {
  canFail,
  coded,
  combined,
  conditionCode,
  isCombined,
  mentions,
  negation,
  type Condition,
} from './condition.ts';
import {
  block,
  choose,
  count,
  get,
  i32,
  jump,
  labelled,
  local,
  sequence,
  set,
  type Wasm,
  type WasmLocal,
} from '../wasm/code.ts';

/** The most nodes that unrolled code has: those of the body times the values. */
const mostUnrolled = 256;

/** Whether to unroll a binder; one over a thread always, since each copy has its own place in the state. */
function isUnrolled({ low, high, thread }: Binder, weight: number): boolean {
  return thread !== null || (high - low + 1) * weight <= mostUnrolled;
}

const valuesOf = ({ low, high }: Binder) => Array.from({ length: high - low + 1 }, (_, at) => i32(low + at));

export const weightOf = (expr: AnyExpr): number => [...walk(expr)].length;

export function weightOfEffects(effects: readonly Effect[]): number {
  return effects.reduce((sum, effect) => sum + 1 + weightInside(effect), 0);
}

function weightInside(effect: Effect): number {
  switch (effect.kind) {
    case 'set':
      return weightOf(effect.target) + weightOf(effect.value);
    case 'when':
      return weightOf(effect.condition) + weightOfEffects(effect.effects);
    case 'each':
      return weightOfEffects(effect.effects);
    case 'assert':
      return weightOf(effect.condition);
    case 'count':
      return 0;
  }
}

/** Code that runs `body` for each value of the binder, ascending. */
export function repeat(binder: Binder, weight: number, body: (value: Wasm) => Wasm): Wasm {
  if (isUnrolled(binder, weight)) return sequence(...valuesOf(binder).map(body));
  const value = local('i32', 'each');
  return count(value, i32(binder.low), i32(binder.high + 1), [body(get(value))]);
}

/**
 * 'all' or 'some' over a binder: its instances, or a loop that ends at the first instance that decides. What is the same
 * in all instances is evaluated once, before the loop.
 */
export function quantified(
  quantifier: 'all' | 'some',
  binder: Binder,
  weight: number,
  instance: (value: Wasm) => Condition,
): Condition {
  const kind = quantifier === 'all' ? 'all' : 'any';
  if (isUnrolled(binder, weight)) return combined(kind, valuesOf(binder).map(instance));
  const value = local('i32', 'bound');
  const { kind: join, fixed, rest } = split(instance(get(value)), kind, value);
  return combined(join, [...fixed, loopOver(kind, value, binder, combined(join, rest))]);
}

function loopOver(kind: 'all' | 'any', value: WasmLocal, { low, high }: Binder, one: Condition): Condition {
  const all = kind === 'all';
  const [result, decided] = [local('i32', 'result'), labelled('decided')];
  const decide = choose(conditionCode(all ? negation(one) : one), [
    set(result, i32(Number(!all))),
    jump(decided),
  ]);
  const search = block(decided, count(value, i32(low), i32(high + 1), [decide]));
  return coded(sequence(set(result, i32(Number(all))), search, get(result)));
}

/**
 * The parts of an instance that do not depend on the bound value, and the others. A part behind one that can fail stays
 * there: only if it is reached is it evaluated.
 */
function split(one: Condition, kind: 'all' | 'any', value: WasmLocal) {
  const { kind: join, parts } = isCombined(one) ? one : { kind, parts: [one] };
  const failing = parts.findIndex(canFail);
  const isFixed = (part: Condition, at: number) => (failing < 0 || at < failing) && !mentions(part, value);
  return { kind: join, fixed: parts.filter(isFixed), rest: parts.filter((part, at) => !isFixed(part, at)) };
}
