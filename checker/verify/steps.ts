/** The steps of the interpreter on partial states, with the rules for shares. */
import type { Code, ThreadTable, Transition } from '../program/transition-system.ts';
import type { AnyDomain, Value } from '../language/domain.ts';
import type { AnyExpr, Reference } from '../language/expression.ts';
import { printExpr } from '../language/print.ts';
import type { Effect } from '../language/statement.ts';
import { withParts } from '../program/code-walk.ts';
import { sizeAt } from './growing.ts';
import {
  fits,
  inEffect,
  keyOf,
  rangeOf,
  valuesOf,
  withBound,
  Wrong,
  type At,
  type Equal,
  type KnownValue,
  type Meaning,
  type PartialState,
  type Range,
} from './meaning.ts';

export const copyOf = ({ common, copies, rest }: PartialState): PartialState => ({
  common: { ...common },
  copies: copies.map((all) => all.map(({ cells, shares }) => ({ cells: { ...cells }, shares: [...shares] }))),
  rest: [...rest],
});

const forked = (at: At): At => ({ ...at, part: copyOf(at.part), set: new Set(at.set) });

/** The results of a transition of a thread if its guard may be true. */
export function* stepsOf(
  meaning: Meaning,
  table: ThreadTable,
  { guard, code }: Transition,
  { part, group, me }: Pick<At, 'part' | 'group' | 'me'>,
): Generator<PartialState, void> {
  const at: At = { part: copyOf(part), group, me, bound: [], set: new Set() };
  if (guard === null || meaning.value(guard, at) !== false) yield* runCode(meaning, code, at, table);
}

export const locationIn = (
  { thread }: ThreadTable,
  { common, copies }: PartialState,
  group: number,
  me: number,
): number => (group < 0 ? common : copies[group]![me]!.cells)[`@${thread.name}`] as number;

export function* runCode(
  meaning: Meaning,
  code: Code,
  at: At,
  table: ThreadTable,
): Generator<PartialState, void> {
  switch (code.kind) {
    case 'goto':
      (at.group < 0 ? at.part.common : at.part.copies[at.group]![at.me]!.cells)[`@${table.thread.name}`] =
        code.location;
      yield at.part;
      return;
    case 'effects':
      for (const next of runEffects(meaning, code.effects, at))
        yield* runCode(meaning, code.next, next, table);
      return;
    case 'branch':
      for (const way of waysOf(decided(meaning, code.condition, at)))
        yield* runCode(
          meaning,
          way ? code.then : code.otherwise,
          given(meaning, code.condition, way, at),
          table,
        );
      return;
    case 'choose': {
      const { domain } = code.target;
      const { before, after } = at.part.common;
      const classes = [...(before === 1 ? [0] : []), 1, ...(after === 1 ? [2] : [])];
      const place = meaning.place(code.target, at);
      if (place === null || 'counter' in place) throw new Wrong(`'${printExpr(code.target)}' is chosen`);
      for (const value of meaning.isElementPointer(code.target) ? classes : valuesOf(domain))
        for (const next of put(meaning, code.target, value, at))
          yield* runCode(meaning, code.next, equated(meaning, code.target, null, next), table);
    }
  }
}

const waysOf = (known: KnownValue): readonly boolean[] =>
  typeof known === 'boolean' ? [known] : [true, false];

/** The value that a step decides by, which must not depend on all copies. */
function decided(meaning: Meaning, expr: AnyExpr, at: At): KnownValue {
  for (const part of inEffect({ kind: 'assert', claim: '', condition: expr }))
    if (part.kind === 'quantifier' && meaning.binderGroup(part.binder, part.binder) >= 0)
      throw new Wrong(`'${printExpr(expr)}' asks all copies`);
  return meaning.value(expr, at);
}

function* runEffects(meaning: Meaning, effects: readonly Effect[], at: At): Generator<At, void> {
  const [first, ...others] = effects;
  if (first === undefined) {
    yield at;
    return;
  }
  for (const next of runEffect(meaning, first, at)) yield* runEffects(meaning, others, next);
}

function* runEffect(meaning: Meaning, effect: Effect, at: At): Generator<At, void> {
  switch (effect.kind) {
    case 'count':
      yield at;
      return;
    case 'when':
      for (const way of waysOf(decided(meaning, effect.condition, at)))
        if (way) yield* runEffects(meaning, effect.effects, given(meaning, effect.condition, way, at));
        else yield given(meaning, effect.condition, way, at);
      return;
    case 'assert': {
      if (isElsewhere(meaning, effect.condition, at)) {
        yield at;
        return;
      }
      const value = decided(meaning, effect.condition, at);
      if (value !== true) throw new Wrong(`the assertion '${effect.claim}' may fail`);
      yield at;
      return;
    }
    case 'each': {
      const { binder } = effect;
      const group = meaning.binderGroup(binder, binder);
      const elements = meaning.isOverElements(binder);
      if (group >= 0 || elements) ownOnly(effect);
      else if (meaning.world.grows(binder, 'high').size > 1) throw new Wrong('each(...) runs over too many');
      const [from, to] = elements
        ? [1, 1]
        : group < 0
          ? [binder.low, binder.high]
          : [0, at.part.copies[group]!.length - 1];
      let now: readonly At[] = [at];
      for (let value = from; value <= to; value++)
        now = now.flatMap((one) => [
          ...runEffects(meaning, effect.effects, {
            ...one,
            bound: withBound(one.bound, binder.level, value),
          }),
        ]);
      for (const one of now) yield { ...one, bound: at.bound };
      return;
    }
    case 'set':
      yield* runSet(meaning, effect, at);
      return;
  }
}

/** Whether an assertion concerns an element that another partial state tracks. */
function isElsewhere(meaning: Meaning, condition: AnyExpr, at: At): boolean {
  const cells = [...inEffect({ kind: 'assert', claim: '', condition })].flatMap((part) =>
    (part.kind === 'shared' || part.kind === 'local') &&
    part.index !== null &&
    meaning.world.grows(meaning.declared(part), 'length').has(meaning.world.element ?? ' ')
      ? [part]
      : [],
  );
  const [first] = cells;
  return (
    first !== undefined &&
    cells.every((cell) => printExpr(cell.index!) === printExpr(first.index!)) &&
    meaning.element(first.index!, at) !== 1
  );
}

function ownOnly(each: Effect & { kind: 'each' }): void {
  const isOwn = (index: AnyExpr | null) => index?.kind === 'bound' && index.binder === each.binder;
  const inner = each.effects.flatMap((effect) => [...withParts(effect)]);
  const written = new Set(inner.flatMap((effect) => (effect.kind === 'set' ? [keyOf(effect.target)] : [])));
  for (const effect of inner) {
    if (effect.kind === 'assert') throw new Wrong('an assertion for each copy');
    for (const part of inEffect(effect))
      if ((part.kind === 'shared' || part.kind === 'local') && written.has(keyOf(part)) && !isOwn(part.index))
        throw new Wrong(`'${printExpr(part)}' depends on the order of the copies`);
  }
}

function* runSet(meaning: Meaning, { target, value }: Effect & { kind: 'set' }, at: At): Generator<At, void> {
  const pointer = meaning.pointerCounter(target);
  if (pointer >= 0) return yield* setCopyPointer(meaning, pointer, target, value, at);
  if (meaning.isElementPointer(target)) {
    for (const place of elementsFrom(meaning, value, at)) yield* put(meaning, target, place, at);
    return;
  }
  const place = meaning.place(target, at);
  if (place === null) {
    yield at;
    return;
  }
  if ('counter' in place) return yield* setCounter(meaning, place.counter, value, at);
  const found = decided(meaning, value, at);
  if (!isSurelyIn(found, target.domain, value))
    throw new Wrong(`'${printExpr(target)}' may leave its domain`);
  const equal = equalOf(meaning, value, at);
  for (const one of possible(meaning, target, found))
    for (const next of put(meaning, target, one, at)) yield equated(meaning, target, equal, next);
}

/** The representatives of the values that a variable may take. */
function possible(meaning: Meaning, target: Reference, found: KnownValue): readonly Value[] {
  const { domain } = target;
  if (domain.kind !== 'range') return valuesOf(domain).filter((one) => mayBe(found, one));
  const { low, high } = rangeOf(found);
  const [first, last] = [Math.max(low, domain.low), Math.min(high, domain.high)].map(
    (end) => meaning.stored(keyOf(target), end) as number,
  );
  if (!(last! - first! < mostValues)) throw new Wrong(`what '${printExpr(target)}' becomes is not known`);
  return Array.from({ length: last! - first! + 1 }, (_, nth) => first! + nth);
}

/** The largest number of values that a variable may take in one step. */
const mostValues = 100;

/** The assignment or branch with what it shows of a local. */
function equated(meaning: Meaning, target: AnyExpr, equal: Equal | null, at: At): At {
  const key = meaning.ownLocal(target);
  if (key === null) return at;
  const known = new Map(at.equal);
  known.delete(key);
  return { ...at, equal: equal === null ? known : known.set(key, equal) };
}

/** The counter and the number whose sum an expression is in this run, or null; every view of a state has the same answer. */
function equalOf(meaning: Meaning, expr: AnyExpr, at: At): Equal | null {
  const own = meaning.ownLocal(expr);
  if (expr.kind === 'shared' || expr.kind === 'local') {
    if (own !== null && at.equal?.has(own) === true) return at.equal.get(own)!;
    if (meaning.pointerCounter(expr) >= 0 || meaning.isElementPointer(expr)) return null;
    const place = meaning.place(expr, at);
    return place !== null && 'counter' in place ? { counter: place.counter, plus: 0 } : null;
  }
  if (expr.kind === 'wrap') {
    const equal = equalOf(meaning, expr.operand, at);
    if (equal !== null && !fits(rangeOf(meaning.value(expr.operand, at)), expr))
      throw new Wrong(`'${printExpr(expr)}' may wrap`);
    return equal;
  }
  if (expr.kind !== 'binary' || (expr.operator !== '+' && expr.operator !== '-')) return null;
  const sign = expr.operator === '+' ? 1 : -1;
  const sum = (of: AnyExpr, number: AnyExpr, factor: number): Equal | null => {
    if (number.kind !== 'constant' || typeof number.value !== 'number') return null;
    const equal = equalOf(meaning, of, at);
    return equal === null ? null : { counter: equal.counter, plus: equal.plus + factor * number.value };
  };
  return sum(expr.left, expr.right, sign) ?? (sign === 1 ? sum(expr.right, expr.left, 1) : null);
}

/** A fork in which a condition is true, or false: what it compares for equality is equal. */
function given(meaning: Meaning, condition: AnyExpr, isTrue: boolean, at: At): At {
  if (condition.kind === 'claim') return given(meaning, condition.operand, isTrue, at);
  if (condition.kind === 'not') return given(meaning, condition.operand, !isTrue, at);
  if (condition.kind !== 'binary') return forked(at);
  const { operator, left, right } = condition;
  if (operator === (isTrue ? '&&' : '||'))
    return given(meaning, right, isTrue, given(meaning, left, isTrue, at));
  let next = forked(at);
  if (operator !== (isTrue ? '==' : '!=')) return next;
  for (const [local, value] of [
    [left, right],
    [right, left],
  ] as const) {
    const key = meaning.ownLocal(local);
    const equal = key === null || next.equal?.has(key) === true ? null : equalOf(meaning, value, next);
    if (equal !== null) next = equated(meaning, local, equal, next);
  }
  return next;
}

const mayBe = (known: KnownValue, value: Value) =>
  known === null ||
  (typeof known === 'object'
    ? typeof value === 'number' && value >= known.low && value <= known.high
    : known === value);

function isSurelyIn(known: KnownValue, domain: AnyDomain, expr: AnyExpr): boolean {
  if (domain.kind === 'range' && known !== null) {
    const { low, high } = rangeOf(known);
    return low >= domain.low && high <= domain.high;
  }
  if (known !== null) {
    const { low, high } = typeof known === 'object' ? known : { low: known, high: known };
    return valuesOf(domain).includes(low) && valuesOf(domain).includes(high);
  }
  if (domain.kind === 'bool') return true;
  if (expr.kind === 'conditional')
    return isSurelyIn(null, domain, expr.then) && isSurelyIn(null, domain, expr.otherwise);
  if (expr.kind === 'constant') return valuesOf(domain).includes(expr.value);
  if (expr.kind !== 'shared' && expr.kind !== 'local') return false;
  if (domain.kind === 'range' && expr.domain.kind === 'range')
    return expr.domain.low >= domain.low && expr.domain.high <= domain.high;
  return valuesOf(expr.domain).every((value) => valuesOf(domain).includes(value));
}

function* put(meaning: Meaning, target: Reference, value: Value, at: At): Generator<At, void> {
  const next = forked(at);
  const place = meaning.place(target, next);
  if (place !== null && 'cells' in place) place.cells[place.name] = meaning.stored(keyOf(target), value);
  yield next;
}

/** The possible targets of a pointer move; none at an end of the array. */
function elementsFrom(meaning: Meaning, value: AnyExpr, at: At): readonly number[] {
  const isStep = value.kind === 'binary' && value.right.kind === 'constant' && value.right.value === 1;
  if (!isStep || (value.operator !== '+' && value.operator !== '-')) return [meaning.element(value, at)];
  const from = meaning.element(value.left, at);
  const [near, far, beyond] =
    value.operator === '+' ? ([0, 2, 'after'] as const) : ([2, 0, 'before'] as const);
  if (from === near) return [near, 1];
  if (from === 1 && at.part.common[beyond] === 0) throw new Wrong('a pointer may leave its array');
  return [far];
}

function* setCopyPointer(
  meaning: Meaning,
  counter: number,
  target: AnyExpr,
  value: AnyExpr,
  at: At,
): Generator<At, void> {
  const group = meaning.pointerGroup(target);
  const been = `been at by ${keyOf(target as Parameters<typeof keyOf>[0])}`;
  const isFirst = value.kind === 'constant' && value.value === 0;
  const isNext =
    value.kind === 'binary' &&
    value.operator === '+' &&
    meaning.pointerCounter(value.left) === counter &&
    value.right.kind === 'constant' &&
    value.right.value === 1;
  if (!isFirst && !isNext) throw new Wrong(`'${printExpr(target)}' becomes another copy`);
  for (const copy of at.part.copies[group]!) {
    copy.cells[been] = isFirst ? 0 : copy.shares[counter] === 1 ? 1 : copy.cells[been]!;
    copy.shares[counter] = 0;
  }
  for (const [place, copy] of [null, ...at.part.copies[group]!].entries()) {
    if (copy !== null && copy.cells[been] === 1) continue;
    const next = forked(at);
    next.part.rest[counter * at.part.copies.length + group] = copy === null ? 1 : 0;
    if (copy !== null) next.part.copies[group]![place - 1]!.shares[counter] = 1;
    yield next;
  }
}

interface RangeSum {
  readonly times: Map<number, number>;
  readonly rest: Range;
  readonly isAlone: boolean;
}

function sumOf(meaning: Meaning, expr: AnyExpr, at: At): RangeSum {
  if (expr.kind === 'shared' || expr.kind === 'local') {
    const equal = equalOf(meaning, expr, at);
    if (equal !== null)
      return {
        times: new Map([[equal.counter, 1]]),
        rest: { low: equal.plus, high: equal.plus },
        isAlone: false,
      };
  }
  if (expr.kind === 'wrap') {
    if (!fits(rangeOf(decided(meaning, expr.operand, at)), expr))
      throw new Wrong(`'${printExpr(expr)}' may wrap`);
    return sumOf(meaning, expr.operand, at);
  }
  if (expr.kind === 'binary' && (expr.operator === '+' || expr.operator === '-')) {
    const [left, right] = [sumOf(meaning, expr.left, at), sumOf(meaning, expr.right, at)];
    const sign = expr.operator === '+' ? 1 : -1;
    const times = new Map(left.times);
    for (const [counter, count] of right.times) times.set(counter, (times.get(counter) ?? 0) + sign * count);
    const [a, b] = [left.rest, right.rest];
    const rest =
      sign === 1
        ? { low: a.low + b.low, high: a.high + b.high }
        : { low: a.low - b.high, high: a.high - b.low };
    return { times, rest, isAlone: left.isAlone && right.isAlone };
  }
  return { times: new Map(), rest: rangeOf(known(decided(meaning, expr, at))), isAlone: true };
}

/** An unknown condition as a range. */
const known = (value: KnownValue): KnownValue => (value === null ? { low: 0, high: 1 } : value);

function* setCounter(meaning: Meaning, counter: number, value: AnyExpr, at: At): Generator<At, void> {
  if (value.kind === 'conditional') {
    for (const way of waysOf(decided(meaning, value.condition, at)))
      yield* setCounter(
        meaning,
        counter,
        way ? value.then : value.otherwise,
        given(meaning, value.condition, way, at),
      );
    return;
  }
  const { times, rest, isAlone } = sumOf(meaning, value, at);
  const own = times.get(counter) ?? 0;
  if ((own !== 0 && own !== 1) || !(rest.high - rest.low < 32))
    throw new Wrong(`what '${meaning.world.counters[counter]!}' becomes is not known`);
  const domain = meaning.domainOf(counter);
  if (domain.grows && at.set.has(counter) && !isSurelyInside(meaning, counter, at.part))
    throw new Wrong(`'${meaning.world.counters[counter]!}' may leave its domain within a step`);
  for (let constant = rest.low; constant <= rest.high; constant++) {
    const after = [...times].reduce(
      (sum, [of, count]) => {
        const { low, high } = meaning.counter(of, at.part);
        return {
          low: sum.low + Math.min(count * low, count * high),
          high: sum.high + Math.max(count * low, count * high),
        };
      },
      { low: constant, high: constant },
    );
    if (!domain.grows && (after.low < domain.low || after.high > domain.high))
      throw new Wrong(`'${meaning.world.counters[counter]!}' may leave its domain`);
    const next = { ...forked(at), equal: followed(at, counter, own === 1 && isOnly(times), constant) };
    next.set.add(counter);
    const { common, copies } = at.part;
    const baseOf = (of: number) => `base of ${meaning.world.counters[of]!}`;
    next.part.common[baseOf(counter)] = [...times].reduce(
      (sum, [of, count]) => sum + count * (common[baseOf(of)] as number),
      0,
    );
    for (const [group, all] of copies.entries())
      for (const [place, { shares }] of all.entries())
        next.part.copies[group]![place]!.shares[counter] = [...times].reduce(
          (sum, [of, count]) => sum + count * shares[of]!,
          0,
        );
    if (at.group >= 0 && (own === 1 || (isAlone && !domain.grows)))
      next.part.copies[at.group]![at.me]!.shares[counter]! += constant;
    else next.part.common[baseOf(counter)] = (next.part.common[baseOf(counter)] as number) + constant;
    yield* withRests(meaning, counter, times, next);
  }
}

/** Whether a sum has no counter but the one that is set. */
const isOnly = (times: ReadonlyMap<number, number>) =>
  [...times.values()].filter((count) => count !== 0).length === 1;

/** What is known of locals after a counter changes by a number, or otherwise. */
const followed = (at: At, counter: number, changesBy: boolean, by: number): ReadonlyMap<string, Equal> =>
  new Map(
    [...(at.equal ?? [])].flatMap(([key, equal]): readonly (readonly [string, Equal])[] =>
      equal.counter !== counter
        ? [[key, equal]]
        : changesBy
          ? [[key, { counter, plus: equal.plus - by }]]
          : [],
    ),
  );

/** Sets the shares outside to each possible value of their part of the sum. */
function* withRests(
  meaning: Meaning,
  counter: number,
  times: Map<number, number>,
  at: At,
): Generator<At, void> {
  const groups = at.part.copies.length;
  const { most } = meaning.world;
  let now: readonly (readonly number[])[] = [at.part.rest];
  for (let group = 0; group < groups; group++) {
    let [low, high] = [0, 0];
    for (const [of, count] of times) {
      if (count === 0) continue;
      const held = meaning.outside(at.part.rest[of * groups + group]!, of, group);
      low += Math.min(count * held.low, count * held.high);
      high += Math.max(count * held.low, count * held.high);
    }
    now = now.flatMap((rest) =>
      standingFor({ low, high }, most).map((one) => rest.with(counter * groups + group, one)),
    );
  }
  for (const rest of now) yield { ...at, part: { ...copyOf(at.part), rest: [...rest] } };
}

/** The saturated representatives, from -most to most, of the numbers of a range. */
export const standingFor = ({ low, high }: Range, most: number): readonly number[] =>
  Array.from({ length: 2 * most + 1 }, (_, at) => at - most).filter((one) =>
    one === most ? high >= most : one === -most ? low <= -most : low <= one && one <= high,
  );

/**
 * Whether a counter is within the upper bound of its domain, for every number of copies from that of the partial state on, if no
 * share outside exceeds `caps`, by group.
 */
export function isAtMost(
  meaning: Meaning,
  counter: number,
  caps: readonly number[],
  { common, copies }: PartialState,
): boolean {
  const { growth } = meaning.domainOf(counter);
  const sizes = new Map<string, number>();
  const groups = copies.map((_, group) => meaning.copiesOf(group));
  for (const [group, per] of groups.entries())
    for (const option of per.keys())
      if (option !== '')
        sizes.set(
          option,
          Math.max(sizes.get(option) ?? -Infinity, copies[group]!.length - (per.get('') ?? 0)),
        );
  let value = common[`base of ${meaning.world.counters[counter]!}`] as number;
  for (const { shares } of copies.flat()) value += shares[counter]!;
  const slopes = new Map<string, number>();
  for (const [group, per] of groups.entries()) {
    value += Math.max(0, caps[group]!) * (sizeAt(per, sizes) - copies[group]!.length);
    for (const option of per.keys())
      slopes.set(option, (slopes.get(option) ?? 0) + Math.max(0, caps[group]!));
  }
  const grows = [...slopes].every(([option, slope]) => option === '' || slope <= (growth.get(option) ?? 0));
  return (
    grows &&
    [...growth.keys()].every((option) => option === '' || sizes.has(option)) &&
    value <= sizeAt(growth, sizes)
  );
}

/** Whether a counter is inside its domain within a step; each copy outside is inside in another partial state. */
function isSurelyInside(meaning: Meaning, counter: number, part: PartialState): boolean {
  const { growth, low } = meaning.domainOf(counter);
  const groups = part.copies.map((_, group) => meaning.copiesOf(group));
  const caps = groups.map((per) => {
    const [option] = [...per.keys()].filter((key) => key !== '');
    if (option === undefined) return 0;
    return Math.floor((growth.get(option) ?? 0) / groups.filter((other) => other.has(option)).length);
  });
  return (
    meaning.counter(counter, part).low >= low &&
    part.copies.every((all, group) => all.every(({ shares }) => shares[counter]! <= caps[group]!)) &&
    isAtMost(meaning, counter, caps, part)
  );
}
