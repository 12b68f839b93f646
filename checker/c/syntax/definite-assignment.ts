/** Which local variables a function may read before it writes them: definite assignment, as Java defines it. */
import type { Declaration, Expression, Statement } from './syntax.ts';

/** The variables that are surely written at a point; null: no run gets there. */
type Written = ReadonlySet<Declaration> | null;
type StatementOf<K extends Statement['kind']> = Statement & { readonly kind: K };

/** The variables without an initialiser that a body may read while nothing has been written there. */
export function maybeUnset(body: readonly Statement[]): readonly Declaration[] {
  const flow = new Flow();
  for (let before = -1; before !== flow.changes;) {
    before = flow.changes;
    flow.block(body, new Set());
  }
  return [...flow.found];
}

const both = (left: Written, right: Written): Written =>
  left === null ? right : right === null ? left : new Set([...left].filter((one) => right.has(one)));
const without = (written: Written, declaration: Declaration | null): Written =>
  written === null ? null : new Set([...written].filter((one) => one !== declaration));
const and = (written: Written, declaration: Declaration | null): Written =>
  written === null || declaration === null ? written : new Set([...written, declaration]);

/** Whether a value is what PTR_ERR() gives, which is an error number only if the pointer holds one. */
export const isErrorRead = (value: Expression | null): boolean =>
  value?.kind === 'call' && value.name === 'PTR_ERR';

/** Calls that write their last argument: macros of the kernel. */
const writesLast = /_irqsave$|^local_irq_save$|^local_save_flags$/;

class Flow {
  readonly found = new Set<Declaration>();
  /** How often what is known at a label has become less. */
  changes = 0;
  readonly #labels = new Map<string, Written>();
  readonly #scopes: Map<string, Declaration>[] = [];
  #breaks: Written = null;
  #continues: Written = null;
  #switched: Written = null;

  block(body: readonly Statement[], before: Written): Written {
    this.#scopes.push(new Map());
    const after = body.reduce<Written>((written, one) => this.#statement(one, written), before);
    this.#scopes.pop();
    return after;
  }

  #statement(statement: Statement, written: Written): Written {
    switch (statement.kind) {
      case 'block':
        return this.block(statement.body, written);
      case 'expression':
        return this.#value(statement.expression, written);
      case 'declaration':
        return statement.declarations.reduce((so, one) => this.#declared(one, so), written);
      case 'if': {
        const [yes, no] = this.#condition(statement.condition, written);
        const then = this.#statement(statement.then, yes);
        return both(then, statement.otherwise === null ? no : this.#statement(statement.otherwise, no));
      }
      case 'while':
      case 'do':
      case 'for':
        return this.#loop(statement, written);
      case 'switch':
        return this.#switch(statement, written);
      case 'case':
        return both(written, this.#switched);
      case 'label':
        return this.#joined(statement.name, written);
      case 'goto':
        this.#joined(statement.name, written);
        return null;
      case 'return':
        if (statement.value !== null) this.#value(statement.value, written);
        return null;
      case 'break':
        this.#breaks = both(this.#breaks, written);
        return null;
      case 'continue':
        this.#continues = both(this.#continues, written);
        return null;
    }
  }

  /** What is written at a label, whichever way leads there. */
  #joined(label: string, written: Written): Written {
    const known = this.#labels.get(label) ?? null;
    const joined = both(known, written);
    if (joined?.size !== known?.size) this.changes += 1;
    this.#labels.set(label, joined);
    return joined;
  }

  #declared(declaration: Declaration, written: Written): Written {
    const { name, initial, isStatic } = declaration;
    const after = initial === null ? written : this.#value(initial, written);
    this.#scopes.at(-1)!.set(name, declaration);
    if (after === null) return null;
    if (isStatic || (initial !== null && !isErrorRead(initial))) return and(after, declaration);
    return without(after, declaration);
  }

  #loop(statement: StatementOf<'while' | 'do' | 'for'>, before: Written): Written {
    this.#scopes.push(new Map());
    const [breaks, continues] = [this.#breaks, this.#continues];
    this.#breaks = null;
    this.#continues = null;
    const { condition } = statement;
    const first =
      statement.kind === 'for' && statement.first !== null
        ? this.#statement(statement.first, before)
        : before;
    const test = (written: Written): readonly [Written, Written] =>
      condition === null ? [written, null] : this.#condition(condition, written);
    const [body, end] = statement.kind === 'do' ? [first, null] : test(first);
    const again = both(this.#statement(statement.body, body), this.#continues);
    if (statement.kind === 'for' && statement.update !== null) this.#value(statement.update, again);
    const after = statement.kind === 'do' ? test(again)[1] : end;
    const left = both(after, this.#breaks);
    this.#breaks = breaks;
    this.#continues = continues;
    this.#scopes.pop();
    return left;
  }

  #switch({ value, body }: StatementOf<'switch'>, before: Written): Written {
    const [breaks, outer] = [this.#breaks, this.#switched];
    this.#breaks = null;
    this.#switched = this.#value(value, before);
    const entered = this.#switched;
    const after = both(this.#statement(body, null), this.#breaks);
    const hasDefault =
      body.kind === 'block' && body.body.some((one) => one.kind === 'case' && one.value === null);
    this.#breaks = breaks;
    this.#switched = outer;
    return hasDefault ? after : both(after, entered);
  }

  #find(name: string): Declaration | null {
    return this.#scopes.findLast((scope) => scope.has(name))?.get(name) ?? null;
  }

  #read(declaration: Declaration | null, written: Written): void {
    if (declaration !== null && written !== null && !written.has(declaration)) this.found.add(declaration);
  }

  /** What is written where the condition is true, and where it is false. */
  #condition(expression: Expression, written: Written): readonly [Written, Written] {
    if (expression.kind === 'integer') return expression.value === 0n ? [null, written] : [written, null];
    if (expression.kind === 'unary' && expression.operator === '!') {
      const [yes, no] = this.#condition(expression.operand, written);
      return [no, yes];
    }
    if (expression.kind === 'binary' && (expression.operator === '&&' || expression.operator === '||')) {
      const isAnd = expression.operator === '&&';
      const [yes, no] = this.#condition(expression.left, written);
      const [then, otherwise] = this.#condition(expression.right, isAnd ? yes : no);
      return isAnd ? [then, both(no, otherwise)] : [both(yes, then), otherwise];
    }
    const [only] = expression.kind === 'call' ? expression.arguments : [];
    if (only !== undefined && expression.kind === 'call' && /^(?:un)?likely$/.test(expression.name))
      return this.#condition(only, written);
    const after = this.#value(expression, written);
    return [after, after];
  }

  /** What is written once the expression has been evaluated. */
  #value(expression: Expression, written: Written): Written {
    const all = (parts: readonly Expression[]) => parts.reduce((so, one) => this.#value(one, so), written);
    switch (expression.kind) {
      case 'name':
        this.#read(this.#find(expression.name), written);
        return written;
      case 'cast':
        // `(void)x` only says that x is not used.
        if (expression.type.kind === 'void' && expression.operand.kind === 'name') return written;
        return this.#value(expression.operand, written);
      case 'unary':
        return this.#value(expression.operand, written);
      case 'binary':
        return expression.operator === '&&' || expression.operator === '||'
          ? both(...(this.#condition(expression, written) as [Written, Written]))
          : all([expression.left, expression.right]);
      case 'comma':
        return all([expression.left, expression.right]);
      case 'update':
        return this.#value(expression.target, written);
      case 'assign': {
        const { target, value, operator } = expression;
        if (target.kind !== 'name') return this.#place(target, this.#value(value, written));
        const after = operator === null ? written : this.#value(target, written);
        if (operator === null && isErrorRead(value))
          return without(this.#value(value, after), this.#find(target.name));
        return and(this.#value(value, after), this.#find(target.name));
      }
      case 'conditional': {
        const [yes, no] = this.#condition(expression.condition, written);
        const then = expression.then === null ? yes : this.#value(expression.then, yes);
        return both(then, this.#value(expression.otherwise, no));
      }
      case 'call': {
        const last = expression.arguments.at(-1);
        if (!writesLast.test(expression.name) || last?.kind !== 'name') return all(expression.arguments);
        const after = expression.arguments.slice(0, -1).reduce((so, one) => this.#value(one, so), written);
        return and(after, this.#find(last.name));
      }
      case 'invoke':
        return all([expression.callee, ...expression.arguments]);
      case 'member':
        return this.#value(expression.object, written);
      case 'index':
        return all([expression.array, expression.index]);
      case 'perCpu':
        return this.#value(expression.cpu, written);
      case 'list':
      case 'compound':
        return all(expression.entries.map(({ value }) => value));
      case 'block':
        return this.block(expression.body, written);
      case 'integer':
      case 'null':
      case 'string':
      case 'type':
      case 'sizeof':
        return written;
    }
  }

  /** The place of a member or an element that is written: the variable around it is not read, nor wholly written. */
  #place(target: Expression, written: Written): Written {
    if (target.kind === 'member' && !target.isArrow) return this.#place(target.object, written);
    if (target.kind === 'index') return this.#place(target.array, this.#value(target.index, written));
    if (target.kind !== 'name') return this.#value(target, written);
    const declaration = this.#find(target.name);
    if (declaration?.type.kind === 'pointer') this.#read(declaration, written);
    return written;
  }
}
