/** The initial values of global variables. */
import { calculate, lowestBits } from '../language/arithmetic.ts';
import { isArithmeticOperator, type AnyExpr } from '../language/expression.ts';
import { domainWith } from './domains.ts';
import { typeKey } from './memory.ts';
import { isConstant, numberOf, constant, type Lvalue } from './lower/value.ts';
import { ClaimEvaluator } from './lower/claims.ts';
import type { Program } from './lower/program.ts';
import { Scope } from './lower/scope.ts';
import { withMember } from './lower/view.ts';
import { attempt, type Place } from './syntax/source.ts';
import type { Declaration, Expression, ListEntry } from './syntax/syntax.ts';
import { intType, isScalar, printType } from './syntax/types.ts';

/** Fills the cells of the program's memory. */
export function initialiseMemory(program: Program): void {
  const initialiser = new Initialiser(program);
  for (const variable of program.variables.values()) attempt(() => initialiser.variable(variable));
}

/** The value of an expression of constants. */
function valueOf(expr: AnyExpr): number | boolean {
  const numberIn = (part: AnyExpr) => Number(valueOf(part));
  if (expr.kind === 'constant') return expr.value as number | boolean;
  if (expr.kind === 'wrap') return lowestBits(numberIn(expr.operand), expr);
  if (expr.kind === 'conditional')
    return valueOf(expr.condition) === true ? valueOf(expr.then) : valueOf(expr.otherwise);
  if (expr.kind !== 'binary') throw new Error(`no constant: ${expr.kind}`);
  const [left, right] = [numberIn(expr.left), numberIn(expr.right)];
  if (isArithmeticOperator(expr.operator)) return calculate(expr.operator, left, right, expr);
  if (expr.operator !== '==') throw new Error(`no constant: ${expr.operator}`);
  return left === right;
}

class Initialiser {
  readonly #program: Program;
  readonly #evaluator: ClaimEvaluator;

  constructor(program: Program) {
    this.#program = program;
    this.#evaluator = new ClaimEvaluator(program);
  }

  variable(variable: Declaration): void {
    if (variable.initial !== null) this.#set(this.#evaluator.global(variable), variable.initial, new Scope());
  }

  #set(lvalue: Lvalue, initial: Expression, scope: Scope): void {
    const { type } = lvalue;
    if (initial.kind === 'compound' && typeKey(initial.type) === typeKey(type))
      return this.#list(lvalue, initial.entries, initial.place, scope);
    if (initial.kind === 'list')
      return isScalar(type)
        ? this.#only(lvalue, initial, scope)
        : this.#list(lvalue, initial.entries, initial.place, scope);
    if (initial.kind === 'call' && initial.name === 'INIT_EACH') return this.#each(lvalue, initial, scope);
    // ATOMIC_INIT(1) initialises the first member; a lock begins free.
    if (initial.kind === 'call' && type.kind === 'struct') {
      const [first] = initial.arguments;
      if (/^(?:ATOMIC(?:64|_LONG)?|REFCOUNT)_INIT$/.test(initial.name) && first !== undefined)
        return this.#set(this.#evaluator.member(lvalue, type.fields[0]!.name, initial.place), first, scope);
      if (
        /^(?:__(?:SPIN|RAW_SPIN|RW|MUTEX|RWSEM)_\w*(?:UNLOCKED|INITIALIZER)|__\w+_INITIALIZER)$/.test(
          initial.name,
        )
      )
        return;
    }
    if (!isScalar(type))
      return this.#evaluator.fail(initial.place, `the initialiser of ${printType(type)} is a list`);
    this.#scalar(lvalue, initial, scope);
  }

  #only(lvalue: Lvalue, { entries, place }: Expression & { kind: 'list' }, scope: Scope): void {
    const [entry] = entries;
    if (entry === undefined) return;
    if (entries.length > 1) return this.#evaluator.fail(place, 'a scalar has one initial value');
    this.#set(lvalue, entry.value, scope);
  }

  #scalar(lvalue: Lvalue, initial: Expression, scope: Scope): void {
    const { type } = lvalue;
    if (!isScalar(type)) return;
    const cells = this.#program.memory.cells.get(lvalue.prefix)!;
    const at = lvalue.index === null ? 0 : Number(lvalue.index.kind === 'constant' ? lvalue.index.value : 0);
    const value = this.#evaluator.value(initial, scope);
    const expr =
      type.kind === 'pointer'
        ? this.#evaluator.asPointer(value, type, initial.place)
        : this.#evaluator.cast(value, type, initial.place);
    const known =
      'kind' in expr && expr.kind === 'number' ? (type.kind === 'bool' ? expr.expr : numberOf(expr)) : expr;
    if (known.kind !== 'constant' || !isConstant(known))
      return this.#evaluator.fail(initial.place, 'an initial value must be a constant');
    const { view } = lvalue;
    const before = constant(cells.initial[at] as number | boolean);
    const stored = view === undefined ? known.value : valueOf(withMember(view, before, known));
    cells.initial[at] = stored;
    this.#program.memory.cells.set(lvalue.prefix, { ...cells, domain: domainWith(cells.domain, stored) });
  }

  /** INIT_EACH(i, expression): one value for each element. */
  #each(lvalue: Lvalue, { arguments: given, place }: Expression & { kind: 'call' }, scope: Scope): void {
    const [variable, value] = given;
    if (lvalue.type.kind !== 'array' || variable?.kind !== 'name' || value === undefined)
      return this.#evaluator.fail(place, 'INIT_EACH(i, value) initialises the elements of an array');
    for (let at = 0; at < lvalue.type.length; at += 1) {
      const inner = new Scope(scope);
      inner.bind(variable.name, {
        kind: 'value',
        value: { kind: 'number', type: intType, expr: constant(at) },
      });
      this.#set(this.#evaluator.element(lvalue, constant(at), place), value, inner);
    }
  }

  #list(lvalue: Lvalue, entries: readonly ListEntry[], place: Place, scope: Scope): void {
    const evaluator = this.#evaluator;
    for (const { key, value, place: at } of evaluator.initialised(lvalue.type, entries, place, scope))
      this.#set(
        typeof key === 'string'
          ? evaluator.member(lvalue, key, at)
          : evaluator.element(lvalue, constant(key), at),
        value,
        scope,
      );
  }
}
