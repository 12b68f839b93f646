/** Random small models for weak memory: every construct of the language, on few cells and with few accesses. */
import fc from 'fast-check';
import {
  acquire,
  always,
  and,
  array,
  atomically,
  bool,
  branch,
  choose,
  conditional,
  count,
  assert,
  defineModel,
  each,
  either,
  ended,
  eq,
  exists,
  full,
  index,
  init,
  label,
  goto,
  loop,
  ne,
  not,
  note,
  range,
  reachable,
  relaxed,
  release,
  set,
  shared,
  smpMb,
  smpRmb,
  smpWmb,
  step,
  sub,
  thread,
  through,
  wait,
  when,
  type Expr,
  type Statement,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import type { Thread } from '../../checker/language/thread.ts';
import { printModel } from '../laws/print-model.ts';
import { tape, type Tape } from '../laws/tape.ts';

const V = range(0, 2);

const locals = {
  r: init(V, 0),
  s: init(V, 0),
  b: init(bool, false),
  i: init(index(2), 0),
  saw: array(2, V, 0),
};

export interface WeakWishes {
  /** Accesses a thread, at most. */
  readonly accesses: number;
  readonly asserts: boolean;
  /** Invariants over memory and locals, beside the witness that all threads end. */
  readonly invariants: number;
  /** Sections under a lock and stores that repeat a value. */
  readonly locks?: boolean;
  /** More full barriers, and atomic operations in full order. */
  readonly fences?: boolean;
  /** Variables of one CPU that decide what it does, and barriers under branches. */
  readonly own?: boolean;
}

/** Random models of two or three threads; a counterexample is shown as text. */
export const randomWeak = (wishes: WeakWishes): fc.Arbitrary<Model> =>
  fc.noBias(fc.array(fc.nat(255), { minLength: 80, maxLength: 160, size: 'max' })).map((drawn) => {
    const model = modelOf(tape(drawn), wishes);
    return Object.assign(model, { [fc.toStringMethod]: () => `\n${printModel(model)}\n` });
  });

function modelOf(from: Tape, wishes: WeakWishes): Model {
  const count_ = from.pick([2, 2, 2, 3]);
  const mem = shared({
    x: init(V, 0),
    y: init(V, 0),
    a: array(2, V, 0),
    // Of one thread each, and of no other.
    own: array(count_, V, 0),
    // Of one thread each, by name.
    ...{ onlyp: init(V, 0), onlyq: init(V, 0), onlyr: init(V, 0) },
    // Elements of one thread, by a computed index.
    ...{ minep: array(2, V, 0), mineq: array(2, V, 0), miner: array(2, V, 0) },
    ...(wishes.locks === true ? { locked: init(bool, false) } : {}),
  });
  const threads = Array.from({ length: count_ }, (_, at) =>
    thread('pqr'.charAt(at), { locals, cpus: 1 }, (l) => {
      const writer: Writer = {
        from,
        mem,
        l,
        at,
        left: Math.max(2, wishes.accesses - (count_ - 2)),
        asserts: wishes.asserts,
        locks: wishes.locks === true,
        fences: wishes.fences === true,
        own: wishes.own === true,
        depth: 0,
        isLooping: false,
      };
      const texts: (Statement | Text)[] = [];
      while (writer.left > 0) texts.push(statement(writer));
      return [...texts, label('out')];
    }),
  );
  const parts = {
    shared: mem,
    threads,
    properties: [
      reachable('end', and(...threads.map((one) => ended(one)))),
      ...Array.from({ length: wishes.invariants }, (_, at) =>
        always(`invariant ${at}`, not(unlikely(from, mem, threads))),
      ),
    ],
  };
  return defineModel({ name: 'random', summary: '', options: {}, build: () => parts }).build();
}

type Memory = Writer['mem'];
type Threads = readonly Thread<typeof locals>[];

/** Two or three things at once, of memory, of what threads have reached, and of cells of one thread. */
function unlikely(from: Tape, mem: Memory, threads: Threads): Expr<boolean> {
  const about = (): Expr<boolean> => {
    const one = from.pick(threads);
    return from.pick<() => Expr<boolean>>([
      () => eq(mem.x, from.below(3)),
      () => eq(mem.y, from.below(3)),
      () => eq(mem.a.at(from.below(2)), from.below(3)),
      () => eq(mem.own.at(from.below(threads.length)), 1 + from.below(2)),
      () => exists(one, (l) => eq(l.r, from.below(3))),
      () => exists(one, (l) => eq(l.s, 1 + from.below(2))),
      () => exists(one, (l) => eq(l.saw.at(0), from.below(3))),
      () => ended(one),
    ])();
  };
  return and(...Array.from({ length: 2 + from.below(2) }, about));
}

interface Writer {
  readonly from: Tape;
  readonly mem: {
    readonly x: Variable<number>;
    readonly y: Variable<number>;
    readonly a: { readonly at: (at: Expr<number> | number) => Variable<number> };
    readonly own: { readonly at: (at: Expr<number> | number) => Variable<number> };
    readonly onlyp: Variable<number>;
    readonly onlyq: Variable<number>;
    readonly onlyr: Variable<number>;
    readonly minep: { readonly at: (at: Expr<number>) => Variable<number> };
    readonly mineq: { readonly at: (at: Expr<number>) => Variable<number> };
    readonly miner: { readonly at: (at: Expr<number>) => Variable<number> };
    readonly locked?: Variable<boolean>;
  };
  readonly l: {
    readonly r: Variable<number>;
    readonly s: Variable<number>;
    readonly b: Variable<boolean>;
    readonly i: Variable<number>;
    readonly saw: { readonly at: (at: Expr<number> | number) => Variable<number> };
  };
  readonly at: number;
  left: number;
  readonly asserts: boolean;
  readonly locks: boolean;
  readonly fences: boolean;
  readonly own: boolean;
  readonly depth: number;
  readonly isLooping: boolean;
}

function cell({ from, mem, l, at }: Writer): Variable<number> {
  const plain = from.pick([
    mem.x,
    mem.y,
    mem.x,
    mem.y,
    mem.a.at(0),
    mem.a.at(1),
    mem.a.at(l.i),
    mem.own.at(at),
    [mem.minep, mem.mineq, mem.miner][at]!.at(l.i),
  ]);
  return from.oneIn(6) ? through(plain, l.r) : plain;
}

const register = ({ from, l }: Writer): Variable<number> =>
  from.pick([l.r, l.s, l.r, l.saw.at(0), l.saw.at(l.i)]);

function value({ from, l }: Writer): Expr<number> | number {
  return from.pick<() => Expr<number> | number>([
    () => 1,
    () => 2,
    () => l.r,
    () => l.s,
    () => conditional(eq(l.r, 1), 1, 2),
    () => conditional(eq(sub(l.r, l.r), 0), 1, 2),
    () => l.saw.at(0),
  ])();
}

const plain = (one: Statement): Statement => one;

const order = ({ from }: Writer, made: Statement): Statement =>
  from.pick<(one: Statement) => Statement>([plain, relaxed, relaxed, acquire, release, full])(made);

const access: readonly ((writer: Writer) => Statement | Text)[] = [
  (w) => step('store', set(cell(w), value(w))),
  (w) => step('store', set(cell(w), value(w))),
  (w) => release(step('store release', set(cell(w), value(w)))),
  (w) => step('load', set(register(w), cell(w))),
  (w) => step('load', set(register(w), cell(w))),
  (w) => acquire(step('load acquire', set(register(w), cell(w)))),
  (w) => step('load and count', set(register(w), cell(w)), count('loads')),
  (w) => {
    const at = cell(w);
    return order(w, step('xchg', set(register(w), at), set(at, value(w))));
  },
  (w) => {
    const at = cell(w);
    return order(w, step('cmpxchg', set(w.l.b, eq(at, 0)), when(w.l.b, set(at, value(w)))));
  },
  (w) => {
    const at = cell(w);
    return step('set without a value', set(at, conditional(eq(at, 0), 1, 2)));
  },
  (w) => {
    const at = cell(w);
    return step('conditional load', when(w.l.b, set(register(w), at)));
  },
  (w) => step('conditional store', when(eq(w.l.r, 1), set(cell(w), value(w)))),
  (w) => wait('wait', ne(cell(w), w.from.pick([0, 1, 2]))),
  (w) => {
    const at = cell(w);
    return order(w, wait('lock', eq(at, w.from.pick([0, 1])), set(at, 2)));
  },
  (w) =>
    w.asserts ? step('assert', assert('claimed', ne(cell(w), 2))) : step('load', set(register(w), cell(w))),
  (w) => (w.from.oneIn(3) ? block(w) : step('load', set(register(w), cell(w)))),
];

function block({ from, mem, l }: Writer): Statement {
  return from.pick<() => Statement>([
    () => atomically('two loads', step('one', set(l.r, mem.x)), step('two', set(l.s, mem.y))),
    () => atomically('two stores', step('one', set(mem.x, 1)), step('two', set(mem.y, 2))),
    () => atomically('a load and a store', step('one', set(l.r, mem.x)), step('two', set(mem.a.at(0), 2))),
    () => atomically('waits', wait('one', ne(mem.x, 2), set(l.r, mem.x)), step('two', set(l.s, mem.a.at(1)))),
    () =>
      atomically(
        'all',
        step(
          'each',
          each(2, (i) => [set(mem.a.at(i), 1)]),
        ),
      ),
    () => atomically('one store', step('one', set(mem.x, 2))),
  ])();
}

const local: readonly ((writer: Writer) => Statement | Text)[] = [
  () => smpMb(),
  () => smpRmb(),
  () => smpWmb(),
  () => smpRmb(),
  (w) => step('compute', set(register(w), value(w))),
  (w) => step('compute a bool', set(w.l.b, eq(w.l.r, 1))),
  (w) => step('index', set(w.l.i, conditional(eq(w.l.r, 1), 1, 0))),
  (w) => choose('choose', w.from.pick<Variable>([w.l.b, w.l.i])),
  () => note('a remark'),
];

/** A few accesses under the lock, which now and then is asked for, or is a full barrier; or a value that comes and goes. */
function underLock(w: Writer): Text {
  const { from, mem, l } = w;
  const inner: Writer = { ...w, locks: false, depth: 1, left: 1 + from.below(2) };
  w.left -= inner.left;
  const { locked } = mem;
  if (locked === undefined || from.oneIn(4)) {
    const at = from.pick([mem.x, mem.y]);
    return [0, 1, 0].map((to) => step('store again', set(at, to)));
  }
  const body: (Statement | Text)[] = [];
  while (inner.left > 0) body.push(from.oneIn(4) ? from.pick(local)(inner) : statement(inner));
  const lock = from.pick([acquire, acquire, acquire, acquire, full, relaxed])(
    wait('lock', not(locked), set(locked, true)),
  );
  const unlock = step('unlock', set(locked, false));
  return [
    ...(from.oneIn(6) ? [step('is it locked', set(l.b, locked))] : []),
    lock,
    ...body,
    from.oneIn(5) ? unlock : release(unlock),
  ];
}

/** A store and a full barrier, or an access in full order. */
function fenced(w: Writer): Text {
  w.left -= 1;
  const at = cell(w);
  return w.from.pick<() => Text>([
    () => [step('store', set(at, value(w))), smpMb()],
    () => [full(step('store', set(at, value(w))))],
    () => [full(step('xchg', set(w.l.s, at), set(at, value(w))))],
    () => [step('cmpxchg', set(w.l.b, eq(at, 0)), when(w.l.b, set(at, value(w))))],
    () => [
      atomically(
        'all',
        step('own and another', set(w.mem.own.at(w.at), 1), when(eq(w.l.r, 1), set(w.mem.x, 1))),
      ),
    ],
  ])();
}

/** The cell that the thread alone accesses: a scalar, or an element by a computed index. */
const ownCell = ({ from, mem, l, at }: Writer): Variable<number> =>
  from.oneIn(4) ? [mem.minep, mem.mineq, mem.miner][at]!.at(l.i) : [mem.onlyp, mem.onlyq, mem.onlyr][at]!;

/** A store of a cell of the thread whose value no local keeps. */
function ownStore(w: Writer, cell: Variable<number>): Text {
  const { from, l } = w;
  const put = (to: Expr<number> | number) =>
    from.pick([plain, plain, release, full])(step('own store', set(cell, to)));
  return from.pick<() => Text>([
    () => [either([put(0)], [put(1)])],
    () => [either([put(2)], [put(1)])],
    () => [either([put(1)], [note('no store')])],
    () => [choose('choose', l.b), put(conditional(l.b, 1, 2)), step('forget', set(l.b, false))],
    () => [choose('choose', l.b), put(conditional(l.b, 2, 1)), step('forget', set(l.b, false))],
    () => [put(value(w))],
  ])();
}

/** A store, or what may follow one, that a cell of the thread decides: directly, or by a local. */
function ownUse(w: Writer, own: Variable<number>): Text {
  const { from, mem, l } = w;
  const wanted = from.pick([1, 1, 1, 0, 2]);
  const target = from.pick([mem.y, mem.y, mem.y, mem.y, mem.x, mem.a.at(1)]);
  const store = (): Statement => {
    const to = from.pick<Expr<number> | number>([1, 2, l.r, l.s]);
    return from.pick<() => Statement>([
      () => step('store', set(target, to)),
      () => step('store', set(target, to)),
      () => release(step('store release', set(target, to))),
      () => order(w, step('xchg', set(l.s, target), set(target, to))),
      () => order(w, step('cmpxchg', set(l.b, eq(target, 0)), when(l.b, set(target, to)))),
    ])();
  };
  const arm = (): Text => {
    const fence = from.pick<() => Text>([
      () => [],
      () => [],
      () => [],
      () => [smpMb()],
      () => [smpRmb()],
      () => [smpWmb()],
    ])();
    return from.oneIn(2) ? [...fence, store()] : [store(), ...fence];
  };
  return from.pick<() => Text>([
    () => [branch('branch on own', eq(own, wanted), arm(), from.oneIn(2) ? arm() : [])],
    () => [branch('branch on own', ne(own, wanted), arm(), from.oneIn(3) ? [smpMb()] : [])],
    () => [branch('leave', eq(own, wanted), [goto('out')]), store()],
    () => [wait('wait for own', ne(own, from.pick([0, 1]))), store()],
    () => [
      from.pick([plain, acquire, full])(step('own load', set(l.r, own))),
      step('store', set(target, l.r)),
    ],
    () => [
      step('own load', set(l.s, own)),
      step('index', set(l.i, conditional(eq(l.s, 1), 1, 0))),
      step('store', set(mem.a.at(l.i), 1)),
    ],
    () => [step('own load', set(l.s, own)), step('store', set(through(target, l.s), 1))],
    () => [step('saw own', set(l.saw.at(l.i), own)), step('store', set(target, l.saw.at(from.below(2))))],
    () => [
      step('own load', set(l.b, eq(own, wanted))),
      step('conditional store', when(l.b, set(target, 1))),
      store(),
    ],
    () => [
      order(w, step('own cmpxchg', set(l.b, eq(own, wanted)), when(l.b, set(own, 1)))),
      branch('branch', l.b, arm(), from.oneIn(2) ? arm() : []),
    ],
    () => [order(w, step('own xchg', set(l.r, own), set(own, 2))), step('store', set(target, l.r))],
    () => [atomically('own to a cell', step('one', set(target, own)))],
    () => [atomically('own and a load', step('one', set(l.r, target)), step('two', set(l.s, own))), store()],
    () => [
      loop('loop', l.i, [
        branch('branch on own', eq([mem.minep, mem.mineq, mem.miner][w.at]!.at(l.i), wanted), arm()),
      ]),
    ],
  ])();
}

/** What a cell of the thread holds, a load of another CPU's cell, and a store that hangs on what the cell holds. */
function hangsOnOwn(w: Writer): Text {
  const { from, mem, l } = w;
  w.left -= 3;
  // Nothing else in most of them: programs that are small enough for the slow machine.
  if (!from.oneIn(3)) w.left = 0;
  const own = ownCell(w);
  const before = from.oneIn(4) ? [] : ownStore(w, own);
  const read = (): Statement =>
    from.pick<() => Statement>([
      () => step('load', set(l.r, mem.x)),
      () => step('load', set(from.pick([l.r, l.s]), from.pick([mem.x, mem.y]))),
      () => step('load', set(l.saw.at(0), mem.x)),
      () => acquire(step('load acquire', set(l.r, mem.x))),
      () => order(w, step('xchg', set(l.r, mem.x), set(mem.x, 2))),
      () => step('store', set(mem.x, 1)),
    ])();
  const text = [...before, ...(from.oneIn(6) ? [] : [read()]), ...ownUse(w, own)];
  return from.oneIn(4) ? [...text, ...ownStore(w, own)] : text;
}

/** What notices that another CPU stores to `y` before it loads `x`. */
function observer({ from, mem, l }: Writer): Text {
  const load = step('load', set(l.r, mem.y));
  const store = step('store', set(mem.x, from.pick([1, l.r])));
  return from.oneIn(3) ? [load, store] : [load, smpMb(), store];
}

/** The same text once more. */
const again = (text: Text): Text => text.map((part) => ('kind' in part ? { ...part } : again(part)));

function statement(w: Writer): Statement | Text {
  const { from, l } = w;
  if (w.locks && w.depth === 0 && from.oneIn(2)) return underLock(w);
  if (w.own && w.depth === 0 && !w.isLooping && !from.oneIn(3)) {
    if (w.at === 0 || from.oneIn(3)) return hangsOnOwn(w);
    w.left = from.oneIn(3) ? w.left - 2 : 0;
    return observer(w);
  }
  const take = () => {
    w.left -= 1;
    return from.pick(access)(w);
  };
  const deeper = (): Writer => ({ ...w, depth: w.depth + 1 });
  if (w.fences && from.oneIn(4)) return fenced(w);
  if (w.depth > 0) return take();
  switch (from.below(12)) {
    case 0:
    case 1:
    case 2:
      w.left -= 0.25;
      return from.pick(local)(w);
    case 3: {
      const inner = deeper();
      const then = from.oneIn(3) ? [goto('out')] : [statement(inner)];
      const otherwise = from.oneIn(3) ? again(then) : from.oneIn(2) ? [statement(inner)] : [];
      w.left = inner.left;
      return branch('branch', from.pick([eq(l.r, 1), l.b, eq(l.s, 0)]), then, otherwise);
    }
    case 4: {
      const at = cell(w);
      const inner = deeper();
      const then = [statement(inner)];
      w.left = inner.left - 1;
      return branch('branch on memory', eq(at, 1), then);
    }
    case 5:
      return branch(
        'pure branch',
        eq(l.r, 1),
        [step('then', set(l.s, 1))],
        from.oneIn(2) ? [step('else', set(l.i, 1))] : [],
      );
    case 6: {
      const inner = deeper();
      const alternatives = [[statement(inner)], [statement(inner)]];
      w.left = inner.left + 1;
      return either(...alternatives);
    }
    case 7: {
      if (w.isLooping) return take();
      w.left -= 2;
      return loop('loop', l.i, [
        from.oneIn(2)
          ? step('saw', set(l.saw.at(l.i), w.mem.a.at(l.i)))
          : step('fill', set(w.mem.a.at(l.i), value(w))),
      ]);
    }
    default:
      return take();
  }
}
