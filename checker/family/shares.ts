/** Counters as a base and a share for each copy: the results of effects, by rules that depend only on the run. */
import type { AnyExpr } from '../language/expression.ts';
import type { Effect } from '../language/statement.ts';
import { at, isFixed } from './affine.ts';
import {
  counterIn,
  largestShare,
  rangeOf,
  saturated,
  type Configuration,
  type StepConfiguration,
} from './configuration.ts';
import { compileChoice, copies, goesOn, type Execute } from './run.ts';
import { compileCell, compileExpr, type AbstractCell, type Compiling } from './expressions.ts';
import type { ProverFaults } from './faults.ts';
import { highest, lowest, minus, plus, type AbstractNumber } from './interval.ts';
import { compileKnown, compileNoWrap } from './known.ts';
import { Refusal } from './refusal.ts';
import { placeOf, type Roles } from './roles.ts';

/** In units of their counter. */
const largestBase = 6;
/** The largest number of values to enumerate for an unknown constant part. */
const mostNumbers = 16;

/** A sum of counters, each with its coefficient, and a rest without counters. */
interface CounterSum {
  readonly times: ReadonlyMap<number, number>;
  readonly rest: AbstractNumber;
  /** Whether no counter occurs. */
  readonly isAlone: boolean;
}

/** The parts of a sum; null where another configuration takes the step, or after a reported error. */
type CompiledSum = (context: StepConfiguration) => CounterSum | null;

function compileSum(expr: AnyExpr, target: AbstractCell, compiling: Compiling): CompiledSum {
  const inner = (part: AnyExpr) => compileSum(part, target, compiling);
  if (expr.kind === 'wrap') {
    const [operand, fits] = [inner(expr.operand), compileNoWrap(expr, compiling)];
    return (context) => (fits(context) ? operand(context) : null);
  }
  if (expr.kind === 'binary' && (expr.operator === '+' || expr.operator === '-')) {
    const [left, right] = [inner(expr.left), inner(expr.right)];
    const isPlus = expr.operator === '+';
    return (context) => {
      const one = left(context);
      const other = one === null ? null : right(context);
      if (one === null || other === null) return null;
      const times = new Map(one.times);
      for (const [of, count] of other.times) times.set(of, (times.get(of) ?? 0) + (isPlus ? count : -count));
      const rest = (isPlus ? plus : minus)(one.rest, other.rest);
      return { times, rest, isAlone: one.isAlone && other.isAlone };
    };
  }
  const evaluate = compileExpr(expr, compiling);
  const known = compileKnown(expr, compiling);
  const isCounter =
    (expr.kind === 'shared' || expr.kind === 'local') &&
    placeOf(compiling.roles, expr).role.kind === 'counter';
  const cell = isCounter ? compileCell(expr, compiling) : null;
  return (context) => {
    if (cell?.isOther(context) === true)
      throw new Refusal(`'${target.text}' takes over '${cell.text}' of another element`);
    const rest = evaluate(context);
    if (!goesOn(context)) return null;
    const equal = known(context);
    return equal === null
      ? { times: new Map(), rest, isAlone: true }
      : { times: new Map([[equal.counter, 1]]), rest: equal.plus, isAlone: false };
  };
}

/**
 * Sets a counter to a constant, to itself plus a constant, or to a sum of counters.
 *
 * The constant goes to the share of the copy if the copy adds it to the counter, or sets a counter of fixed domain to it, such as
 * a lock that the copy takes. Otherwise, as for a frozen count, it goes to the base. The other counters of a sum contribute
 * their bases and shares, copy by copy. Therefore the counter equals its base plus all shares in every run.
 */
export function compileCounterSet(
  { target, value }: Effect & { kind: 'set' },
  compiling: Compiling,
  isSetLater: boolean,
): Execute {
  if (value.kind === 'conditional') {
    const way = (part: AnyExpr) =>
      compileCounterSet({ kind: 'set', target, value: part }, compiling, isSetLater);
    return compileChoice(value.condition, compiling, [way(value.then), way(value.otherwise)]);
  }
  const cell = compileCell(target, compiling);
  const compiled = compileSum(value, cell, compiling);
  return (context, next) => {
    if (cell.isOther(context)) return next(context);
    const sum = compiled(context);
    if (sum === null || !cell.isThere(context)) return void goesOn(context);
    const { rest } = sum;
    const added = addedOf(sum, cell, context);
    if (!(highest(rest) - lowest(rest) < mostNumbers))
      throw new Refusal(`what '${cell.text}' becomes is not known`);
    const numbers = Array.from({ length: highest(rest) - lowest(rest) + 1 }, (_, nth) => lowest(rest) + nth);
    for (const [nth, copy] of copies(context, numbers.length).entries())
      for (const changed of setTo(
        copy,
        { ...added, constant: numbers[nth]!, isAlone: sum.isAlone },
        cell,
        compiling,
      )) {
        if (
          isSetLater &&
          compiling.faults.step !== true &&
          !isFixed(compiling.roles.counters[added.counter]!.high) &&
          !isSurelyInside(changed.config, added.counter, compiling)
        )
          changed.report(`'${cell.text}' may leave its domain within a step`);
        next(changed);
      }
  };
}

/** The coefficients of the counters in a sum. */
interface Added {
  readonly counter: number;
  readonly own: 0 | 1;
  readonly others: readonly { readonly counter: number; readonly times: number }[];
}

function addedOf({ times }: CounterSum, cell: AbstractCell, context: StepConfiguration): Added {
  const counter = cell.counter!(context);
  const own = times.get(counter) ?? 0;
  if (own !== 0 && own !== 1) throw new Refusal(`'${cell.text}' becomes ${own} times what it was`);
  const others = [...times]
    .filter(([of, count]) => of !== counter && count !== 0)
    .map(([of, count]) => ({ counter: of, times: count }));
  return { counter, own, others };
}

interface CounterSetting extends Added {
  readonly constant: number;
  /** Whether the value is a constant. */
  readonly isAlone: boolean;
}

function setTo(
  context: StepConfiguration,
  setting: CounterSetting,
  cell: AbstractCell,
  compiling: Compiling,
): readonly StepConfiguration[] {
  const { roles, faults } = compiling;
  const { counter, own, others, constant, isAlone } = setting;
  followCounter(context, setting, faults);
  const { groups, counters } = roles;
  const { low, high } = counters[counter]!;
  const { config, group: moving, me } = context;
  const after = isFixed(high) ? valueAfter(setting, config, compiling) : null;
  const keeps = faults.single === true && isAlone && moving < 0;
  const rests = groups.map((_, group) =>
    keeps ? [config.rest[counter * groups.length + group]!] : restsAfter(setting, config, group, compiling),
  );
  change(config.common, counters[counter]!.base, (of) => config.common[counters[of]!.base]!, setting);
  for (const [group, { shares }] of groups.entries())
    for (const record of config.groups[group]!)
      if (!keeps) change(record, shares + counter, (of) => record[shares + of]!, { own, others });
  const isOwn = moving >= 0 && (own === 1 || (isAlone && isFixed(high))) && faults.share !== true;
  if (isOwn) config.groups[moving]![me]![groups[moving]!.shares + counter]! += constant;
  else config.common[counters[counter]!.base]! += constant;
  refuseLarge(config, counter, roles);
  if (after !== null && (lowest(after) < low || highest(after) > high.constant)) {
    context.report(`'${cell.text}' may leave its domain`);
    if (highest(after) < low || lowest(after) > high.constant) return [];
  }
  return rests.reduce<readonly StepConfiguration[]>(
    (all, possible, group) =>
      all.flatMap((one) =>
        copies(one, possible.length).map((copy, nth) => {
          copy.config.rest[counter * groups.length + group] = possible[nth]!;
          return copy;
        }),
      ),
    [context],
  );
}

/** What the step knows of locals that equal the counter, after it changes. */
function followCounter(
  { known }: StepConfiguration,
  { counter, own, others, constant }: CounterSetting,
  { known: fault }: ProverFaults,
): void {
  if (fault === true) return;
  for (const [key, value] of known) {
    if (value.counter !== counter) continue;
    if (own === 1 && others.length === 0) known.set(key, { ...value, plus: value.plus - constant });
    else known.delete(key);
  }
}

/** The new base or share, with the contributions of the other counters. */
function change(
  cells: number[],
  slot: number,
  partOf: (counter: number) => number,
  { own, others }: Pick<CounterSetting, 'own' | 'others'>,
): void {
  const brought = others.reduce((sum, { counter, times }) => sum + times * partOf(counter), 0);
  cells[slot] = own * cells[slot]! + brought;
}

function restsAfter(
  { counter, own, others }: CounterSetting,
  { rest }: Configuration,
  group: number,
  { roles, precision, faults }: Compiling,
): readonly number[] {
  const held = (of: number) => rest[of * roles.groups.length + group]!;
  if (others.length === 0 || faults.sum === true) return [own * held(counter)];
  let sum: AbstractNumber = own === 1 ? rangeOf(held(counter), precision, roles.counters[counter]!) : 0;
  for (const { counter: of, times } of others)
    sum = plus(sum, scaled(rangeOf(held(of), precision, roles.counters[of]!), times));
  return saturated(lowest(sum), highest(sum), precision.most);
}

const scaled = (value: AbstractNumber, times: number): AbstractNumber => {
  const ends = [times * lowest(value), times * highest(value)] as const;
  return { low: Math.min(...ends), high: Math.max(...ends) };
};

/** The possible new values of a counter of fixed domain. */
function valueAfter(
  setting: CounterSetting,
  config: Configuration,
  { roles, precision }: Compiling,
): AbstractNumber {
  const { counter, own, others, constant } = setting;
  const start: AbstractNumber =
    own === 1 ? plus(counterIn(roles, config, counter, precision), constant) : constant;
  return others.reduce(
    (sum, { counter: of, times }) => plus(sum, scaled(counterIn(roles, config, of, precision), times)),
    start,
  );
}

function refuseLarge(config: Configuration, counter: number, { groups, counters }: Roles): void {
  const { base, name, unit, baseUnit } = counters[counter]!;
  if (Math.abs(config.common[base]!) > largestBase * baseUnit)
    throw new Refusal(`the share of '${name}' that belongs to no copy has no bound`);
  for (const [group, { shares }] of groups.entries())
    if (config.groups[group]!.some((record) => Math.abs(record[shares + counter]!) > largestShare * unit))
      throw new Refusal(`the share of a copy in '${name}' has no bound`);
}

/**
 * Whether a counter is inside its domain in the middle of a step, for any copies outside.
 *
 * Sound for:  each copy outside is inside in another configuration that takes this step, and is tested there.
 */
function isSurelyInside(config: Configuration, counter: number, { roles, precision }: Compiling): boolean {
  const { low, high } = roles.counters[counter]!;
  if (lowest(counterIn(roles, config, counter, precision)) < low) return false;
  const caps = roles.groups.map(({ copies: { per } }) => {
    const [option] = Object.keys(per);
    if (option === undefined || high.per[option] === undefined) return 0;
    return Math.floor(high.per[option] / roles.groups.filter((group) => option in group.copies.per).length);
  });
  const areInside = roles.groups.every(({ shares }, group) =>
    config.groups[group]!.every((record) => record[shares + counter]! <= caps[group]!),
  );
  return areInside && isAtMost(config, counter, caps, roles);
}

/** Whether a counter is within the upper bound of its domain if no share outside exceeds `caps`, by group. */
export function isAtMost(
  config: Configuration,
  counter: number,
  caps: readonly number[],
  roles: Roles,
): boolean {
  const { high, base } = roles.counters[counter]!;
  const sizes: Record<string, number> = {};
  for (const option of Object.keys(high.per)) sizes[option] = -Infinity;
  for (const [group, { copies: number }] of roles.groups.entries())
    for (const option of Object.keys(number.per))
      sizes[option] = Math.max(sizes[option] ?? -Infinity, config.groups[group]!.length - number.constant);
  let value = config.common[base]!;
  const slope: Record<string, number> = {};
  for (const [group, { copies: number, shares }] of roles.groups.entries()) {
    const cap = Math.max(0, caps[group]!);
    for (const record of config.groups[group]!) value += record[shares + counter]!;
    value += cap * (at(number, sizes) - config.groups[group]!.length);
    for (const option of Object.keys(number.per)) slope[option] = (slope[option] ?? 0) + cap;
  }
  const grows = Object.entries(slope).every(([option, by]) => by <= (high.per[option] ?? 0));
  return grows && value <= at(high, sizes);
}
