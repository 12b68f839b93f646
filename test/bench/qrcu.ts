/**
 * QRCU: readers count themselves in one of two counters, updaters flip the index and wait. Granularity of perfbook's Promela model: one
 * step for each access that is not in an atomic block; its readers run once, its updaters for ever.
 */
import {
  add,
  and,
  array,
  assert,
  atomically,
  bool,
  branch,
  conditional,
  dec,
  defineModel,
  each,
  either,
  eq,
  flag,
  forAll,
  forever,
  goto,
  gt,
  ifdef,
  inc,
  index,
  init,
  integer,
  label,
  le,
  not,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  wait,
  when,
} from 'racewalk';

export const model = defineModel({
  name: 'qrcu',
  summary: 'quick RCU: an updater must wait for readers that began before it',
  options: {
    secondSum: flag('fix', 'the second summing of the counters in the fast path'),
    updaters: integer('updaters', [1, 3]),
    readers: integer('readers', [1, 3]),
  },
  build: ({ secondSum, updaters, readers }) => {
    const maxCtr = readers + updaters + 2;
    const C = range(0, maxCtr);
    const mem = shared({
      idx: init(index(2), 0, 'qp->completed & 1'),
      ctr: array(2, C, (i) => (i === 0 ? 1 : 0), 'qp->ctr'),
      progress: array(readers, range(0, 2), 0, 'how far each reader is'),
      mutex: init(bool, false, 'qp->mutex'),
    });
    const reader = thread(
      'qrcu_reader',
      { cpus: readers, locals: { my: init(index(2), 0), got: init(bool, false) } },
      (l, cpu) => [
        label('again'),
        step('myidx = idx', set(l.my, mem.idx)),
        step(
          'atomic_inc_not_zero(&ctr[myidx])',
          set(l.got, gt(mem.ctr.at(l.my), 0)),
          when(l.got, inc(mem.ctr.at(l.my))),
        ),
        branch('failed', not(l.got), [goto('again')]),
        step('readerprogress[me] = 1', set(mem.progress.at(cpu), 1)),
        step('readerprogress[me] = 2', set(mem.progress.at(cpu), 2)),
        step('atomic_dec(&ctr[myidx])', dec(mem.ctr.at(l.my))),
      ],
    );
    const other = conditional(eq(mem.idx, 0), 1, 0);
    const updater = thread(
      'qrcu_updater',
      {
        cpus: updaters,
        mayBlockForever: true,
        locals: {
          i: init(index(2), 0),
          sum: init(range(0, 2 * maxCtr), 0),
          start: array(readers, range(0, 2), 0),
          o: init(index(2), 0),
          g: init(C, 0),
        },
      },
      (l) => {
        const sum = [
          either(
            [step('sum = ctr[0]', set(l.sum, mem.ctr.at(0)), set(l.i, 1))],
            [step('sum = ctr[1]', set(l.sum, mem.ctr.at(1)), set(l.i, 0))],
          ),
          step('sum += ctr[i]', set(l.sum, add(l.sum, mem.ctr.at(l.i)))),
        ];
        return [
          forever(
            atomically(
              'the snapshot is a device of the proof',
              step(
                'snapshot of the readers',
                each(readers, (r) => [set(l.start.at(r), mem.progress.at(r))]),
              ),
            ),
            ...sum,
            ifdef(secondSum, branch('sum <= 1', le(l.sum, 1), sum)),
            branch('sum > 1', gt(l.sum, 1), [
              wait('spin_lock(mutex)', not(mem.mutex), set(mem.mutex, true)),
              atomically(
                'idx is stable under the mutex',
                step('ctr[!idx]++', set(l.o, other), inc(mem.ctr.at(l.o))),
              ),
              atomically('idx is stable under the mutex', step('idx = !idx', set(mem.idx, other))),
              atomically(
                'idx is stable under the mutex',
                step('ctr[!idx]--', set(l.o, other), dec(mem.ctr.at(l.o))),
              ),
              atomically('idx is stable under the mutex', wait('ctr[!idx] == 0', eq(mem.ctr.at(other), 0))),
              step('spin_unlock(mutex)', set(mem.mutex, false)),
            ]),
            atomically(
              'the check is a device of the proof',
              step(
                'check of the readers',
                assert(
                  'no reader was there all the time',
                  forAll(readers, (r) => not(and(eq(l.start.at(r), 1), eq(mem.progress.at(r), 1)))),
                ),
              ),
            ),
          ),
        ];
      },
    );
    return {
      shared: mem,
      threads: [reader, updater],
      properties: [
        reachable(
          'all readers end',
          forAll(readers, (r) => eq(mem.progress.at(r), 2)),
        ),
        reachable('the index is flipped', eq(mem.idx, 1)),
      ],
    };
  },
});
