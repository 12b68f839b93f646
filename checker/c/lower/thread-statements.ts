/** Lowers statements of one thread: blocks, branches, loops, jumps. */
import type { AnyExpr } from '../../language/expression.ts';
import { typeKey } from '../memory.ts';
import { isErrorRead } from '../syntax/definite-assignment.ts';
import { attempt, declaring, span, type Place } from '../syntax/source.ts';
import { guardsIn, isGuard, isScopedGuard, type GuardsAt } from '../syntax/guard-scopes.ts';
import { guardFlags, guardObject, scopeEndCall } from '../syntax/guards.ts';
import type { Declaration, Expression, Statement } from '../syntax/syntax.ts';
import { integerType, intType, promoted, type Type } from '../syntax/types.ts';
import { caseRange } from '../syntax/rewrite-keywords.ts';
import { assignedNames, casesIn } from '../syntax/walk.ts';
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
  /** The guards that are held where the function begins, and where `break` and `continue` lead. */
  readonly held: readonly Guard[];
  readonly heldAtBreak: readonly Guard[];
  readonly heldAtContinue: readonly Guard[];
  readonly guardsAt: GuardsAt;
}

/** What is known of the body of a function. */
interface Body {
  /** The parameters and variables that it assigns, or whose address it takes. */
  readonly assigned: ReadonlySet<string>;
  readonly guardsAt: GuardsAt;
}

/** What is done when control leaves a scope. */
interface Guard {
  readonly statement: Statement;
  readonly leave: () => void;
}

export abstract class ThreadStatements extends ThreadValues {
  /** The variables that the running function assigns, or whose address it takes. */
  #assignedHere: ReadonlySet<string> = new Set();
  /** The guards that are held, outermost first. */
  #held: readonly Guard[] = [];
  #guards = 0;
  readonly #bodies = new Map<readonly Statement[], Body>();
  #exits: Exits = this.#exitsOf(null, []);
  /** Inside an atomic block: no labels, and one step for all. */
  #isAtomic = false;

  /** The address whose index later changes of variables do not reach. */
  protected abstract frozen(value: CValue & { kind: 'address' }, name: string, place: Place): CValue;

  #exitsOf(result: Lvalue | null, body: readonly Statement[]): Exits {
    const onReturn = this.emitter.newLabel();
    return {
      onReturn,
      result,
      onBreak: null,
      onContinue: null,
      labels: new Map(),
      defined: new Set(),
      cases: null,
      held: this.#held,
      heldAtBreak: this.#held,
      heldAtContinue: this.#held,
      guardsAt: this.#known(body).guardsAt,
    };
  }

  /** Lowers the body of a function: `result` is where it returns its value. */
  protected inFunction(result: Lvalue | null, body: readonly Statement[], work: () => void): void {
    const [exits, assignedAround] = [this.#exits, this.#assignedHere];
    this.#exits = this.#exitsOf(result, body);
    this.#assignedHere = this.#known(body).assigned;
    work();
    this.#unresolved(this.#exits);
    this.emitter.label(this.#exits.onReturn);
    this.#exits = exits;
    this.#assignedHere = assignedAround;
  }

  #known(body: readonly Statement[]): Body {
    const known = this.#bodies.get(body) ?? { assigned: assignedNames(body), guardsAt: guardsIn(body) };
    this.#bodies.set(body, known);
    return known;
  }

  protected assignedIn = (body: readonly Statement[]): ReadonlySet<string> => this.#known(body).assigned;

  /** The statements of a block, in a scope of their own. */
  protected block(body: readonly Statement[], outer: Scope): void {
    const scope = new Scope(outer);
    this.inBlock(() => {
      for (const statement of body) attempt(() => this.statement(statement, scope));
    });
  }

  protected inBlock<T>(work: () => T): T {
    const before = this.#held;
    try {
      const result = work();
      this.#leave(before);
      return result;
    } finally {
      this.#held = before;
    }
  }

  /** Ends what is held beyond `kept`, last first. */
  #leave(kept: readonly Guard[]): void {
    const held = this.#held;
    for (let left = held.length; left > kept.length && this.emitter.isReachable; left -= 1) {
      this.#held = held.slice(0, left - 1);
      held[left - 1]!.leave();
    }
    this.#held = held;
  }

  /** What is held at a label or a case; nothing that begins on the way there may be left out. */
  #heldAt(target: string | Statement, place: Place): readonly Guard[] {
    const there = this.#exits.guardsAt.get(target) ?? new Set();
    const kept = this.#held.filter(
      ({ statement }, at) => at < this.#exits.held.length || there.has(statement),
    );
    if (kept.length - this.#exits.held.length < there.size)
      return this.fail(place, 'this jump leads past a guard into what it guards');
    return kept;
  }

  /** `guard(mutex)(&lock)`, and what belongs to the end of a scope. */
  #guard(statement: StatementOf<'expression'>, call: Of<'call'>, scope: Scope): void {
    const [first, enter, leave] = call.arguments;
    if (call.name === scopeEndCall) return this.#hold(statement, call.place, first!, scope);
    const inner = this.#objectOf(first!, scope);
    this.#told(call.place, () => this.emitter.scoped(() => void this.value(enter!, inner)));
    this.#hold(statement, call.place, leave!, inner);
  }

  #hold(statement: Statement, place: Place, leave: Expression, scope: Scope): void {
    const work = () => this.emitter.scoped(() => void this.value(leave, scope));
    this.#held = [...this.#held, { statement, leave: () => this.#told(place, work, 'end of ') }];
  }

  /** A scope in which `_T` is the object of a guard, as it is now. */
  #objectOf(object: Expression, scope: Scope): Scope {
    const { place } = object;
    const number = (this.#guards += 1);
    const inner = new Scope(scope);
    const flags = this.variable(`guard_flags_${number}`, integerType(64, false));
    inner.bind(guardFlags, { kind: 'variable', lvalue: flags });
    this.emitter.scoped(() => {
      const value = this.value(object, scope);
      if (value.kind === 'address')
        return inner.bind(guardObject, {
          kind: 'value',
          value: this.frozen(value, `guard_${number}`, place),
        });
      if (value.kind !== 'pointer') return inner.bind(guardObject, { kind: 'value', value });
      const lvalue = this.variable(`guard_${number}`, value.type);
      this.store(lvalue, value, place);
      inner.bind(guardObject, { kind: 'variable', lvalue });
    });
    return inner;
  }

  /** `scoped_guard(mutex, &lock) { ... }`: break and continue end it. */
  #scopedGuard(statement: StatementOf<'for'>, { arguments: given, place }: Of<'call'>, scope: Scope): void {
    const [object, enter, leave, fail] = given;
    const { emitter } = this;
    if (this.#isAtomic) return this.fail(place, 'racewalk reads no scoped_guard() inside of ATOMICALLY');
    const [taken, failed, end] = [emitter.newLabel(), emitter.newLabel(), emitter.newLabel()];
    const inner = this.#objectOf(object!, scope);
    const exits = this.#exits;
    this.inBlock(() => {
      emitter.scoped(() => {
        const got = this.#told(place, () => this.value(enter!, inner));
        if (got.kind === 'void') return;
        emitter.branch(place, this.truth(got, place), taken, failed);
        emitter.label(failed);
        if (fail !== undefined) this.value(fail, scope);
        emitter.goto(end);
        emitter.label(taken);
      });
      this.#exits = {
        ...exits,
        onBreak: end,
        onContinue: end,
        heldAtBreak: this.#held,
        heldAtContinue: this.#held,
      };
      this.#hold(statement, place, leave!, inner);
      attempt(() => this.statement(statement.body, scope));
      this.#exits = exits;
    });
    emitter.label(end);
  }

  statement(statement: Statement, scope: Scope): void {
    const { emitter } = this;
    switch (statement.kind) {
      case 'block':
        return this.block(statement.body, scope);
      case 'expression':
        if (isGuard(statement) && statement.expression.kind === 'call')
          return this.#guard(statement, statement.expression, scope);
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
        this.#leave(this.#heldAt(statement.name, statement.place));
        return emitter.goto(this.#labelOf(statement.name));
      case 'return':
        return this.#told(statement.place, () => this.#return(statement, scope));
      case 'break':
      case 'continue': {
        const target = statement.kind === 'break' ? this.#exits.onBreak : this.#exits.onContinue;
        if (target === null) return this.fail(statement.place, `a ${statement.kind} outside of a loop`);
        const { heldAtBreak, heldAtContinue } = this.#exits;
        this.#leave(statement.kind === 'break' ? heldAtBreak : heldAtContinue);
        return emitter.goto(target);
      }
    }
  }

  /** A trace shows the last access of a statement with the whole of it. */
  #told<T>(place: Place, work: () => T, before = '', after = ''): T {
    const since = this.emitter.length;
    const result = work();
    this.emitter.retell(since, place, this.depth, before, after);
    return result;
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

  /** A statement of another one, which is a scope of its own. */
  #inner(statement: Statement, scope: Scope): void {
    this.inBlock(() => attempt(() => this.statement(statement, scope)));
  }

  #if({ condition, then, otherwise, place }: StatementOf<'if'>, scope: Scope): void {
    if (condition.kind === 'call' && condition.name === 'ATOMICALLY')
      return this.#atomically(condition, then, scope, place);
    const { emitter } = this;
    const [yes, no] = [emitter.newLabel(), emitter.newLabel()];
    this.#told(condition.place, () => this.condition(condition, scope, yes, no), 'if (', ')');
    emitter.label(yes);
    this.#inner(then, scope);
    if (otherwise === null) return emitter.label(no);
    const end = emitter.newLabel();
    emitter.goto(end);
    emitter.label(no);
    this.#inner(otherwise, scope);
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
    if (statement.kind === 'for' && isScopedGuard(statement) && statement.condition?.kind === 'call')
      return this.#scopedGuard(statement, statement.condition, outer);
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
    const held = { heldAtBreak: this.#held, heldAtContinue: this.#held };
    this.#exits = { ...exits, ...held, onBreak: end, onContinue: next };
    this.#inner(statement.body, scope);
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
        this.#heldAt(statement, statement.place);
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
    const all = new Map([...(exits.cases ?? []), ...cases]);
    this.#exits = { ...exits, onBreak: end, heldAtBreak: this.#held, cases: all };
    this.#inner(body, scope);
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
    this.#leave(this.#exits.held);
    this.emitter.goto(onReturn);
  }
}
