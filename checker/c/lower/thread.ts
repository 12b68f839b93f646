/** Lowers one thread: calls are pasted, and every access of shared memory becomes a step. */
import { copied } from '../../language/copied.ts';
import type { AnyExpr } from '../../language/expression.ts';
import { nullPointer, typeKey } from '../memory.ts';
import { attempt, declaring, span, textOf, type Place } from '../syntax/source.ts';
import type { Declaration, Expression, FunctionDefinition, Statement } from '../syntax/syntax.ts';
import {
  intType,
  isScalar,
  pointerTo,
  promoted,
  type FunctionType,
  type Parameter,
  type Type,
} from '../syntax/types.ts';
import { caseRange } from '../syntax/rewrite-keywords.ts';
import { assignedNames, casesIn } from '../syntax/walk.ts';
import { isAwake } from './critical-count.ts';
import { mostStatements } from './emitter.ts';
import type { Lowering, Primitive } from './lowering.ts';
import { signatureOf } from './place-type.ts';
import type { Program, ThreadDefinition } from './program.ts';
import { Scope } from './scope.ts';
import { ThreadValues } from './thread-values.ts';
import {
  both,
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
type StatementOf<K extends Statement['kind']> = Statement & { readonly kind: K };

/** Where control leaves a construct. */
interface Exits {
  readonly onReturn: string;
  readonly result: Lvalue | null;
  readonly onBreak: string | null;
  readonly onContinue: string | null;
  /** The labels of the function, by their names in C. */
  readonly labels: Map<string, string>;
  readonly defined: Set<string>;
  /** The labels of the cases of the innermost switch. */
  readonly cases: ReadonlyMap<Statement, string> | null;
}

export class ThreadLowering extends ThreadValues implements Lowering {
  /** The functions that are pasted at this point, outermost first. */
  readonly #active: string[] = [];
  /** The variables that the running function assigns, or whose address it takes. */
  #assignedHere: ReadonlySet<string> = new Set();
  #exits: Exits;
  /** Inside an atomic block: no labels, and one step for all. */
  #isAtomic = false;
  readonly #assigned = new Map<string, ReadonlySet<string>>();

  readonly #primitives: (name: string) => Primitive | null;

  constructor(
    program: Program,
    definition: ThreadDefinition,
    primitives: (name: string) => Primitive | null,
  ) {
    super(program, definition);
    this.#primitives = primitives;
    this.#exits = this.#exitsOf(null);
  }

  /** The statements of the whole thread. */
  lower(): void {
    const scope = new Scope();
    scope.bind('CPU', { kind: 'value', value: { kind: 'number', type: intType, expr: this.self } });
    this.#active.push(this.definition.name);
    this.#assignedHere = assignedNames(this.definition.body);
    this.#block(this.definition.body, scope);
    this.#unresolved(this.#exits);
    this.emitter.label(this.#exits.onReturn);
    // Grace periods and callbacks would wait for it for ever, and claims about the end say nothing.
    if (this.program.kernel.hasRcu) {
      const { place } = this.definition;
      this.assert(isAwake(this.emitter), 'no thread ends in a critical section', place);
    }
  }

  #exitsOf(result: Lvalue | null): Exits {
    const onReturn = this.emitter.newLabel();
    return {
      onReturn,
      result,
      onBreak: null,
      onContinue: null,
      labels: new Map(),
      defined: new Set(),
      cases: null,
    };
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
    const caller = this.#exits;
    const { returns } = type;
    this.#active.push(name);
    // Two calls of one function in one statement have two results.
    const result =
      returns.kind === 'void' ? null : this.variable(this.emitter.numbered('return', name), returns);
    this.#exits = this.#exitsOf(result);
    const scope = new Scope();
    const assigned = this.#assignedIn(definition);
    const assignedAround = this.#assignedHere;
    this.#assignedHere = assigned;
    for (const [at, parameter] of type.parameters.entries())
      if (!this.#bindFixed(parameter, given[at]!, assigned, scope, place)) {
        const used = this.#nameOf(parameter.name, parameter.type, scope);
        const lvalue = this.variable(used, parameter.type);
        this.store(lvalue, given[at]!, place);
        scope.bind(parameter.name, { kind: 'variable', lvalue });
      }
    this.#block(body, scope);
    this.#unresolved(this.#exits);
    this.emitter.label(this.#exits.onReturn);
    this.#exits = caller;
    this.#assignedHere = assignedAround;
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
    const fixed = value.kind === 'address' ? this.#frozen(value, name, place) : value;
    scope.bind(name, { kind: 'value', value: fixed });
    return true;
  }

  /** The address whose index later changes of variables do not reach. */
  #frozen(value: CValue & { kind: 'address' }, name: string, place: Place): CValue {
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
    const domain = { kind: 'range', low: nullPointer, high: Math.max(1, length) } as const;
    const target = this.emitter.reference(this.emitter.local(`${this.function}.${name}`, domain, 0));
    this.emitter.compute(place, { kind: 'set', target, value: index });
    return target;
  }

  /** The parameters and variables that a function assigns, or whose address it takes. */
  #assignedIn(definition: FunctionDefinition): ReadonlySet<string> {
    const known = this.#assigned.get(definition.name);
    if (known !== undefined) return known;
    const found = assignedNames(definition.body);
    this.#assigned.set(definition.name, found);
    return found;
  }

  #block(body: readonly Statement[], outer: Scope): void {
    const scope = new Scope(outer);
    for (const statement of body) attempt(() => this.statement(statement, scope));
  }

  statement(statement: Statement, scope: Scope): void {
    const { emitter } = this;
    switch (statement.kind) {
      case 'block':
        return this.#block(statement.body, scope);
      case 'expression':
        return this.#told(statement.place, () =>
          emitter.scoped(() => void this.value(statement.expression, scope)),
        );
      case 'declaration':
        for (const declaration of statement.declarations)
          this.#told(statement.place, () => emitter.scoped(() => this.#declare(declaration, scope)));
        return;
      case 'if':
        return this.#if(statement, scope);
      case 'while':
      case 'do':
      case 'for':
        return this.#loop(statement, scope);
      case 'switch':
        return this.#switch(statement, scope);
      case 'case': {
        const label = this.#exits.cases?.get(statement);
        if (label === undefined) return this.fail(statement.place, 'a case outside of a switch');
        return emitter.label(label);
      }
      case 'label': {
        if (this.#exits.defined.has(statement.name))
          return this.fail(statement.place, `the label '${statement.name}' stands twice`);
        this.#exits.defined.add(statement.name);
        return emitter.label(this.#labelOf(statement.name));
      }
      case 'goto':
        this.#gotos.push({ place: statement.place, name: statement.name, exits: this.#exits.labels });
        return emitter.goto(this.#labelOf(statement.name));
      case 'return':
        return this.#told(statement.place, () => this.#return(statement, scope));
      case 'break':
      case 'continue': {
        const target = statement.kind === 'break' ? this.#exits.onBreak : this.#exits.onContinue;
        if (target === null) return this.fail(statement.place, `a ${statement.kind} outside of a loop`);
        return emitter.goto(target);
      }
    }
  }

  /** A trace shows the last access of a statement with the whole of it. */
  #told(place: Place, work: () => void, before = '', after = ''): void {
    const since = this.emitter.length;
    work();
    this.emitter.retell(since, place, this.depth, before, after);
  }

  readonly #gotos: { place: Place; name: string; exits: Map<string, string> }[] = [];

  #labelOf(name: string): string {
    const known = this.#exits.labels.get(name);
    if (known !== undefined) return known;
    const label = this.emitter.newLabel();
    this.#exits.labels.set(name, label);
    return label;
  }

  /** Reports labels that a function goes to and does not have. */
  #unresolved({ labels, defined }: Exits): void {
    for (const name of labels.keys())
      if (!defined.has(name)) {
        const at = this.#gotos.find((goto) => goto.exits === labels && goto.name === name);
        if (at !== undefined) this.program.mistakes.report(at.place, `the label '${name}' is missing`);
        this.emitter.label(labels.get(name)!);
      }
  }

  #declare(declaration: Declaration, scope: Scope): void {
    const { name, type, initial, place } = declaration;
    if (type.kind === 'function') return;
    const known = this.program.statics.get(declaration);
    if (known !== undefined)
      return scope.bind(name, {
        kind: 'variable',
        lvalue: this.variableAt({ name: known, place }, new Scope()),
      });
    const bind = (known: Type): Lvalue => {
      const lvalue = this.variable(this.#nameOf(name, known, scope), known);
      scope.bind(name, { kind: 'variable', lvalue });
      return lvalue;
    };
    // A variable may name itself in its initialiser: kmalloc(sizeof(*p)).
    const own = type.kind === 'auto' ? null : bind(type);
    const [value, lvalue] = declaring(
      () => (own === null ? [name] : []),
      () => {
        const first = initial === null || initial.kind === 'list' ? null : this.value(initial, scope);
        return [first, own ?? bind(this.#typeOf(first, place))] as const;
      },
    );
    if (value?.kind === 'number' && type.kind !== 'auto' && !this.#assignedHere.has(name)) {
      const converted = this.cast(value, type, place);
      if ('expr' in converted && this.emitter.isChoice(converted.expr))
        return scope.bind(name, { kind: 'value', value: converted });
    }
    if (value !== null) this.store(lvalue, value, span(place, initial!.place));
    else if (initial?.kind === 'list') this.initialise(lvalue, initial.entries, scope, place);
    else this.begins(declaration, lvalue);
  }

  #typeOf(value: CValue | null, place: Place): Type {
    if (value === null || value.kind === 'void' || value.kind === 'function')
      return this.fail(place, 'the type of this variable is unknown');
    // A boolean of C is an int as soon as it is a value.
    return value.type.kind === 'bool' ? intType : value.type;
  }

  /** The variables of all functions: what is declared where, by name. */
  readonly #variables = new Map<string, { readonly type: string; readonly number: number }>();

  /** The name, with a number where a variable around it, or one of another type in the same function, has it. */
  #nameOf(name: string, type: Type, scope: Scope): string {
    const outer = scope.find(name);
    const around = outer?.kind === 'variable' ? this.#variables.get(outer.lvalue.prefix) : undefined;
    for (let number = (around?.number ?? 0) + 1; ; number += 1) {
      const numbered = number === 1 ? name : `${name}.${number}`;
      const { prefix } = this.variable(numbered, type);
      const known = this.#variables.get(prefix);
      if (known !== undefined && known.type !== typeKey(type)) continue;
      this.#variables.set(prefix, { type: typeKey(type), number });
      return numbered;
    }
  }

  #if({ condition, then, otherwise, place }: StatementOf<'if'>, scope: Scope): void {
    if (condition.kind === 'call' && condition.name === 'ATOMICALLY')
      return this.#atomically(condition, then, scope, place);
    const { emitter } = this;
    const [yes, no] = [emitter.newLabel(), emitter.newLabel()];
    this.#told(condition.place, () => this.condition(condition, scope, yes, no), 'if (', ')');
    emitter.label(yes);
    attempt(() => this.statement(then, scope));
    if (otherwise === null) return emitter.label(no);
    const end = emitter.newLabel();
    emitter.goto(end);
    emitter.label(no);
    attempt(() => this.statement(otherwise, scope));
    emitter.label(end);
  }

  #atomically({ arguments: given }: Of<'call'>, body: Statement, scope: Scope, place: Place): void {
    const [reason] = given;
    if (reason?.kind !== 'string')
      return this.fail(place, 'ATOMICALLY("why") needs the reason why the block is atomic');
    if (this.#isAtomic) return this.statement(body, scope);
    this.emitter.atomically(reason.value, () => this.atomic(() => this.statement(body, scope)));
  }

  /** Lowers what becomes one step. */
  atomic(work: () => void): void {
    const outer = this.#isAtomic;
    this.#isAtomic = true;
    work();
    this.#isAtomic = outer;
  }

  #loop(statement: StatementOf<'while' | 'do' | 'for'>, outer: Scope): void {
    if (this.#isAtomic) return this.fail(statement.place, 'racewalk reads no loop inside of ATOMICALLY');
    const { emitter } = this;
    const scope = new Scope(outer);
    if (statement.kind === 'for' && statement.first !== null) this.statement(statement.first, scope);
    const [again, body, next, end] = [
      emitter.newLabel(),
      emitter.newLabel(),
      emitter.newLabel(),
      emitter.newLabel(),
    ];
    const exits = this.#exits;
    const test = () =>
      statement.condition === null
        ? emitter.goto(body)
        : this.condition(statement.condition, scope, body, end);
    emitter.label(again);
    if (statement.kind !== 'do') test();
    emitter.label(body);
    this.#exits = { ...exits, onBreak: end, onContinue: next };
    attempt(() => this.statement(statement.body, scope));
    this.#exits = exits;
    emitter.label(next);
    const { update } = statement.kind === 'for' ? statement : { update: null };
    if (update !== null) emitter.scoped(() => void this.value(update, scope));
    if (statement.kind === 'do') this.condition(statement.condition, scope, again, end);
    else emitter.goto(again);
    emitter.label(end);
  }

  #switch({ value, body, place }: StatementOf<'switch'>, scope: Scope): void {
    if (this.#isAtomic) return this.fail(place, 'racewalk reads no switch inside of ATOMICALLY');
    const { emitter } = this;
    const end = emitter.newLabel();
    const cases = new Map<StatementOf<'case'>, string>();
    for (const statement of casesIn(body)) cases.set(statement, emitter.newLabel());
    emitter.scoped(() => {
      const chosen = this.copied(this.value(value, scope), value.place);
      let fallback = end;
      for (const [statement, label] of cases) {
        if (statement.value === null) fallback = label;
        else {
          const next = emitter.newLabel();
          const { place: at } = statement.value;
          emitter.branch(at, this.#isCase(chosen, statement.value, scope), label, next);
          emitter.label(next);
        }
      }
      emitter.goto(fallback);
    });
    const exits = this.#exits;
    this.#exits = { ...exits, onBreak: end, cases: new Map([...(exits.cases ?? []), ...cases]) };
    attempt(() => this.statement(body, scope));
    this.#exits = exits;
    emitter.label(end);
  }

  /** Whether the value of a switch is that of a case, or in its range. */
  #isCase(chosen: CValue, value: Expression, scope: Scope): AnyExpr {
    const isRange = value.kind === 'call' && value.name === caseRange;
    const compared = (operator: '==' | '>=' | '<=', bound: Expression): AnyExpr => {
      const { place } = bound;
      if (this.constant(bound, scope) === null) return this.fail(place, 'a case needs a constant');
      // C converts it to the type of the value.
      const converted = this.cast(this.value(bound, scope), this.#promoted(chosen, place), place);
      return this.truth(this.binary(operator, chosen, converted, place), place);
    };
    if (!isRange) return compared('==', value);
    return both(compared('>=', value.arguments[0]!), compared('<=', value.arguments[1]!));
  }

  #promoted(value: CValue, place: Place): Type {
    return value.kind === 'number' ? promoted(value.type) : this.fail(place, 'a switch needs a number');
  }

  #return({ value, place }: StatementOf<'return'>, scope: Scope): void {
    const { result, onReturn } = this.#exits;
    if (value !== null && result === null) return this.fail(place, `${this.function} returns nothing`);
    if (value !== null) this.emitter.scoped(() => this.store(result!, this.value(value, scope), place));
    this.emitter.goto(onReturn);
  }
}

/** The expression with every occurrence of a part replaced. */
const replaced = (expr: AnyExpr, part: AnyExpr, by: AnyExpr): AnyExpr =>
  copied(expr, (node, inner) => (node === part ? by : inner()));
