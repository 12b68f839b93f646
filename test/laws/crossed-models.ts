/** Random models in which copies have a cell for each copy of a group: of another one, of their own, or of a single thread. */
import fc from 'fast-check';
import {
  always,
  and,
  array,
  assert,
  atomically,
  branch,
  defineModel,
  each,
  eq,
  exists,
  forAll,
  goto,
  inc,
  init,
  label,
  lt,
  ne,
  not,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  when,
  type Text,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { printModel } from './print-model.ts';

const level = range(0, 2);

/** Which statements the threads have, in order; a number chooses among those below. */
interface Drawn {
  readonly readers: number;
  readonly watchers: number;
  readonly reading: readonly number[];
  readonly watching: readonly number[];
  readonly strict: boolean;
}

function modelOf({ readers, watchers, reading, watching, strict }: Drawn): Model {
  const mem = shared({
    own: array(readers, level, 0),
    told: array(watchers, level, 0),
    flag: init(level, 0),
  });
  const several = (
    text: string,
    ...effects: Parameters<typeof step> extends [string, ...infer E] ? E : never
  ) => atomically('all at once', step(text, ...effects));
  const r = thread(
    'r',
    {
      cpus: readers,
      locals: { n: init(level, 0), mine: array(readers, level, 0), heard: array(watchers, level, 0) },
    },
    (l, cpu) => {
      const forms: readonly (() => Text[number])[] = [
        () => step('own = 1', set(mem.own.at(cpu), 1)),
        () => step('own++', when(lt(mem.own.at(cpu), 2), inc(mem.own.at(cpu)))),
        () => step('n = own', set(l.n, mem.own.at(cpu))),
        () =>
          several(
            'mine = own of all',
            each(readers, (i) => [set(l.mine.at(i), mem.own.at(i))]),
          ),
        () =>
          several(
            'heard = told',
            each(watchers, (i) => [set(l.heard.at(i), mem.told.at(i))]),
          ),
        () =>
          step(
            'own = 2 if one is 1',
            when(
              exists(readers, (i) => eq(l.mine.at(i), 1)),
              set(mem.own.at(cpu), 2),
            ),
          ),
        () => step('mine = n', set(l.mine.at(cpu), l.n)),
        () =>
          step(
            'flag',
            when(
              exists(watchers, (i) => eq(l.heard.at(i), 2)),
              set(mem.flag, l.n),
            ),
          ),
      ];
      return reading.map((at) => forms[at % forms.length]!());
    },
  );
  const w = thread(
    'w',
    { cpus: watchers, locals: { n: init(level, 0), seen: array(readers, level, 0) } },
    (l, cpu) => {
      const forms: readonly (() => Text[number])[] = [
        () =>
          several(
            'seen = own',
            each(readers, (i) => [set(l.seen.at(i), mem.own.at(i))]),
          ),
        () =>
          several(
            'n',
            when(
              forAll(readers, (i) => eq(l.seen.at(i), mem.own.at(i))),
              set(l.n, 1),
            ),
          ),
        () => step('told = n', set(mem.told.at(cpu), l.n)),
        () =>
          step(
            'told = 2',
            when(
              exists(readers, (i) => eq(l.seen.at(i), 1)),
              set(mem.told.at(cpu), 2),
            ),
          ),
        () =>
          several(
            'raise',
            each(readers, (i) => [when(eq(l.seen.at(i), 1), set(mem.own.at(i), 2), set(l.seen.at(i), 0))]),
          ),
        () =>
          branch(
            'some',
            exists(readers, (i) => ne(l.seen.at(i), 0)),
            [goto('out')],
          ),
        () =>
          several(
            'check',
            assert('none falls', not(exists(readers, (i) => and(eq(l.seen.at(i), 2), lt(mem.own.at(i), 2))))),
          ),
      ];
      return [...watching.map((at) => forms[at % forms.length]!()), label('out')];
    },
  );
  const properties = [
    reachable(
      'someone has 2',
      exists(r, (l) => eq(l.n, 2)),
    ),
    ...(strict
      ? [
          always(
            'not all are seen',
            not(exists(w, (l) => forAll(readers, (i) => and(eq(l.seen.at(i), 1), eq(mem.own.at(i), 2))))),
          ),
        ]
      : []),
  ];
  return defineModel({
    name: 'crossed',
    summary: '',
    options: {},
    build: () => ({ shared: mem, threads: [r, w], properties }),
  }).build();
}

/** Crossed models of some thousand states at most; a counterexample is shown as text. */
export const crossedModel: fc.Arbitrary<Model> = fc
  .record({
    readers: fc.integer({ min: 2, max: 3 }),
    watchers: fc.integer({ min: 1, max: 2 }),
    reading: fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }),
    watching: fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }),
    strict: fc.boolean(),
  })
  .map((drawn) => {
    const model = modelOf(drawn);
    return Object.assign(model, { [fc.toStringMethod]: () => `\n${printModel(model)}\n` });
  });
