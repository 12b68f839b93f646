/** Small protocols that are wrong, each in a way that one fault of the prover would hide. */
import {
  add,
  always,
  and,
  array,
  bool,
  branch,
  choose,
  dec,
  defineModel,
  ended,
  eq,
  exists,
  forAll,
  ge,
  gt,
  inc,
  init,
  integer,
  never,
  not,
  or,
  range,
  reachable,
  say,
  set,
  shared,
  step,
  thread,
  wait,
  wrap,
  atomically,
  type AnyDefinition,
  type Expr,
  type Text,
  type Variable,
} from 'racewalk';
import type { Property } from '../../checker/language/property.ts';
import type { ProverFaults } from '../../checker/family/faults.ts';

type Locals = {
  readonly b: Variable<boolean>;
  readonly c: Variable<boolean>;
  readonly t: Variable<number>;
};
type Own = { readonly l: Locals; readonly cpu: Expr<number>; readonly m: Memory };
type Memory = ReturnType<typeof memory>;
type Copies = Parameters<typeof ended>[0];

const memory = (n: number) =>
  shared({
    x: init(bool, false),
    d: init(range(0, n), 0),
    e: init(range(0, n), 0),
    o: array(n, bool, false),
    g: array(2, bool, false),
    q: init(range(-99, 99), 0),
  });

interface Parts {
  readonly copy: (own: Own) => Text;
  readonly single?: (m: Memory, snap: Variable<number>) => Text;
  /** Whoever waits for ever does no harm. */
  readonly mayBlock?: true;
  readonly asks?: (m: Memory, T: Copies, S: Copies) => Expr<boolean>;
}

const family = ({ copy, single, asks, mayBlock }: Parts): AnyDefinition =>
  defineModel({
    name: 'small',
    summary: '',
    options: { n: integer('copies', [1, 6]) },
    build: ({ n }) => {
      const m = memory(n);
      const T = thread(
        'T',
        {
          cpus: n,
          mayBlockForever: mayBlock === true,
          locals: { b: init(bool, false), c: init(bool, false), t: init(range(-99, 99), 0) },
        },
        (l, cpu) => copy({ l, cpu, m }),
      );
      const S = thread(
        'S',
        { mayBlockForever: mayBlock === true, locals: { snap: init(range(0, n), 0), b: init(bool, false) } },
        (l) => single?.(m, l.snap) ?? [step('nothing', set(l.b, false))],
      );
      const properties: Property[] = asks === undefined ? [] : [always('P', asks(m, T, S))];
      return {
        shared: m,
        threads: [T, S],
        properties: [...properties, reachable('it begins', or(m.x, not(m.x)))],
      };
    },
  });

const ends = (S: Copies) => ended(S);

/** By fault: a protocol that it proves; `size` and `most` say of which views. */
export const small: Partial<
  Record<
    keyof ProverFaults,
    {
      readonly definition: AnyDefinition;
      readonly size: number;
      readonly most: number;
      readonly upTo?: number;
    }
  >
> = {
  large: {
    definition: family({ copy: ({ m }) => [step('first', inc(m.d)), step('second', inc(m.d))] }),
    size: 1,
    most: 1,
  },
  step: {
    definition: family({ copy: ({ m }) => [step('up and down', inc(m.d), inc(m.d), dec(m.d), dec(m.d))] }),
    size: 1,
    most: 1,
  },
  bound: {
    definition: family({
      copy: ({ m }) => [step('second', set(m.g.at(1), true))],
      asks: (m, _, S) => {
        const waits = exists(S as never, () => not(m.x));
        return forAll(2, (i) => never(and(waits, m.g.at(i)), say`bad`));
      },
    }),
    size: 1,
    most: 1,
  },
  blockers: {
    definition: family({
      copy: ({ l, cpu, m }) => [
        step('is it the first?', set(l.b, not(m.x)), set(m.x, true)),
        branch(
          'the first',
          l.b,
          [step('never takes it back', set(m.o.at(cpu), true))],
          [
            atomically(
              'one look',
              wait(
                'for all',
                forAll(m.o.length, (j) => not(m.o.at(j))),
              ),
            ),
          ],
        ),
      ],
    }),
    size: 1,
    most: 1,
  },
  // Three put, and three take when there are three: of two inside, or many outside, nobody sees the last go.
  saturation: {
    definition: family({
      mayBlock: true,
      copy: ({ l, m }) => [
        choose('role', l.b),
        branch(
          'puts',
          l.b,
          [step('puts', inc(m.d))],
          [wait('many', m.x), wait('takes', gt(m.d, 0), dec(m.d), set(l.c, true))],
        ),
      ],
      single: (m) => [atomically('one look', wait('three', ge(m.d, 3), set(m.x, true)))],
      asks: (m) => never(and(m.x, eq(m.d, 0)), say`nothing is left`),
    }),
    size: 1,
    most: 2,
  },
  before: {
    definition: family({
      mayBlock: true,
      copy: ({ l, m }) => [
        choose('role', l.c),
        branch(
          'looks',
          l.c,
          [wait('before', not(m.x), set(l.b, true))],
          [step('comes', inc(m.d)), atomically('one look', wait('two', gt(m.d, 1), set(m.x, true)))],
        ),
      ],
      asks: (m, T) => forAll(T as never, ((l: Locals) => never(and(l.b, m.x), say`too late`)) as never),
    }),
    size: 1,
    most: 1,
  },
  single: {
    definition: family({
      mayBlock: true,
      copy: ({ m }) => [step('adds', inc(m.d))],
      single: (m) => [wait('forgets', gt(m.d, 0), set(m.d, 0))],
      asks: (m, _, S) => never(and(ends(S), eq(m.d, 0)), say`forgotten`),
    }),
    size: 1,
    most: 1,
  },
  // Puts back what it has read: its share is 0 again.
  known: {
    definition: family({
      copy: ({ l, m }) => [step('up and back', set(l.t, m.q), set(m.q, wrap(add(l.t, 1), 8)), set(m.q, l.t))],
      asks: (m, T) =>
        never(
          and(forAll(T as never, ((_: unknown, i: Expr<number>) => ended(T, i)) as never), eq(m.q, 0)),
          say`back`,
        ),
    }),
    size: 1,
    most: 1,
    upTo: 4,
  },
  // Two bits: the fourth copy makes it 0.
  wraps: {
    definition: family({
      copy: ({ m }) => [step('adds', set(m.q, wrap(add(m.q, 1), 2)))],
      asks: (m, T) =>
        never(
          and(forAll(T as never, ((_: unknown, i: Expr<number>) => ended(T, i)) as never), eq(m.q, 0)),
          say`none`,
        ),
    }),
    size: 1,
    most: 1,
    upTo: 4,
  },
  sum: {
    definition: family({
      copy: ({ m }) => [step('adds', inc(m.d))],
      single: (m, snap) => [step('snap = d', set(snap, m.d)), step('e = snap', set(m.e, snap))],
      asks: (m, _, S) => never(and(ends(S), ge(m.e, 2)), say`two`),
    }),
    size: 1,
    most: 1,
  },
};
