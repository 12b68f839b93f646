/** The interpreter's semantics on partial states: the possible values of expressions. */
import { nodesOf } from '../program/code-walk.ts';
import { lowestBits, resultOf } from '../language/arithmetic.ts';
import type { Code, TransitionSystem } from '../program/transition-system.ts';
import { sizeOf, valueAt, type AnyDomain, type Value } from '../language/domain.ts';
import {
  isArithmeticOperator,
  walk,
  type AnyExpr,
  type Binder,
  type Reference,
} from '../language/expression.ts';
import { printExpr } from '../language/print.ts';
import type { Effect } from '../language/statement.ts';
import type { AnyDeclaration } from '../language/variable.ts';
import { constant, type Grows, type Growth } from './growing.ts';

export interface CopyRecord {
  readonly cells: Record<string, Value>;
  readonly shares: number[];
}

/** A partial state: the common cells, some copies of each group, and the shares that the other copies hold. */
export interface PartialState {
  readonly common: Record<string, Value>;
  readonly copies: CopyRecord[][];
  /** By counter, then by group. */
  readonly rest: number[];
}

/** The names of the cells in a certificate. The verifier derives their roles itself. */
export interface VerifierWorld {
  readonly system: TransitionSystem;
  readonly grows: Grows;
  readonly element: string | null;
  readonly most: number;
  /** The largest number of copies of a thread; null: any. */
  readonly upTo: number | null;
  /** By counter, then by group: the largest share of a copy in a view, without its sign. */
  readonly largest: readonly number[];
  readonly rough: { readonly variables: readonly string[]; readonly exact: number };
  readonly counters: readonly string[];
  readonly groups: readonly { readonly thread: string; readonly cells: readonly string[] }[];
}

/** The context of an evaluation; group -1 is a single thread, or none. */
export interface At {
  readonly part: PartialState;
  readonly group: number;
  readonly me: number;
  readonly bound: readonly number[];
  /** Copies outside may differ from all copies inside. */
  readonly weak?: boolean;
  /** The whole property: its quantifiers over elements, and over copies with a pointer, range over one element. */
  readonly whole?: AnyExpr;
  /** The counters that the step has already set. */
  readonly set: Set<number>;
  /** By key: the locals of the running copy that equal a counter plus a number, as the step shows. */
  readonly equal?: ReadonlyMap<string, Equal>;
}

/** A counter and the number to add. */
export interface Equal {
  readonly counter: number;
  readonly plus: number;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A value, a range of numbers, or null for unknown. */
export type KnownValue = Value | Range | null;

/** A step follows a pointer to a copy outside; another partial state, with that copy inside, covers it. */
export class Elsewhere extends Error {}

/** A possible error. */
export class Wrong extends Error {}

export class Meaning {
  readonly world: VerifierWorld;
  readonly #runners = new Map<Binder, number>();

  constructor(world: VerifierWorld) {
    this.world = world;
    for (const expr of everything(world.system))
      if (
        (expr.kind === 'shared' || expr.kind === 'local') &&
        expr.index?.kind === 'bound' &&
        expr.index.binder.thread === null
      ) {
        const owner = this.#owner(expr);
        if (owner < 0) continue;
        const { binder } = expr.index;
        if (
          binder.low !== 0 ||
          !this.#isAbove(this.copiesOf(owner), world.grows(binder, 'high'), 1) ||
          (this.#runners.get(binder) ?? owner) !== owner
        )
          throw new Wrong(`'${printExpr(expr)}' runs over something else than all copies`);
        this.#runners.set(binder, owner);
      }
  }

  groupOf(thread: string): number {
    const { on } = this.world.system.model.threads.find(({ name }) => name === thread)!;
    return this.world.groups.findIndex((group) => group.thread === (on ?? thread));
  }

  copiesOf(group: number): Growth {
    return this.world.grows(
      this.world.system.model.threads.find(({ name }) => name === this.world.groups[group]!.thread)!,
      'cpus',
    );
  }

  #isAbove(one: Growth, other: Growth, by: number): boolean {
    return [...new Set([...one.keys(), ...other.keys()])].every(
      (key) => (one.get(key) ?? 0) === (other.get(key) ?? 0) + (key === constant ? by : 0),
    );
  }

  declared(reference: Reference): AnyDeclaration {
    const { model } = this.world.system;
    if (reference.kind === 'shared') return model.shared[reference.name]!;
    return model.threads.find(({ name }) => name === reference.thread)!.locals[reference.name]!;
  }

  /** The group whose copies each own a cell of the array, or -1. */
  #owner(reference: Reference): number {
    if (reference.index === null || (reference.kind === 'local' && this.groupOf(reference.thread) >= 0))
      return -1;
    const owner = this.world.groups.findIndex(({ cells }) => cells.includes(keyOf(reference)));
    if (
      owner >= 0 &&
      !this.#isAbove(this.copiesOf(owner), this.world.grows(this.declared(reference), 'length'), 0)
    )
      throw new Wrong(`'${keyOf(reference)}' has not one cell for each copy`);
    return owner;
  }

  binderGroup({ thread }: Binder, binder: Binder): number {
    return thread === null ? (this.#runners.get(binder) ?? -1) : this.groupOf(thread);
  }

  isOverElements(binder: Binder): boolean {
    return this.#isIndex(this.world.grows(binder, 'high')) && binder.low === 0 && binder.thread === null;
  }

  /** Whether the growth is the number of elements minus one. */
  #isIndex(growth: Growth): boolean {
    const { element } = this.world;
    return (
      element !== null &&
      this.#isAbove(
        new Map([
          [constant, 0],
          [element, 1],
        ]),
        growth,
        1,
      )
    );
  }

  isElementPointer(expr: AnyExpr): boolean {
    return (
      expr.kind === 'local' &&
      expr.index === null &&
      expr.domain.kind === 'range' &&
      expr.domain.low === 0 &&
      this.declared(expr).initial[0] === 0 &&
      this.#isIndex(this.world.grows(expr.domain, 'high'))
    );
  }

  pointerCounter(expr: AnyExpr): number {
    return expr.kind === 'local' && expr.index === null
      ? this.world.counters.indexOf(`${keyOf(expr)} points to`)
      : -1;
  }

  /** The group of the target of a pointer to a copy. */
  pointerGroup(expr: AnyExpr): number {
    const group = this.world.groups.findIndex(({ cells }) =>
      cells.includes(`been at by ${keyOf(expr as Reference)}`),
    );
    const { low } = (expr as Reference).domain as Range;
    if (
      low !== 0 ||
      !this.#isAbove(this.copiesOf(group), this.world.grows((expr as Reference).domain, 'high'), 1)
    )
      throw new Wrong(`'${printExpr(expr)}' runs over something else than the copies`);
    return group;
  }

  /** The index of the copy inside that an expression names. */
  position(expr: AnyExpr, group: number, at: At): number {
    if (expr.kind === 'self' && this.groupOf(expr.thread) === group && at.group === group) return at.me;
    if (expr.kind === 'bound' && this.binderGroup(expr.binder, expr.binder) === group)
      return at.bound[expr.binder.level]!;
    const counter = this.pointerCounter(expr);
    if (counter < 0 || this.pointerGroup(expr) !== group)
      throw new Wrong(`'${printExpr(expr)}' tells copies apart`);
    const place = at.part.copies[group]!.findIndex(({ shares }) => shares[counter] === 1);
    if (place < 0) throw new Elsewhere();
    return place;
  }

  /** The target of a pointer: 0 before the tracked element, 1 the tracked one, 2 after it. */
  element(expr: AnyExpr, at: At): number {
    if (expr.kind === 'bound' && this.isOverElements(expr.binder)) return at.bound[expr.binder.level]!;
    if (this.isElementPointer(expr)) return this.#exact(expr as Reference, at) as number;
    if (expr.kind === 'constant' && expr.value === 0) return at.part.common['before'] === 1 ? 0 : 1;
    if (expr.kind === 'constant' && this.#isIndex(this.world.grows(expr, 'value')))
      return at.part.common['after'] === 1 ? 2 : 1;
    throw new Wrong(`'${printExpr(expr)}' selects from any number of elements`);
  }

  /** The place of a cell: its record and name, its counter, or null for an untracked element. */
  place(
    reference: Reference,
    at: At,
  ): { readonly cells: Record<string, Value>; readonly name: string } | { readonly counter: number } | null {
    const key = keyOf(reference);
    const { initial, length } = this.declared(reference);
    const growth = this.world.grows(this.declared(reference), 'length');
    let name = key;
    if (length !== null && this.world.element !== null && growth.has(this.world.element)) {
      if (!this.#isAbove(growth, new Map([[this.world.element, 1]]), 0) || new Set(initial).size > 1)
        throw new Wrong(`'${key}' is no array over the elements`);
      if (this.element(reference.index!, at) !== 1) return null;
    } else if (reference.index !== null) {
      const owner = this.#owner(reference);
      if (owner >= 0)
        return { cells: at.part.copies[owner]![this.position(reference.index, owner, at)]!.cells, name: key };
      const index = this.value(reference.index, at);
      if (typeof index !== 'number' || index < 0 || index >= initial.length)
        throw new Wrong(`'${printExpr(reference)}' may be outside of its array`);
      if (initial.length > 1) name = `${key}[${index}]`;
    }
    const counter = this.world.counters.indexOf(name);
    if (counter >= 0) return { counter };
    const group = reference.kind === 'local' ? this.groupOf(reference.thread) : -1;
    if (group < 0) return { cells: at.part.common, name };
    const replica = reference.kind === 'local' ? reference.replica : null;
    const me = replica === null ? at.me : this.position(replica, group, at);
    return { cells: at.part.copies[group]![me]!.cells, name };
  }

  #exact(reference: Reference, at: At): Value | null {
    const place = this.place(reference, at);
    if (place === null || 'counter' in place) return null;
    const value = place.cells[place.name];
    if (value === undefined) throw new Wrong(`the certificate has no cell '${place.name}'`);
    return value;
  }

  /** The possible values of a counter. */
  counter(at: number, { common, copies, rest }: PartialState): Range {
    const inside = copies
      .flat()
      .reduce(
        (sum, { shares }) => sum + shares[at]!,
        common[`base of ${this.world.counters[at]!}`] as number,
      );
    const held = copies.map((_, group) => this.outside(rest[at * copies.length + group]!, at, group));
    const [low, high] = [
      inside + held.reduce((sum, one) => sum + one.low, 0),
      inside + held.reduce((sum, one) => sum + one.high, 0),
    ];
    const domain = this.domainOf(at);
    if (domain.grows || Math.max(low, domain.low) > Math.min(high, domain.high)) return { low, high };
    return { low: Math.max(low, domain.low), high: Math.min(high, domain.high) };
  }

  /** What the copies outside may hold together: each at most the largest share that occurs. */
  outside(rest: number, counter: number, group: number): Range {
    const { most, upTo, largest, groups } = this.world;
    const all = upTo === null ? Infinity : Math.max(most, upTo * largest[counter * groups.length + group]!);
    return {
      low: rest <= -most ? -all : Math.min(rest, most),
      high: rest >= most ? all : Math.max(rest, -most),
    };
  }

  /** The key of a local of the running copy that is no array, or null. */
  ownLocal(expr: AnyExpr): string | null {
    return expr.kind === 'local' && expr.index === null && expr.replica === null ? keyOf(expr) : null;
  }

  /** The value to store in a cell of the variable. */
  stored(key: string, value: Value): Value {
    const { variables, exact } = this.world.rough;
    if (typeof value !== 'number' || !variables.includes(key)) return value;
    return value > exact ? exact + 1 : value < -exact ? -exact - 1 : value;
  }

  /** What a stored value stands for. */
  #meant(reference: Reference, value: Value | null, at: At): KnownValue {
    const { variables, exact } = this.world.rough;
    const { domain } = this.declared(reference);
    if (typeof value !== 'number' || domain.kind !== 'range' || !variables.includes(keyOf(reference)))
      return value;
    if (Math.abs(value) <= exact) return value;
    const range = value > 0 ? { low: exact + 1, high: domain.high } : { low: domain.low, high: -exact - 1 };
    const equal = at.equal?.get(this.ownLocal(reference) ?? '');
    if (equal === undefined) return range;
    const counter = this.counter(equal.counter, at.part);
    const low = Math.max(range.low, counter.low + equal.plus);
    const high = Math.min(range.high, counter.high + equal.plus);
    return low > high ? range : { low, high };
  }

  domainOf(counter: number): Range & { readonly grows: boolean; readonly growth: Growth } {
    const name = this.world.counters[counter]!;
    const fixed = (low: number, high: number) => ({
      low,
      high,
      grows: false,
      growth: new Map([[constant, high]]),
    });
    if (name.endsWith(' points to')) return fixed(0, 1);
    const key = name.replace(/\[\d+\]$/, '');
    const { model } = this.world.system;
    const [thread] = model.threads.flatMap((one) => (key.startsWith(`${one.name}.`) ? [one] : []));
    const { domain } = model.shared[key] ?? thread!.locals[key.slice(thread!.name.length + 1)]!;
    if (domain.kind !== 'range') return fixed(0, 1);
    const growth = this.world.grows(domain, 'high');
    return { low: domain.low, high: domain.high, grows: growth.size > 1, growth };
  }

  value(expr: AnyExpr, at: At): KnownValue {
    switch (expr.kind) {
      case 'constant':
        if (typeof expr.value === 'number' && this.world.grows(expr, 'value').size > 1)
          throw new Wrong(`'${printExpr(expr)}' grows`);
        return expr.value;
      case 'shared':
      case 'local': {
        if (this.isElementPointer(expr) || this.pointerCounter(expr) >= 0)
          throw new Wrong(`'${printExpr(expr)}' serves as a value`);
        const place = this.place(expr, at);
        if (place === null) return null;
        return 'counter' in place
          ? asNumber(this.counter(place.counter, at.part), expr.domain)
          : this.#meant(expr, this.#exact(expr, at), at);
      }
      case 'self':
      case 'bound':
        if (
          expr.kind === 'self'
            ? this.groupOf(expr.thread) >= 0
            : this.binderGroup(expr.binder, expr.binder) >= 0 ||
              this.world.grows(expr.binder, 'high').size > 1
        )
          throw new Wrong(`'${printExpr(expr)}' serves as a value`);
        return expr.kind === 'self' ? 0 : at.bound[expr.binder.level]!;
      case 'not': {
        const value = this.value(expr.operand, at);
        return typeof value === 'boolean' ? !value : null;
      }
      case 'claim':
        return this.value(expr.operand, at.whole === expr ? { ...at, whole: expr.operand } : at);
      case 'conditional': {
        const test = this.value(expr.condition, at);
        if (typeof test === 'boolean') return this.value(test ? expr.then : expr.otherwise, at);
        return either(this.value(expr.then, at), this.value(expr.otherwise, at));
      }
      case 'binary':
        return this.#binary(expr, at);
      case 'wrap': {
        const operand = rangeOf(this.value(expr.operand, at));
        if (fits(operand, expr)) return operand.low === operand.high ? operand.low : operand;
        return operand.low === operand.high && Number.isSafeInteger(operand.low)
          ? lowestBits(operand.low, expr)
          : numbersOf(expr);
      }
      case 'quantifier':
        return this.#quantifier(expr, at);
      case 'ended': {
        const group = this.groupOf(expr.thread);
        const { end } = this.world.system.threads.find(({ thread }) => thread.name === expr.thread)!;
        const cells =
          group < 0 ? at.part.common : at.part.copies[group]![this.position(expr.replica, group, at)]!.cells;
        return cells[`@${expr.thread}`] === end;
      }
    }
  }

  #binary(expr: AnyExpr & { kind: 'binary' }, at: At): KnownValue {
    const { operator, left, right } = expr;
    const copies = [left, right].map((side) =>
      side.kind === 'self'
        ? this.groupOf(side.thread)
        : side.kind === 'bound'
          ? this.binderGroup(side.binder, side.binder)
          : -1,
    );
    const isEquality = operator === '==' || operator === '!=';
    const positive = operator === '==';
    if (isEquality && copies[0]! >= 0 && copies[0] === copies[1])
      return (this.position(left, copies[0]!, at) === this.position(right, copies[0]!, at)) === positive;
    const pointer = this.pointerCounter(left);
    if (pointer >= 0) {
      const group = this.pointerGroup(left);
      if (
        !isEquality ||
        right.kind !== 'constant' ||
        !this.#isAbove(this.copiesOf(group), this.world.grows(right, 'value'), 1)
      )
        throw new Wrong(`'${printExpr(expr)}' compares copies`);
      const isLeft = at.part.copies[group]!.some(
        ({ cells, shares }) => shares[pointer] === 0 && cells[`been at by ${keyOf(left as Reference)}`] === 0,
      );
      return isLeft ? !positive : null;
    }
    if (this.isElementPointer(left)) {
      if (!isEquality || right.kind !== 'constant') throw new Wrong(`'${printExpr(expr)}' compares elements`);
      const [one, edge] = [this.element(left, at), this.element(right, at)];
      if (one !== edge) return !positive;
      return one === 1 ? positive : null;
    }
    if (operator === '&&' || operator === '||') {
      const settles = operator === '||';
      const one = this.value(left, at);
      if (one === settles) return settles;
      const other = this.value(right, at);
      return other === settles ? settles : one === null || other === null ? null : !settles;
    }
    const [one, other] = [this.value(left, at), this.value(right, at)];
    if (isEquality) {
      if (one === null || other === null) return null;
      if (typeof one !== 'object' && typeof other !== 'object') return (one === other) === positive;
      const [a, b] = [rangeOf(one), rangeOf(other)];
      return a.low > b.high || b.low > a.high ? !positive : null;
    }
    const [a, b] = [rangeOf(one), rangeOf(other)];
    if (operator === '+') return { low: a.low + b.low, high: a.high + b.high };
    if (operator === '-') return { low: a.low - b.high, high: a.high - b.low };
    if (isArithmeticOperator(operator)) {
      const result = a.low === a.high && b.low === b.high ? resultOf(operator, a.low, b.low) : null;
      if (result === null) throw new Wrong(`'${printExpr(expr)}' has no known value`);
      return result;
    }
    const less = (x: Range, y: Range) => (x.high < y.low ? true : x.low >= y.high ? false : null);
    const [strict, negates] =
      operator === '<'
        ? [less(a, b), false]
        : operator === '>'
          ? [less(b, a), false]
          : operator === '>='
            ? [less(a, b), true]
            : [less(b, a), true];
    return strict === null ? null : strict !== negates;
  }

  #quantifier(expr: AnyExpr & { kind: 'quantifier' }, at: At): KnownValue {
    const { binder, body, quantifier } = expr;
    const all = quantifier === 'all';
    const of = (value: number): KnownValue =>
      this.value(body, { ...at, bound: withBound(at.bound, binder.level, value) });
    if (this.isOverElements(binder)) {
      const one = of(1);
      const isOnly = at.part.common['before'] === 0 && at.part.common['after'] === 0;
      return (all && at.whole === expr) || isOnly || one === !all ? one : null;
    }
    const group = this.binderGroup(binder, binder);
    if (group < 0 && this.world.grows(binder, 'high').size > 1)
      throw new Wrong(`'${printExpr(expr)}' runs over too many`);
    const pointer = all && at.whole === expr && group >= 0 ? this.#pointerOfCopies(group) : null;
    const range = group < 0 ? [binder.low, binder.high] : [0, at.part.copies[group]!.length - 1];
    const values = Array.from({ length: range[1]! - range[0]! + 1 }, (_, nth) => range[0]! + nth)
      .filter((value) => pointer === null || at.part.copies[group]![value]!.cells[pointer] === 1)
      .map(of);
    if (values.includes(!all)) return !all;
    return values.includes(null) || (group >= 0 && at.weak === true) ? null : all;
  }

  /** The first local of a copy that points to an element, or null. */
  #pointerOfCopies(group: number): string | null {
    const threads = this.world.system.model.threads.filter(
      ({ name, on }) => (on ?? name) === this.world.groups[group]!.thread,
    );
    for (const { name: thread, locals } of threads)
      for (const [name, { domain, length }] of Object.entries(locals))
        if (
          length === null &&
          this.isElementPointer({ kind: 'local', thread, name, index: null, replica: null, domain })
        )
          return `${thread}.${name}`;
    return null;
  }
}

export const keyOf = (reference: Reference): string =>
  reference.kind === 'shared' ? reference.name : `${reference.thread}.${reference.name}`;

/** A counter as a value of its domain: a flag is true if the counter is 1. */
function asNumber({ low, high }: Range, { kind }: AnyDomain): KnownValue {
  if (kind === 'bool') return low > 0 ? true : high < 1 ? false : null;
  return low === high ? low : { low, high };
}

/** The numbers of a type of so many bits. */
export function numbersOf({ bits, signed }: { readonly bits: number; readonly signed: boolean }): Range {
  const all = 2 ** bits;
  return signed ? { low: -all / 2, high: all / 2 - 1 } : { low: 0, high: all - 1 };
}

/** Whether no number of the range wraps. */
export function fits(range: Range, type: Parameters<typeof numbersOf>[0]): boolean {
  const { low, high } = numbersOf(type);
  return low <= range.low && range.high <= high;
}

export function rangeOf(known: KnownValue): Range {
  if (known === null) return { low: -Infinity, high: Infinity };
  if (typeof known === 'object') return known;
  if (typeof known === 'string') throw new Wrong(`'${known}' is compared with a number`);
  return { low: Number(known), high: Number(known) };
}

function either(one: KnownValue, other: KnownValue): KnownValue {
  if (one === other) return one;
  if (
    typeof one === 'boolean' ||
    typeof one === 'string' ||
    typeof other === 'boolean' ||
    typeof other === 'string'
  )
    return null;
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** All expressions of a transition system, with their subexpressions. */
export function* everything({ model, threads }: TransitionSystem): Generator<AnyExpr> {
  for (const { condition } of model.properties) yield* walk(condition);
  for (const { entry, locations } of threads) {
    for (const { guard, code } of locations.flat()) {
      if (guard !== null) yield* walk(guard);
      yield* inCode(code);
    }
    yield* inCode(entry);
  }
}

export function* inCode(code: Code): Generator<AnyExpr> {
  for (const node of nodesOf(code)) {
    if (node.kind === 'branch') yield* walk(node.condition);
    if (node.kind === 'choose') yield* walk(node.target);
    if (node.kind === 'effects') for (const effect of node.effects) yield* inEffect(effect);
  }
}

export function* inEffect(effect: Effect): Generator<AnyExpr> {
  if (effect.kind === 'set') for (const part of [effect.target, effect.value]) yield* walk(part);
  if (effect.kind === 'when' || effect.kind === 'assert') yield* walk(effect.condition);
  if (effect.kind === 'when' || effect.kind === 'each')
    for (const inner of effect.effects) yield* inEffect(inner);
}

export const valuesOf = (domain: AnyDomain): readonly Value[] =>
  Array.from({ length: sizeOf(domain) }, (_, ordinal) => valueAt(domain, ordinal));

export function withBound(bound: readonly number[], level: number, value: number): readonly number[] {
  const next = [...bound];
  next[level] = value;
  return next;
}
