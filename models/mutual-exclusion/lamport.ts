/**
 * Lamport's fast mutual exclusion: a process that meets no other enters after five stores and two loads.
 *
 * Source:  L. Lamport, A fast mutual exclusion algorithm (1987); its steps are the transitions of `lamport` in BEEM
 *          (R. Pelanek, 2007), and the scenarios reproduce the published count of lamport.5. `--n 5` has the 38,717,846
 *          states of lamport.7, `--n 5 --fault --count-all` the 62,669,317 of lamport.8. The labels are the lines of the
 *          benchmark.
 */
import { and, array, bool, defineModel, either, eq, flag, ifdef, inc, init, integer, label, lt, ne, range, set, shared,
  thread } from 'racewalk';
import { countAll, entersOnce, mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'lamport',
  summary: 'Lamport\'s fast mutual exclusion',
  options: {
    n: integer('processes', [2, 5], 3),
    fault: flag('variant', 'a process that was overtaken enters when x and y agree, though both may name another'),
    once: entersOnce(),
    countAll: countAll(),
  },
  scenarios: [
    { name: '3 processes', options: {}, verdict: 'holds', states: 29_242, transitions: 77_286 },
    { name: '4 processes', options: { n: 4 }, verdict: 'holds', states: 1_066_800, transitions: 3_630_664, why: 'BEEM lamport.5' },
    { name: 'wrong comparison, all states', options: { fault: true, countAll: true }, verdict: 'holds', states: 38_067,
      transitions: 102_747 },
    { name: 'wrong comparison', options: { fault: true }, verdict: 'deadlock' },
    { name: 'arm64, 2 processes once', options: { n: 2, once: true }, memory: 'arm64', verdict: 'violated', steps: 10, states: 9_851,
      transitions: 17_260, why: 'nothing orders the store to x before the load of y' },
  ],
  build: ({ n, fault, once, countAll: all }) => {
    const nobody = n;
    const mem = shared({
      wants: array(n, bool, false, 'b: the process wants to enter'),
      x: init(range(0, n), nobody, 'the last process that began'),
      y: init(range(0, n), nobody, 'the process that has the lock; n is none'),
      inside: array(n, bool, false),
    });
    const locals = { j: init(range(0, n), 0) };

    const processes = thread('process', { cpus: n, locals, mayBlockForever: all || once }, (l, cpu) => {
      const { wants, x, y } = mem;
      const withdraw = set(wants.at(cpu), false);
      return [
        label('outside'),
        transition('q1', 'b[cpu] = 1', true,                    set(wants.at(cpu), true)),

        label('q1'),
        transition('q2', 'x = cpu', true,                       set(x, cpu)),

        label('q2'),
        either(
          transition('q22', 'y != none: b[cpu] = 0', ne(y, nobody), withdraw),
          transition('p', 'y == none', eq(y, nobody))),

        label('q22'),
        transition('outside', 'y == none', eq(y, nobody)),

        label('p'),
        transition('q3', 'y = cpu', true,                       set(y, cpu)),

        label('q3'),
        either(
          transition('inside', 'x == cpu', eq(x, cpu),          set(mem.inside.at(cpu), true)),
          transition('q4', 'x != cpu: b[cpu] = 0, j = 0', ne(x, cpu), withdraw, set(l.j, 0))),

        label('q4'),
        either(
          transition('q4', '!b[j]: j++', and(lt(l.j, n), eq(wants.at(l.j), false)), inc(l.j)),
          transition('q5', 'j == n', eq(l.j, n))),

        label('q5'),
        either(
          transition('inside', fault ? 'y == x' : 'y == cpu', eq(y, fault ? x : cpu), set(mem.inside.at(cpu), true)),
          transition('outside', 'y == none', eq(y, nobody))),

        label('inside'),
        transition('e1', 'y = none', true,                      set(y, nobody), set(mem.inside.at(cpu), false)),

        label('e1'),
        transition(once ? 'left' : 'outside', 'b[cpu] = 0', true, withdraw),
        ifdef(once, label('left')),
      ];
    });

    return { shared: mem, threads: [processes], properties: mutualExclusion(mem.inside, { all, stops: all || once, starves: true }) };
  },

  survivors: [
    { why: 'it belongs to the wrong comparison, which deadlocks with or without the change', mutants: [
      "process: y == x: without 'mem.inside[cpu] = true'" ] },
    { why: 'a process that met nobody may wait for the others all the same', mutants: [
      'process: x != cpu: b[cpu] = 0, j = 0: does not wait' ] },
    { why: 'the flag stays up until the process begins again and finds y taken', mutants: [
      'process: b[cpu] = 0: left out', "process: b[cpu] = 0: without 'mem.wants[cpu] = false'" ] },
  ],
});
