/** Random families of models: protocols of any number of copies, with counters, locks, freezes, handlers, loops and elements. */
// prettier-ignore
import { add, always, and, array, assert, atomically, bool, branch, choose, conditional, dec, defineModel, each, ended, eq, exists, forAll, forever, ge, gt, inc, index, init, integer, loop, lt, ne, never, not, or, range, reachable, say, set, shared, step, sub, thread, values, wait, when, wrap, type AnyDefinition, type Expr, type Statement, type Text, type Variable } from 'racewalk';
import { tape, type Tape } from './tape.ts';

const V = values('p', 'q', 'r');

/** What a random family may have beside the plain things. */
export interface Wishes {
  readonly elements?: boolean;
  readonly twoGroups?: boolean;
  /** Counters of so few bits that few copies make them wrap, and locals into which they are read. */
  readonly wraps?: boolean;
}

/** Options: `n` copies of T, `m` of U where there are two groups with options of their own, `ptes` elements. */
export function randomFamily(numbers: readonly number[], wishes: Wishes = {}): AnyDefinition {
  const groups = wishes.twoGroups === true ? tape(numbers.slice(-1)).below(3) : 0;
  return defineModel({
    name: 'random',
    summary: '',
    options: {
      n: integer('copies of T', [1, 6]),
      ...(groups === 1 ? { m: integer('copies of U', [1, 6]) } : {}),
      ...(wishes.elements === true ? { ptes: integer('elements', [1, 4], 2) } : {}),
    },
    build: (options) => {
      const { n, m, ptes } = options as unknown as { n: number; m?: number; ptes?: number };
      return parts(tape(numbers), {
        n,
        ptes: ptes ?? null,
        others: groups === 0 ? null : (m ?? (groups === 2 ? n : 2)),
        wraps: wishes.wraps === true,
      });
    },
  });
}

interface Sizes {
  readonly n: number;
  /** Copies of U, or none. */
  readonly others: number | null;
  readonly ptes: number | null;
  readonly wraps: boolean;
}

function parts(draw: Tape, { n, others, ptes, wraps }: Sizes) {
  const pick = <T>(choices: readonly (() => T)[]): T => draw.pick(choices)();
  const most = n + (others ?? 0) + 1;
  const mem = shared({
    x: init(bool, false),
    y: init(bool, false),
    v: init(V, 'p'),
    z: init(range(0, 2), 0),
    e: init(range(0, 3), 0),
    lock: init(bool, false),
    c: init(range(0, most), 1),
    d: init(range(0, most), 0),
    f: array(2, range(0, most), 1),
    o: array(n, bool, false),
    w: array(n, bool, false),
    u: array(others ?? 1, bool, false),
    a: array(ptes ?? 1, V, 'p'),
    k: array(ptes ?? 1, range(0, most), 1),
    q: init(range(-99, 99), wraps ? draw.below(2) : 0),
    s: array(2, range(-99, 99), 0),
  });
  type Locals = {
    b: Variable<boolean>;
    v: Variable<string>;
    i: Variable<number> | null;
    t: Variable<number>;
  };
  type Own = { o: Expr<number> | null; u: Expr<number> | null };
  const element = (l: Locals, array: typeof mem.a | typeof mem.k) => array.at(l.i!) as Variable<never>;
  const count = (l: Locals) =>
    pick<Variable<number>>([
      () => mem.c,
      () => mem.d,
      () => mem.f.at(draw.below(2)),
      ...(l.i === null ? [] : [() => element(l, mem.k) as Variable<number>]),
    ]);
  const flag = (own: Own): Variable<boolean> =>
    pick<Variable<boolean>>([
      () => mem.x,
      () => mem.y,
      ...(own.o === null ? [] : [() => mem.o.at(own.o!)]),
      ...(own.u === null ? [] : [() => mem.u.at(own.u!)]),
    ]);
  const condition = (l: Locals, own: Own): Expr<boolean> =>
    pick<Expr<boolean>>([
      () => flag(own),
      () => not(flag(own)),
      () => eq(mem.v, pick([() => 'p' as const, () => 'q' as const, () => 'r' as const])),
      () => eq(mem.z, draw.below(3)),
      () => eq(count(l), draw.below(4)),
      () => gt(count(l), draw.below(4)),
      () => lt(count(l), 1 + draw.below(3)),
      () => l.b,
      () => not(l.b),
      () => ge(mem.e, 1 + draw.below(3)),
      ...(l.i === null
        ? []
        : [() => eq(element(l, mem.a) as Expr<string>, draw.pick(['p', 'q', 'r']) as never)]),
    ]);
  const bits = 2 + (wraps ? draw.below(4) : 0);
  const isSigned = wraps && draw.oneIn(2);
  const stored = (value: Expr<number>) => wrap(value, bits, isSigned);
  const plus = (value: Expr<number>, by: number) => stored(by < 0 ? sub(value, -by) : add(value, by));
  const wrapping = () => (draw.oneIn(2) ? mem.q : mem.s.at(draw.below(2)));
  /** Reads, changes and writes a counter in one step, as an atomic operation that returns a value. */
  const atomic = (l: Locals, name: string): Statement => {
    const q = wrapping();
    const by = draw.pick([1, 1, -1, 2]);
    return pick<Statement>([
      () => step(name, set(q, plus(q, by))),
      () => step(name, set(l.t, q), set(q, plus(l.t, by))),
      () => step(name, set(l.t, q), set(q, plus(l.t, by)), set(l.b, eq(plus(l.t, by), draw.below(2)))),
      () => step(name, set(l.t, q), when(ne(l.t, 0), set(q, plus(l.t, by)), set(l.b, true))),
      () => step(name, set(l.t, plus(q, by)), set(q, l.t), set(l.b, lt(l.t, draw.below(3)))),
      () => step(name, set(l.t, q), set(q, plus(q, by)), set(q, l.t)),
      () => step(name, set(l.t, q)),
      // Compares and exchanges what an earlier step has read.
      () => step(name, when(eq(q, l.t), set(q, plus(l.t, by)), set(l.b, true))),
      () => step(name, set(l.b, and(eq(l.t, q), gt(l.t, 0))), when(l.b, set(q, plus(l.t, by)))),
      () => step(name, when(and(eq(q, l.t), gt(l.t, 0)), set(q, plus(l.t, by)), set(l.b, true))),
      () => step(name, set(q, draw.below(3))),
      () => branch(name, l.b, [step(`${name}u`, set(q, plus(q, -by)), set(l.b, false))]),
      () => step(name, set(l.b, ge(q, draw.below(3)))),
    ]);
  };
  const oneVariable = (l: Locals, own: Own, name: string): Statement => {
    const t = count(l);
    return pick<Statement>([
      () => step(name, set(flag(own), draw.oneIn(2))),
      () => step(name, set(mem.v, draw.pick(['p', 'q', 'r'] as const))),
      () => step(name, set(l.b, condition({ ...l }, own))),
      () => step(name, inc(t), set(l.b, true)),
      () => branch(name, l.b, [step(`${name}d`, dec(t), set(l.b, false))]),
      () => step(name, set(l.b, ne(t, 0)), when(l.b, inc(t))),
      // A freeze: only the caller has a reference, and no other copy can take one.
      () => step(name, set(l.b, eq(t, 1)), when(l.b, set(t, 0))),
      () => step(name, set(t, draw.below(2))),
      // Takes what another has put.
      () => wait(name, gt(t, 0), dec(t), set(l.b, not(l.b))),
      () => step(name, when(gt(t, 0), dec(t))),
      () => step(name, set(t, conditional(l.b, 1, add(t, 0)))),
      () => step(name, inc(t), inc(t), dec(t)),
      () => wait(name, eq(t, 1)),
      () => wait(name, lt(t, 1 + draw.below(2))),
      () => step(name, when(lt(mem.e, 3), inc(mem.e))),
      () => step(name, when(gt(mem.e, 0), dec(mem.e))),
      () => step(name, set(mem.z, draw.below(3))),
      () => step(name, assert('positive', gt(t, 0))),
      () => wait(name, not(mem.lock), set(mem.lock, true)),
      () => step(name, set(mem.lock, false)),
    ]);
  };
  const withoutWait = (l: Locals, own: Own, name: string): Statement => {
    const t = count(l);
    return pick<Statement>([
      () => step(name, set(flag(own), draw.oneIn(2))),
      () => step(name, inc(t)),
      () => step(name, when(gt(t, 0), dec(t))),
      () => step(name, set(t, draw.below(3))),
      () => step(name, set(l.b, eq(t, draw.below(3)))),
    ]);
  };
  const statement = (l: Locals, own: Own, name: string): Statement =>
    pick<Statement>([
      ...(wraps ? Array.from({ length: 7 }, () => () => atomic(l, name)) : []),
      () => oneVariable(l, own, name),
      () => oneVariable(l, own, name),
      () => oneVariable(l, own, name),
      () =>
        branch(
          name,
          condition(l, own),
          [oneVariable(l, own, `${name}t`)],
          draw.oneIn(2) ? [oneVariable(l, own, `${name}e`)] : [],
        ),
      () => atomically('wait', wait(name, and(condition(l, own), condition(l, own)))),
      () => atomically('both', oneVariable(l, own, `${name}1`), withoutWait(l, own, `${name}2`)),
      () => atomically('moves', step(name, when(gt(mem.c, 0), dec(mem.c), inc(mem.d)))),
      () => atomically('snapshot', step(name, set(mem.c, add(mem.d, draw.below(2))))),
      () => atomically('sum', step(name, set(mem.c, add(mem.c, mem.d)))),
      () =>
        atomically(
          'all',
          step(
            name,
            each(n, (j) => [
              pick([
                () => set(mem.w.at(j), true),
                () => when(mem.o.at(j), set(mem.w.at(j), true)),
                () => set(mem.w.at(j), mem.o.at(j)),
                () => when(eq(mem.d, 0), set(mem.o.at(j), false)),
              ]),
            ]),
          ),
        ),
      () =>
        atomically(
          'none',
          wait(
            name,
            forAll(n, (j) => not(draw.oneIn(2) ? mem.w.at(j) : mem.o.at(j))),
          ),
        ),
      ...(own.o === null
        ? []
        : [
            () => wait(name, not(mem.w.at(own.o!))),
            () => step(name, set(mem.w.at(own.o!), draw.oneIn(2))),
            () =>
              atomically(
                't',
                wait(name, mem.w.at(own.o!), set(mem.w.at(own.o!), false), set(mem.o.at(own.o!), true)),
              ),
          ]),
      ...(l.i === null
        ? []
        : [
            () => choose(name, l.i!),
            () => step(name, set(element(l, mem.a), draw.pick(['p', 'q', 'r']) as never)),
            () => step(name, set(l.v, element(l, mem.a))),
            () => branch(name, ne(l.v, element(l, mem.a)), [oneVariable(l, own, `${name}t`)]),
            () =>
              atomically(
                'all',
                step(
                  name,
                  each(ptes!, (j) => [set(mem.a.at(j), draw.pick(['p', 'q', 'r'] as const))]),
                ),
              ),
            () => branch(name, eq(l.i!, draw.oneIn(2) ? 0 : ptes! - 1), [oneVariable(l, own, `${name}t`)]),
            () => branch(name, ne(l.i!, ptes! - 1), [step(`${name}i`, inc(l.i!))]),
          ]),
    ]);
  const body = (l: Locals, own: Own, longest: number, prefix: string): Text => {
    const list = Array.from({ length: 1 + draw.below(longest) }, (_, at) =>
      statement(l, own, `${prefix}${at}`),
    );
    return draw.oneIn(5) ? [forever(...list)] : list;
  };
  const pointer = ptes === null ? {} : { i: init(index(ptes), 0) };
  const number = { t: init(range(-99, 99), 0) };
  const localsOf = (l: object): Locals => ({
    i: null,
    ...(l as { b: Variable<boolean>; v: Variable<string>; t: Variable<number> }),
  });
  const T = thread(
    'T',
    {
      cpus: n,
      mayBlockForever: draw.oneIn(3),
      locals: { b: init(bool, false), v: init(V, 'p'), ...number, ...pointer },
    },
    (l, cpu) => body(localsOf(l), { o: cpu, u: null }, 4, 't'),
  );
  const U =
    others === null
      ? null
      : thread(
          'U',
          {
            cpus: others,
            mayBlockForever: draw.oneIn(3),
            locals: { b: init(bool, false), v: init(V, 'p'), ...number, ...pointer },
          },
          (l, cpu) => body(localsOf(l), { o: null, u: cpu }, 3, 'u'),
        );
  const S = draw.oneIn(4)
    ? null
    : thread(
        'S',
        {
          mayBlockForever: draw.oneIn(3),
          locals: {
            b: init(bool, false),
            v: init(V, 'p'),
            ...number,
            snap: init(range(0, most), 0),
            at: init(index(n), 0),
            ...pointer,
          },
        },
        (l) => {
          const rest = body(localsOf(l), { o: null, u: null }, 4, 's');
          const i = (l as unknown as { i: Variable<number> }).i;
          return [
            pick<Text>([
              () => [],
              () => [],
              () => [step('snap', set(l.snap, mem.c)), step('put', set(mem.d, l.snap))],
              () => [step('snap', set(l.snap, mem.d)), step('minus', set(mem.c, sub(mem.c, l.snap)))],
              () => [
                loop('for each copy', l.at, [
                  branch(
                    'its flag',
                    mem.o.at(l.at),
                    [step('mark', set(mem.w.at(l.at), true))],
                    [step('seen', set(l.b, true))],
                  ),
                ]),
              ],
              ...(ptes === null
                ? []
                : [
                    () => [
                      loop('for each element', i, [
                        step('element', set(mem.a.at(i), draw.pick(['q', 'r'] as const))),
                        ...(draw.oneIn(2) ? [step('put', when(gt(mem.k.at(i), 0), dec(mem.k.at(i))))] : []),
                      ]),
                    ],
                  ]),
            ]),
            rest,
          ];
        },
      );
  const H = draw.oneIn(3)
    ? thread('H', { cpus: n, on: T, mayBlockForever: true }, (_l, cpu) => [
        forever(
          atomically(
            'h',
            wait(
              'h',
              and(mem.w.at(cpu), pick([() => not(mem.o.at(cpu)), () => eq(mem.x, false)])),
              set(mem.w.at(cpu), false),
            ),
          ),
        ),
      ])
    : null;
  const any = { b: mem.x, v: mem.v as Variable<string>, i: null, t: mem.q };
  const some = () => condition(any, { o: null, u: null });
  const property = pick([
    ...(wraps
      ? [
          ...[() => mem.q, () => mem.s.at(0)].flatMap((q) => [
            () => never(gt(q(), draw.below(5)), say`many`),
            () => never(lt(q(), 0), say`less than none`),
            () =>
              never(
                and(
                  eq(q(), 0),
                  forAll(T, (_, i) => ended(T, i)),
                ),
                say`gone`,
              ),
            () => forAll(T, (l) => never(and(l.b, eq(q(), draw.below(2))), say`none`)),
          ]),
          () =>
            forAll(T, (l) => never(gt((l as { t: Variable<number> }).t, 1 + draw.below(3)), say`read many`)),
        ]
      : []),
    () =>
      forAll(T, (l, cpu) =>
        never(
          and(l.b, some(), pick([() => mem.o.at(cpu), () => not(mem.w.at(cpu)), () => not(mem.y)])),
          say`bad`,
        ),
      ),
    () => forAll(T, (l, i) => forAll(T, (k, j) => or(eq(i, j), never(and(l.b, k.b, some()), say`both`)))),
    () => never(and(some(), some()), say`bad`),
    () =>
      never(
        and(
          forAll(T, (_, i) => ended(T, i)),
          some(),
        ),
        say`left`,
      ),
    () => forAll(n, (i) => never(and(mem.o.at(i), mem.w.at(i), some()), say`bad`)),
    () =>
      never(
        exists(T, (l) => and(l.b, some())),
        say`one`,
      ),
    () => never(ge(mem.c, 2 + draw.below(4)), say`many`),
    () => never(ge(mem.d, 1 + draw.below(4)), say`many`),
    () => never(ge(mem.e, 2 + draw.below(2)), say`many`),
    () => never(and(ge(mem.d, 1 + draw.below(3)), not(mem.lock)), say`many`),
    ...(U === null
      ? []
      : [
          () =>
            forAll(U, (l) =>
              never(
                and(
                  l.b,
                  exists(T, (k) => k.b),
                  some(),
                ),
                say`both`,
              ),
            ),
        ]),
    ...(ptes === null
      ? []
      : [
          () => forAll(ptes, (i) => never(and(eq(mem.a.at(i), 'r'), some()), say`bad`)),
          () => forAll(ptes, (i) => never(and(eq(mem.a.at(i), 'q'), ne(mem.k.at(i), 1), some()), say`bad`)),
          () => forAll(T, (l) => never(and(l.b, eq(l.v, 'q'), some()), say`bad`)),
        ]),
  ]);
  return {
    shared: mem,
    threads: [T, ...[U, S, H].filter((one) => one !== null)],
    properties: [always('P', property), reachable('it begins', or(mem.x, not(mem.x)))],
  };
}
