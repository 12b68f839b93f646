/**
 * Lamport's bakery: a process draws a number higher than every number it reads, and lower numbers go first.
 *
 * Source:  L. Lamport, A new solution of Dijkstra's concurrent programming problem (1974); its steps are the transitions
 *          of `bakery` in BEEM (R. Pelanek, 2007), and the scenarios reproduce the published counts: bakery.1 to .4.
 * Omitted: numbers above `most`: the benchmark stops a process that would draw one, and therefore deadlocks.
 */
import { add, and, array, bool, defineModel, either, eq, flag, gt, ifdef, inc, init, integer, label, le, lt, or, range,
  set, shared, thread }
  from 'racewalk';
import { countAll, entersOnce, mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'bakery',
  summary: 'Lamport\'s bakery',
  options: {
    n: integer('processes', [2, 4]),
    most: integer('the highest number drawn', [2, 12], 9),
    fault: flag('variant', 'higher numbers go first'),
    mayStop: flag('variant', 'a process may wait forever when the numbers run out'),
    once: entersOnce(),
    countAll: countAll(),
  },
  scenarios: [
    { name: 'the numbers run out', options: {}, verdict: 'deadlock', why: 'the benchmark bounds the numbers' },
    { name: '2 processes, exclusion', options: { mayStop: true }, verdict: 'holds', states: 1_506, transitions: 2_697 },
    { name: '2 processes', options: { countAll: true }, verdict: 'holds', states: 1_506, transitions: 2_697, why: 'BEEM bakery.1' },
    { name: '2 processes, wrong comparison', options: { most: 6, fault: true, countAll: true }, verdict: 'holds', states: 1_146,
      transitions: 2_085, why: 'BEEM bakery.2; without the property mutual exclusion' },
    { name: '3 processes, exclusion', options: { n: 3, most: 4, mayStop: true }, verdict: 'holds', states: 32_919, transitions: 85_061 },
    { name: '3 processes', options: { n: 3, most: 4, countAll: true }, verdict: 'holds', states: 32_919, transitions: 85_061,
      why: 'BEEM bakery.3' },
    { name: '3 processes, wrong comparison', options: { n: 3, most: 6, fault: true, countAll: true }, verdict: 'holds', states: 157_003,
      transitions: 411_843, why: 'BEEM bakery.4; without the property mutual exclusion' },
    { name: 'arm64, 2 processes once', options: { mayStop: true, once: true }, memory: 'arm64', verdict: 'violated', steps: 18,
      states: 312, transitions: 909, why: 'nothing orders the store to choosing[cpu] before the loads of the numbers' },
    { name: 'arm64, 2 processes once, all states', options: { once: true, countAll: true }, memory: 'arm64', verdict: 'holds',
      states: 317, transitions: 921 },
  ],
  build: ({ n, most, fault, mayStop, once, countAll: all }) => {
    const mem = shared({
      choosing: array(n, bool, false, 'the process is drawing its number'),
      number: array(n, range(0, most), 0, 'the number drawn; 0 is none'),
      inside: array(n, bool, false),
    });
    const locals = { other: init(range(0, n), 0), max: init(range(0, most), 0) };

    const processes = thread('process', { cpus: n, locals, mayBlockForever: mayStop || all }, (l, cpu) => {
      const own = mem.number.at(cpu);
      const seen = mem.number.at(l.other);
      return [
        label('outside'),
        transition('choose', 'choosing[cpu] = true', true,      set(mem.choosing.at(cpu), true), set(l.other, 0), set(l.max, 0)),

        label('choose'),
        either(
          transition('choose', 'max = number[other++]', and(lt(l.other, n), gt(seen, l.max)), set(l.max, seen), inc(l.other)),
          transition('choose', 'other++', and(lt(l.other, n), le(seen, l.max)),               inc(l.other)),
          transition('look', 'number[cpu] = max + 1', and(eq(l.other, n), lt(l.max, most)),
            set(own, add(l.max, 1)), set(l.other, 0), set(mem.choosing.at(cpu), false))),

        label('look'),
        either(
          transition('wait', '!choosing[other]', and(lt(l.other, n), eq(mem.choosing.at(l.other), false))),
          transition('inside', 'other == n', eq(l.other, n),    set(mem.inside.at(cpu), true))),

        label('wait'),
        transition('look', 'other++', or(eq(seen, 0), (fault ? lt : gt)(seen, own), and(eq(seen, own), le(cpu, l.other))), inc(l.other)),

        label('inside'),
        transition(once ? 'left' : 'outside', 'number[cpu] = 0', true,          set(own, 0), set(mem.inside.at(cpu), false)),
        ifdef(once, label('left')),
      ];
    });

    return { shared: mem, threads: [processes], properties: mutualExclusion(mem.inside, { all, stops: mayStop || all || once }) };
  },

  survivors: [
    { why: 'it belongs to the wrong comparison, which is violated with or without the change or has no invariant', mutants: [
      "process: other++ #2: without 'mem.number[other] < mem.number[cpu]'" ] },
    { why: 'the numbers run out, so no claim is about liveness: a higher number or a longer wait is still safe', mutants: [
      "process: choosing[cpu] = true: without 'max = 0'", "process: max = number[other++]: without 'other++'",
      "process: other++ #2: without 'mem.number[other] > mem.number[cpu]'", "process: number[cpu] = 0: without 'mem.number[cpu] = 0'" ] },
  ],
});
