/** Claims: conditions about one state, which read any number of cells at once. */
import type {
  AnyExpr,
  Binder,
  LocalReference,
  Sentence,
  SharedReference,
} from '../../language/expression.ts';
import { zeroOf } from '../memory.ts';
import type { Place } from '../syntax/source.ts';
import type { Expression } from '../syntax/syntax.ts';
import { intType, isScalar, type ScalarType } from '../syntax/types.ts';
import { truthValue } from './arithmetic.ts';
import { Evaluator } from './evaluator.ts';
import type { Program } from './program.ts';
import { Scope } from './scope.ts';
import { both, constant, isConstant, negated, numberOf, scalar, type CValue, type Lvalue } from './value.ts';
import { sourceText } from './emitter.ts';
import { isWritten, lastWritten, viewed } from './view.ts';

type Of<K extends Expression['kind']> = Expression & { readonly kind: K };

/** The number of no object, and not that of NULL. */
const noObject = -2;

/** Functions that read one cell, whatever their order. */
const reads: ReadonlySet<string> = new Set([
  ...['READ_ONCE', 'smp_load_acquire', 'rcu_dereference', 'rcu_access_pointer', 'rcu_dereference_protected'],
  ...['rcu_dereference_raw', 'rcu_dereference_check'],
]);

/** The thread in whose text a claim stands. */
export interface ClaimThread {
  /** The cell of a local variable. */
  readonly local: (lvalue: Lvalue) => LocalReference;
  /** The number of its CPU. */
  readonly cpu: () => AnyExpr;
}

export class ClaimEvaluator extends Evaluator {
  readonly #thread: ClaimThread | null;
  #level: number;

  /** `thread` is null for a claim about all CPUs. `level`: binders around the claim. */
  constructor(program: Program, thread: ClaimThread | null = null, level = 0) {
    super(program);
    this.#thread = thread;
    this.#level = level;
  }

  /** The condition of a claim. */
  condition(expression: Expression, scope: Scope = new Scope()): AnyExpr {
    return this.truth(this.value(expression, scope), expression.place);
  }

  /** A message with `%d` and the like; the values follow. */
  sentence(
    format: Expression | undefined,
    values: readonly Expression[],
    scope: Scope = new Scope(),
  ): Sentence | null {
    if (format === undefined) return null;
    if (format.kind !== 'string') return this.fail(format.place, 'the message of a claim is a string');
    const texts = format.value.split(/%(?:[-+ #0]*\d*(?:hh|h|ll|l|z|j|t)?[diuxXcsp]|pB)/);
    if (texts.length - 1 !== values.length)
      return this.fail(
        format.place,
        `the message has ${texts.length - 1} values, and ${values.length} are given`,
      );
    return texts.flatMap((text, at): (string | AnyExpr)[] => {
      const value = values[at];
      return value === undefined ? [text] : [text, this.#shown(this.value(value, scope), value.place)];
    });
  }

  #shown(value: CValue, place: Place): AnyExpr {
    if (value.kind === 'number') return value.type.kind === 'bool' ? value.expr : numberOf(value);
    if (value.kind === 'pointer' || value.kind === 'address') return this.asPointer(value, value.type, place);
    return this.fail(place, 'this cannot be printed');
  }

  load(lvalue: Lvalue, place: Place): CValue {
    if (!isScalar(lvalue.type)) return this.fail(place, 'this is no value');
    const expr = lvalue.root === 'shared' ? this.#sharedCell(lvalue, place) : this.#localCell(lvalue, place);
    const { type, view } = lvalue;
    if (view === undefined) return scalar(type, expr);
    const value = viewed(view, expr);
    const written = isWritten(view, expr);
    if (isConstant(written, true) || value.kind === 'void' || !('expr' in value)) return value;
    // An error where the other member was written: a number that nothing has.
    const fault = `${sourceText(place)}: ${lastWritten}, and a claim reads another one`;
    const otherwise: AnyExpr = {
      kind: 'binary',
      operator: '/',
      left: constant(1),
      right: constant(0),
      fault,
    };
    return { ...value, expr: { kind: 'conditional', condition: written, then: value.expr, otherwise } };
  }

  /** The cell; where it is none of the object's that the claim names, an index that is an error. */
  #sharedCell(lvalue: Lvalue, place: Place): SharedReference {
    const cell = this.cell(lvalue, place);
    const inside = lvalue.checks.flatMap(({ isBound, condition }) => (isBound === true ? [condition] : []));
    return cell.index === null
      ? cell
      : { ...cell, index: this.demanded(cell.index, inside.reduce(both, constant(true))) };
  }

  protected demanded(number: AnyExpr, condition: AnyExpr): AnyExpr {
    return isConstant(condition, true)
      ? number
      : { kind: 'conditional', condition, then: number, otherwise: constant(noObject) };
  }

  #localCell(lvalue: Lvalue, place: Place): LocalReference {
    return (
      this.#thread?.local(lvalue) ?? this.fail(place, 'a claim about all CPUs cannot read a local variable')
    );
  }

  logical({ operator, left, right }: Of<'binary'>, scope: Scope): CValue {
    const [a, b] = [left, right].map((one) => this.truth(this.value(one, scope), one.place)) as [
      AnyExpr,
      AnyExpr,
    ];
    return truthValue(operator === '&&' ? both(a, b) : negated(both(negated(a), negated(b))));
  }

  conditional({ condition, then, otherwise, place }: Of<'conditional'>, scope: Scope): CValue {
    const test = this.condition(condition, scope);
    const [a, b] = [this.value(then ?? condition, scope), this.value(otherwise, scope)];
    if (a.kind === 'number' && b.kind === 'number')
      return {
        kind: 'number',
        type: intType,
        expr: { kind: 'conditional', condition: test, then: numberOf(a), otherwise: numberOf(b) },
      };
    const type =
      a.kind === 'pointer' || a.kind === 'address'
        ? a.type
        : b.kind === 'pointer' || b.kind === 'address'
          ? b.type
          : null;
    if (type === null) return this.fail(place, 'the two values have different types');
    const [x, y] = [this.asPointer(a, type, place), this.asPointer(b, type, place)];
    return { kind: 'pointer', type, expr: { kind: 'conditional', condition: test, then: x, otherwise: y } };
  }

  call(expression: Of<'call'>, scope: Scope): CValue {
    const { name, arguments: given, place } = expression;
    const [first] = given;
    if (name === 'FOR_ALL' || name === 'EXISTS') return this.#quantified(expression, scope);
    if (name === 'smp_processor_id' || name === 'raw_smp_processor_id') {
      const expr = this.#thread?.cpu() ?? this.fail(place, 'a claim about all CPUs stands on none of them');
      return { kind: 'number', type: intType, expr };
    }
    if (reads.has(name) && first !== undefined)
      return name === 'smp_load_acquire'
        ? this.load(this.pointee(this.value(first, scope), place), place)
        : this.value(first, scope);
    const atomic = /^(?:atomic(?:_long|64)?_read|refcount_read)(?:_acquire)?$/.test(name);
    if (atomic && first !== undefined) return this.#first(first, scope, place);
    if (/^(?:spin|mutex|rwsem|raw_spin)_is_locked$/.test(name) && first !== undefined)
      return truthValue(this.truth(this.#first(first, scope, place), place));
    const called = this.program.functions.get(name);
    const body = called?.body ?? [];
    const only = body.length === 1 && body[0]!.kind === 'return' ? body[0]!.value : null;
    if (called === undefined || only === null)
      return this.fail(
        place,
        called === undefined
          ? `'${name}' is not declared`
          : `a claim calls only functions that are one return: ${name} does more`,
        name,
      );
    const inner = new Scope();
    for (const [at, parameter] of called.type.parameters.entries())
      if (given[at] !== undefined)
        inner.bind(parameter.name, { kind: 'value', value: this.value(given[at], scope) });
    return this.value(only, inner);
  }

  /** A claim asks PTR_ERR() of what it likes. */
  protected errorRead(): void {}

  invoke({ place }: Of<'invoke'>): CValue {
    return this.fail(place, 'a claim calls no function through a pointer');
  }

  /** The first member of what a pointer points to: the counter of an atomic_t. */
  #first(pointer: Expression, scope: Scope, place: Place): CValue {
    const object = this.pointee(this.value(pointer, scope), place);
    const field = object.type.kind === 'struct' ? object.type.fields[0] : undefined;
    return field === undefined
      ? this.load(object, place)
      : this.load(this.member(object, field.name, place), place);
  }

  #quantified({ name, arguments: given, place }: Of<'call'>, scope: Scope): CValue {
    const [variable, count, body] = given;
    const length = count === undefined ? null : this.constant(count, scope);
    if (variable?.kind !== 'name' || length === null || length.value < 1n || body === undefined)
      return this.fail(place, `${name}(i, n, condition) needs a name, a constant and a condition`);
    const binder: Binder = { level: this.#level, low: 0, high: Number(length.value) - 1, thread: null };
    const inner = new Scope(scope);
    inner.bind(variable.name, {
      kind: 'value',
      value: { kind: 'number', type: intType, expr: { kind: 'bound', binder } },
    });
    this.#level += 1;
    const condition = this.condition(body, inner);
    this.#level -= 1;
    return truthValue({
      kind: 'quantifier',
      quantifier: name === 'FOR_ALL' ? 'all' : 'some',
      binder,
      body: condition,
    });
  }

  compound({ place }: Expression): never {
    return this.fail(place, 'a claim makes no object');
  }

  change({ place }: Expression): CValue {
    return this.fail(place, 'a claim changes nothing');
  }
}

/** The value of a variable that nothing initialises. */
export const zero = (type: ScalarType) => zeroOf(type);
