/** How a thread evaluates what is control flow in C: short circuits, conditionals, assignments. */
import { walk, type AnyExpr } from '../../language/expression.ts';
import { domainOf } from '../domains.ts';
import { typeKey, zeroOf } from '../memory.ts';
import { isErrorRead } from '../syntax/definite-assignment.ts';
import type { Place } from '../syntax/source.ts';
import type { Expression, ListEntry, Statement } from '../syntax/syntax.ts';
import {
  commonType,
  intType,
  isScalar,
  pointerTo,
  printType,
  promoted,
  type IntegerType,
  type ScalarType,
  type StructType,
  type Type,
} from '../syntax/types.ts';
import { convert, integer, truthValue } from './arithmetic.ts';
import { placeType } from './place-type.ts';
import { Scope } from './scope.ts';
import { ThreadMemory } from './thread-memory.ts';
import { constant, scalar, type CValue, type Lvalue } from './value.ts';
import { viewed, withMember } from './view.ts';

type Of<K extends Expression['kind']> = Expression & { readonly kind: K };

export abstract class ThreadValues extends ThreadMemory {
  abstract statement(statement: Statement, scope: Scope): void;
  /** Whatever begins within a block ends with it. */
  protected abstract inBlock<T>(work: () => T): T;

  override excused(expression: Expression, scope: Scope): CValue {
    const before = this.isExcused;
    this.isExcused = true;
    const value = this.value(expression, scope);
    this.isExcused = before;
    return value;
  }

  /** Jumps to `yes` or `no`. */
  condition(expression: Expression, scope: Scope, yes: string, no: string): void {
    const known = this.constant(expression, scope);
    if (known !== null) return this.emitter.goto(known.value === 0n ? no : yes);
    if (expression.kind === 'unary' && expression.operator === '!')
      return this.condition(expression.operand, scope, no, yes);
    if (expression.kind === 'binary' && (expression.operator === '&&' || expression.operator === '||')) {
      const second = this.emitter.newLabel();
      const isAnd = expression.operator === '&&';
      this.condition(expression.left, scope, isAnd ? second : yes, isAnd ? no : second);
      this.emitter.label(second);
      return this.condition(expression.right, scope, yes, no);
    }
    if (expression.kind === 'call' && (expression.name === 'likely' || expression.name === 'unlikely'))
      return this.condition(expression.arguments[0]!, scope, yes, no);
    this.emitter.scoped(() => {
      const truth = this.truth(this.value(expression, scope), expression.place);
      this.emitter.branch(expression.place, truth, yes, no);
    });
  }

  logical(expression: Of<'binary'>, scope: Scope): CValue {
    const { emitter } = this;
    const result = emitter.temporary('condition', { kind: 'bool' }, false);
    const [yes, no, end] = [emitter.newLabel(), emitter.newLabel(), emitter.newLabel()];
    const set = (value: boolean) =>
      emitter.compute(expression.place, { kind: 'set', target: result, value: constant(value) });
    this.condition(expression, scope, yes, no);
    emitter.label(yes);
    set(true);
    emitter.goto(end);
    emitter.label(no);
    set(false);
    emitter.label(end);
    return truthValue(result);
  }

  conditional(expression: Of<'conditional'>, scope: Scope): CValue {
    const { condition, then, otherwise } = expression;
    const known = this.constant(condition, scope);
    // An arm that is never taken still decides on the type.
    if (known !== null && (then === null || this.#alike(then, otherwise, scope)))
      return this.value(known.value === 0n ? otherwise : (then ?? condition), scope);
    if (then === null) {
      const value = this.value(condition, scope);
      return this.#merged(
        expression,
        scope,
        this.truth(value, condition.place),
        () => value,
        () => this.value(otherwise, scope),
      );
    }
    return this.#merged(
      expression,
      scope,
      condition,
      () => this.value(then, scope),
      () => this.value(otherwise, scope),
    );
  }

  /** The value of one of two arms, each evaluated where its condition leads. */
  #merged(
    expression: Of<'conditional'>,
    scope: Scope,
    condition: Expression | AnyExpr,
    first: () => CValue,
    second: () => CValue,
  ): CValue {
    const { place } = expression;
    const expected = placeType(this.program, expression, scope);
    const [yes, no, end] = [this.emitter.newLabel(), this.emitter.newLabel(), this.emitter.newLabel()];
    if ('place' in condition) this.condition(condition, scope, yes, no);
    else this.emitter.branch(place, condition, yes, no);
    this.emitter.label(yes);
    const a = first();
    const own = this.#typeOfArm(a, place);
    // NULL and error numbers take the type of the other arm.
    const isVoid = own?.kind === 'pointer' && own.to.kind === 'void';
    const type = isVoid && expected?.kind === 'pointer' ? expected : own;
    const result: Lvalue | null = type === null ? null : this.#armLvalue(type);
    if (type === null || result === null) {
      this.emitter.goto(end);
      this.emitter.label(no);
      second();
      this.emitter.label(end);
      return { kind: 'void' };
    }
    this.store(result, a, place);
    const converted = this.emitter.newLabel();
    this.emitter.goto(converted);
    this.emitter.label(no);
    const b = second();
    const common = commonOf(type, b);
    if (common === null) {
      this.store(result, b, place);
      this.emitter.label(converted);
      return this.load(result, place);
    }
    // Only now the type is known to which the first arm is converted.
    const merged = this.#armLvalue(common);
    this.store(merged, b, place);
    this.emitter.goto(end);
    this.emitter.label(converted);
    this.store(merged, this.load(result, place), place);
    this.emitter.label(end);
    return this.load(merged, place);
  }

  /** Whether both arms are known, without evaluating them, to be numbers of one type after promotion. */
  #alike(then: Expression, otherwise: Expression, scope: Scope): boolean {
    const [a, b] = [then, otherwise].map((arm) => {
      const known = this.constant(arm, scope);
      if (known !== null) return known.type;
      const binding = arm.kind === 'name' ? scope.find(arm.name) : null;
      return binding?.kind === 'value' ? typeOf(binding.value) : null;
    });
    return a?.kind === 'integer' && b?.kind === 'integer' && typeKey(promoted(a)) === typeKey(promoted(b));
  }

  #arms = 0;

  #armLvalue(type: ScalarType): Lvalue {
    return this.variable(`arm.${(this.#arms += 1)}`, type);
  }

  #typeOfArm(value: CValue, place: Place): ScalarType | null {
    if (value.kind === 'void') return null;
    if (value.kind === 'pointer' || value.kind === 'address') return value.type;
    if (value.kind === 'function') return pointerTo(this.program.functions.get(value.name)!.type);
    if (value.kind === 'number') return value.type.kind === 'enum' ? value.type : promoted(value.type);
    return this.fail(place, 'racewalk reads ?: of numbers and pointers');
  }

  change(expression: Of<'assign' | 'update' | 'comma' | 'block'>, scope: Scope): CValue {
    const { place } = expression;
    switch (expression.kind) {
      case 'comma':
        this.value(expression.left, scope);
        return this.value(expression.right, scope);
      case 'assign': {
        const { operator, target, value } = expression;
        if (operator === null) {
          const bound = target.kind === 'name' ? scope.find(target.name) : null;
          if (isErrorRead(value) && bound?.kind === 'variable')
            return this.storeError(bound.lvalue, value, scope, place);
          // The right side first, so that an access of its own does not separate the checks from the store.
          const right = this.value(value, scope);
          const lvalue = this.lvalue(target, scope);
          this.store(lvalue, right, place);
          return this.#afterStore(lvalue, right, place);
        }
        const lvalue = this.lvalue(target, scope);
        const old = this.loadPlainly(lvalue, target.place);
        const result = this.binary(operator, old, this.value(value, scope), place);
        this.store(lvalue, result, place);
        return this.#afterStore(lvalue, result, place);
      }
      case 'update': {
        const lvalue = this.lvalue(expression.target, scope);
        const loaded = this.loadPlainly(lvalue, expression.target.place);
        // What is loaded from memory is a copy already.
        const isCopy = lvalue.root === 'shared' && lvalue.isGhost !== true;
        const old = expression.isPrefix || isCopy ? loaded : this.copied(loaded, place);
        const result = this.binary(expression.operator, old, integer(1n, intType), place);
        this.store(lvalue, result, place);
        return expression.isPrefix ? this.#afterStore(lvalue, result, place) : old;
      }
      case 'block': {
        const inner = new Scope(scope);
        const last = expression.body.at(-1);
        return this.inBlock(() => {
          for (const statement of expression.body.slice(0, -1)) this.statement(statement, inner);
          if (last?.kind === 'expression') return this.value(last.expression, inner);
          if (last !== undefined) this.statement(last, inner);
          return { kind: 'void' };
        });
      }
    }
  }

  /** The value of an assignment: what the target has now, without another access. */
  #afterStore(lvalue: Lvalue, value: CValue, place: Place): CValue {
    const { view, type } = lvalue;
    if ((lvalue.root === 'local' || lvalue.isGhost === true) && isScalar(type))
      return this.load(lvalue, place);
    if (view?.kind === 'bits' && isScalar(type))
      return viewed(view, withMember(view, constant(0), this.asScalar(value, type, place)));
    return value.kind === 'number' && isScalar(lvalue.type) && lvalue.type.kind !== 'pointer'
      ? convert(value, lvalue.type)
      : value;
  }

  compound({ type, entries, place }: Of<'compound'>, scope: Scope) {
    if (type.kind !== 'struct') return this.fail(place, `racewalk makes no ${printType(type)} of a list`);
    const source = this.unnamed(type);
    this.initialise(source, entries, scope, place);
    return { type, source };
  }

  /** A variable for an object of a statement. */
  unnamed(type: StructType): Lvalue {
    const name = `unnamed_${typeKey(type)}`.replace(/\W+/g, '_');
    return this.variable(this.emitter.numbered(name, 'a list'), type);
  }

  /** Writes what an initialiser list gives, and 0 to all else. */
  protected initialise(lvalue: Lvalue, entries: readonly ListEntry[], scope: Scope, place: Place): void {
    const { type } = lvalue;
    const parts: readonly (readonly [string | number, Type])[] =
      type.kind === 'struct'
        ? type.fields.map(({ name, type: inner }) => [name, inner] as const)
        : type.kind === 'array'
          ? Array.from({ length: type.length }, (_, at) => [at, type.of] as const)
          : this.fail(place, 'this is no list');
    // Members that share memory are zeroed first, so that none is zeroed after another has been written.
    const isShared =
      lvalue.within !== undefined || (type.kind === 'struct' && this.program.memory.overlay(type).size > 0);
    if (isShared) for (const leaf of this.leaves(lvalue, place)) this.#zero(leaf, place);
    const given = new Map(
      this.initialised(type, entries, place, scope).map(({ key, value }) => [key, value]),
    );
    for (const [key, inner] of parts) {
      const value = given.get(key);
      if (value === undefined && isShared) continue;
      const target =
        typeof key === 'string'
          ? this.member(lvalue, key, place)
          : this.element(lvalue, constant(key), place);
      const [counter] = value?.kind === 'call' && atomicInitialiser.test(value.name) ? value.arguments : [];
      if (counter !== undefined)
        this.initialise(target, [{ place, designators: [], value: counter }], scope, place);
      else if (value?.kind === 'list') this.initialise(target, value.entries, scope, place);
      else if (value !== undefined) this.store(target, this.value(value, scope), place);
      else if (isScalar(inner)) this.#zero(target, place);
      else this.initialise(target, [], scope, place);
    }
  }

  #zero(target: Lvalue, place: Place): void {
    const { type } = target;
    if (isScalar(type)) this.store(target, scalar(type, constant(zeroOf(type) as number | boolean)), place);
  }

  /** A copy that later changes of the variable do not reach. */
  protected copied(value: CValue, place: Place): CValue {
    if (value.kind !== 'number' && value.kind !== 'pointer') return value;
    const { expr, type } = value;
    // The value of a member that shares its cell is computed from the variable; of memory, only ghosts are read in place.
    const isComputed = [...walk(expr)].some(({ kind }) => kind === 'local' || kind === 'shared');
    if (!isComputed) return value;
    const [name, domain] =
      expr.kind === 'local'
        ? [expr.name, expr.domain]
        : [`old_${typeKey(type)}`.replace(/\W+/g, '_'), domainOf(type, this.program.memory)];
    const target = this.emitter.temporary(name, domain, domain.kind === 'bool' ? false : zeroOf(type));
    this.emitter.compute(place, { kind: 'set', target, value: expr });
    return { ...value, expr: target };
  }
}

/** ATOMIC_INIT(1) initialises the first member. */
export const atomicInitialiser = /^(?:ATOMIC(?:64|_LONG)?|REFCOUNT)_INIT$/;

/** The type of a ?: if the second arm makes it another one than that of the first; null: it is that of the first. */
function commonOf(first: ScalarType, second: CValue): IntegerType | null {
  if (first.kind === 'pointer' || second.kind !== 'number') return null;
  if (typeKey(first) === typeKey(second.type)) return null;
  const [own, common] = [promoted(first), commonType(first, second.type)];
  return common.bits === own.bits && common.signed === own.signed && first.kind === 'integer' ? null : common;
}

const typeOf = (value: CValue): ScalarType | null => (value.kind === 'number' ? value.type : null);
