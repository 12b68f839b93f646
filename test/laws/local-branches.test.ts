/** Local computation with many joins: the code of a step stays small, and means what the interpreter says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  always,
  array,
  assert,
  bitXor,
  bool,
  branch,
  choose,
  defineModel,
  ended,
  eq,
  exists,
  goto,
  init,
  label,
  ge,
  lt,
  mod,
  add,
  not,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  when,
  type Expr,
  type Statement,
  type Text,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import type { References } from '../../checker/language/variable.ts';
import { encodeModule } from '../../checker/codegen/wasm/encode.ts';
import { compileModel } from '../../checker/codegen/compile-model.ts';
import { compiledSpace } from '../../checker/engine/compiled-space.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { nodesOf, pathsThrough } from '../../checker/program/code-walk.ts';
import { reducedSpace } from '../../checker/reduction/reduced-space.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';
import { long, law, runs } from '../depth.ts';
import { explore } from './explore.ts';
import { printModel } from './print-model.ts';
import { fullSpace } from './reduced-spaces.ts';
import { tape, type Tape } from './tape.ts';
import { told } from './told.ts';

const locals = {
  a: init(range(0, 7), 0),
  b: init(range(0, 7), 0),
  f: init(bool, false),
};
type Locals = References<typeof locals>;

interface Writer {
  readonly tape: Tape;
  readonly l: Locals;
  /** Labels further on, the next one last. */
  readonly ahead: readonly string[];
}

/** A condition of the locals alone. */
function local({ tape: from, l }: Writer): Expr<boolean> {
  return from.pick<() => Expr<boolean>>([
    () => l.f,
    () => eq(l.a, from.below(8)),
    () => lt(l.b, from.below(8)),
    () => ge(l.a, l.b),
  ])();
}

function compute(writer: Writer): Statement {
  const { tape: from, l } = writer;
  return step(
    'compute',
    from.pick([
      () => set(l.a, mod(add(l.a, 1 + from.below(3)), 8)),
      () => set(l.b, bitXor(l.b, l.a)),
      () => set(l.f, not(l.f)),
      () => when(l.f, set(l.b, from.below(8))),
      () => (from.oneIn(9) ? assert('b is small', lt(l.b, 7)) : set(l.b, from.below(8))),
    ])(),
  );
}

/** A branch on locals whose sides meet again, unless one leaves for a label. */
function branching(writer: Writer, depth: number): Statement {
  const { tape: from, ahead } = writer;
  const side = (): Text => {
    if (depth > 0 && from.oneIn(3)) return [branching(writer, depth - 1), compute(writer)];
    if (ahead.length > 0 && from.oneIn(4)) return [goto(from.pick(ahead))];
    if (from.oneIn(12)) return [choose('choose', writer.l.f)];
    return from.oneIn(5) ? [] : [compute(writer)];
  };
  return branch('branch', local(writer), side(), side());
}

/** A chain of branches, as `switch` makes them, with labels between. */
function chain(writer: Omit<Writer, 'ahead'>, name: string): Text {
  const { tape: from } = writer;
  const length = 3 + from.below(14);
  const labels = Array.from({ length }, (_, at) => `${name}${at}`);
  return labels.map((own, at) => [
    branching({ ...writer, ahead: labels.slice(at + 1).toReversed() }, 2),
    label(own),
  ]);
}

function modelOf(numbers: readonly number[]): Model {
  const from = tape(numbers);
  const mem = shared({ x: init(range(0, 7), 0), y: init(range(0, 7), 3), z: array(2, range(0, 7), 1) });
  const cells = [mem.x, mem.y, mem.z.at(0), mem.z.at(1)];
  const threads = ['p', 'q'].map((name) =>
    thread(name, { locals }, (l) => {
      const writer = { tape: from, l };
      return [
        step('read', set(l.a, from.pick(cells))),
        chain(writer, 'one'),
        step('write', set(from.pick(cells), l.b)),
        chain(writer, 'two'),
        step('write', set(from.pick(cells), l.a)),
      ];
    }),
  );
  const properties = [
    always('x and y differ', not(eq(mem.x, add(mem.y, 4)))),
    reachable(
      'p ends',
      exists(threads[0]!, (_, cpu) => ended(threads[0]!, cpu)),
    ),
  ];
  return defineModel({
    name: 'joins',
    summary: '',
    options: {},
    build: () => ({ shared: mem, threads, properties }),
  }).build();
}

const models = fc.array(fc.nat(255), { minLength: 80, maxLength: 300, size: 'max' }).map((numbers) => {
  const model = modelOf(numbers);
  return Object.assign(model, { [fc.toStringMethod]: () => `\n${printModel(model)}\n` });
});

const names = ({ findings, reached }: StateSpace) => ({
  reached: [...reached].sort(),
  found: [
    ...new Set(findings.map((one) => `${one.kind} ${one.kind === 'assertion' ? one.claim : ''}`)),
  ].sort(),
});

test('generated code and the reduced search agree with the interpreter', law, () => {
  let manyWays = 0;
  const agree = fc.property(models, (model) => {
    const system = transitionSystem(model);
    manyWays = Math.max(manyWays, ...system.transitions.map(({ code }) => pathsThrough(code)));
    const interpreted = explore(interpretedSpace(system), 2_000);
    if (interpreted === null) return;
    expect(told(explore(compiledSpace(system), 2_000)!)).toEqual(told(interpreted));
    const full = explore(fullSpace(system, { forget: true }), 2_000)!;
    expect(names(full)).toEqual(names(interpreted));
    const reduced = reducedSpace(system, { symmetry: false });
    reduced.start();
    for (let at = 0; ;) {
      const to = reduced.count;
      reduced.expand(at, to);
      at = to;
      if (at === reduced.count && !reduced.complete()) break;
    }
    expect(reduced.count).toBeLessThanOrEqual(full.count);
    expect(names(reduced)).toEqual(names(full));
  });
  fc.assert(agree, { numRuns: runs(250, 5), seed: 1973 });
  expect(manyWays).toBeGreaterThan(100_000);
});

/** A thread that takes n branches one after the other, all on locals. */
function consecutive(count: number): Model {
  const mem = shared({ g: init(bool, false) });
  const p = thread(
    'p',
    { cpus: 2, locals: { seen: array(count, bool, false), c: init(bool, false) } },
    (l) => [
      step('read', set(l.c, mem.g)),
      ...Array.from({ length: count }, (_, at) =>
        branch(
          `b${at}`,
          l.seen.at(at),
          [step('c', set(l.c, not(l.c)))],
          [step('n', set(l.seen.at(at), l.c))],
        ),
      ),
      step('write', set(mem.g, l.c)),
    ],
  );
  const properties = [reachable('the end', ended(p, 0))];
  return defineModel({
    name: 'branches',
    summary: '',
    options: {},
    build: () => ({ shared: mem, threads: [p], properties }),
  }).build();
}

describe('code grows with the text', () => {
  test('and not with the ways through it', () => {
    const nodes = [30, 60].map((count) =>
      transitionSystem(consecutive(count)).transitions.reduce(
        (sum, { code }) => sum + nodesOf(code).length,
        0,
      ),
    );
    expect(nodes[1]! / nodes[0]!).toBeLessThan(2.1);
    const bytes = [30, 60].map(
      (count) => encodeModule(compileModel(transitionSystem(consecutive(count))).module).length,
    );
    expect(bytes[1]! / bytes[0]!).toBeLessThan(2.5);
  });

  test('so that hundreds of branches are checked', long, () => {
    const system = transitionSystem(consecutive(300));
    expect(explore(compiledSpace(system), 1_000)!.count).toBe(explore(fullSpace(system), 1_000)!.count);
  });
});
