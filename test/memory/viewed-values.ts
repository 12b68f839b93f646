/** Values with their views for the second ARMv8 machine of the tests: what expressions and effects compute, straight from the language. */
import type { Value } from '../../checker/language/domain.ts';
import type { AnyExpr, Reference } from '../../checker/language/expression.ts';
import type { Effect } from '../../checker/language/statement.ts';

export type Time = number;

/** A value with what an address, and what a store, that is computed from it comes after. */
export type Viewed = readonly [value: Value, data: Time, control: Time];

/** The cell must be read before an expression has a value. */
export class Need extends Error {
  readonly cell: string;
  readonly data: Time;
  readonly control: Time;
  constructor(cell: string, data: Time, control: Time) {
    super(`${cell} is needed`);
    this.cell = cell;
    this.data = data;
    this.control = control;
  }
}

export type Cells = Readonly<Record<string, Viewed>>;

export interface Place {
  registers: Record<string, Viewed>;
  readonly self: number;
  readonly bound: number[];
  /** What is known of memory; anything else is needed first. */
  memory: Record<string, Viewed>;
}

export const { max } = Math;

const join = (value: Value, ...parts: readonly Viewed[]): Viewed => [
  value,
  max(0, ...parts.map(([, data]) => data)),
  max(0, ...parts.map(([, , control]) => control)),
];

function nameOf(reference: Reference, place: Place): Viewed {
  const pointers = reference.kind === 'shared' ? (reference.via ?? []) : [];
  const index = reference.index === null ? null : evaluate(reference.index, place);
  const name = index === null ? reference.name : `${reference.name}[${String(index[0])}]`;
  return join(
    name,
    ...(index === null ? [] : [index]),
    ...pointers.map((pointer) => evaluate(pointer, place)),
  );
}

export function evaluate(expr: AnyExpr, place: Place): Viewed {
  switch (expr.kind) {
    case 'constant':
      return [expr.value, 0, 0];
    case 'self':
      return [place.self, 0, 0];
    case 'bound':
      return [place.bound[expr.binder.level]!, 0, 0];
    case 'local': {
      const name = nameOf(expr, place);
      const found = place.registers[String(name[0])];
      if (found === undefined) throw new Error(`no register ${String(name[0])}`);
      return join(found[0], name, found);
    }
    case 'shared': {
      const name = nameOf(expr, place);
      const found = place.memory[String(name[0])];
      if (found === undefined) throw new Need(String(name[0]), name[1], max(name[1], name[2]));
      return found;
    }
    case 'not': {
      const operand = evaluate(expr.operand, place);
      return join(operand[0] === false, operand);
    }
    case 'claim':
      return evaluate(expr.operand, place);
    case 'conditional': {
      const condition = evaluate(expr.condition, place);
      const chosen = evaluate(condition[0] === true ? expr.then : expr.otherwise, place);
      return join(chosen[0], condition, chosen);
    }
    case 'quantifier': {
      const { level, low, high } = expr.binder;
      const seen: Viewed[] = [];
      for (let value = low; value <= high; value++) {
        place.bound[level] = value;
        const one = evaluate(expr.body, place);
        seen.push(one);
        if ((one[0] === true) !== (expr.quantifier === 'all'))
          return join(expr.quantifier !== 'all', ...seen);
      }
      return join(expr.quantifier === 'all', ...seen);
    }
    case 'binary': {
      const left = evaluate(expr.left, place);
      if (expr.operator === '&&' && left[0] !== true) return join(false, left);
      if (expr.operator === '||' && left[0] === true) return join(true, left);
      const right = evaluate(expr.right, place);
      return join(compute(expr.operator, left[0], right[0]), left, right);
    }
    case 'wrap': {
      // Here the operand has less than 53 bits: no test wraps more.
      const operand = evaluate(expr.operand, place);
      const value = BigInt(Number(operand[0]));
      const cut = expr.signed ? BigInt.asIntN(expr.bits, value) : BigInt.asUintN(expr.bits, value);
      return join(Number(cut), operand);
    }
    case 'ended':
      throw new Error('only properties ask for ends');
  }
}

function exact(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
    throw new Error('more than 53 bits');
  return Number(value);
}

function compute(operator: (AnyExpr & { kind: 'binary' })['operator'], left: Value, right: Value): Value {
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case '&&':
    case '||':
      return right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return exact(BigInt(a) * BigInt(b));
    case '/':
    case '%':
      if (b === 0) throw new Error('a division by zero');
      return exact(operator === '/' ? BigInt(a) / BigInt(b) : BigInt(a) % BigInt(b));
    case '&':
      return exact(BigInt(a) & BigInt(b));
    case '|':
      return exact(BigInt(a) | BigInt(b));
    case '^':
      return exact(BigInt(a) ^ BigInt(b));
    case '<<':
    case '>>':
      if (b < 0 || b > 63) throw new Error('a shift by no amount');
      return exact(operator === '<<' ? BigInt(a) << BigInt(b) : BigInt(a) >> BigInt(b));
  }
}

export interface Store {
  readonly name: Viewed;
  readonly value: Viewed;
}

/** What the effects of a statement do: registers, stores in their order, control of conditional stores, failed claims. */
export interface Effected {
  readonly stores: Store[];
  conditions: Time;
  readonly failed: string[];
}

export function apply(effects: readonly Effect[], place: Place, inside: Time, done: Effected): void {
  for (const effect of effects)
    switch (effect.kind) {
      case 'set': {
        const value = evaluate(effect.value, place);
        const name = nameOf(effect.target, place);
        if (effect.target.kind === 'local') {
          place.registers = {
            ...place.registers,
            [String(name[0])]: [
              value[0],
              max(value[1], name[1]),
              max(value[1], name[1], value[2], name[2], inside),
            ],
          };
        } else {
          done.stores.push({ name, value });
          place.memory = { ...place.memory, [String(name[0])]: value };
        }
        break;
      }
      case 'when': {
        const [value, data, control] = evaluate(effect.condition, place);
        if (writesMemory(effect.effects)) done.conditions = max(done.conditions, data, control);
        if (value === true) apply(effect.effects, place, max(inside, data, control), done);
        break;
      }
      case 'each':
        for (let value = effect.binder.low; value <= effect.binder.high; value++) {
          place.bound[effect.binder.level] = value;
          apply(effect.effects, place, inside, done);
        }
        break;
      case 'assert':
        if (evaluate(effect.condition, place)[0] !== true) done.failed.push(effect.claim);
        break;
      case 'count':
    }
}

const writesMemory = (effects: readonly Effect[]): boolean =>
  effects.some(
    (effect) =>
      (effect.kind === 'set' && effect.target.kind === 'shared') ||
      ((effect.kind === 'when' || effect.kind === 'each') && writesMemory(effect.effects)),
  );
