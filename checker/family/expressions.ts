/** Expressions as functions of a configuration: their possible values in the states that contain it. */
import { numberOf, numbersOf } from '../program/numbering.ts';
import type { AnyDomain } from '../language/domain.ts';
import type { AnyExpr, ArithmeticOperator, Binder, Reference } from '../language/expression.ts';
import { printExpr } from '../language/print.ts';
import { affineOf } from './family.ts';
import type { ProverFaults } from './faults.ts';
import { resultOf } from '../language/arithmetic.ts';
import { isFixed, isMore, printAffine } from './affine.ts';
import { counterIn, type Precision, type StepConfiguration } from './configuration.ts';
import {
  between,
  common,
  either,
  equal,
  joined,
  less,
  mayBeFalse,
  mayBeTrue,
  minus,
  negated,
  plus,
  wrapped,
  type AbstractNumber,
} from './interval.ts';
import { Refusal } from './refusal.ts';
import { copyIndexOf, groupOfBinder, placeOf, type PlacedVariable, type Roles } from './roles.ts';
import { keyOf } from './assignments.ts';
import { meaningOf } from './rough.ts';

export type Evaluate = (context: StepConfiguration) => AbstractNumber;

export interface Compiling {
  readonly roles: Roles;
  readonly precision: Precision;
  /** A quantifier that holds for all copies inside may still fail outside; for expressions without a search for witnesses. */
  readonly weak?: boolean;
  /** In this expression quantifiers over elements, or over copies with a pointer, range over the tracked element alone. */
  readonly whole?: AnyExpr;
  readonly faults: ProverFaults;
}

/** The possible values of an expression in a configuration. */
export function compileExpr(expr: AnyExpr, compiling: Compiling): Evaluate {
  const inner = (part: AnyExpr) => compileExpr(part, compiling);
  switch (expr.kind) {
    case 'constant': {
      const affine = affineIn(compiling.roles, expr, 'value');
      if (!isFixed(affine))
        throw new Refusal(`a number that grows with the model, ${printAffine(affine)}, serves as a value`);
      const value = numberOf(compiling.roles.names, expr.value);
      return () => value;
    }
    case 'shared':
    case 'local':
      return compileRead(expr, compiling);
    case 'self':
    case 'bound':
      if (copyIndexOf(compiling.roles, expr) >= 0)
        throw new Refusal(`'${printExpr(expr)}', the number of a copy, serves as a value`);
      if (expr.kind === 'self') return () => 0;
      if (!isFixed(affineIn(compiling.roles, expr.binder, 'high')))
        throw new Refusal(`'${printExpr(expr)}' runs over a range that grows and serves as a value`);
      return ({ bound }) => bound[expr.binder.level]!;
    case 'not': {
      const operand = inner(expr.operand);
      return (context) => negated(operand(context));
    }
    case 'claim':
      return compileExpr(expr.operand, wholeOf(compiling, expr, expr.operand));
    case 'binary':
      return compileBinary(expr, compiling);
    case 'wrap': {
      const operand = inner(expr.operand);
      return (context) => wrapped(operand(context), expr);
    }
    case 'conditional': {
      const [condition, then, otherwise] = [inner(expr.condition), inner(expr.then), inner(expr.otherwise)];
      return (context) => {
        const value = condition(context);
        if (!mayBeFalse(value)) return then(context);
        return mayBeTrue(value) ? joined(then(context), otherwise(context)) : otherwise(context);
      };
    }
    case 'quantifier':
      return compileQuantifier(expr, compiling);
    case 'ended':
      return compileEnded(expr, compiling);
  }
}

const affineIn = ({ family }: Roles, object: object, key: string) => {
  const { value } = object as { readonly value?: unknown };
  return key === 'value' && typeof value !== 'number'
    ? { constant: 0, per: {} }
    : affineOf(family, object, key);
};

const wholeOf = (compiling: Compiling, expr: AnyExpr, part: AnyExpr): Compiling =>
  compiling.whole === expr ? { ...compiling, whole: part } : compiling;

/** The key of a local of the running copy that is no array; otherwise null. */
export const ownLocal = (expr: AnyExpr): string | null =>
  expr.kind === 'local' && expr.index === null && expr.replica === null ? keyOf(expr) : null;

/** The index, among the copies inside, of the copy that an expression names; -1 if it is outside. */
export function compilePosition(
  expr: AnyExpr,
  group: number,
  { roles }: Compiling,
): (context: StepConfiguration) => number {
  if (copyIndexOf(roles, expr) === group) {
    if (expr.kind === 'self') return ({ me }) => me;
    if (expr.kind === 'bound') return ({ bound }) => bound[expr.binder.level]!;
  }
  const pointer = copyPointerOf(expr, roles);
  if (pointer?.group !== group)
    throw new Refusal(
      expr.kind === 'local'
        ? `local '${expr.name}' holds the number of a copy of '${roles.groups[group]!.name}'`
        : `'${printExpr(expr)}' tells copies of '${roles.groups[group]!.name}' apart`,
    );
  const share = roles.groups[group]!.shares + pointer.counter;
  return (context) => {
    const place = context.config.groups[group]!.findIndex((record) => record[share] === 1);
    if (place < 0) context.leads = true;
    return place;
  };
}

/** The expression as a pointer to a copy, or null. */
export function copyPointerOf(expr: AnyExpr, roles: Roles) {
  if (expr.kind !== 'local' || expr.index !== null) return null;
  const { role } = placeOf(roles, expr);
  return role.kind === 'copy pointer' ? role : null;
}

/** Access to a cell, which may belong to an untracked element. */
export interface AbstractCell {
  readonly placed: PlacedVariable;
  readonly text: string;
  /** The counter of the cell, or null. */
  readonly counter: ((context: StepConfiguration) => number) | null;
  readonly get: (context: StepConfiguration) => number;
  readonly put: (context: StepConfiguration, value: number) => void;
  readonly isOther: (context: StepConfiguration) => boolean;
  /** Whether the cell exists here; reports an index outside the array and a pointer to a copy outside. */
  readonly isThere: (context: StepConfiguration) => boolean;
}

export function compileCell(reference: Reference, compiling: Compiling): AbstractCell {
  const { roles } = compiling;
  const placed = placeOf(roles, reference);
  const { role, declaration, overElements } = placed;
  const text = printExpr(reference);
  const always = () => true;
  const never = () => false;
  const none = { placed, text, counter: null, isOther: never, isThere: always };
  if (role.kind === 'owned') {
    if (reference.index === null) throw new Refusal(`'${text}' is used as a whole`);
    const position = compilePosition(reference.index, role.group, compiling);
    const record = (context: StepConfiguration) => context.config.groups[role.group]![position(context)]!;
    return {
      ...none,
      get: (context) => record(context)[role.slot]!,
      put: (context, value) => (record(context)[role.slot] = value),
      isThere: (context) => position(context) >= 0,
    };
  }
  if (role.kind === 'copy pointer')
    throw new Refusal(`'${text}' holds the number of a copy, and serves as a value`);
  const [index, isOther] = overElements
    ? [() => 0, compileIsOther(reference.index!, compiling)]
    : [indexOf(reference, compiling), never];
  const { length } = declaration.initial;
  const isThere = (context: StepConfiguration) => {
    const at = index(context);
    if (overElements || (typeof at === 'number' && at >= 0 && at < length)) return true;
    context.fault = `'${text}' may be outside of its array`;
    return false;
  };
  const exact = index as (context: StepConfiguration) => number;
  if (role.kind === 'counter')
    return {
      ...none,
      isOther,
      isThere,
      counter: (context) => role.first + exact(context),
      get: () => 0,
      put: () => undefined,
    };
  if (role.kind === 'common')
    return {
      ...none,
      isOther,
      isThere,
      get: (context) => context.config.common[role.slot + exact(context)]!,
      put: (context, value) => (context.config.common[role.slot + exact(context)] = value),
    };
  const position = compileReplica(reference, role.group, compiling);
  return {
    ...none,
    isOther,
    isThere,
    get: (context) => context.config.groups[role.group]![position(context)]![role.slot + exact(context)]!,
    put: (context, value) =>
      (context.config.groups[role.group]![position(context)]![role.slot + exact(context)] = value),
  };
}

function compileReplica(
  reference: Reference,
  group: number,
  compiling: Compiling,
): (context: StepConfiguration) => number {
  if (reference.kind !== 'local' || reference.replica === null) return ({ me }) => me;
  return compilePosition(reference.replica, group, compiling);
}

const indexOf = ({ index }: Reference, compiling: Compiling): Evaluate =>
  index === null ? () => 0 : compileExpr(index, compiling);

const compileIsOther = (index: AnyExpr, compiling: Compiling) => {
  const place = compilePointer(index, compiling);
  return (context: StepConfiguration) => place(context) !== 1 && compiling.faults.others !== true;
};

/** The target of a pointer to an element: 0 before the tracked one, 1 the tracked one, 2 after it. */
export function compilePointer(expr: AnyExpr, compiling: Compiling): (context: StepConfiguration) => number {
  const { roles } = compiling;
  const { elements } = roles;
  if (elements !== null) {
    const ofElements = { constant: 0, per: { [elements.option]: 1 } };
    if (expr.kind === 'bound' && isMore(affineOf(roles.family, expr.binder, 'high'), -1, ofElements))
      return ({ bound }) => bound[expr.binder.level]!;
    if (expr.kind === 'local' && expr.index === null && placeOf(roles, expr).toElement) {
      const { get } = compileCell(expr, compiling);
      return get;
    }
    if (expr.kind === 'constant') {
      const value = affineIn(roles, expr, 'value');
      if (expr.value === 0 && isFixed(value))
        return ({ config }) => (config.common[elements.before] === 1 ? 0 : 1);
      if (isMore(value, -1, ofElements)) return ({ config }) => (config.common[elements.after] === 1 ? 2 : 1);
    }
  }
  throw new Refusal(`'${printExpr(expr)}' selects from an array of any length`);
}

/** Every number of a domain; a range may have more than fit into a list. */
function anyOf(names: Map<string, number>, domain: AnyDomain): AbstractNumber {
  if (domain.kind === 'range') return between(domain.low, domain.high);
  const numbers = numbersOf(names, domain);
  return between(Math.min(...numbers), Math.max(...numbers));
}

function compileRead(expr: Reference, compiling: Compiling): Evaluate {
  const { roles, precision } = compiling;
  const cell = compileCell(expr, compiling);
  if (cell.placed.toElement)
    throw new Refusal(`'${printExpr(expr)}', the number of an element, serves as a value`);
  const { domain } = cell.placed.declaration;
  const { counter } = cell;
  if (counter !== null) {
    const any = { low: domain.kind === 'range' ? domain.low : 0, high: Infinity };
    return (context) => {
      if (cell.isOther(context)) return any;
      return cell.isThere(context) ? counterIn(roles, context.config, counter(context), precision) : any;
    };
  }
  const any = anyOf(roles.names, domain);
  const isRough = domain.kind === 'range' && roles.rough.has(keyOf(expr));
  const local = ownLocal(expr);
  return (context) => {
    if (cell.isOther(context) || !cell.isThere(context)) return any;
    const value = isRough ? meaningOf(cell.get(context), domain) : cell.get(context);
    const equal = local === null ? undefined : context.known.get(local);
    if (equal === undefined || typeof value === 'number') return value;
    return common(value, plus(counterIn(roles, context.config, equal.counter, precision), equal.plus));
  };
}

function compileEnded(expr: AnyExpr & { kind: 'ended' }, compiling: Compiling): Evaluate {
  const { roles } = compiling;
  const { end } = roles.family.system.threads.find(({ thread }) => thread.name === expr.thread)!;
  const { group, slot } = roles.locations.get(expr.thread)!;
  if (group >= 0) {
    const position = compilePosition(expr.replica, group, compiling);
    return (context) => {
      const place = position(context);
      return place < 0 ? either : Number(context.config.groups[group]![place]![slot] === end);
    };
  }
  const { replica } = expr;
  const isOnly =
    replica.kind === 'bound'
      ? replica.binder.thread === expr.thread
      : replica.kind === 'constant' && replica.value === 0;
  if (!isOnly) throw new Refusal(`'${printExpr(expr)}' asks for another than the only copy`);
  return ({ config }) => Number(config.common[slot] === end);
}

function compileBinary(expr: AnyExpr & { kind: 'binary' }, compiling: Compiling): Evaluate {
  const special = sameCopy(expr, compiling) ?? atLastCopy(expr, compiling) ?? atEdge(expr, compiling);
  if (special !== null) return special;
  const [left, right] = [compileExpr(expr.left, compiling), compileExpr(expr.right, compiling)];
  switch (expr.operator) {
    case '&&':
      return (context) => {
        const one = left(context);
        if (!mayBeTrue(one)) return 0;
        const other = right(context);
        if (!mayBeTrue(other)) return 0;
        return mayBeFalse(one) || mayBeFalse(other) ? either : 1;
      };
    case '||':
      return (context) => {
        const one = left(context);
        if (!mayBeFalse(one)) return 1;
        const other = right(context);
        if (!mayBeFalse(other)) return 1;
        return mayBeTrue(one) || mayBeTrue(other) ? either : 0;
      };
    case '==':
      return (context) => equal(left(context), right(context));
    case '!=':
      return (context) => negated(equal(left(context), right(context)));
    case '<':
      return (context) => less(left(context), right(context));
    case '>':
      return (context) => less(right(context), left(context));
    case '>=':
      return (context) => negated(less(left(context), right(context)));
    case '<=':
      return (context) => negated(less(right(context), left(context)));
    case '+':
      return (context) => plus(left(context), right(context));
    case '-':
      return (context) => minus(left(context), right(context));
    case '*':
    case '/':
    case '%':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return compileExact(expr, expr.operator, [left, right]);
  }
}

/** Arithmetic beyond sums and differences, for which only exact operands have a rule. */
function compileExact(
  expr: AnyExpr,
  operator: ArithmeticOperator,
  [left, right]: readonly [Evaluate, Evaluate],
): Evaluate {
  return (context) => {
    const [one, other] = [left(context), right(context)];
    const unknown = { low: -Infinity, high: Infinity };
    // The operands of a step that another configuration takes have no values.
    if (context.leads || context.fault !== null) return unknown;
    if (typeof one === 'number' && typeof other === 'number') {
      const result = resultOf(operator, one, other);
      if (result === null) context.fault = `'${printExpr(expr)}' may have no value`;
      return result ?? unknown;
    }
    throw new Refusal(
      `'${printExpr(expr)}' is arithmetic beyond sums and differences of numbers that other copies change`,
    );
  };
}

/** Equality of two copies of one group. */
function sameCopy(
  { operator, left, right }: AnyExpr & { kind: 'binary' },
  compiling: Compiling,
): Evaluate | null {
  const group = copyIndexOf(compiling.roles, left);
  if (group < 0 || group !== copyIndexOf(compiling.roles, right)) return null;
  if (operator !== '==' && operator !== '!=') return null;
  const [one, other] = [compilePosition(left, group, compiling), compilePosition(right, group, compiling)];
  const same = operator === '==';
  return (context) => Number((one(context) === other(context)) === same);
}

/** Whether a pointer over the copies is at the last one: certainly not while it has not visited some copy inside. */
function atLastCopy(expr: AnyExpr & { kind: 'binary' }, { roles }: Compiling): Evaluate | null {
  const pointer = copyPointerOf(expr.left, roles);
  if (pointer === null) return null;
  const { group, counter, done } = pointer;
  const { right, operator } = expr;
  const { copies, shares } = roles.groups[group]!;
  const isLast = right.kind === 'constant' && isMore(copies, 1, affineIn(roles, right, 'value'));
  if ((operator !== '==' && operator !== '!=') || !isLast)
    throw new Refusal(`'${printExpr(expr)}' compares the number of a copy`);
  const left = Number(operator === '!=');
  return ({ config }) =>
    config.groups[group]!.some((record) => record[shares + counter] === 0 && record[done] === 0)
      ? left
      : either;
}

/** A comparison of a pointer to an element with the first or the last one. */
function atEdge(expr: AnyExpr & { kind: 'binary' }, compiling: Compiling): Evaluate | null {
  const { left, right, operator } = expr;
  const { roles } = compiling;
  if (
    roles.elements === null ||
    left.kind !== 'local' ||
    left.index !== null ||
    !placeOf(roles, left).toElement
  )
    return null;
  if ((operator !== '==' && operator !== '!=') || right.kind !== 'constant')
    throw new Refusal(`'${printExpr(expr)}' compares the number of an element`);
  const { before, after } = roles.elements;
  const place = compilePointer(left, compiling);
  // Throws unless it is the first or the last.
  compilePointer(right, compiling);
  const isFirst = right.value === 0;
  const [beyond, far] = isFirst ? [before, 2] : [after, 0];
  const is = (context: StepConfiguration): AbstractNumber => {
    const at = place(context);
    if (at === 1) return Number(context.config.common[beyond] === 0);
    return at === far ? 0 : either;
  };
  return operator === '==' ? is : (context) => negated(is(context));
}

function compileQuantifier(expr: AnyExpr & { kind: 'quantifier' }, compiling: Compiling): Evaluate {
  const { roles, weak = false, faults } = compiling;
  const { binder } = expr;
  const all = expr.quantifier === 'all';
  const group = groupOfBinder(roles, binder);
  const body = compileExpr(expr.body, compiling);
  // An expression from elsewhere may contain a variable of the same level; the value of that variable ends with it.
  const instance = (context: StepConfiguration, value: number) => {
    const { [binder.level]: outer = 0 } = context.bound;
    context.bound[binder.level] = value;
    const result = body(context);
    if (faults.bound !== true) context.bound[binder.level] = outer;
    return result;
  };
  if (isOverElements(binder, roles)) return overElements(expr, compiling, instance);
  if (group < 0 && !isFixed(affineOf(roles.family, binder, 'high')))
    throw new Refusal(`'${printExpr(expr)}' runs over as many integers as there are copies`);
  const aim = compiling.whole === expr && all && group >= 0 ? aimOf(group, roles) : null;
  const settled = Number(all);
  // The copies outside may differ from all copies inside.
  const passed = weak && group >= 0 ? either : settled;
  return (context) => {
    const records = group < 0 ? null : context.config.groups[group]!;
    const [from, to] = records === null ? [binder.low, binder.high] : [0, records.length - 1];
    let result: AbstractNumber = passed;
    for (let value = from; value <= to; value++) {
      if (aim !== null && records![value]![aim] !== 1) continue;
      const one = instance(context, value);
      if (all ? !mayBeTrue(one) : !mayBeFalse(one)) return 1 - settled;
      if (typeof one !== 'number') result = either;
    }
    return result;
  };
}

export function isOverElements(binder: Binder, { elements, family }: Roles): boolean {
  if (elements === null || binder.thread !== null) return false;
  const ofElements = { constant: 0, per: { [elements.option]: 1 } };
  return binder.low === 0 && isMore(affineOf(family, binder, 'high'), -1, ofElements);
}

/** The other elements are unknown, unless the quantifier is the whole property: then each element has its own view. */
function overElements(
  expr: AnyExpr & { kind: 'quantifier' },
  { roles, whole }: Compiling,
  instance: (context: StepConfiguration, value: number) => AbstractNumber,
): Evaluate {
  const all = expr.quantifier === 'all';
  const { before, after } = roles.elements!;
  return (context) => {
    const one = instance(context, 1);
    if (whole === expr && all) return one;
    if (context.config.common[before] === 0 && context.config.common[after] === 0) return one;
    return all ? (mayBeTrue(one) ? either : 0) : mayBeFalse(one) ? either : 1;
  };
}

/** The slot of a copy's pointer to an element: a property of one copy is checked for the element that it points to. */
function aimOf(group: number, roles: Roles): number | null {
  for (const { thread } of roles.groups[group]!.members)
    for (const name of Object.keys(thread.locals)) {
      const { role, toElement } = roles.placed.get(`${thread.name}.${name}`)!;
      if (toElement && role.kind === 'record') return role.slot;
    }
  return null;
}

/** The number of copies of any group that a configuration needs to show that the expression has this value. */
export function witnesses(expr: AnyExpr, positive: boolean, roles: Roles): number {
  const of = (part: AnyExpr, value: boolean) => witnesses(part, value, roles);
  const eitherWay = (part: AnyExpr) => of(part, true) + of(part, false);
  switch (expr.kind) {
    case 'not':
      return of(expr.operand, !positive);
    case 'claim':
      return of(expr.operand, positive);
    case 'wrap':
      return eitherWay(expr.operand);
    case 'binary': {
      const { operator, left, right } = expr;
      if (operator !== '&&' && operator !== '||') return eitherWay(left) + eitherWay(right);
      const both = [of(left, positive), of(right, positive)] as const;
      return (operator === '&&') === positive ? both[0] + both[1] : Math.max(...both);
    }
    case 'conditional':
      return eitherWay(expr.condition) + eitherWay(expr.then) + eitherWay(expr.otherwise);
    case 'quantifier': {
      const inner = of(expr.body, positive);
      const isOverCopies = groupOfBinder(roles, expr.binder) >= 0;
      if ((expr.quantifier === 'some') === positive) return (isOverCopies ? 1 : 0) + inner;
      if (inner === 0) return 0;
      if (isOverCopies || !isFixed(affineOf(roles.family, expr.binder, 'high')))
        throw new Refusal(`'${printExpr(expr)}' says of each that there is another`);
      return inner * (expr.binder.high - expr.binder.low + 1);
    }
    case 'constant':
    case 'shared':
    case 'local':
    case 'self':
    case 'bound':
    case 'ended':
      return 0;
  }
}
