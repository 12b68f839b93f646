/** Random conditions over a small memory and the copies of a thread, of the shapes that generated code rearranges. */
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
  ended,
  eq,
  exists,
  forAll,
  ge,
  gt,
  implies,
  init,
  le,
  lt,
  mod,
  mul,
  ne,
  never,
  not,
  or,
  range,
  say,
  shared,
  shl,
  shr,
  sub,
  values,
  wrap,
  type Expr,
  type Thread,
  type Value,
  type Variable,
} from '../../checker/language/index.ts';
import type { References } from '../../checker/language/variable.ts';
import type { Tape } from './tape.ts';

const names = ['a', 'b', 'c'] as const;

/** More bits than a word has; `single` has none. */
export const memory = shared({
  flag: init(bool, false),
  name: init(values(...names), 'a'),
  other: init(values('c', 'd', 'a', 'b'), 'c'),
  count: init(range(0, 4), 0),
  delta: init(range(-2, 1), -1),
  single: array(2, range(1, 1), 1),
  large: init(range(-(2 ** 29), 2 ** 29), 0),
  wide: init(range(0, 2 ** 30), 0),
  word: init(range(0, 2 ** 32 - 1), 0),
  whole: init(range(-(2 ** 31), 2 ** 31 - 1), 0),
  slots: array(3, range(0, 3), 0),
  flags: array(3, bool, false),
});

export const locals = {
  b: init(bool, false),
  v: init(values(...names), 'a'),
  n: init(range(-1, 3), 0),
  seen: array(2, bool, false),
};

/** What a condition may read. */
export interface Readable {
  readonly tape: Tape;
  /** The thread whose copies it may run over, in a property. */
  readonly over: Thread<typeof locals> | null;
  /** Of the running copy, or of those that it runs over. */
  readonly own: readonly References<typeof locals>[];
  /** The running copy, and what is bound around. */
  readonly numbers: readonly Expr<number>[];
}

const constant = <V extends Value>(value: V): Expr<V> => ({ kind: 'constant', value });

export function randomCondition(from: Readable, depth: number): Expr<boolean> {
  const { tape } = from;
  return depth === 0 || tape.oneIn(4) ? leaf(from) : tape.pick(joins)(from, depth - 1);
}

type Form = (from: Readable, depth: number) => Expr<boolean>;

const several = (from: Readable, depth: number) =>
  Array.from({ length: 2 + from.tape.below(3) }, () => randomCondition(from, depth));

const joins: readonly Form[] = [
  (from, depth) => and(...several(from, depth)),
  (from, depth) => or(...several(from, depth)),
  (from) => and(...several(from, 0)),
  (from) => or(...several(from, 0)),
  (from, depth) => not(randomCondition(from, depth)),
  (from, depth) => implies(randomCondition(from, depth), randomCondition(from, depth)),
  sharing,
  sharing,
  overNumbers,
  overNumbers,
  overCopies,
  (from, depth) => {
    const [condition, then, otherwise] = [0, 1, 2].map(() => randomCondition(from, depth));
    return conditional(condition!, then!, otherwise!);
  },
  (from, depth) => from.tape.pick([eq, ne])(randomCondition(from, depth), randomCondition(from, depth)),
];

/** `a && b || a && c`, its dual, and the negations. */
function sharing(from: Readable, depth: number): Expr<boolean> {
  const { tape } = from;
  const common = randomCondition(from, depth);
  const [inner, outer] = tape.pick([
    [and, or],
    [or, and],
  ]);
  const isFirst = !tape.oneIn(3);
  const terms = several(from, depth).map((own) => (isFirst ? inner(common, own) : inner(own, common)));
  return outer(...(tape.oneIn(2) ? terms.map(not) : terms));
}

/** So many that it is a loop, or few; the last ones may be outside of an array. */
function overNumbers(from: Readable, depth: number): Expr<boolean> {
  const { tape } = from;
  const common = randomCondition(from, 0);
  const inside = (i: Expr<number>) => randomCondition({ ...from, numbers: [i, i, ...from.numbers] }, depth);
  if (tape.oneIn(8))
    return tape.pick([exists, forAll])(99, (i) => {
      const some = tape.pick([() => or(ge(i, 1 + tape.below(3)), inside(i)), () => memory.flags.at(i)])();
      return tape.pick([
        () => some,
        () => and(common, some),
        () => or(common, some),
        () => or(some, common),
      ])();
    });
  const count = 2 + tape.below(3);
  return tape.pick([
    () => forAll(count, (i) => never(and(common, inside(i)), say`harm`)),
    () => exists(count, (i) => and(common, inside(i))),
    () => forAll(count, inside),
  ])();
}

function overCopies(from: Readable, depth: number): Expr<boolean> {
  const { tape, over } = from;
  if (over === null) return leaf(from);
  const common = randomCondition(from, 0);
  return (tape.oneIn(2) ? exists : forAll)<typeof locals>(over, (l, cpu) => {
    const inside = { ...from, own: [l, ...from.own], numbers: [cpu, ...from.numbers] };
    const own = tape.oneIn(3) ? ended(over, cpu) : randomCondition(inside, depth);
    return tape.pick([() => and(common, own), () => or(own, common), () => own])();
  });
}

const leaf = (from: Readable) => from.tape.pick(leaves)(from);

const leaves: readonly ((from: Readable) => Expr<boolean>)[] = [
  flagOf,
  flagOf,
  (from) => not(flagOf(from)),
  (from) => eq(flagOf(from), from.tape.oneIn(2)),
  (from) => from.tape.pick([eq, ne])(nameOf(from), from.tape.pick(names)),
  (from) => from.tape.pick([eq, ne])(nameOf(from), conditional(flagOf(from), nameOf(from), 'b')),
  comparison,
  comparison,
  comparison,
  ({ over, tape }) => (over === null ? constant(tape.oneIn(2)) : ended(over, tape.below(2))),
];

const owned = <T>({ own }: Readable, read: (l: References<typeof locals>) => T): readonly T[] =>
  own.map(read);

function flagOf(from: Readable): Expr<boolean> {
  const { tape } = from;
  const flags: readonly (() => Variable<boolean>)[] = [
    () => memory.flag,
    () => memory.flags.at(indexOf(from, 3)),
    ...owned(from, (l) => () => l.b),
    ...owned(from, (l) => () => l.seen.at(indexOf(from, 2))),
  ];
  return tape.pick(flags)();
}

function nameOf(from: Readable): Expr<'a' | 'b' | 'c'> {
  const others = memory.other as Expr as Expr<'a' | 'b' | 'c'>;
  return from.tape.pick([memory.name, others, ...owned(from, (l) => l.v)]);
}

/** Now and then outside of the array. */
function indexOf({ tape, own, numbers }: Readable, length: number): Expr<number> | number {
  if (numbers.length > 0 && tape.oneIn(2)) return tape.pick(numbers);
  return tape.oneIn(5) ? tape.pick([memory.count, ...own.map((l) => l.n)]) : tape.below(length);
}

function comparison(from: Readable): Expr<boolean> {
  const { tape } = from;
  const compare = tape.pick([eq, ne, lt, le, gt, ge, eq]);
  const [left, right] = [numberOf(from), tape.oneIn(4) ? numberOf(from) : constant(tape.below(7) - 2)];
  return tape.oneIn(4) ? compare(right, left) : compare(left, right);
}

function numberOf(from: Readable): Expr<number> {
  const { tape, numbers } = from;
  const plain = () =>
    tape.pick<() => Expr<number>>([
      () => memory.count,
      () => memory.delta,
      () => memory.large,
      () => memory.wide,
      () => memory.word,
      () => memory.whole,
      () => memory.single.at(indexOf(from, 2)),
      () => memory.slots.at(indexOf(from, 3)),
      ...owned(from, (l) => () => l.n),
      ...numbers.map((number) => () => number),
    ])();
  if (!tape.oneIn(6)) return plain();
  return tape.pick([
    () => add(plain(), 1),
    () => sub(plain(), 1),
    () => conditional(flagOf(from), plain(), plain()),
    () => tape.pick([add, sub, mul, div, mod, bitAnd, bitOr, bitXor, shl, shr])(plain(), plain()),
    () => tape.pick([div, mod, shl, shr])(plain(), tape.below(9)),
    () => wrap(tape.pick([add, sub, mul])(plain(), plain()), 1 + tape.below(32), tape.oneIn(2)),
  ])();
}
