/** Two CPUs increment a counter: the model of the recorded runs of LTSmin. */
import {
  add,
  atEnd,
  defineModel,
  eq,
  flag,
  inc,
  init,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from 'racewalk';

export const model = defineModel({
  name: 'counter',
  summary: 'two CPUs increment a counter',
  options: { atomic: flag('variant', 'an increment is one step') },
  scenarios: [],
  build: ({ atomic }) => {
    const mem = shared({ n: init(range(0, 2), 0) });
    const cpus = thread('cpu', { cpus: 2, locals: { seen: init(range(0, 2), 0) } }, (l) =>
      atomic
        ? [step('n++', inc(mem.n))]
        : [step('seen = n', set(l.seen, mem.n)), step('n = seen + 1', set(mem.n, add(l.seen, 1)))],
    );
    const counted = eq(mem.n, 2);
    return {
      shared: mem,
      threads: [cpus],
      properties: [atEnd('no increment is lost', counted), reachable('both are counted', counted)],
    };
  },
});
