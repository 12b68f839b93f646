/** Generated code for expressions: numbers as i32, conditions as 0 or 1, names as positions in a list of names. */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import { isArithmetic, modularOperand, type ArithmeticExpr } from '../../language/arithmetic.ts';
import { ofBits } from '../../language/interval.ts';
import { printExpr } from '../../language/print.ts';
import { cellIs, compared, type KnownCell, type ComparedOperand } from './comparison.ts';
import {
  coded,
  combined,
  conditionCode,
  jumpUnless,
  known,
  negation,
  sameTruth,
  type Condition,
} from './condition.ts';
import type { CopyLayout, Layout } from '../layout/layout.ts';
import type { Field } from '../layout/placement.ts';
import { readCell, type Words } from '../layout/cells.ts';
import {
  arithmetic,
  codeAs,
  constant,
  fromOrdinal,
  isNarrow,
  joinedNumbers,
  modular,
  narrowed,
  wrapped,
  type Ranged,
} from './number.ts';
import {
  choose,
  either,
  get,
  i32,
  local,
  operation,
  sequence,
  set,
  type Label,
  type Wasm,
} from '../wasm/code.ts';
import { quantified, weightOf } from './repeat.ts';

/** The scope of an expression. */
export interface ExpressionScope {
  readonly layout: Layout;
  /** The end location of each thread. */
  readonly ends: Readonly<Record<string, number>>;
  readonly words: Words;
  /** The running thread and copy; '' and -1 in a property. */
  readonly thread: string;
  readonly replica: number;
  /** Code that runs where the model is wrong: it leaves the code in which it stands. */
  readonly fail: () => readonly Wasm[];
}

/** Emits the code of expressions in one scope. */
export class ExpressionEmitter {
  readonly scope: ExpressionScope;
  /** The values of the bound variables, by level: constants or locals. */
  readonly #bound: readonly Wasm[];

  constructor(scope: ExpressionScope, bound: readonly Wasm[] = []) {
    this.scope = scope;
    this.#bound = bound;
  }

  /** The emitter inside of a binder of this level. */
  binding(level: number, value: Wasm): ExpressionEmitter {
    return new ExpressionEmitter(this.scope, [...this.#bound.slice(0, level), value]);
  }

  /** The level of the next binder. */
  get depth(): number {
    return this.#bound.length;
  }

  /** Code of the value that goes into a variable of this domain; the caller checks that it lies in the domain. */
  value(expr: AnyExpr, domain: AnyDomain): Ranged {
    switch (domain.kind) {
      case 'bool':
        return { code: this.condition(expr), low: 0, high: 1 };
      case 'values':
        return this.#name(expr, domain.values);
      case 'range':
        return this.number(expr);
    }
  }

  number(expr: AnyExpr): Ranged {
    switch (expr.kind) {
      case 'constant':
        return constant(Number(expr.value));
      case 'self':
        return constant(this.scope.replica);
      case 'bound': {
        const { level, low, high } = expr.binder;
        const code = this.#bound[level]!;
        return code.kind === 'i32' ? constant(code.value) : { code, low, high };
      }
      case 'shared':
      case 'local': {
        const { low, high } = expr.domain as AnyDomain & { kind: 'range' };
        return fromOrdinal(this.#read(expr), { low, high });
      }
      case 'conditional': {
        const [then, otherwise] = [this.number(expr.then), this.number(expr.otherwise)];
        return joinedNumbers(this.condition(expr.condition), then, otherwise);
      }
      case 'binary':
        if (isArithmetic(expr)) return this.#arithmetic(expr);
        throw notOfType(expr, 'number');
      case 'wrap': {
        const operand = modularOperand(expr);
        const number =
          operand === null
            ? this.number(expr.operand)
            : modular(operand.operator, ...this.#operands(operand), this.scope.fail);
        return wrapped(number, ofBits(expr.bits, expr.signed));
      }
      case 'not':
      case 'claim':
      case 'quantifier':
      case 'ended':
        throw notOfType(expr, 'number');
    }
  }

  #arithmetic(expr: ArithmeticExpr): Ranged {
    return arithmetic(expr.operator, ...this.#operands(expr), this.scope.fail);
  }

  #operands({ left, right }: ArithmeticExpr): readonly [Ranged, Ranged] {
    return [this.number(left), this.number(right)];
  }

  /** Code of a condition: 1 or 0. */
  condition(expr: AnyExpr): Wasm {
    return conditionCode(this.#conditionOf(expr));
  }

  /** Code that is 1 where the condition is false. */
  negation(expr: AnyExpr): Wasm {
    return conditionCode(negation(this.#conditionOf(expr)));
  }

  /** Code that jumps unless a condition has a value; good where a processor can predict that. */
  jumpUnless(label: Label, value: boolean, expr: AnyExpr): Wasm {
    const condition = this.#conditionOf(expr);
    return jumpUnless(label, value ? condition : negation(condition));
  }

  #conditionOf(expr: AnyExpr): Condition {
    switch (expr.kind) {
      case 'constant':
        return known(expr.value === true);
      case 'shared':
      case 'local': {
        const cell = this.#knownCell(expr);
        return cell === null ? coded(this.#read(expr)) : cellIs(cell, 1);
      }
      case 'not':
        return negation(this.#conditionOf(expr.operand));
      case 'claim':
        return this.#conditionOf(expr.operand);
      case 'binary':
        return this.#comparison(expr);
      case 'conditional':
        return coded(
          either(this.condition(expr.condition), this.condition(expr.then), this.condition(expr.otherwise)),
        );
      case 'quantifier':
        return quantified(expr.quantifier, expr.binder, weightOf(expr.body), (value) =>
          this.binding(expr.binder.level, value).#conditionOf(expr.body),
        );
      case 'ended':
        return this.#hasEnded(expr);
      case 'self':
      case 'bound':
      case 'wrap':
        throw notOfType(expr, 'condition');
    }
  }

  #hasEnded({ thread, replica }: AnyExpr & { kind: 'ended' }): Condition {
    const { words, ends } = this.scope;
    const isAtEnd = ({ location }: CopyLayout) => cellIs({ field: location, index: 0, words }, ends[thread]!);
    const copy = this.#knownCopy(thread, replica);
    if (copy !== null) return isAtEnd(copy);
    return coded(this.#atCopy(thread, replica, (one) => conditionCode(isAtEnd(one))));
  }

  #comparison(expr: AnyExpr & { kind: 'binary' }): Condition {
    const { operator, left, right } = expr;
    switch (operator) {
      case '&&':
      case '||':
        return combined(operator === '&&' ? 'all' : 'any', [
          this.#conditionOf(left),
          this.#conditionOf(right),
        ]);
      case '==':
      case '!=':
        if (typeOf(left) !== 'bool') return compared(operator, ...this.#bothSides(left, right));
        return sameTruth(operator, this.#conditionOf(left), this.#conditionOf(right));
      case '<':
      case '<=':
      case '>':
      case '>=':
        return compared(operator, ...this.#bothSides(left, right));
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '&':
      case '|':
      case '^':
      case '<<':
      case '>>':
        throw notOfType(expr, 'condition');
    }
  }

  /** Both sides of a comparison of numbers or of names. */
  #bothSides(left: AnyExpr, right: AnyExpr): readonly [ComparedOperand, ComparedOperand] {
    const names = typeOf(left) === 'values' ? namesOf(left, right) : null;
    const numbers = [left, right].map((side) =>
      names === null ? this.number(side) : this.#name(side, names),
    );
    const type = numbers.every(isNarrow) ? 'i32' : 'i64';
    const side = (expr: AnyExpr, number: Ranged): ComparedOperand => ({
      code: codeAs(type, number),
      type,
      cell: expr.kind === 'shared' || expr.kind === 'local' ? this.#knownCell(expr) : null,
    });
    return [side(left, numbers[0]!), side(right, numbers[1]!)];
  }

  /** Code of the position of a name in `names`, -1 where it is not among them. */
  #name(expr: AnyExpr, names: readonly string[]): Ranged {
    if (expr.kind === 'constant') return constant(names.indexOf(String(expr.value)));
    if (expr.kind === 'conditional') {
      const [then, otherwise] = [this.#name(expr.then, names), this.#name(expr.otherwise, names)];
      return joinedNumbers(this.condition(expr.condition), then, otherwise);
    }
    const { values } = (expr as Reference).domain as AnyDomain & { kind: 'values' };
    const code = this.#read(expr as Reference);
    if (values.every((name, ordinal) => names[ordinal] === name))
      return { code, low: 0, high: values.length - 1 };
    const ordinal = local('i32', 'name');
    const moved = values.reduce<Wasm>(
      (others, name, at) =>
        either(operation('i32.eq', get(ordinal), i32(at)), i32(names.indexOf(name)), others),
      i32(-1),
    );
    return { code: sequence(set(ordinal, code), moved), low: -1, high: names.length - 1 };
  }

  /** Code of the ordinal in the cell that a reference names. */
  #read(expr: Reference): Wasm {
    const { layout, words } = this.scope;
    const read = (field: Field) => readCell(field, this.index(expr, field), words);
    if (expr.kind === 'shared') return read(layout.shared[expr.name]!);
    return this.#atCopy(expr.thread, expr.replica, ({ locals }) => read(locals[expr.name]!));
  }

  /** The field of a variable that the running copy may assign. */
  fieldOf({ kind, name }: Reference): Field {
    const { layout, thread, replica } = this.scope;
    return (kind === 'shared' ? layout.shared : layout.threads[thread]![replica]!.locals)[name]!;
  }

  /** Code of an index, checked unless every value lies inside of the array; null for a scalar. */
  index(expr: Reference, field: Field): Wasm | null {
    if (expr.index === null) return null;
    const number = this.number(expr.index);
    const code = narrowed(number);
    const length = field.length!;
    if (number.low >= 0 && number.high < length) return code;
    const index = local('i32', 'index');
    const outside = operation('i32.ge_u', get(index), i32(length));
    return sequence(set(index, code), choose(outside, this.scope.fail()), get(index));
  }

  /** The copy of a thread that `replica` names, or the running one; null where generated code computes it. */
  #knownCopy(thread: string, replica: AnyExpr | null): CopyLayout | null {
    const number = replica === null ? i32(this.scope.replica) : narrowed(this.number(replica));
    return number.kind === 'i32' ? this.scope.layout.threads[thread]![number.value]! : null;
  }

  /** Code on one copy of a thread: the running one, or the one that `replica` names. */
  #atCopy(thread: string, replica: AnyExpr | null, body: (copy: CopyLayout) => Wasm): Wasm {
    const known = this.#knownCopy(thread, replica);
    if (known !== null) return body(known);
    const copy = local('i32', 'copy');
    const all = this.scope.layout.threads[thread]!.reduce<Wasm>(
      (others, layout, at) => either(operation('i32.eq', get(copy), i32(at)), body(layout), others),
      i32(0),
    );
    return sequence(set(copy, narrowed(this.number(replica!))), all);
  }

  /** The cell of a reference, where its place is known and inside of the array. */
  #knownCell(expr: Reference): KnownCell | null {
    const { layout, words } = this.scope;
    const fields =
      expr.kind === 'shared' ? layout.shared : this.#knownCopy(expr.thread, expr.replica)?.locals;
    const field = fields?.[expr.name];
    const index = expr.index === null ? i32(0) : narrowed(this.number(expr.index));
    if (field === undefined || index.kind !== 'i32') return null;
    return index.value >= 0 && index.value < (field.length ?? 1)
      ? { field, index: index.value, words }
      : null;
  }
}

/** Validation has checked the types, so this is a bug of the generator. */
const notOfType = (expr: AnyExpr, type: string) => new Error(`'${printExpr(expr)}' is compiled as a ${type}`);

/** The type of a valid expression, from its parts. */
function typeOf(expr: AnyExpr): AnyDomain['kind'] {
  switch (expr.kind) {
    case 'constant':
      return ({ boolean: 'bool', number: 'range', string: 'values' } as const)[typeof expr.value as 'string'];
    case 'shared':
    case 'local':
      return expr.domain.kind;
    case 'self':
    case 'bound':
    case 'wrap':
      return 'range';
    case 'binary':
      return isArithmetic(expr) ? 'range' : 'bool';
    case 'conditional':
      return typeOf(expr.then);
    case 'not':
    case 'claim':
    case 'quantifier':
    case 'ended':
      return 'bool';
  }
}

/** The names that expressions may have; those of a domain come first and in its order. */
const namesOf = (...exprs: readonly AnyExpr[]): readonly string[] => [
  ...new Set(
    exprs
      .toSorted((a, b) => Number(a.kind === 'constant') - Number(b.kind === 'constant'))
      .flatMap(namesOfOne),
  ),
];

function namesOfOne(expr: AnyExpr): readonly string[] {
  if (expr.kind === 'constant') return [String(expr.value)];
  if (expr.kind === 'conditional') return namesOf(expr.then, expr.otherwise);
  return 'domain' in expr && expr.domain.kind === 'values' ? expr.domain.values : [];
}
