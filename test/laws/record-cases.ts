/** Models whose interchangeable copies have records that do not fit one word together, or not one by one. */
import {
  always,
  array,
  assert,
  atomically,
  conditional,
  each,
  defineModel,
  eq,
  exists,
  inc,
  init,
  ne,
  not,
  or,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  when,
  type Expr,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';

/** So many terms that a binder over the copies becomes a loop. */
const oneOfMany = (value: Expr<number>): Expr<boolean> =>
  Array.from({ length: 40 }, (_, at) => eq(value, at + 2)).reduce((all, term) => or(all, term));

/** Copies take numbers, publish them, and raise what all have published; `cells` are the locals of a copy. */
function tickets(cpus: number, cells: number, high: number): Model {
  const mem = shared({ next: init(range(0, 4), 0), own: array(cpus, range(0, high), 0) });
  const t = thread('t', { cpus, locals: { a: array(cells, range(0, high), 0) } }, (l, cpu) => [
    atomically('take', step('next', inc(mem.next)), step('a', set(l.a.at(cells - 1), mem.next))),
    step(
      'publish',
      set(mem.own.at(cpu), l.a.at(cells - 1)),
      when(eq(l.a.at(cells - 1), 2), set(l.a.at(0), high)),
    ),
    atomically(
      'raise',
      step(
        'raise',
        each(cpus, (i) => [
          when(oneOfMany(mem.own.at(i)), set(mem.own.at(i), conditional(eq(mem.own.at(i), 3), high, 1))),
        ]),
      ),
    ),
    step('keep', set(l.a.at(0), mem.own.at(cpu))),
    step('check', assert('nobody has 3 to keep', ne(l.a.at(0), 3)), set(mem.own.at(cpu), 0)),
  ]);
  const found = exists(cpus, (i) => eq(mem.own.at(i), high));
  return defineModel({
    name: 'tickets',
    summary: '',
    options: {},
    build: () => ({
      shared: mem,
      threads: [t],
      properties: [
        always('not all at once', not(exists(cpus, (i) => oneOfMany(mem.own.at(i))))),
        reachable('highest', found),
      ],
    }),
  }).build();
}

export const recordCases: readonly (readonly [string, () => Model])[] = [
  ['records of two words', () => tickets(3, 4, 2 ** 20)],
  ['records that fill a word each, in locals', () => tickets(3, 2, 2 ** 19)],
  ['two records in a word', () => tickets(3, 1, 2 ** 12)],
];
