/** Models that are hard to pack: neighbours, ranges below 0, words and long arrays. */
import {
  add,
  always,
  array,
  atomically,
  bool,
  branch,
  choose,
  conditional,
  dec,
  each,
  either,
  eq,
  exists,
  forAll,
  forever,
  goto,
  gt,
  implies,
  inc,
  index,
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
  sub,
  thread,
  values,
  wait,
  when,
  type Parts,
} from '../../checker/language/index.ts';

export const happens = reachable('it begins', true);

export function neighbours(): Parts {
  const mem = shared({ a: init(range(0, 3), 0), b: init(range(0, 3), 0), c: init(range(0, 2), 0) });
  const up = thread('up', { cpus: 2 }, () => [forever(step('a++', inc(mem.a)), step('b--', dec(mem.b)))]);
  const full = thread('full', {}, () => [forever(step('c += 2', set(mem.c, add(mem.c, 2))))]);
  return { shared: mem, threads: [up, full], properties: [happens, always('b stays', eq(mem.b, 0))] };
}

export function negative(): Parts {
  const mem = shared({
    low: init(range(-5, -2), -4),
    around: init(range(-1, 1), -1),
    cells: array(3, range(-7, 7), -7),
  });
  const t = thread('t', { cpus: 2, locals: { i: init(range(-1, 3), 0) } }, (l) => [
    step('low', set(mem.low, sub(mem.low, mem.low)), set(l.i, 0)),
  ]);
  const u = thread('u', { locals: { i: init(range(-1, 3), 3) } }, (l) => [
    forever(
      step('around', when(lt(mem.around, 1), inc(mem.around))),
      step('cells', set(mem.cells.at(sub(l.i, 1)), sub(mem.cells.at(sub(l.i, 1)), -3))),
      step('i', dec(l.i)),
    ),
  ]);
  return { shared: mem, threads: [t, u], properties: [happens, always('low', lt(mem.low, -2))] };
}

/** An array of `length` cells with a computed index, and so a computed word; few words are locals, many are in memory. */
export const crossing = (length: number) => (): Parts => {
  const mem = shared({
    wide: array(length, range(0, 4), (i) => i % 5),
    narrow: array(length + 20, bool, (i) => i % 3 === 0),
    last: init(range(0, 6), 1),
  });
  const locals = { i: init(index(length), length - 3), seen: init(range(0, 4), 0) };
  const t = thread('t', { cpus: 2, locals }, (l, cpu) => [
    branch('cpu', eq(cpu, 0), [
      label('next'),
      step('last', set(l.i, conditional(lt(l.i, mem.last), l.i, sub(l.i, mem.last)))),
    ]),
    step('seen', set(l.seen, mem.wide.at(l.i))),
    atomically(
      'both',
      step('shift', set(mem.wide.at(l.i), conditional(lt(l.seen, 4), add(l.seen, 1), 0))),
      step('narrow', set(mem.narrow.at(add(l.i, 19)), not(mem.narrow.at(l.i)))),
    ),
    branch('on', gt(mem.wide.at(l.i), 1), [step('one', inc(mem.wide.at(l.i))), goto('next')]),
  ]);
  return {
    shared: mem,
    threads: [t],
    properties: [
      happens,
      always(
        'some',
        exists(length, (i) => eq(mem.wide.at(i), 4)),
      ),
    ],
  };
};

export function page(): Parts {
  const mem = shared({
    pte: array(512, values('none', 'present', 'huge'), 'present'),
    count: array(512, range(0, 3), 1),
  });
  const walker = thread('walker', { locals: { i: init(index(512), 400) } }, (l) => [
    step('first', set(mem.pte.at(3), 'none')),
    branch('some', eq(mem.pte.at(3), 'none'), [
      step('i', set(l.i, conditional(eq(mem.pte.at(l.i), 'huge'), sub(l.i, 273), 511))),
    ]),
    either(
      [wait('none', eq(mem.pte.at(l.i), 'none')), goto('out')],
      [wait('present', ne(mem.pte.at(l.i), 'none'))],
    ),
    step('count', inc(mem.count.at(l.i))),
    label('out'),
    step('again', when(gt(mem.count.at(l.i), 1), inc(mem.count.at(l.i)))),
    step('too far', set(mem.count.at(add(l.i, 1)), 0)),
  ]);
  const clear = thread('clear', { locals: { j: init(index(20), 0) } }, (l) => [
    choose('j', l.j),
    atomically(
      'all',
      step(
        'clear',
        each(512, (i) => [when(eq(mem.count.at(i), 1), set(mem.pte.at(i), 'huge'))]),
      ),
    ),
    step('j', set(mem.pte.at(add(l.j, 490)), 'none')),
  ]);
  const counts = forAll(512, (i) => implies(eq(mem.pte.at(i), 'huge'), lt(mem.count.at(i), 3)));
  return { shared: mem, threads: [walker, clear], properties: [happens, always('counts', counts)] };
}
