/**
 * Szymanski's mutual exclusion: processes that want to enter meet in a waiting room, and the last to arrive opens the inner door.
 *
 * Source:  B. K. Szymanski, A simple solution to Lamport's concurrent programming problem with linear wait (1988); its
 *          steps are the transitions of `szymanski` in BEEM (R. Pelanek, 2007), and the scenarios reproduce the published counts:
 *          szymanski.1 and .2. The labels are the lines of the benchmark.
 */
import { and, array, bool, defineModel, eq, either, flag, ifdef, inc, init, integer, label, lt, ne, not, or, range, set, shared, thread }
  from 'racewalk';
import { countAll, entersOnce, mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'szymanski',
  summary: 'Szymanski\'s mutual exclusion with linear wait',
  options: {
    n: integer('processes', [2, 4], 3),
    fault: flag('variant', 'the scan skips a process only if it waits and is not shut in; either should be enough'),
    once: entersOnce(),
    countAll: countAll(),
  },
  scenarios: [
    { name: '3 processes', options: {}, verdict: 'holds', states: 20_264, transitions: 56_701, why: 'BEEM szymanski.1' },
    { name: 'wrong condition, all states', options: { fault: true, countAll: true }, verdict: 'holds', states: 31_875, transitions: 88_521,
      why: 'BEEM szymanski.2; without the property mutual exclusion' },
    { name: 'wrong condition', options: { fault: true }, verdict: 'violated' },
    { name: 'arm64, 2 processes once', options: { n: 2, once: true }, memory: 'arm64', verdict: 'violated', steps: 41, states: 18_055,
      transitions: 82_025, why: 'nothing orders the store to a[cpu] before the loads of the other flags' },
  ],
  build: ({ n, fault, once, countAll: all }) => {
    const mem = shared({
      active: array(n, bool, false, 'a: the process wants to enter'),
      waiting: array(n, bool, false, 'w: the process is in the waiting room'),
      shut: array(n, bool, false, 's: the doors are shut behind the process'),
      inside: array(n, bool, false),
    });
    const locals = { j: init(range(0, n), 0) };

    const processes = thread('process', { cpus: n, locals, mayBlockForever: all }, (l, cpu) => {
      const [a, w, s] = [mem.active, mem.waiting, mem.shut];
      const more = lt(l.j, n);
      const passes = and(more, (fault ? and : or)(w.at(l.j), eq(s.at(l.j), false)));
      return [
        label('outside'),
        transition('p2', 'a[cpu] = 1, j = 0', true,                 set(a.at(cpu), true), set(l.j, 0)),

        label('p2'),
        either(
          transition('p2', 'j < n && !s[j]: j++', and(more, eq(s.at(l.j), false)), inc(l.j)),
          transition('p3', 'j == n', eq(l.j, n))),

        label('p3'),
        transition('p4', 'w[cpu] = 1, a[cpu] = 0', true,            set(w.at(cpu), true), set(a.at(cpu), false)),

        label('p4'),
        either(
          transition('p9', 's[cpu]: j = 0', s.at(cpu),              set(l.j, 0)),
          transition('p5', '!s[cpu]: j = 0', eq(s.at(cpu), false),  set(l.j, 0))),

        label('p5'),
        either(
          transition('p5', 'j < n && !a[j]: j++', and(more, eq(a.at(l.j), false)), inc(l.j)),
          transition('p6', '!(j < n && !a[j])', not(and(more, eq(a.at(l.j), false))))),

        label('p6'),
        either(
          transition('p7', 'j < n', more),
          transition('p61', 'j == n: s[cpu] = 1, j = 0', eq(l.j, n), set(s.at(cpu), true), set(l.j, 0))),

        label('p61'),
        either(
          transition('p61', 'j < n && !a[j]: j++', and(more, eq(a.at(l.j), false)), inc(l.j)),
          transition('p7', 'j < n && a[j]: s[cpu] = 0', and(more, a.at(l.j)),       set(s.at(cpu), false)),
          transition('p64', 'j == n: w[cpu] = 0, j = 0', eq(l.j, n), set(w.at(cpu), false), set(l.j, 0))),

        label('p64'),
        either(
          transition('p64', 'j < n && !w[j]: j++', and(more, eq(w.at(l.j), false)), inc(l.j)),
          transition('p7', 'j == n', eq(l.j, n))),

        label('p7'),
        either(
          transition('p8', 'j == n', eq(l.j, n)),
          transition('p71', 'j < n: j = 0', more,                   set(l.j, 0))),

        label('p71'),
        either(
          transition('p71', 'j < n && (w[j] || !s[j]): j++', passes, inc(l.j)),
          transition('p8', '!(j < n && (w[j] || !s[j]))', not(passes))),

        label('p8'),
        either(
          transition('p4', 'j != cpu && j < n: s[cpu] = 1, w[cpu] = 0', and(ne(l.j, cpu), more),
            set(s.at(cpu), true), set(w.at(cpu), false)),
          transition('p4', '!(j != cpu && j < n)', not(and(ne(l.j, cpu), more)))),

        label('p9'),
        either(
          transition('p9', 'j < cpu && !w[j] && !s[j]: j++', and(lt(l.j, cpu), eq(w.at(l.j), false), eq(s.at(l.j), false)), inc(l.j)),
          transition('inside', 'j == cpu', eq(l.j, cpu),            set(mem.inside.at(cpu), true))),

        label('inside'),
        transition(once ? 'left' : 'outside', 's[cpu] = 0', true,                   set(s.at(cpu), false), set(mem.inside.at(cpu), false)),
        ifdef(once, label('left')),
      ];
    });

    return { shared: mem, threads: [processes], properties: mutualExclusion(mem.inside, { all, stops: all || once }) };
  },

  survivors: [
    { why: 'a process that checks less or looks again is still safe, also with n = 4, and still gets inside', mutants: [
      'process: goto p8;: left out', 'process: j < n: j = 0: does not wait',
      "process: j < n && (w[j] || !s[j]): j++: without 'mem.waiting[j]'",
      "process: j != cpu && j < n: s[cpu] = 1, w[cpu] = 0: without 'j != cpu'", "process: !(j != cpu && j < n): without 'j != cpu'",
      "process: j < cpu && !w[j] && !s[j]: j++: without 'j < cpu'" ] },
  ],
});
