/**
 * Alur's and Taubenfeld's mutual exclusion by time: a process that met another waits longer than any two steps may take.
 *
 * Source:  R. Alur, G. Taubenfeld, Fast timing-based algorithms (1996); its steps are the transitions of `at` in BEEM
 *          (R. Pelanek, 2007), with time in ticks, and the scenarios reproduce the published counts: at.2 and .3. `--n 5` has
 *          the 31,999,440 states of at.5. The labels are the lines of the benchmark.
 */
import { array, bool, conditional, defineModel, each, either, eq, forAll, index, init, integer, label, ne, range, set, shared, sub,
  thread } from 'racewalk';
import { countAll, mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'alur-taubenfeld',
  summary: 'Mutual exclusion by time, of Alur and Taubenfeld',
  options: {
    n: integer('processes', [2, 5], 3),
    step: integer('the most ticks that a step may take', [1, 3], 2),
    delay: integer('the ticks that a process waits which met another', [1, 5], 5),
    countAll: countAll(),
  },
  scenarios: [
    { name: '3 processes', options: {}, verdict: 'holds', states: 39_354, transitions: 108_438 },
    { name: 'a delay of two steps', options: { delay: 4 }, verdict: 'violated' },
    { name: 'a short delay, all states', options: { delay: 3, countAll: true }, verdict: 'holds', states: 49_443, transitions: 146_940,
      why: 'BEEM at.2; without the property mutual exclusion' },
    { name: '4 processes, all states', options: { n: 4, delay: 4, countAll: true }, verdict: 'holds', states: 1_711_620,
      transitions: 6_075_360, why: 'BEEM at.3; without the property mutual exclusion' },
  ],
  build: ({ n, step: most, delay, countAll: all }) => {
    const nobody = n;
    const never = Math.max(most, delay) + 1;
    const mem = shared({
      x: init(index(n), 0, 'the last process that began'),
      y: init(range(0, n), nobody, 'the process that has the lock; n is none'),
      z: init(bool, false, 'a process is inside that met no other'),
      left: array(n, range(0, never), never, 'the ticks until the process must step'),
      inside: array(n, bool, false),
    });

    const processes = thread('process', { cpus: n, mayBlockForever: all }, (_, cpu) => {
      const { x, y, z, inside } = mem;
      const within = (ticks: number) => set(mem.left.at(cpu), ticks);
      return [
        label('outside'),
        transition('p3', 'x = cpu', true,                       set(x, cpu), within(never)),

        label('p3'),
        transition('p4', 'y == none', eq(y, nobody),            within(most)),

        label('p4'),
        transition('p5', 'y = cpu', true,                       set(y, cpu), within(most)),

        label('p5'),
        either(
          transition('p9', 'x == cpu', eq(x, cpu),              within(most)),
          transition('p6', 'x != cpu', ne(x, cpu),              within(delay))),

        label('p6'),
        transition('p7', 'the delay is over', eq(mem.left.at(cpu), 0), within(most)),

        label('p7'),
        either(
          transition('outside', 'y != cpu', ne(y, cpu),         within(most)),
          transition('p8', 'y == cpu', eq(y, cpu),              within(never))),

        label('p8'),
        transition('inside', '!z', eq(z, false),                set(inside.at(cpu), true)),

        label('p9'),
        transition('inside', 'z = true', true,                  set(z, true), within(never), set(inside.at(cpu), true)),

        label('inside'),
        transition('p12', 'z = false', true,                    set(z, false), within(most), set(inside.at(cpu), false)),

        label('p12'),
        either(
          transition('outside', 'y != cpu', ne(y, cpu),         within(never)),
          transition('p13', 'y == cpu', eq(y, cpu),             within(most))),

        label('p13'),
        transition('outside', 'y = none', true,                 set(y, nobody), within(never)),
      ];
    });

    const timer = thread('timer', { mayBlockForever: all }, () => [
      label('running'),
      transition('running', 'a tick', forAll(n, (i) => ne(mem.left.at(i), 0)),
        each(n, (i) => [set(mem.left.at(i), conditional(eq(mem.left.at(i), never), never, sub(mem.left.at(i), 1)))])),
    ]);

    return { shared: mem, threads: [processes, timer], properties: mutualExclusion(mem.inside, { all, starves: true }) };
  },

  survivors: [
    { why: 'the delay protects a process that waits although it met no other', mutants: [
      "process: x = cpu: without 'mem.x = cpu'", 'process: x != cpu: does not wait' ] },
    { why: 'what is left of the time before is at most as long', mutants: [
      "process: y = cpu: without 'mem.left[cpu] = 2'", "process: y == cpu: without 'mem.left[cpu] = 5'",
      "process: z = true: without 'mem.left[cpu] = 5'", "process: z = false: without 'mem.left[cpu] = 2'",
      "process: y != cpu #2: without 'mem.left[cpu] = 5'", "process: y == cpu #2: without 'mem.left[cpu] = 2'",
      "process: y = none: without 'mem.left[cpu] = 5'" ] },
    { why: 'a process whose delay is over has no time left: it steps before the next tick', mutants: [
      "process: the delay is over: without 'mem.left[cpu] = 2'", "process: y != cpu: without 'mem.left[cpu] = 2'" ] },
    { why: 'a process that waited may close z as well', mutants: [ 'process: goto inside;: left out' ] },
  ],
});
