/** Evaluates C expressions; a thread and a claim differ in how they read memory and in what they may change. */
import {
  isComparisonOperator,
  type AnyExpr,
  type BinaryOperator,
  type ComparisonOperator,
} from '../../language/expression.ts';
import { constantOf, transparent, truths, type Constant } from '../syntax/constant.ts';
import { addressOf, pointerWith } from '../addresses.ts';
import { initialised, type Initialised } from '../initialised.ts';
import { countOf, nullPointer, typeKey, type Space } from '../memory.ts';
import type { Place } from '../syntax/source.ts';
import type { Expression, ListEntry } from '../syntax/syntax.ts';
import {
  integerType,
  isScalar,
  pointerTo,
  printType,
  sizeOfType,
  type PointerType,
  type StructType,
  type Type,
} from '../syntax/types.ts';
import {
  binary,
  constantValue,
  convert,
  integer,
  standingFor,
  truthOf,
  truthValue,
  unary,
} from './arithmetic.ts';
import { typeArgument } from '../syntax/type-of.ts';
import {
  errorIn,
  errorPointer,
  holdsError,
  isError,
  isKnown,
  memberOf,
  toNothing,
} from './error-pointers.ts';
import { quotient } from './objects.ts';
import { placeType } from './place-type.ts';
import { Places } from './places.ts';
import type { Scope } from './scope.ts';
import {
  between,
  both,
  compared,
  constant,
  either,
  isConstant,
  negated,
  numberOf,
  plus,
  times,
  withoutPointer,
  type Check,
  type CValue,
  type Lvalue,
} from './value.ts';

type Of<K extends Expression['kind']> = Expression & { readonly kind: K };

export abstract class Evaluator extends Places {
  abstract load(lvalue: Lvalue, place: Place): CValue;

  /** The value inside of data_race(). */
  excused(expression: Expression, scope: Scope): CValue {
    return this.value(expression, scope);
  }

  /** The read of a name, a member or an element. */
  loadPlainly(lvalue: Lvalue, place: Place): CValue {
    return this.load(lvalue, place);
  }

  /** `&&`, `||` and `?:`, whose operands are evaluated on demand. */
  abstract logical(expression: Of<'binary'>, scope: Scope): CValue;
  abstract conditional(expression: Of<'conditional'>, scope: Scope): CValue;
  abstract call(expression: Of<'call'>, scope: Scope): CValue;
  abstract invoke(expression: Of<'invoke'>, scope: Scope): CValue;
  /** The object that a compound literal makes. */
  abstract compound(
    expression: Of<'compound'>,
    scope: Scope,
  ): { readonly type: StructType; readonly source: Lvalue };
  /** Assignments, `++`, commas and statement expressions. */
  abstract change(expression: Of<'assign' | 'update' | 'comma' | 'block'>, scope: Scope): CValue;

  /** The constant value of an expression; null: it is none. */
  constant(expression: Expression, scope: Scope): Constant | null {
    return constantOf(expression, (name) => {
      const binding = scope.find(name);
      if (binding === null) return this.program.constants.get(name) ?? null;
      return binding.kind === 'value' && binding.value.kind === 'number'
        ? constantValue(binding.value)
        : null;
    });
  }

  /** What the entries of an initialiser list are for. */
  initialised(type: Type, entries: readonly ListEntry[], place: Place, scope: Scope): readonly Initialised[] {
    return initialised(type, entries, place, {
      fail: (at, message) => this.fail(at, message),
      constant: (one) =>
        Number(this.constant(one, scope)?.value ?? this.fail(one.place, 'this must be a constant')),
    });
  }

  value(expression: Expression, scope: Scope): CValue {
    const known = this.constant(expression, scope);
    const { place } = expression;
    if (known !== null && known.type.kind !== 'pointer' && isScalar(known.type))
      return standingFor(known.value) === null
        ? this.fail(place, `racewalk has no numbers of more than 53 bits, and this is ${String(known.value)}`)
        : integer(known.value, known.type);
    switch (expression.kind) {
      case 'integer':
        return this.fail(place, 'racewalk does not read this number');
      case 'null':
        return { kind: 'pointer', type: pointerTo({ kind: 'void' }), expr: constant(nullPointer) };
      case 'string':
        return this.fail(place, 'racewalk reads strings only as names and messages of claims');
      case 'name': {
        const binding = scope.find(expression.name);
        if (binding?.kind === 'value') return binding.value;
        if (binding === null && this.program.functions.has(expression.name))
          return { kind: 'function', name: expression.name };
        return this.#loaded(this.lvalue(expression, scope), place);
      }
      case 'unary':
        return this.#unary(expression, scope);
      case 'binary':
        if (expression.operator === '&&' || expression.operator === '||')
          return this.logical(expression, scope);
        return this.binary(
          expression.operator,
          this.value(expression.left, scope),
          this.value(expression.right, scope),
          place,
        );
      case 'conditional':
        return this.conditional(expression, scope);
      case 'member':
      case 'index':
      case 'perCpu':
        return this.#loaded(this.lvalue(expression, scope), place);
      case 'cast':
        // `(void)x` only says that x is not used.
        if (expression.type.kind === 'void' && expression.operand.kind === 'name') return { kind: 'void' };
        return this.cast(this.value(expression.operand, scope), expression.type, place);
      case 'call': {
        const [argument] = expression.arguments;
        if (argument !== undefined && expression.name === 'data_race') return this.excused(argument, scope);
        if (argument !== undefined && truths.has(expression.name))
          return truthValue(this.truth(this.value(argument, scope), place));
        if (argument !== undefined && transparent.has(expression.name)) return this.value(argument, scope);
        if (expression.name === 'container_of') return this.#containerOf(expression, scope);
        if (errorFunctions.has(expression.name) && !this.program.functions.has(expression.name))
          return this.#errorCall(expression, scope);
        return this.call(expression, scope);
      }
      case 'invoke':
        return this.invoke(expression, scope);
      case 'assign':
      case 'update':
      case 'comma':
      case 'block':
        return this.change(expression, scope);
      case 'sizeof':
        return this.#size(expression, scope);
      case 'type':
        return this.fail(place, 'a type is no value');
      case 'compound':
        return { kind: 'struct', ...this.compound(expression, scope) };
      case 'list':
        return this.fail(place, 'racewalk reads an initializer list only where a variable is declared');
    }
  }

  /** An array is the address of its first element, a struct a value of its own. */
  #loaded(lvalue: Lvalue, place: Place): CValue {
    const { type } = lvalue;
    if (type.kind === 'array') {
      const first = this.element(lvalue, constant(0), place);
      return { kind: 'address', type: pointerTo(type.of), target: first };
    }
    if (type.kind === 'struct') return { kind: 'struct', type, source: lvalue };
    return this.loadPlainly(lvalue, place);
  }

  /** The place that an expression names. */
  lvalue(expression: Expression, scope: Scope): Lvalue {
    const { kind, place } = expression;
    if (kind === 'name') return this.variableAt(expression, scope);
    if (kind === 'member') {
      const { object, isArrow, field } = expression;
      const outer = isArrow ? this.pointee(this.value(object, scope), place) : this.#object(object, scope);
      return this.member(outer, field, place);
    }
    if (kind === 'index') return this.#indexed(expression, scope);
    if (kind === 'perCpu') {
      const cpu = this.number(this.value(expression.cpu, scope), expression.cpu.place);
      return this.perCpuVariableAt(expression.variable, cpu, scope);
    }
    if (kind === 'compound') return this.compound(expression, scope).source;
    if (kind === 'unary' && expression.operator === '*')
      return this.pointee(this.value(expression.operand, scope), place);
    return this.fail(place, 'this is no place in memory');
  }

  #indexed({ array, index, place }: Of<'index'>, scope: Scope): Lvalue {
    const at = this.value(index, scope);
    const known = this.#arrayAt(array, scope);
    if (known !== null) return this.element(known, this.number(at, index.place), place);
    return this.pointee(this.binary('+', this.value(array, scope), at, place), place);
  }

  /** The struct of `a.b`; one that a function returns is a value. */
  #object(expression: Expression, scope: Scope): Lvalue {
    if (['name', 'member', 'index', 'perCpu', 'unary', 'cast', 'compound'].includes(expression.kind)) {
      const bound = expression.kind === 'name' ? scope.find(expression.name) : null;
      if (bound?.kind !== 'value') return this.lvalue(expression, scope);
    }
    const value = this.value(expression, scope);
    return value.kind === 'struct' ? value.source : this.fail(expression.place, 'this is no struct');
  }

  /** The array that an expression names; null: it is a pointer. */
  #arrayAt(expression: Expression, scope: Scope): Lvalue | null {
    if (expression.kind === 'name' && scope.find(expression.name)?.kind === 'value') return null;
    if (!['name', 'member', 'index', 'perCpu'].includes(expression.kind)) return null;
    // Reading the place of a pointer must not read the pointer twice.
    const type = placeType(this.program, expression, scope);
    return type?.kind === 'array' ? this.lvalue(expression, scope) : null;
  }

  number(value: CValue, place: Place): AnyExpr {
    return value.kind === 'number' ? numberOf(value) : this.fail(place, 'this must be a number');
  }

  /** The condition that an expression is not 0. */
  truth(value: CValue, place: Place): AnyExpr {
    if (value.kind === 'struct' || value.kind === 'void') return this.fail(place, 'this is no condition');
    return truthOf(value);
  }

  /** The value as a number of its object, or of NULL. */
  asPointer(value: CValue, type: PointerType, place: Place): AnyExpr {
    if (value.kind === 'pointer') {
      if (isConstant(value.expr, nullPointer) || value.isNoObject === true) return value.expr;
      if (!sameSpace(value.type.to, type.to)) return this.#otherType(value.type, type, place);
      this.#converted(value.type.to, type.to, place);
      return value.expr;
    }
    if (value.kind === 'number' && isConstant(numberOf(value), 0)) return constant(nullPointer);
    if (value.kind === 'function') return constant(this.program.memory.functions.names.indexOf(value.name));
    if (value.kind !== 'address') return this.fail(place, `this is no ${printType(type)}`);
    const { root, index, type: target, view, isGhost } = value.target;
    if (isGhost === true)
      return this.fail(place, 'racewalk does not store the address of a variable of the proof');
    const space = root === 'shared' ? this.program.memory.space(target) : null;
    if (root === 'local') return this.fail(place, 'racewalk does not store the address of a local variable');
    if (view !== undefined)
      return this.fail(place, 'racewalk does not store the address of a member that shares its memory');
    if (space === null)
      return this.fail(
        place,
        `racewalk does not store a pointer to ${printType(target)} here: give the pointer its type`,
      );
    const number = index ?? constant(0);
    if (!sameSpace(target, type.to)) return this.#otherType(pointerTo(target), type, place);
    this.#converted(target, type.to, place);
    const { array } = value.target;
    if (array === undefined) return number;
    const inside = between(number, array.first, plus(array.first, constant(array.count)));
    return this.demanded(number, inside, staysInArray, place);
  }

  /** Notes that the number of an object becomes a pointer to void, or one of a type. */
  #converted(from: Type, to: Type, place: Place): void {
    if ((from.kind === 'void') === (to.kind === 'void')) return;
    const isBack = from.kind === 'void';
    this.program.conversions.push({ place, type: isBack ? to : from, isBack });
  }

  /** An address as the number of its object; any other value as it is. */
  lasting(value: CValue, place: Place): CValue {
    if (value.kind !== 'address') return value;
    return { kind: 'pointer', type: value.type, expr: this.asPointer(value, value.type, place) };
  }

  cast(value: CValue, type: Type, place: Place): CValue {
    if (type.kind === 'void') return { kind: 'void' };
    if (!isScalar(type)) return this.fail(place, `racewalk does not cast to ${printType(type)}`);
    if (type.kind === 'pointer') {
      if (value.kind === 'function') return value;
      if (value.kind === 'address')
        return sameSpace(value.type.to, type.to)
          ? { ...value, type }
          : this.#otherType(value.type, type, place);
      const number = value.kind === 'number' ? constantValue(value) : null;
      const known =
        number === null ? null : pointerWith(this.program.memory.addresses, addressOf(number.value));
      if (known !== null) return toNothing(constant(known), type);
      if (value.kind === 'pointer' && value.isNoObject === true) return toNothing(value.expr, type);
      return { kind: 'pointer', type, expr: this.asPointer(value, type, place) };
    }
    if (value.kind === 'number') return convert(value, type);
    if (type.kind === 'bool') return truthValue(this.truth(value, place));
    return this.fail(place, `racewalk does not convert a pointer to ${printType(type)}`);
  }

  #otherType(from: Type, to: Type, place: Place): never {
    return this.fail(
      place,
      `racewalk does not convert ${printType(from)} to ${printType(to)}: objects keep their type`,
    );
  }

  #size({ type, operand, place }: Of<'sizeof'>, scope: Scope): CValue {
    const measured = type ?? (operand === null ? null : placeType(this.program, operand, scope));
    return measured === null
      ? this.fail(place, 'the type of this expression is unknown')
      : integer(BigInt(sizeOfType(measured)), integerType(64, false));
  }

  #unary(expression: Of<'unary'>, scope: Scope): CValue {
    const { operator, operand, place } = expression;
    if (operator === '!') return truthValue(negated(this.truth(this.value(operand, scope), operand.place)));
    if (operator === '*') {
      const target = this.lvalue(expression, scope);
      const isMarked = operand.kind === 'cast' && operand.isVolatile === true && isScalar(target.type);
      return isMarked ? this.load(target, place) : this.#loaded(target, place);
    }
    if (operator === '&') return this.#address(operand, scope);
    const value = this.value(operand, scope);
    const result = value.kind === 'number' ? unary(operator, value) : null;
    return result ?? this.fail(place, `racewalk does not read this ${operator}`);
  }

  /** The address of an element may lie one past the end of its array; only an access is checked. */
  #address(operand: Expression, scope: Scope): CValue {
    const isFunction = operand.kind === 'name' && scope.find(operand.name) === null;
    if (isFunction && this.program.functions.has(operand.name))
      return { kind: 'function', name: operand.name };
    const target = this.addressed(this.lvalue(operand, scope), operand.place);
    return { kind: 'address', type: pointerTo(target.type), target };
  }

  binary(operator: BinaryOperator, left: CValue, right: CValue, place: Place): CValue {
    if (left.kind === 'number' && right.kind === 'number') {
      const result = binary(operator, left, right);
      return result ?? this.fail(place, 'this constant is undefined in C');
    }
    if (isComparisonOperator(operator)) return this.#comparedPointers(operator, left, right, place);
    if (operator === '+' && left.kind === 'number') return this.#moved(right, left, 1, place);
    if (operator === '+' && right.kind === 'number') return this.#moved(left, right, 1, place);
    if (operator === '-' && right.kind === 'number') return this.#moved(left, right, -1, place);
    if (operator === '-') return this.#distance(left, right, place);
    return this.fail(place, `racewalk does not read ${operator} of pointers`);
  }

  #comparedPointers(operator: ComparisonOperator, left: CValue, right: CValue, place: Place): CValue {
    if (left.kind === 'function' && right.kind === 'function')
      return truthValue(constant((left.name === right.name) === (operator === '==')));
    const type =
      [left, right].find((one) => one.kind === 'pointer' || one.kind === 'address')?.type ??
      pointerTo({ kind: 'void' });
    // Two addresses in the same array of cells are compared by their index.
    if (left.kind === 'address' && right.kind === 'address') {
      const same = left.target.prefix === right.target.prefix && left.target.root === right.target.root;
      if (!same) return truthValue(constant(operator === '!='));
      return truthValue(
        compared(operator, left.target.index ?? constant(0), right.target.index ?? constant(0)),
      );
    }
    const address = left.kind === 'address' ? left : right.kind === 'address' ? right : null;
    const other = address === left ? right : left;
    const isNull = (one: CValue) =>
      (one.kind === 'pointer' || one.kind === 'number') &&
      isConstant(one.expr) &&
      (one.kind === 'number' || isConstant(one.expr, nullPointer));
    if (address !== null && isNull(other)) return truthValue(constant(operator === '!='));
    return truthValue(
      compared(operator, this.asPointer(left, type, place), this.asPointer(right, type, place)),
    );
  }

  /** The number of an object if the condition is true of it; else something goes wrong. */
  protected abstract demanded(number: AnyExpr, condition: AnyExpr, claim: string, place: Place): AnyExpr;

  /** A pointer to another element of its array, or one past them. */
  #moved(pointer: CValue, by: CValue & { kind: 'number' }, sign: 1 | -1, place: Place): CValue {
    const steps = sign === 1 ? numberOf(by) : negative(numberOf(by));
    if (isConstant(steps, 0)) return pointer;
    if (pointer.kind === 'pointer') {
      const moved = plus(pointer.expr, times(steps, countOf(pointer.type.to)));
      const space = this.program.memory.space(pointer.type.to);
      const stays = space === null ? constant(true) : staysInside(space, pointer.expr, moved);
      const fine = either(compared('==', steps, constant(0)), stays);
      return { ...pointer, expr: this.demanded(moved, fine, staysInArray, place) };
    }
    if (pointer.kind !== 'address') return this.fail(place, 'this is no pointer');
    const { target } = pointer;
    const { index } = target;
    if (index === null) return this.fail(place, 'this is no element of an array');
    const array = target.array ?? { first: index, count: countOf(target.type), checks: target.checks };
    const { first, count } = array;
    const moved = plus(index, times(steps, countOf(target.type)));
    const demanded = this.demanded(
      moved,
      between(moved, first, plus(first, constant(count))),
      staysInArray,
      place,
    );
    const inside: Check = {
      claim: 'no pointer is dereferenced past the end of its array',
      condition: between(moved, first, plus(first, constant(count - 1))),
      isBound: true,
    };
    return {
      ...pointer,
      target: { ...withoutPointer(target), index: demanded, checks: [...array.checks, inside], array },
    };
  }

  #distance(left: CValue, right: CValue, place: Place): CValue {
    const type = left.kind === 'address' || left.kind === 'pointer' ? left.type : null;
    if (type === null) return this.fail(place, 'this is no pointer');
    const symbolic =
      left.kind === 'address' && right.kind === 'address' && left.target.prefix === right.target.prefix;
    const [a, b] = symbolic
      ? [left.target.index ?? constant(0), right.target.index ?? constant(0)]
      : [this.asPointer(left, type, place), this.asPointer(right, type, place)];
    return {
      kind: 'number',
      type: { kind: 'integer', bits: 64, signed: true },
      expr:
        a.kind === 'constant' && b.kind === 'constant'
          ? constant(Number(a.value) - Number(b.value))
          : { kind: 'binary', operator: '-', left: a, right: b },
    };
  }

  /** PTR_ERR() gives an error number only where the condition is true. */
  protected abstract errorRead(holdsError: AnyExpr, place: Place): void;

  /** ERR_PTR() and its kin. */
  #errorCall({ name, arguments: given, place }: Of<'call'>, scope: Scope): CValue {
    const [argument] = given;
    if (argument === undefined || given.length > 1) return this.fail(place, `${name} takes 1 argument`);
    const { addresses } = this.program.memory;
    const value = this.value(argument, scope);
    if (name === 'ERR_PTR') {
      const error = this.number(value, argument.place);
      const pointer = this.demanded(
        errorPointer(addresses, error),
        isKnown(addresses, error),
        unknownError,
        place,
      );
      return toNothing(pointer);
    }
    if (value.kind === 'address' || value.kind === 'function')
      return name.startsWith('IS_ERR')
        ? truthValue(constant(false))
        : this.fail(place, 'this pointer holds no error');
    if (value.kind !== 'pointer') return this.fail(argument.place, 'this is no pointer');
    const { expr } = value;
    const isWrong = isError(addresses, expr);
    if (name === 'IS_ERR') return truthValue(isWrong);
    const isNone = holdsError(addresses, expr);
    if (name === 'IS_ERR_OR_NULL') return truthValue(isNone);
    if (name === 'ERR_CAST') {
      return toNothing(this.demanded(expr, isNone, 'ERR_CAST() takes a pointer that holds an error', place));
    }
    const error = errorIn(addresses, expr);
    if (name === 'PTR_ERR') this.errorRead(holdsError(addresses, expr), place);
    const isPointer: AnyExpr = {
      kind: 'conditional',
      condition: isWrong,
      then: error,
      otherwise: constant(0),
    };
    return { kind: 'number', type: longType, expr: name === 'PTR_ERR' ? error : isPointer };
  }

  /** container_of(pointer, type, member): a subtraction in the numbers of the member's type. */
  #containerOf({ arguments: given, place }: Of<'call'>, scope: Scope): CValue {
    const [pointer, container, member] = given;
    const path = member === undefined ? null : pathOf(member);
    if (pointer === undefined || container === undefined || path === null)
      return this.fail(place, 'container_of(pointer, struct type, member) names a type and a member');
    const struct = typeArgument(container, this.program.unit.typedefs);
    if (struct?.kind !== 'struct') return this.fail(container.place, 'this is no struct');
    const value = this.value(pointer, scope);
    if (value.kind === 'address') {
      const suffix = `.${path}`;
      if (value.target.prefix.endsWith(suffix))
        return {
          kind: 'address',
          type: pointerTo(struct),
          target: { ...value.target, type: struct, prefix: value.target.prefix.slice(0, -suffix.length) },
        };
    }
    if (value.kind !== 'address' && value.kind !== 'pointer')
      return this.fail(pointer.place, 'this is no pointer');
    const number = this.asPointer(value, value.type, place);
    const { memory } = this.program;
    const [outer, inner] = [memory.space(struct), memory.space(value.type.to)];
    const region = inner?.regions.find((one) => one.member?.of === outer && one.member.field === path);
    if (outer === null || region === undefined)
      return this.fail(place, `no object of struct ${struct.tag} has this member`);
    const expr = memberOf(memory.addresses, number, plus(number, constant(-region.base)), false);
    return { kind: 'pointer', type: pointerTo(struct), expr };
  }
}

const errorFunctions: ReadonlySet<string> = new Set([
  ...['ERR_PTR', 'PTR_ERR', 'IS_ERR', 'IS_ERR_OR_NULL', 'ERR_CAST', 'PTR_ERR_OR_ZERO'],
]);

const longType = integerType(64, true);

const unknownError = 'ERR_PTR() takes 0 or an error number that the file writes as a constant';

const staysInArray = 'a pointer stays within its array, or one past it';

/** Whether a pointer that is moved stays in the array that it points into, or one past it. */
const staysInside = ({ regions }: Space, pointer: AnyExpr, moved: AnyExpr): AnyExpr =>
  regions
    .map(({ base, count, each }) => {
      const [from, to] = [pointer, moved].map((one) => plus(one, constant(-base))) as [AnyExpr, AnyExpr];
      const inRegion = [from, to].map((one) => between(one, constant(0), constant(count))).reduce(both);
      if (each === count) return inRegion;
      // What points one past an array of members may point to the first element of the next one.
      const arrayOf = (one: AnyExpr) => times(quotient(one, each), each);
      const low = plus(arrayOf(plus(from, constant(each - 1))), constant(-each));
      return both(inRegion, between(to, low, plus(arrayOf(from), constant(each))));
    })
    .reduce(either);

const negative = (expr: AnyExpr): AnyExpr =>
  expr.kind === 'constant'
    ? constant(-Number(expr.value))
    : { kind: 'binary', operator: '-', left: constant(0), right: expr };

const sameSpace = (left: Type, right: Type) =>
  typeKey(left) === typeKey(right) || left.kind === 'void' || right.kind === 'void';

/** `a.b` as a path; null: neither a name nor a member. */
function pathOf(expression: Expression): string | null {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member' || expression.isArrow) return null;
  const outer = pathOf(expression.object);
  return outer === null ? null : `${outer}.${expression.field}`;
}
