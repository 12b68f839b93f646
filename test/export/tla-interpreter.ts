/**
 * Explores a module of TLA+, of the part of the language that the export writes: an implementation apart from it.
 *
 * Source: Lamport: Specifying Systems, chapters 14 and 15, for the meaning and the precedence of operators.
 */

type Node =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string; readonly operands: readonly Node[] }
  | { readonly kind: 'prime'; readonly name: string }
  | { readonly kind: 'prefix'; readonly operator: string; readonly operand: Node }
  | { readonly kind: 'infix'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'if'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node; readonly inside: Node }
  | {
      readonly kind: 'quantifier' | 'function';
      readonly operator: string;
      readonly name: string;
      readonly among: Node;
      readonly body: Node;
    }
  | { readonly kind: 'apply'; readonly called: Node; readonly argument: Node }
  | { readonly kind: 'except'; readonly base: Node; readonly path: readonly Node[]; readonly value: Node }
  | { readonly kind: 'set'; readonly members: readonly Node[] }
  | { readonly kind: 'functions'; readonly from: Node; readonly to: Node }
  | { readonly kind: 'unchanged'; readonly names: readonly string[] };

/** A function from 0 on is an array; a set has members that can be tested, and listed where it is finite. */
type Value = boolean | number | string | readonly Value[] | TlaSet;
interface TlaSet {
  readonly has: (value: Value) => boolean;
  readonly members: () => readonly Value[];
}

interface Definition {
  readonly parameters: readonly string[];
  readonly body: Node;
}

interface Module {
  readonly variables: readonly string[];
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly invariants: readonly string[];
}

const tokenPattern =
  /\\\*[^\n]*|"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+|\/\\|\\\/|\\(?:in|div|E|A)\b|=>|==|\/=|<=|>=|<<|>>|\.\.|\|->|->|[-=<>+*%^~:[\]{}(),!']|\S/g;

/** Operators by precedence; two of one level, or of levels that overlap, must stand in parentheses. */
const levels: Readonly<Record<string, number>> = {
  ...{ '=>': 1, '/\\': 3, '\\/': 3 },
  ...{ '=': 5, '/=': 5, '<': 5, '<=': 5, '>': 5, '>=': 5, '\\in': 5 },
  ...{ '..': 9, '+': 10, '-': 11, '*': 13, '%': 10.5, '\\div': 13, '^': 14 },
};

export function parseTla(text: string): Module {
  const [module = '', configuration = ''] = text.split('\n====\n');
  const tokens = [...module.matchAll(tokenPattern)]
    .map(([token]) => token)
    .filter((token) => !token.startsWith('\\*'));
  let at = tokens.indexOf('VARIABLES') < 0 ? 0 : tokens.indexOf('Integers') + 1;
  const peek = (ahead = 0) => tokens[at + ahead];
  const next = () => tokens[at++] ?? '';
  const expect = (token: string) => {
    const found = next();
    if (found !== token)
      throw new Error(`'${token}' expected at '${[found, ...tokens.slice(at, at + 20)].join(' ')}'`);
  };
  const isName = (token: string | undefined) => /^[A-Za-z_]\w*$/.test(token ?? '');

  function list(open: string, close: string, one: () => void): void {
    expect(open);
    while (peek() !== close) {
      one();
      if (peek() !== close) expect(',');
    }
    expect(close);
  }

  function expression(above = 0): Node {
    let left = prefix();
    let last: string | null = null;
    for (;;) {
      const operator = peek() ?? '';
      const level = levels[operator];
      if (level === undefined || level <= above) return left;
      if (last !== null && last !== operator && Math.abs(levels[last]! - level) < 1)
        throw new Error(`'${last}' and '${operator}' without parentheses`);
      next();
      left = { kind: 'infix', operator, left, right: expression(level) };
      last = operator;
    }
  }

  function prefix(): Node {
    const token = peek();
    if (token === '~' || token === '-' || token === 'DOMAIN') {
      next();
      return { kind: 'prefix', operator: token, operand: token === '~' ? expression(4) : postfix() };
    }
    return postfix();
  }

  function postfix(): Node {
    let node = primary();
    while (peek() === '[' || peek() === "'")
      if (next() === "'") {
        if (node.kind !== 'name') throw new Error('only a variable has a prime');
        node = { kind: 'prime', name: node.name };
      } else {
        node = { kind: 'apply', called: node, argument: expression() };
        expect(']');
      }
    return node;
  }

  function primary(): Node {
    const token = next();
    if (/^\d+$/.test(token)) return { kind: 'value', value: Number(token) };
    if (token.startsWith('"')) return { kind: 'value', value: JSON.parse(token) as string };
    switch (token) {
      case '(': {
        const inside = expression();
        expect(')');
        return inside;
      }
      case 'TRUE':
      case 'FALSE':
        return { kind: 'value', value: token === 'TRUE' };
      case 'IF': {
        const condition = expression();
        expect('THEN');
        const then = expression();
        expect('ELSE');
        return { kind: 'if', condition, then, otherwise: expression() };
      }
      case 'LET': {
        const name = next();
        expect('==');
        const value = expression();
        expect('IN');
        return { kind: 'let', name, value, inside: expression() };
      }
      case '\\E':
      case '\\A': {
        const name = next();
        expect('\\in');
        const among = expression(5);
        expect(':');
        return { kind: 'quantifier', operator: token, name, among, body: expression() };
      }
      case '{': {
        const members: Node[] = [];
        at--;
        list('{', '}', () => members.push(expression()));
        return { kind: 'set', members };
      }
      case 'UNCHANGED': {
        const names: string[] = [];
        list('<<', '>>', () => names.push(next()));
        return { kind: 'unchanged', names };
      }
      case '[':
        return bracketed();
      default: {
        if (!isName(token)) throw new Error(`unexpected '${token}'`);
        const operands: Node[] = [];
        if (peek() === '(') list('(', ')', () => operands.push(expression()));
        return { kind: 'name', name: token, operands };
      }
    }
  }

  function bracketed(): Node {
    if (peek(1) === '\\in') {
      const name = next();
      next();
      const among = expression();
      expect('|->');
      const body = expression();
      expect(']');
      return { kind: 'function', operator: '', name, among, body };
    }
    const first = expression();
    if (peek() === '->') {
      next();
      const to = expression();
      expect(']');
      return { kind: 'functions', from: first, to };
    }
    expect('EXCEPT');
    expect('!');
    const path: Node[] = [];
    while (peek() === '[') {
      next();
      path.push(expression());
      expect(']');
    }
    expect('=');
    const value = expression();
    expect(']');
    return { kind: 'except', base: first, path, value };
  }

  const definitions = new Map<string, Definition>();
  const variables: string[] = [];
  while (at < tokens.length) {
    const name = next();
    if (name === 'VARIABLES') {
      variables.push(next());
      while (peek() === ',') {
        next();
        variables.push(next());
      }
    } else if (name === 'RECURSIVE') {
      next();
      list('(', ')', () => expect('_'));
    } else {
      const parameters: string[] = [];
      if (peek() === '(') list('(', ')', () => parameters.push(next()));
      expect('==');
      if (definitions.has(name)) throw new Error(`${name} is defined twice`);
      definitions.set(name, { parameters, body: expression() });
    }
  }
  const [, invariants = ''] = /^INVARIANTS (.*)$/m.exec(configuration) ?? [];
  return { variables, definitions, invariants: invariants.split(' ') };
}

/** A value that does not exist: TLC ends with an error there. */
class NoValue extends Error {}

/** Names with their values, each computed when it is first asked for. */
type Scope = ReadonlyMap<string, () => Value>;
type State = ReadonlyMap<string, Value>;

const lazily = (compute: () => Value): (() => Value) => {
  let value: Value | undefined;
  return () => (value ??= compute());
};

class Evaluator {
  readonly #module: Module;

  constructor(module: Module) {
    this.#module = module;
  }

  is(node: Node, scope: Scope): boolean {
    const value = this.value(node, scope);
    if (typeof value !== 'boolean') throw new Error('a condition has no truth value');
    return value;
  }

  number(node: Node, scope: Scope): number {
    const value = this.value(node, scope);
    if (typeof value !== 'number') throw new Error('a number was expected');
    return value;
  }

  set(node: Node, scope: Scope): TlaSet {
    return this.value(node, scope) as TlaSet;
  }

  value(node: Node, scope: Scope): Value {
    switch (node.kind) {
      case 'value':
        return node.value;
      case 'name':
        return this.#named(node.name, node.operands, scope);
      case 'prefix': {
        if (node.operator === '~') return !this.is(node.operand, scope);
        if (node.operator === '-') return 0 - this.number(node.operand, scope);
        const { length } = this.value(node.operand, scope) as readonly Value[];
        return range(0, length - 1);
      }
      case 'infix':
        return this.#infix(node, scope);
      case 'if':
        return this.value(this.is(node.condition, scope) ? node.then : node.otherwise, scope);
      case 'let':
        return this.value(node.inside, this.inside(node, scope));
      case 'quantifier': {
        const holds = (value: Value) =>
          this.is(
            node.body,
            new Map(scope).set(node.name, () => value),
          );
        const members = this.set(node.among, scope).members();
        return node.operator === '\\E' ? members.some(holds) : members.every(holds);
      }
      case 'function':
        return this.set(node.among, scope)
          .members()
          .map((value) =>
            this.value(
              node.body,
              new Map(scope).set(node.name, () => value),
            ),
          );
      case 'apply': {
        const value = (this.value(node.called, scope) as readonly Value[])[this.number(node.argument, scope)];
        if (value === undefined) throw new NoValue('a function is applied outside of its domain');
        return value;
      }
      case 'except': {
        const path = node.path.map((index) => this.number(index, scope));
        return replaced(this.value(node.base, scope), path, () => this.value(node.value, scope));
      }
      case 'set': {
        const members = node.members.map((member) => this.value(member, scope));
        return { has: (value) => members.includes(value), members: () => members };
      }
      case 'functions': {
        const [from, to] = [this.set(node.from, scope).members(), this.set(node.to, scope)];
        const has = (value: Value) =>
          Array.isArray(value) && value.length === from.length && value.every((one) => to.has(one as Value));
        return { has, members: () => [] };
      }
      case 'prime':
      case 'unchanged':
        throw new Error('an action has no value');
    }
  }

  inside({ name, value }: Node & { kind: 'let' }, scope: Scope): Scope {
    if (scope.has(name) || this.#module.definitions.has(name)) throw new Error(`${name} is defined twice`);
    return new Map(scope).set(
      name,
      lazily(() => this.value(value, scope)),
    );
  }

  /** The scope of a definition's body. */
  called(name: string, operands: readonly Node[], scope: Scope): readonly [Node, Scope] {
    const { parameters, body } = this.#module.definitions.get(name)!;
    const values = operands.map((operand) => lazily(() => this.value(operand, scope)));
    const globals = [...scope].filter(([one]) => this.#module.variables.includes(one));
    return [body, new Map([...globals, ...parameters.map((one, at) => [one, values[at]!] as const)])];
  }

  #named(name: string, operands: readonly Node[], scope: Scope): Value {
    const local = scope.get(name);
    if (local !== undefined) return local();
    if (name === 'BOOLEAN')
      return { has: (value) => typeof value === 'boolean', members: () => [false, true] };
    if (!this.#module.definitions.has(name)) throw new Error(`${name} is not defined`);
    return this.value(...this.called(name, operands, scope));
  }

  #infix({ operator, left, right }: Node & { kind: 'infix' }, scope: Scope): Value {
    const numbers = () => [this.number(left, scope), this.number(right, scope)] as const;
    const on = <T>(compute: (a: number, b: number) => T) => compute(...numbers());
    switch (operator) {
      case '/\\':
        return this.is(left, scope) && this.is(right, scope);
      case '\\/':
        return this.is(left, scope) || this.is(right, scope);
      case '=>':
        return !this.is(left, scope) || this.is(right, scope);
      case '\\in':
        return this.set(right, scope).has(this.value(left, scope));
      case '=':
      case '/=': {
        const [a, b] = [this.value(left, scope), this.value(right, scope)];
        if (typeof a !== typeof b) throw new Error('values of two kinds are compared');
        return (a === b) === (operator === '=');
      }
      case '<':
        return on((a, b) => a < b);
      case '<=':
        return on((a, b) => a <= b);
      case '>':
        return on((a, b) => a > b);
      case '>=':
        return on((a, b) => a >= b);
      case '..':
        return on(range);
      case '+':
        return short(on((a, b) => a + b));
      case '-':
        return short(on((a, b) => a - b));
      case '*':
        return short(on((a, b) => a * b));
      case '^':
        return short(on((a, b) => a ** b));
      case '\\div':
        return on((a, b) => Math.floor(a / positive(b)));
      case '%':
        return on((a, b) => a - b * Math.floor(a / positive(b)));
      default:
        throw new Error(`${operator} is no operator`);
    }
  }
}

/** TLC computes with 32 bits, and says where they do not suffice. */
function short(number: number): number {
  if ((number | 0) !== number) throw new NoValue('a number has more than 32 bits');
  return number + 0;
}

function positive(divisor: number): number {
  if (divisor <= 0) throw new NoValue('TLA+ divides by positive numbers');
  return divisor;
}

const range = (low: number, high: number): TlaSet => ({
  has: (value) => typeof value === 'number' && value >= low && value <= high,
  members: () => Array.from({ length: Math.max(0, high - low + 1) }, (_, at) => low + at),
});

/** EXCEPT leaves a function as it is where it has no such argument. */
function replaced(base: Value, [first, ...path]: readonly number[], value: () => Value): Value {
  if (first === undefined) return value();
  return (base as readonly Value[]).map((one, at) => (at === first ? replaced(one, path, value) : one));
}

/** The ways to satisfy a formula that gives variables values: `of` is the variable that it gives one, or null. */
function* ways(
  node: Node,
  scope: Scope,
  given: State,
  to: { readonly evaluator: Evaluator; readonly module: Module; readonly of: (node: Node) => string | null },
): Generator<State> {
  const { evaluator, module, of } = to;
  switch (node.kind) {
    case 'infix': {
      if (node.operator === '/\\') {
        for (const left of ways(node.left, scope, given, to)) yield* ways(node.right, scope, left, to);
        return;
      }
      if (node.operator === '\\/') {
        yield* ways(node.left, scope, given, to);
        yield* ways(node.right, scope, given, to);
        return;
      }
      const variable = node.operator === '=' ? of(node.left) : null;
      if (variable === null) break;
      if (given.has(variable)) throw new Error(`${variable} is given two values`);
      yield new Map(given).set(variable, evaluator.value(node.right, scope));
      return;
    }
    case 'if':
      yield* ways(evaluator.is(node.condition, scope) ? node.then : node.otherwise, scope, given, to);
      return;
    case 'let':
      yield* ways(node.inside, evaluator.inside(node, scope), given, to);
      return;
    case 'quantifier':
      for (const value of evaluator.set(node.among, scope).members())
        yield* ways(
          node.body,
          new Map(scope).set(node.name, () => value),
          given,
          to,
        );
      return;
    case 'name':
      if (!module.definitions.has(node.name) || scope.has(node.name)) break;
      try {
        yield* ways(...evaluator.called(node.name, node.operands, scope), given, to);
      } catch (error) {
        if (!(error instanceof NoValue)) throw error;
      }
      return;
    case 'unchanged':
      yield new Map([...given, ...node.names.map((name) => [name, scope.get(name)!()] as const)]);
      return;
    case 'value':
    case 'prefix':
    case 'prime':
    case 'function':
    case 'apply':
    case 'except':
    case 'set':
    case 'functions':
  }
  if (evaluator.is(node, scope)) yield given;
}

export interface Explored {
  readonly states: number;
  /** Ways from one state to the next, those to known ones included. */
  readonly transitions: number;
  /** Invariants that a state violates. */
  readonly violated: ReadonlySet<string>;
}

/** All states, those behind violations included; a step without a value leads nowhere. */
export function exploreTla(text: string): Explored {
  const module = parseTla(text);
  const evaluator = new Evaluator(module);
  const found = new Map<string, State>();
  const violated = new Set<string>();
  const call = (name: string): Node => ({ kind: 'name', name, operands: [] });
  const store = (state: State) => {
    if (module.variables.some((variable) => !state.has(variable))) throw new Error('a variable has no value');
    found.set(JSON.stringify(module.variables.map((variable) => state.get(variable))), state);
  };
  const holds = (name: string, scope: Scope) => {
    try {
      return evaluator.is(call(name), scope);
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      // A guard without a value fails its step; another invariant may be asked for it.
      return name !== 'NoFailure';
    }
  };
  const initially = (node: Node) =>
    node.kind === 'name' && module.variables.includes(node.name) ? node.name : null;
  const primed = (node: Node) => (node.kind === 'prime' ? node.name : null);
  for (const state of ways(call('Init'), new Map(), new Map(), { evaluator, module, of: initially }))
    store(state);
  let transitions = 0;
  for (const state of found.values()) {
    const scope = new Map([...state].map(([name, value]) => [name, () => value]));
    for (const name of module.invariants) if (!holds(name, scope)) violated.add(name);
    for (const after of ways(call('Next'), scope, new Map(), { evaluator, module, of: primed })) {
      transitions++;
      store(after);
    }
  }
  return { states: found.size, transitions, violated };
}
