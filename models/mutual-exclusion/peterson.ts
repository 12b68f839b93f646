/**
 * Peterson's mutual exclusion for n processes: n - 1 waiting rooms, and the last to enter a room waits in it.
 *
 * A process leaves a room when no other process has come as far, or when another process enters the room after it.
 *
 * Source:  G. L. Peterson, Myths about the mutual exclusion problem (1981); its steps are the transitions of
 *          `peterson` in BEEM (R. Pelanek, 2007), and the scenarios reproduce the published counts: peterson.1, .2 and .4.
 *          `--n 4 --fault --count-all` has the 131,064,750 states of peterson.5, `--n 4 --wrong-array --count-all` the
 *          174,495,861 of peterson.6, `--n 5` the 142,471,098 of peterson.7.
 * Omitted: nothing of the benchmark, whose guard also reads a room and a position in one step.
 */
import { add, and, array, bool, defineModel, either, eq, flag, ifdef, inc, index, init, integer, label, le, lt, ne, or, range,
  set, shared, sub,
  thread } from 'racewalk';
import { countAll, entersOnce, mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'peterson',
  summary: 'Peterson\'s mutual exclusion for n processes',
  options: {
    n: integer('processes', [2, 5], 3),
    fault: flag('variant', 'a process also waits for those in its own room'),
    wrongArray: flag('variant', 'a process reads position[room - 1] instead of last[room - 1]'),
    once: entersOnce(),
    countAll: countAll(),
  },
  scenarios: [
    { name: '3 processes', options: {}, verdict: 'holds', states: 12_498, transitions: 33_369, why: 'BEEM peterson.1' },
    { name: '4 processes', options: { n: 4 }, verdict: 'holds', states: 1_119_560, transitions: 3_864_896, why: 'BEEM peterson.4' },
    { name: 'wrong comparison, all states', options: { fault: true, countAll: true }, verdict: 'holds', states: 124_704,
      transitions: 399_138, why: 'BEEM peterson.2; without the property mutual exclusion' },
    { name: 'wrong comparison', options: { fault: true }, verdict: 'violated' },
    { name: 'wrong array', options: { wrongArray: true }, verdict: 'violated' },
    { name: 'arm64, 2 processes once', options: { n: 2, once: true }, memory: 'arm64', verdict: 'violated', steps: 12, states: 964,
      transitions: 3_455, why: 'nothing orders the store to position[cpu] before the loads of the other positions' },
    { name: 'arm64, 2 processes once, all states', options: { n: 2, fault: true, once: true, countAll: true }, memory: 'arm64',
      verdict: 'holds', states: 1_665, transitions: 7_013 },
  ],
  build: ({ n, fault, wrongArray, once, countAll: all }) => {
    const mem = shared({
      position: array(n, index(n), 0, 'the room that a process is in; 0 is none'),
      last: array(n, index(n), 0, 'the last process to enter a room'),
      inside: array(n, bool, false),
    });
    const locals = { room: init(range(0, n), 0), other: init(range(0, n), 0) };

    const processes = thread('process', { cpus: n, locals, mayBlockForever: all }, (l, cpu) => [
      label('outside'),
      transition('room', 'room = 1', true,                     set(l.room, 1)),

      label('room'),
      either(
        transition('enter', 'position[cpu] = room', lt(l.room, n), set(mem.position.at(cpu), l.room)),
        transition('inside', 'room == n', eq(l.room, n),           set(mem.inside.at(cpu), true))),

      label('enter'),
      transition('look', 'last[room - 1] = cpu', true,         set(mem.last.at(sub(l.room, 1)), cpu), set(l.other, 0)),

      label('look'),
      either(
        transition('look', 'other++', and(lt(l.other, n), or(eq(l.other, cpu), (fault ? le : lt)(mem.position.at(l.other), l.room))),
          inc(l.other)),
        transition('room', 'room++', or(ne((wrongArray ? mem.position : mem.last).at(sub(l.room, 1)), cpu), eq(l.other, n)),
          set(l.room, add(l.room, 1)))),

      label('inside'),
      transition(once ? 'left' : 'outside', 'position[cpu] = 0', true, set(mem.position.at(cpu), 0), set(mem.inside.at(cpu), false)),
      ifdef(once, label('left')),
    ]);

    return { shared: mem, threads: [processes], properties: mutualExclusion(mem.inside, { all, stops: all || once }) };
  },

  survivors: [
    { why: 'it belongs to the wrong comparison, which is violated with or without the change', mutants: [
      "process: other++: without 'other == cpu || mem.position[other] <= room'" ] },
  ],
});
