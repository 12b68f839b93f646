/** A model with three kinds of errors, selected by its option, to test how the page reports them. */
import {
  always,
  defineModel,
  eq,
  inc,
  init,
  oneOf,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from 'racewalk';

export const model = defineModel({
  name: 'faulty',
  summary: 'a model with mistakes',
  options: { fault: oneOf('variant', 'which mistake', ['none', 'text', 'crash', 'domain']) },
  build: ({ fault }) => {
    const mem = shared({ x: init(range(0, 1), 0, 'the word') });
    if (fault === 'crash') throw new RangeError('no such table');
    const writer = thread('writer', { cpus: 2 }, () => [
      fault === 'text'
        ? step('', set(mem.x, 1))
        : fault === 'domain'
          ? step('x++', inc(mem.x))
          : step('x = 1', set(mem.x, 1)),
    ]);
    return {
      shared: mem,
      threads: [writer],
      properties: [
        ...(fault === 'domain' ? [] : [always('x is 0', eq(mem.x, 0))]),
        reachable('x is 1', eq(mem.x, 1)),
      ],
    };
  },
});
