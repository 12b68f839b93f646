/** Effects on a configuration: every possible result of a step, in turn. */
import { refuseQuantifiers, compileChoice, copies, goesOn, type Next, type Execute } from './run.ts';
import { numbersOf } from '../program/numbering.ts';
import type { AnyDomain } from '../language/domain.ts';
import { walk, type AnyExpr, type Reference } from '../language/expression.ts';
import { printExpr } from '../language/print.ts';
import type { Effect } from '../language/statement.ts';
import { withParts } from '../program/code-walk.ts';
import { affineOf } from './family.ts';
import { isFixed } from './affine.ts';
import type { StepConfiguration } from './configuration.ts';
import {
  compileCell,
  compileExpr,
  compilePointer,
  copyPointerOf,
  isOverElements,
  ownLocal,
  type AbstractCell,
  type Compiling,
} from './expressions.ts';
import { mayBeFalse, mayBeTrue, type AbstractNumber } from './interval.ts';
import { Refusal } from './refusal.ts';
import { groupOfBinder, placeOf } from './roles.ts';
import { keyOf } from './assignments.ts';
import { compileKnown, learn } from './known.ts';
import { mostValues, roughly } from './rough.ts';
import { compileCounterSet } from './shares.ts';

/** The effects in order; `later` has the keys that the same step sets after them. */
export function compileEffects(
  effects: readonly Effect[],
  compiling: Compiling,
  later: ReadonlySet<string>,
): Execute {
  let run: Execute = (context, next) => next(context);
  let after = later;
  for (const effect of effects.toReversed()) {
    const [first, then] = [compileEffect(effect, compiling, after), run];
    run = (context, next) => first(context, (changed) => then(changed, next));
    after = new Set([...after, ...keysSetIn(effect)]);
  }
  return run;
}

/** The keys that an effect sets, including its nested effects. */
export const keysSetIn = (effect: Effect): readonly string[] =>
  [...withParts(effect)].flatMap((part) => (part.kind === 'set' ? [keyOf(part.target)] : []));

function compileEffect(effect: Effect, compiling: Compiling, later: ReadonlySet<string>): Execute {
  switch (effect.kind) {
    case 'set':
      return compileSet(effect, compiling, later);
    case 'when':
      return compileChoice(effect.condition, compiling, [
        compileEffects(effect.effects, compiling, later),
        (context, next) => next(context),
      ]);
    case 'each':
      return compileEach(effect, compiling, later);
    case 'assert':
      return compileAssert(effect, compiling);
    case 'count':
      return (context, next) => next(context);
  }
}

function compileEach(
  effect: Effect & { kind: 'each' },
  compiling: Compiling,
  later: ReadonlySet<string>,
): Execute {
  const { roles } = compiling;
  const { binder, effects } = effect;
  const group = groupOfBinder(roles, binder);
  const elements = isOverElements(binder, roles);
  if (group >= 0 || elements) ownOnly(effect);
  else if (!isFixed(affineOf(roles.family, binder, 'high')))
    throw new Refusal('each(...) runs over as many integers as there are copies');
  const body = compileEffects(effects, compiling, new Set([...later, ...keysSetIn(effect)]));
  return (context, next) => {
    const [from, to] = elements
      ? [1, 1]
      : group >= 0
        ? [0, context.config.groups[group]!.length - 1]
        : [binder.low, binder.high];
    const { [binder.level]: outer = 0 } = context.bound;
    const turn = (now: StepConfiguration, value: number): void => {
      now.bound[binder.level] = outer;
      if (value > to) return next(now);
      now.bound[binder.level] = value;
      body(now, (changed) => turn(changed, value + 1));
    };
    turn(context, from);
  };
}

/** An each(...) over copies or elements accesses only the cells of each one, so neither order nor number matters. */
function ownOnly(each: Effect & { kind: 'each' }): void {
  const inner = each.effects.flatMap((effect) => [...withParts(effect)]);
  const isOwn = (index: AnyExpr | null) => index?.kind === 'bound' && index.binder === each.binder;
  const written = new Set<string>();
  for (const effect of inner) {
    if (effect.kind === 'assert') throw new Refusal('an assertion stands in each(...) over all copies');
    if (effect.kind !== 'set') continue;
    if (!isOwn(effect.target.index))
      throw new Refusal(`what runs over all copies writes '${printExpr(effect.target)}'`);
    written.add(keyOf(effect.target));
  }
  for (const effect of inner)
    for (const part of partsOf(effect).flatMap((expr) => [...walk(expr)]))
      if ((part.kind === 'shared' || part.kind === 'local') && written.has(keyOf(part)) && !isOwn(part.index))
        throw new Refusal(`the order of the copies decides what is read from '${printExpr(part)}'`);
}

function partsOf(effect: Effect): readonly AnyExpr[] {
  if (effect.kind === 'set')
    return [effect.value, ...(effect.target.index === null ? [] : [effect.target.index])];
  return effect.kind === 'when' ? [effect.condition] : [];
}

/**
 * The assertion on an untracked element is left to the view that tracks the element, provided that the assertion reads only
 * one element of the arrays over the elements.
 */
function compileAssert({ condition, claim }: Effect & { kind: 'assert' }, compiling: Compiling): Execute {
  refuseQuantifiers(condition, compiling);
  const test = compileExpr(condition, compiling);
  const cells = [...walk(condition)].flatMap((part) =>
    (part.kind === 'shared' || part.kind === 'local') && placeOf(compiling.roles, part).overElements
      ? [{ cell: compileCell(part, compiling), index: printExpr(part.index!) }]
      : [],
  );
  const isOfOne = cells.length > 0 && cells.every(({ index }) => index === cells[0]!.index);
  return (context, next) => {
    if (isOfOne && cells[0]!.cell.isOther(context)) return next(context);
    const value = test(context);
    if (!goesOn(context)) return;
    if (mayBeFalse(value)) context.report(`the assertion '${claim}' may fail`);
    if (mayBeTrue(value)) next(context);
  };
}

function compileSet(
  effect: Effect & { kind: 'set' },
  compiling: Compiling,
  later: ReadonlySet<string>,
): Execute {
  const { target, value } = effect;
  const { role, toElement } = placeOf(compiling.roles, target);
  refuseQuantifiers(value, compiling);
  if (role.kind === 'copy pointer') return setCopyPointer(effect, compiling);
  if (toElement) return setElementPointer(effect, compiling);
  if (role.kind === 'counter') return compileCounterSet(effect, compiling, later.has(keyOf(target)));
  const cell = compileCell(target, compiling);
  const evaluate = compileExpr(value, compiling);
  const known = compileKnown(value, compiling);
  const put = putting(cell, target, value, compiling);
  const local = ownLocal(target);
  return (context, next) => {
    if (cell.isOther(context)) return next(context);
    const found = evaluate(context);
    if (!goesOn(context)) return;
    if (!cell.isThere(context)) return void goesOn(context);
    const equal = local === null ? null : known(context);
    put(context, found, (after) => {
      learn(after, local, equal);
      next(after);
    });
  };
}

/** Stores each possible value into a cell. */
function putting(cell: AbstractCell, target: Reference, value: AnyExpr, { roles }: Compiling) {
  const { domain } = target;
  const isRough = roles.rough.has(keyOf(target));
  const inside = isWithin(value, domain);
  const isOf = (number: number) =>
    domain.kind === 'values'
      ? domain.values.some((name) => roles.names.get(name) === number)
      : number >= lowOf(domain) && number <= highOf(domain);
  const all = () => {
    if (domain.kind === 'range' && domain.high - domain.low >= mostValues)
      throw new Refusal(`what '${cell.text}' becomes is not known`);
    return numbersOf(roles.names, domain);
  };
  const leaves = `'${cell.text}' may leave its domain`;
  return (context: StepConfiguration, found: AbstractNumber, next: Next): void => {
    if (typeof found === 'number') {
      if (!isOf(found)) return context.report(leaves);
      cell.put(context, isRough ? roughly(found) : found);
      return next(context);
    }
    if (domain.kind === 'values' ? !inside : found.low < lowOf(domain) || found.high > highOf(domain))
      context.report(leaves);
    const possible = isRough
      ? numbersIn(roughly(Math.max(found.low, lowOf(domain))), roughly(Math.min(found.high, highOf(domain))))
      : all().filter((number) => number >= found.low && number <= found.high);
    for (const [at, copy] of copies(context, possible.length).entries()) {
      cell.put(copy, possible[at]!);
      next(copy);
    }
  };
}

const numbersIn = (low: number, high: number): readonly number[] =>
  Array.from({ length: high - low + 1 }, (_, at) => low + at);

const lowOf = (domain: AnyDomain) => (domain.kind === 'range' ? domain.low : 0);
const highOf = (domain: AnyDomain) => (domain.kind === 'range' ? domain.high : 1);

/** Whether the domain contains every possible name of the expression. */
function isWithin(expr: AnyExpr, domain: AnyDomain): boolean {
  if (domain.kind !== 'values') return false;
  switch (expr.kind) {
    case 'shared':
    case 'local':
      return (
        expr.domain.kind === 'values' && expr.domain.values.every((name) => domain.values.includes(name))
      );
    case 'constant':
      return domain.values.includes(String(expr.value));
    case 'conditional':
      return isWithin(expr.then, domain) && isWithin(expr.otherwise, domain);
    case 'self':
    case 'bound':
    case 'not':
    case 'binary':
    case 'wrap':
    case 'quantifier':
    case 'ended':
    case 'claim':
      return false;
  }
}

/** A pointer over the copies moves to any copy that it has not visited, in any order. */
function setCopyPointer({ target, value }: Effect & { kind: 'set' }, { roles }: Compiling): Execute {
  const pointer = copyPointerOf(target, roles)!;
  const { group, counter, done } = pointer;
  const share = roles.groups[group]!.shares + counter;
  const isFirst = value.kind === 'constant' && value.value === 0;
  const isNext =
    value.kind === 'binary' &&
    value.operator === '+' &&
    copyPointerOf(value.left, roles) === pointer &&
    isConstant(value.right, 1);
  if (!isFirst && !isNext) throw new Refusal(`'${printExpr(target)}' becomes the number of another copy`);
  return (context, next) => {
    const { config } = context;
    const records = config.groups[group]!;
    for (const record of records) {
      if (isFirst) record[done] = 0;
      else if (record[share] === 1) record[done] = 1;
      record[share] = 0;
    }
    const places = [...records.keys()].filter((place) => records[place]![done] === 0);
    for (const [at, copy] of copies(context, places.length + 1).entries()) {
      const place = places[at];
      if (place !== undefined) copy.config.groups[group]![place]![share] = 1;
      copy.config.rest[counter * roles.groups.length + group] = place === undefined ? 1 : 0;
      next(copy);
    }
  };
}

const isConstant = (expr: AnyExpr, value: number) => expr.kind === 'constant' && expr.value === value;

/** Moves a pointer to an element. The view that tracks the last element detects that the pointer leaves the array. */
function setElementPointer({ target, value }: Effect & { kind: 'set' }, compiling: Compiling): Execute {
  const { roles, faults } = compiling;
  const { put, text } = compileCell(target, compiling);
  const { before, after } = roles.elements!;
  const isStep = value.kind === 'binary' && isConstant(value.right, 1);
  const from = compilePointer(isStep ? value.left : value, compiling);
  if (isStep && value.operator !== '+' && value.operator !== '-')
    throw new Refusal(`'${printExpr(target)}' becomes the number of another element`);
  const up = isStep && value.operator === '+';
  const [near, far, beyond] = up ? [0, 2, after] : [2, 0, before];
  return (context, next) => {
    const place = from(context);
    const hasMore = context.config.common[beyond] === 1;
    if (isStep && place === 1 && !hasMore) return context.report(`'${text}' may leave its domain`);
    const places = !isStep ? [place] : place === near ? (faults.order === true ? [1] : [near, 1]) : [far];
    for (const [at, copy] of copies(context, places.length).entries()) {
      put(copy, places[at]!);
      next(copy);
    }
  };
}

/** choose(...): any value of the domain. */
export function compileChoose(target: AnyExpr & { kind: 'local' }, compiling: Compiling): Execute {
  const { roles } = compiling;
  const { role, toElement } = placeOf(roles, target);
  if (role.kind === 'copy pointer' || role.kind === 'counter')
    throw new Refusal(`local '${target.name}' is chosen, and its values grow with the copies`);
  const cell = compileCell(target, compiling);
  const local = ownLocal(target);
  const values = toElement
    ? (context: StepConfiguration) => {
        const { common } = context.config;
        const { before, after } = roles.elements!;
        return [...(common[before] === 1 ? [0] : []), 1, ...(common[after] === 1 ? [2] : [])];
      }
    : () => {
        const { domain } = target;
        if (domain.kind === 'range' && domain.high - domain.low >= mostValues)
          throw new Refusal(`local '${target.name}' is chosen among more than ${mostValues} numbers`);
        return numbersOf(roles.names, domain).map(roles.rough.has(keyOf(target)) ? roughly : (one) => one);
      };
  return (context, next) => {
    const chosen = values(context);
    for (const [at, copy] of copies(context, chosen.length).entries()) {
      cell.put(copy, chosen[at]!);
      learn(copy, local, null);
      next(copy);
    }
  };
}
