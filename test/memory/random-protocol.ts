/**
 * Random protocols that hang on the order of two accesses: a load, or an atomic operation, and a store behind it, with
 * anything of the language in between, against CPUs that would notice that the store comes first.
 */
import fc from 'fast-check';
import {
  acquire,
  always,
  and,
  array,
  assert,
  atomically,
  bool,
  branch,
  choose,
  conditional,
  count,
  defineModel,
  each,
  either,
  ended,
  eq,
  exists,
  forever,
  full,
  goto,
  index,
  init,
  label,
  loop,
  ne,
  not,
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
  wait,
  when,
  type Statement,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import { toExpr } from '../../checker/language/expression.ts';
import type { Model } from '../../checker/language/model.ts';
import type { References } from '../../checker/language/variable.ts';
import { printModel } from '../laws/print-model.ts';
import { tape, type Tape } from '../laws/tape.ts';

const bit = range(0, 1);
const locals = {
  r: init(bit, 0),
  s: init(bit, 0),
  i: init(index(2), 0),
  saw: array(2, bit, 0),
};
const memory = () =>
  shared({ x: init(bit, 0), y: init(bit, 0), z: init(bit, 0), a: array(2, bit, 0), irqs: init(bool, false) });

interface World {
  readonly from: Tape;
  readonly mem: ReturnType<typeof memory>;
  readonly l: References<typeof locals>;
  /** Numbers the labels. */
  readonly labels: { next: number };
}

type Cell = Variable<number>;

/** Protocols of two or three CPUs, one of them perhaps with an interrupt handler; a counterexample is shown as text. */
export const randomProtocol: fc.Arbitrary<Model> = fc
  .array(fc.nat(255), { minLength: 60, maxLength: 120, size: 'max' })
  .map((drawn) => {
    const model = protocolOf(tape(drawn));
    return Object.assign(model, { [fc.toStringMethod]: () => `\n${printModel(model)}\n` });
  });

function protocolOf(from: Tape): Model {
  const mem = memory();
  const [first, last] = [
    from.pick<Cell>([mem.x, mem.x, mem.a.at(0)]),
    from.pick<Cell>([mem.y, mem.y, mem.a.at(1)]),
  ];
  const labels = { next: 0 };
  const user = thread('user', { locals }, (l) => {
    const world = { from, mem, l, labels };
    const between = Array.from({ length: from.below(3) }, () => anything(world, 1));
    return [load(world, first), ...between, store(world, last)];
  });
  const other = thread('other', { locals }, (l) => {
    const barrier = from.oneIn(5) ? [] : [smpMb()];
    if (from.oneIn(3))
      return [wait('wait for y', eq(last, 1)), ...barrier, step('x = 1', set(first, 1)), note0(l, first)];
    return [step('r = y', set(l.r, last)), ...barrier, step('x = 1', set(first, 1))];
  });
  const handler = thread('handler', { on: user, mayBlockForever: true }, () => [
    forever(atomically('an interrupt', wait('irq', mem.irqs, set(mem.irqs, false)))),
  ]);
  const threads = from.oneIn(4) ? [user, other, handler] : [user, other];
  const bad = exists(user, (l) =>
    and(
      eq(l.r, 1),
      exists(other, (o) => eq(o.r, 1)),
    ),
  );
  const parts = {
    shared: mem,
    threads,
    properties: [
      ...(!from.oneIn(4) ? [always('the load came first', not(bad))] : []),
      ...(from.oneIn(3) ? [always('named', not(exists(user, (l) => ne(l.s, l.s))))] : []),
      reachable('the end', and(ended(user), ended(other))),
    ],
  };
  return defineModel({ name: 'protocol', summary: '', options: {}, build: () => parts }).build();
}

/** A load that is of no further use. */
const note0 = (l: References<typeof locals>, cell: Cell): Statement => step('s = x', set(l.s, cell));

const anyCell = ({ from, mem, l }: World): Cell =>
  from.pick<() => Cell>([
    () => mem.x,
    () => mem.y,
    () => mem.z,
    () => mem.z,
    () => mem.a.at(l.i),
    () => mem.a.at(0),
  ])();

const anyLocal = ({ from, l }: World): Cell => from.pick([l.r, l.s, l.s]);

const anyOrder = ({ from }: World, statement: Statement): Statement =>
  from.pick([relaxed, relaxed, acquire, release, full])(statement);

function load(world: World, cell: Cell): Statement | Text {
  const { from, l } = world;
  return from.pick<() => Statement | Text>([
    () => step('r = x', set(l.r, cell)),
    () => step('r = x', set(l.r, cell), count('loads')),
    () => step('r = x', set(l.r, cell), assert('still 0', eq(cell, 0))),
    () => loop('for each', l.i, [step('saw[i] = x', set(l.saw.at(l.i), cell), set(l.r, l.saw.at(l.i)))]),
    () => relaxed(step('r = xchg_relaxed(x, 0)', set(l.r, cell), set(cell, 0))),
    () => step('r = cmpxchg(x)', set(l.r, eqBit(cell)), when(eq(l.r, 0), set(cell, 0))),
    () => branch('x', eq(cell, 1), [step('r = 1', set(l.r, 1))]),
    () => step('atomic_add(x)', set(cell, sub(toExpr(1), cell))),
  ])();
}

const eqBit = (cell: Cell) => conditional(eq(cell, 1), 1, 0);

function store(world: World, cell: Cell): Statement | Text {
  const { from, l } = world;
  return from.pick<() => Statement | Text>([
    () => step('y = 1', set(cell, 1)),
    () => release(step('release y = 1', set(cell, 1))),
    () => anyOrder(world, step('s = xchg(y, 1)', set(l.s, cell), set(cell, 1))),
    () => step('y = 1', set(cell, 1), count('stores')),
    () => branch('s', eq(l.s, 0), [step('y = 1', set(cell, 1))], [step('y = 1', set(cell, 1))]),
    () => loop('for each', l.i, [step('y = 1', set(cell, 1))]),
    () => atomically('one store', step('y = 1', set(cell, 1))),
    () => step('atomic_xor(y)', set(cell, sub(toExpr(1), cell))),
  ])();
}

/** Any construct of the language. */
function anything(world: World, depth: number): Statement | Text {
  const { from, mem, l, labels } = world;
  const block = (): Text => [anything(world, depth - 1)];
  const flat: readonly (() => Statement | Text)[] = [
    () => step('load', set(anyLocal(world), anyCell(world))),
    () => step('store', set(anyCell(world), from.pick<Cell | number>([1, anyLocal(world)]))),
    () => step('s = r', set(l.s, l.r)),
    () => step('r = 0', set(l.r, 0)),
    () => step('i = s', set(l.i, l.s)),
    () =>
      step(
        'all seen',
        each(2, (i) => [set(l.saw.at(i), l.s)]),
      ),
    () => anyOrder(world, step('xchg', set(l.s, mem.z), set(mem.z, 1))),
    () => acquire(step('acquire', set(l.s, anyCell(world)))),
    () => from.pick([smpMb, smpRmb, smpWmb, smpWmb])(),
    () => choose('s', l.s),
    () => atomically('a wide load', step('s = z', set(l.s, mem.z)), step('s = y', set(l.s, mem.y))),
    () => step('irqs on', set(mem.irqs, true)),
    () => branch('s', eq(l.s, 1), [step('s = 0', set(l.s, 0))]),
    () => wait('wait', ne(anyCell(world), 1)),
  ];
  const nested: readonly (() => Statement | Text)[] = [
    () => either(block(), block()),
    () => loop('again', l.i, block()),
    () => branch('if (r)', eq(anyLocal(world), 1), block(), from.oneIn(2) ? [] : block()),
    () => {
      const name = `out${labels.next++}`;
      return [branch('out', eq(l.s, 1), [goto(name)]), ...block(), label(name)];
    },
  ];
  return from.pick(depth > 0 ? [...flat, ...nested] : flat)();
}
