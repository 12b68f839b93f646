/** The memory of random models, and random expressions over one of its cells, the locals and constants. */
import {
  add,
  and,
  array,
  bitAnd,
  bitOr,
  bitXor,
  bool,
  conditional,
  div,
  eq,
  ge,
  init,
  le,
  lt,
  mod,
  mul,
  ne,
  not,
  or,
  range,
  shared,
  shl,
  shr,
  sub,
  values,
  wrap,
  type Domain,
  type Expr,
  type Value,
  type Variable,
} from '../../checker/language/index.ts';
import type { References } from '../../checker/language/variable.ts';
import type { Tape } from './tape.ts';

export const kinds = ['a', 'b', 'c'] as const;
export const domains = {
  kind: values(...kinds),
  small: range(0, 2),
  delta: range(-2, 1),
  position: range(0, 1),
  word: range(0, 2 ** 32 - 1),
};

/** All variables that a random model may use; `copies` is the largest number of copies of a thread. */
export const sharedOf = (copies: number) => ({
  flag: init(bool, false),
  kind: init(domains.kind, 'a'),
  count: init(domains.small, 0),
  delta: init(domains.delta, -1),
  lock: init(bool, false),
  slots: array(2, domains.small, (at) => at),
  flags: array(2, bool, false),
  own: array(copies, domains.small, 1),
  word: init(domains.word, 2 ** 32 - 2),
});

export const locals = {
  b: init(bool, false),
  v: init(domains.kind, 'a'),
  n: init(domains.small, 0),
  i: init(domains.position, 0),
  seen: array(2, bool, false),
};

export type Memory = ReturnType<typeof memoryOf>;
export const memoryOf = (copies: number) => shared(sharedOf(copies));
export type Locals = References<typeof locals>;

/** A variable of one of the three types, with its type. */
export type Cell =
  | { readonly type: 'bool'; readonly variable: Variable<boolean> }
  | { readonly type: 'kind'; readonly variable: Variable<'a' | 'b' | 'c'> }
  | {
      readonly type: 'number';
      readonly variable: Variable<number>;
      readonly low: number;
      readonly high: number;
    };

export const cellOf = (variable: Variable): Cell => {
  const { domain } = variable;
  if (domain.kind === 'bool') return { type: 'bool', variable: variable as Variable<boolean> };
  if (domain.kind === 'values') return { type: 'kind', variable: variable as Variable<'a' | 'b' | 'c'> };
  return { type: 'number', variable: variable as Variable<number>, low: domain.low, high: domain.high };
};

/** What an expression may read: the one shared cell of its step (null: none), locals, and `cpu` unless copies are to be alike. */
export interface Readable {
  readonly tape: Tape;
  readonly cell: Cell | null;
  readonly locals: readonly Cell[];
  readonly cpu: Expr<number> | null;
  /** Arithmetic may have no result. */
  readonly faults?: boolean;
}

const variables = ({ cell, locals: own }: Readable) => (cell === null ? own : [cell, cell, ...own]);

export function numberExpr(from: Readable, depth = 2): Expr<number> {
  const { tape, cpu, faults = false } = from;
  const leaves = [
    ...variables(from).flatMap((cell) => (cell.type === 'number' ? [cell.variable] : [])),
    ...(cpu === null ? [] : [cpu]),
  ];
  if (depth === 0 || !tape.oneIn(4))
    return leaves.length > 0 && !tape.oneIn(4) ? tape.pick(leaves) : constant(tape.below(3));
  const inner = () => numberExpr(from, depth - 1);
  return tape.pick<() => Expr<number>>([
    () => add(inner(), inner()),
    () => sub(inner(), inner()),
    () => conditional(condition(from, depth - 1), inner(), inner()),
    () => tape.pick([mul, bitAnd, bitOr, bitXor])(inner(), inner()),
    () => tape.pick([div, mod])(inner(), faults && tape.oneIn(3) ? inner() : 1 + tape.below(3)),
    () => tape.pick([shl, shr])(inner(), faults && tape.oneIn(3) ? inner() : tape.below(3)),
    () => wrap(inner(), 1 + tape.below(3), tape.oneIn(2)),
  ])();
}

const constant = <V extends Value>(value: V): Expr<V> => ({ kind: 'constant', value });

function kindExpr(from: Readable): Expr<'a' | 'b' | 'c'> {
  const { tape } = from;
  const leaves = variables(from).flatMap((cell) => (cell.type === 'kind' ? [cell.variable] : []));
  const leaf = () => (leaves.length > 0 && tape.oneIn(2) ? tape.pick(leaves) : constant(tape.pick(kinds)));
  return leaves.length > 0 && tape.oneIn(6)
    ? conditional(condition(from, 1), tape.pick(leaves), leaf())
    : leaf();
}

/** A condition that reads the shared cell, if there is one, more often than not. */
export function condition(from: Readable, depth = 2): Expr<boolean> {
  const { tape, cell } = from;
  if (depth > 0 && tape.oneIn(5)) {
    const inner = () => condition(from, depth - 1);
    return tape.pick([() => not(inner()), () => and(inner(), inner()), () => or(inner(), inner())])();
  }
  const about = cell !== null && !tape.oneIn(4) ? cell : tape.pick(variables(from));
  switch (about.type) {
    case 'bool':
      return tape.oneIn(2) ? not(about.variable) : about.variable;
    case 'kind':
      return tape.pick([eq, ne])(about.variable, tape.pick(kinds));
    case 'number':
      return tape.pick([eq, ne, lt, ge])(
        about.variable,
        tape.oneIn(3) ? numberExpr(from, 1) : inside(about, tape),
      );
  }
}

/** In a large domain one of the ends, for more values would be too many. */
const inside = ({ low, high }: Cell & { type: 'number' }, tape: Tape) =>
  high - low < 9 ? low + tape.below(high - low + 1) : tape.oneIn(2) ? high - tape.below(2) : low;

/** A value for a cell; a number that may not fit comes with the condition that it does. */
export function valueFor(
  target: Cell,
  from: Readable,
): { readonly value: Expr; readonly fits: Expr<boolean> | null } {
  const { tape } = from;
  switch (target.type) {
    case 'bool':
      return { value: tape.oneIn(3) ? condition(from) : constant(tape.oneIn(2)), fits: null };
    case 'kind':
      return { value: kindExpr(from), fits: null };
    case 'number': {
      if (tape.oneIn(2)) return { value: constant(inside(target, tape)), fits: null };
      const value = numberExpr(from);
      if (value.kind === 'constant') return { value: constant(inside(target, tape)), fits: null };
      const always = 'domain' in value && within(value.domain, target);
      return { value, fits: always ? null : and(ge(value, target.low), le(value, target.high)) };
    }
  }
}

const within = (domain: Domain, { low, high }: Cell & { type: 'number' }) =>
  domain.kind === 'range' && domain.low >= low && domain.high <= high;
