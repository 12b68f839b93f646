/**
 * The MCS queue lock: each process appends its node to the queue and spins on a flag in its own node.
 *
 * Source:  J. M. Mellor-Crummey, M. L. Scott, Algorithms for scalable synchronization on shared-memory multiprocessors
 *          (1991); its steps are the transitions of `mcs` in BEEM (R. Pelanek, 2007), and the scenarios reproduce the
 *          published counts: mcs.1, .2 and .4. The kernel's qspinlock descends from it.
 */
import { array, bool, defineModel, either, eq, flag, init, integer, label, ne, range, set, shared, thread } from 'racewalk';
import { countAll, mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'mcs',
  summary: 'The MCS queue lock',
  options: {
    n: integer('processes', [2, 5], 3),
    fault: flag('variant', 'a process sets node->next instead of before->next'),
    unlocksItself: flag('variant', 'a process that leaves unlocks itself instead of its successor'),
    countAll: countAll(),
  },
  scenarios: [
    { name: '3 processes', options: {}, verdict: 'holds', states: 7_963, transitions: 21_503, why: 'BEEM mcs.1' },
    { name: 'unlocks itself', options: { unlocksItself: true }, verdict: 'deadlock' },
    { name: 'unlocks itself, all states', options: { unlocksItself: true, countAll: true }, verdict: 'holds', states: 1_408,
      transitions: 3_222, why: 'BEEM mcs.2; deadlocks do not count as errors' },
    { name: '4 processes, wrong link', options: { n: 4, fault: true }, verdict: 'deadlock' },
    { name: '4 processes, wrong link, all states', options: { n: 4, fault: true, countAll: true }, verdict: 'holds', states: 16_384,
      transitions: 53_248, why: 'BEEM mcs.4; its 24 deadlocks do not count as errors' },
    { name: 'arm64, unlocks itself, all states', options: { unlocksItself: true, countAll: true }, memory: 'arm64', verdict: 'holds',
      states: 1_751, transitions: 3_588 },
  ],
  build: ({ n, fault, unlocksItself, countAll: all }) => {
    const nil = n;
    const Node = range(0, n);
    const mem = shared({
      next: array(n, Node, nil, 'node->next; n is NULL'),
      locked: array(n, bool, false, 'node->locked'),
      tail: init(Node, nil, 'lock->tail; n is NULL'),
      inside: array(n, bool, false),
    });
    const locals = { before: init(Node, 0) };

    const processes = thread('process', { cpus: n, locals, mayBlockForever: all }, (l, cpu) => {
      return [
        label('outside'),
        transition('swap', 'node->next = NULL', true,                      set(mem.next.at(cpu), nil)),

        label('swap'),
        transition('queue', 'before = xchg(&lock->tail, node)', true,      set(l.before, mem.tail), set(mem.tail, cpu)),

        label('queue'),
        either(
          transition('inside', '!before', eq(l.before, nil),               set(mem.inside.at(cpu), true)),
          transition('lock', 'before', ne(l.before, nil))),

        label('lock'),
        transition('link', 'node->locked = true', true,                    set(mem.locked.at(cpu), true)),

        label('link'),
        transition('spin', 'before->next = node', true,                    set(mem.next.at(fault ? cpu : l.before), cpu)),

        label('spin'),
        transition('inside', '!node->locked', eq(mem.locked.at(cpu), false), set(mem.inside.at(cpu), true)),

        label('inside'),
        either(
          transition('alone', '!node->next', eq(mem.next.at(cpu), nil),    set(mem.inside.at(cpu), false)),
          transition('hand', 'node->next', ne(mem.next.at(cpu), nil),      set(mem.inside.at(cpu), false))),

        label('alone'),
        either(
          transition('outside', 'cmpxchg(&lock->tail, node, NULL) == node', eq(mem.tail, cpu), set(mem.tail, nil)),
          transition('linked', 'cmpxchg(&lock->tail, node, NULL) != node', ne(mem.tail, cpu))),

        label('linked'),
        transition('hand', 'node->next', ne(mem.next.at(cpu), nil)),

        label('hand'),
        transition('outside', 'node->next->locked = false', true,
          set(mem.locked.at(unlocksItself ? cpu : mem.next.at(cpu)), false)),
      ];
    });

    return { shared: mem, threads: [processes], properties: mutualExclusion(mem.inside, { all }) };
  },

  survivors: [
    { why: 'it belongs to the faulty variants, which deadlock or have no invariant, with or without the change', mutants: [
      "process: before->next = node: without 'mem.next[cpu] = cpu'",
      "process: node->next->locked = false: without 'mem.locked[cpu] = false'" ] },
    { why: 'a cmpxchg that comes too early fails', mutants: [
      'process: !node->next: does not wait', 'process: goto hand;: left out' ] },
    { why: 'a process whose cmpxchg comes too early waits: its successor has linked itself, or will', mutants: [
      'process: cmpxchg(&lock->tail, node, NULL) != node: left out' ] },
  ],
});
