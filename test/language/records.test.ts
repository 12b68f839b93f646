/** Arrays of records: each field is an array, and its elements have the names of fields of records. */
import { expect, test } from 'vitest';
import {
  always,
  array,
  bool,
  choose,
  defineModel,
  forAll,
  inc,
  index,
  init,
  lt,
  range,
  reachable,
  records,
  set,
  shared,
  step,
  thread,
  ModelError,
} from '../../checker/language/index.ts';
import { changelogText } from '../../checker/export/trace/changelog-text.ts';
import { exportedTrace } from '../../checker/export/trace/exported-trace.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { toPromela } from '../../checker/export/promela/promela.ts';
import { check } from '../../checker/search/check.ts';

const mem = shared({
  pages: records(2, (at) => ({
    refcount: init(range(0, 3), at + 1, 'page->_refcount'),
    locked: init(bool, false),
  })),
  flag: init(bool, false),
});

const model = defineModel({
  name: 'records',
  summary: '',
  options: {},
  build: () => ({
    shared: mem,
    threads: [
      thread('get', { locals: { i: init(index(2), 0) } }, (l) => [
        choose('i', l.i),
        step('lock_page(page)', set(mem.pages.at(l.i).locked, true)),
        step('get_page(page)', inc(mem.pages.at(l.i).refcount)),
        step('flag = true', set(mem.flag, true)),
      ]),
    ],
    properties: [
      always(
        'few references',
        forAll(2, (i) => lt(mem.pages.at(i).refcount, 3)),
      ),
      reachable('the flag', mem.flag),
    ],
  }),
}).build();

test('a field is an array of cells with the names of records', () => {
  expect(Object.keys(model.shared)).toEqual(['pages.refcount', 'pages.locked', 'flag']);
  expect(model.shared['pages.refcount']).toMatchObject({
    initial: [1, 2],
    length: 2,
    meaning: 'page->_refcount',
    elementNames: ['pages[0].refcount', 'pages[1].refcount'],
  });
});

test('a trace names the fields of records', () => {
  const { system, outcome, trace } = check(model);
  expect(outcome).toMatchObject({ verdict: 'violated', property: 'few references' });
  const text = changelogText(exportedTrace(system, outcome, trace!));
  expect(text).toContain('pages[1].refcount: 2 -> 3');
  expect(JSON.stringify(trace!.steps.map(({ events }) => events.map(({ changes }) => changes)))).toContain(
    'pages.refcount[1]',
  );
});

test('it is exported', () => {
  expect(toPromela(transitionSystem(model))).toContain('mem_pages_refcount[2]');
});

test.each<[string, () => unknown, string]>([
  ['no records', () => records(0, { a: init(bool, false) }), 'records(0, ...): invalid length'],
  [
    'an array as a field',
    // @ts-expect-error a field is a scalar
    () => records(2, { a: array(2, bool, false) }),
    "field 'a' is not the result of init",
  ],
])('%s is a mistake', (_, make, message) => {
  expect(make).toThrow(ModelError);
  expect(make).toThrow(message);
});
