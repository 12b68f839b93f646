/** Lowers statements of one thread: blocks, branches, loops, jumps. */
import type { AnyExpr } from '../../language/expression.ts';
import { typeKey } from '../memory.ts';
import { isErrorRead } from '../syntax/definite-assignment.ts';
import { attempt, declaring, span, type Place } from '../syntax/source.ts';
import type { Declaration, Expression, Statement } from '../syntax/syntax.ts';
import { intType, promoted, type Type } from '../syntax/types.ts';
import { caseRange } from '../syntax/rewrite-keywords.ts';
import { casesIn } from '../syntax/walk.ts';
import { Scope } from './scope.ts';
import { ThreadValues } from './thread-values.ts';
import { both, type CValue, type Lvalue } from './value.ts';

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

export abstract class ThreadStatements extends ThreadValues {
  /** The variables that the running function assigns, or whose address it takes. */
  #assignedHere: ReadonlySet<string> = new Set();
  #exits: Exits = this.#exitsOf(null);
  /** Inside an atomic block: no labels, and one step for all. */
  #isAtomic = false;

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

  /** Lowers the body of a function: `result` is where it returns its value; `assigned`: the names that it assigns. */
  protected inFunction(result: Lvalue | null, assigned: ReadonlySet<string>, work: () => void): void {
    const [exits, assignedAround] = [this.#exits, this.#assignedHere];
    this.#exits = this.#exitsOf(result);
    this.#assignedHere = assigned;
    work();
    this.#unresolved(this.#exits);
    this.emitter.label(this.#exits.onReturn);
    this.#exits = exits;
    this.#assignedHere = assignedAround;
  }

  /** The statements of a block, in a scope of their own. */
  protected block(body: readonly Statement[], outer: Scope): void {
    const scope = new Scope(outer);
    for (const statement of body) attempt(() => this.statement(statement, scope));
  }

  statement(statement: Statement, scope: Scope): void {
    const { emitter } = this;
    switch (statement.kind) {
      case 'block':
        return this.block(statement.body, scope);
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
      const lvalue = this.variable(this.nameOf(name, known, scope), known);
      scope.bind(name, { kind: 'variable', lvalue });
      return lvalue;
    };
    if (initial !== null && isErrorRead(initial) && type.kind !== 'auto') {
      const lvalue = bind(type);
      this.begins(declaration, lvalue);
      return void this.storeError(lvalue, initial, scope, span(place, initial.place));
    }
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
  protected nameOf(name: string, type: Type, scope: Scope): string {
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
