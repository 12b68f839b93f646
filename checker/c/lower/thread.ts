/** Lowers one thread: calls are pasted, and every access of shared memory becomes a step. */
import { copied } from '../../language/copied.ts';
import type { AnyExpr } from '../../language/expression.ts';
import { typeKey } from '../memory.ts';
import { textOf, type Place } from '../syntax/source.ts';
import type { Expression, FunctionDefinition } from '../syntax/syntax.ts';
import { intType, isScalar, pointerTo, type FunctionType, type Parameter } from '../syntax/types.ts';
import { isAwake } from './critical-count.ts';
import { mostStatements } from './emitter.ts';
import type { Lowering, Primitive } from './lowering.ts';
import { signatureOf } from './place-type.ts';
import type { Program, ThreadDefinition } from './program.ts';
import { Scope } from './scope.ts';
import { ThreadStatements } from './thread-statements.ts';
import {
  compared,
  constant,
  either,
  isConstant,
  negated,
  type Check,
  type CValue,
  type Lvalue,
} from './value.ts';

type Of<K extends Expression['kind']> = Expression & { readonly kind: K };

export class ThreadLowering extends ThreadStatements implements Lowering {
  /** The functions that are pasted at this point, outermost first. */
  readonly #active: string[] = [];
  readonly #primitives: (name: string) => Primitive | null;

  constructor(
    program: Program,
    definition: ThreadDefinition,
    primitives: (name: string) => Primitive | null,
  ) {
    super(program, definition);
    this.#primitives = primitives;
  }

  /** The statements of the whole thread. */
  lower(): void {
    const scope = new Scope();
    scope.bind('CPU', { kind: 'value', value: { kind: 'number', type: intType, expr: this.self } });
    this.#active.push(this.definition.name);
    this.inFunction(null, this.definition.body, () => this.block(this.definition.body, scope));
    // Grace periods and callbacks would wait for it for ever, and claims about the end say nothing.
    if (this.program.kernel.hasRcu) {
      const { place } = this.definition;
      this.assert(isAwake(this.emitter), 'no thread ends in a critical section', place);
    }
  }

  /** How many calls are pasted around this point. */
  get depth(): number {
    return this.#active.length;
  }

  get function(): string {
    return this.#active.at(-1) ?? this.definition.name;
  }

  call(expression: Of<'call'>, scope: Scope): CValue {
    const { name, place } = expression;
    const bound = scope.find(name);
    const called = bound?.kind === 'value' && bound.value.kind === 'function' ? bound.value.name : name;
    const definition = this.program.functions.get(called);
    if (definition !== undefined)
      return this.paste(definition, this.#arguments(definition, expression, scope), place);
    if (bound !== null || this.program.variables.has(name)) {
      const callee: Expression = { kind: 'name', place, name };
      return this.invoke({ kind: 'invoke', place, callee, arguments: expression.arguments }, scope);
    }
    const primitive = this.#primitives(name);
    if (primitive === null)
      return this.fail(place, `'${name}' is not declared: racewalk has no such function`, name);
    return primitive(this, expression, scope);
  }

  /** A call through a pointer: of the function that it points to. */
  invoke({ callee, arguments: given, place }: Of<'invoke'>, scope: Scope): CValue {
    const value = this.value(callee, scope);
    const called: Of<'call'> = { kind: 'call', place, name: textOf(callee.place), arguments: given };
    if (value.kind === 'function') {
      const definition = this.program.functions.get(value.name)!;
      return this.paste(definition, this.#arguments(definition, called, scope), place);
    }
    if (value.kind !== 'pointer' || value.type.to.kind !== 'function')
      return this.fail(callee.place, 'this is no function');
    const { to } = value.type;
    const pointer = this.copied(value, place);
    return this.#dispatched(
      pointer,
      to,
      this.#arguments({ name: called.name, type: to }, called, scope),
      place,
    );
  }

  /** A call of one of the functions of a type: of the one that the pointer points to. */
  #dispatched(value: CValue, type: FunctionType, given: readonly CValue[], place: Place): CValue {
    const { emitter } = this;
    const pointer = this.asPointer(value, pointerTo(type), place);
    const numbered = this.program.memory.functions.names.flatMap((name, number) => {
      const definition = this.program.functions.get(name)!;
      return signatureOf(definition.type) === signatureOf(type) ? [{ number, definition }] : [];
    });
    // What calls itself is found where it does.
    const callable = numbered.filter(({ definition }) => !this.#active.includes(definition.name));
    const isOne = (all: typeof numbered) =>
      all.map(({ number }) => compared('==', pointer, constant(number))).reduce(either, constant(false));
    this.assert(isOne(numbered), 'the pointer points to a function of this type', place);
    this.assert(
      either(negated(isOne(numbered)), isOne(callable)),
      'no function calls itself through a pointer, which racewalk does not read',
      place,
    );
    const { returns } = type;
    const result =
      returns.kind === 'void'
        ? null
        : this.variable(
            emitter.numbered(`result_${typeKey(returns)}`.replace(/\W+/g, '_'), 'a pointer'),
            returns,
          );
    const end = emitter.newLabel();
    for (const { number, definition } of callable) {
      const [yes, no] = [emitter.newLabel(), emitter.newLabel()];
      emitter.branch(place, compared('==', pointer, constant(number)), yes, no);
      emitter.label(yes);
      const returned = this.paste(definition, given, place);
      if (result !== null) this.store(result, returned, place);
      emitter.goto(end);
      emitter.label(no);
    }
    emitter.label(end);
    if (result === null) return { kind: 'void' };
    return returns.kind === 'struct'
      ? { kind: 'struct', type: returns, source: result }
      : this.load(result, place);
  }

  #arguments(
    { type, name }: Pick<FunctionDefinition, 'type' | 'name'>,
    { arguments: given, place }: Of<'call'>,
    scope: Scope,
  ): readonly CValue[] {
    if (given.length !== type.parameters.length)
      return this.fail(
        place,
        `${name} takes ${type.parameters.length} arguments, and ${given.length} are given`,
      );
    return given.map((one, at) => {
      const value = this.value(one, scope);
      const parameter = type.parameters[at]!.type;
      return isScalar(parameter) && parameter.kind !== 'pointer'
        ? this.cast(value, parameter, one.place)
        : value;
    });
  }

  /** The body of a function in place of a call. */
  paste(definition: FunctionDefinition, given: readonly CValue[], place: Place): CValue {
    const { name, type, body } = definition;
    if (this.#active.includes(name))
      return this.fail(place, `'${name}' calls itself: racewalk pastes calls, and reads no recursion`);
    if (this.emitter.count > mostStatements)
      return this.fail(place, `the thread has more than ${mostStatements} statements after calls are pasted`);
    const { returns } = type;
    this.#active.push(name);
    // Two calls of one function in one statement have two results.
    const result =
      returns.kind === 'void' ? null : this.variable(this.emitter.numbered('return', name), returns);
    const scope = new Scope();
    const assigned = this.assignedIn(body);
    this.inFunction(result, body, () => {
      for (const [at, parameter] of type.parameters.entries())
        if (!this.#bindFixed(parameter, given[at]!, assigned, scope, place)) {
          const used = this.nameOf(parameter.name, parameter.type, scope);
          const lvalue = this.variable(used, parameter.type);
          this.store(lvalue, given[at]!, place);
          scope.bind(parameter.name, { kind: 'variable', lvalue });
        }
      this.block(body, scope);
    });
    this.#active.pop();
    if (result === null) return { kind: 'void' };
    if (returns.kind === 'struct') return { kind: 'struct', type: returns, source: result };
    return this.load(result, place);
  }

  /** A parameter that stands for its argument, because neither can change; whether it is one. */
  #bindFixed(
    { name }: Parameter,
    value: CValue,
    assigned: ReadonlySet<string>,
    scope: Scope,
    place: Place,
  ): boolean {
    const isFixed =
      value.kind === 'function' ||
      value.kind === 'address' ||
      ('expr' in value && (isConstant(value.expr) || this.emitter.isChoice(value.expr)));
    if (!isFixed || assigned.has(name)) return false;
    const fixed = value.kind === 'address' ? this.frozen(value, name, place) : value;
    scope.bind(name, { kind: 'value', value: fixed });
    return true;
  }

  /** The address whose index later changes of variables do not reach. */
  protected frozen(value: CValue & { kind: 'address' }, name: string, place: Place): CValue {
    const { index, array } = value.target;
    if (index === null) return value;
    const kept = this.#kept(index, value.target, `${name}.0`, place);
    const first = array === undefined ? null : this.#kept(array.first, value.target, `${name}.1`, place);
    if (kept === index && (first === null || first === array?.first)) return value;
    const changed = (checks: readonly Check[]) =>
      checks.map((check) => {
        const condition = replaced(check.condition, index, kept);
        return {
          ...check,
          condition: array === undefined ? condition : replaced(condition, array.first, first!),
        };
      });
    return {
      ...value,
      target: {
        ...value.target,
        index: kept,
        checks: changed(value.target.checks),
        ...(array === undefined ? {} : { array: { ...array, first: first!, checks: changed(array.checks) } }),
      },
    };
  }

  /** An index in a variable of its own. */
  #kept(index: AnyExpr, { length }: Lvalue, name: string, place: Place): AnyExpr {
    if (isConstant(index) || index.kind === 'self' || this.emitter.isChoice(index)) return index;
    // The address of a member of NULL is a fault only where it is followed.
    const [low, high] = this.program.memory.bounds;
    const domain = { kind: 'range', low, high: Math.max(1, length, high) } as const;
    const target = this.emitter.reference(this.emitter.local(`${this.function}.${name}`, domain, 0));
    this.emitter.compute(place, { kind: 'set', target, value: index });
    return target;
  }
}

/** The expression with every occurrence of a part replaced. */
const replaced = (expr: AnyExpr, part: AnyExpr, by: AnyExpr): AnyExpr =>
  copied(expr, (node, inner) => (node === part ? by : inner()));
