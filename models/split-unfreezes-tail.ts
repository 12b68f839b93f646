/**
 * gup_fast takes a tail's count as soon as the split unfreezes it, and must then see that the tail is a page of its own.
 *
 * __split_huge_page_tail first makes the tail its own head and then sets its count. Who raises a count that is not 0 may look at
 * the head at once: if the two stores can be seen in the other order, the reference and its drop go to different pages.
 *
 *   CPU 0: gup_fast                          CPU 1: __split_huge_page_tail
 *                                            head(T) := T (not seen yet); count(T) := 1
 *   count of T 1 -> 2
 *   head(T) is H
 *
 * Kernel:  v4.6 to v4.12: no-barrier; since v4.13: barrier
 * About:   lockless walk, huge pages, barriers
 * Exposed: reordered stores
 * Source:  v5.12 mm/huge_memory.c: __split_huge_page_tail; include/linux/page_ref.h: page_ref_unfreeze; include/linux/page-flags.h:
 *          compound_head
 * Fixed:   "include/linux/page_ref.h: ensure page_ref_unfreeze is ordered against prior accesses" (v4.13) -> barrier
 * Omitted: the head's own count and the other tails: each has its own word. The flags of the tail, for which there is the
 *          smp_wmb before. What gup_fast does next with a head that it believes in: every use of it is wrong.
 */
import { always, and, bool, branch, cost, defineModel, ended, eq, exists, flag, forAll, goto, ifdef, init, integer, label, never, not,
  range, reachable, say, set, shared, smpMb, step, thread, values } from 'racewalk';
import { getPageUnlessZero } from 'racewalk/kernel';

const Head = values('H', 'T');

export const model = defineModel({
  name: 'split-unfreezes-tail',
  summary: 'gup_fast takes a tail\'s count as soon as the split unfreezes it',
  options: {
    barrier: flag('fix', 'page_ref_unfreeze has a full barrier before it sets the count'),
    cpus: integer('CPUs in gup_fast', [1, 4]),
  },

  build: ({ barrier, cpus }) => {
    const mem = shared({
      head:  init(Head, 'H', 'compound_head(T)'),
      count: init(range(0, cpus + 1), 0, 'page->_refcount of T: frozen at 0'),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      got: init(bool, false), knows: init(bool, false), head: init(Head, 'H'),
    } }, (l) => [
      getPageUnlessZero(mem.count, l.got, 'page_cache_add_speculative(page, refs)'),
      branch('!page_cache_add_speculative(page, refs)',   not(l.got), [goto('out')]),
      step('head = compound_head(page)',                  set(l.head, mem.head), set(l.knows, true)),
      label('out'),
    ]);

    const split = thread('__split_huge_page_tail', {}, () => [
      step('clear_compound_head(page_tail)',              set(mem.head, 'T')),
      ifdef(barrier, smpMb()),
      step('atomic_set(&page->_refcount, 1)',             set(mem.count, 1)),
    ]);

    return {
      shared: mem,
      threads: [gup, split],
      properties: [
        always('who holds a reference on the tail sees that it is its own head', forAll(gup, (l, cpu) =>
          never(and(l.knows, eq(l.head, 'H')),
            say`gup_fast on CPU ${cpu} has taken a reference on T and believes that T is a tail of H: it will be put on H`))),
        reachable('gup_fast pins the former tail', exists(gup, (l) => and(l.knows, eq(l.head, 'T')))),
        reachable('gup_fast finds the tail frozen', exists(gup, (l, cpu) => and(ended(gup, cpu), not(l.got)))),
      ],
      costs: [cost('barriers', { steps: 'barrier' }, { thread: split })],
    };
  },

  scenarios: [
    { name: 'no-barrier', options: {},                verdict: 'holds',    states: 8, transitions: 8,
      why: 'under sequential consistency and TSO two stores are seen in their order; PSO needs the barrier' },
    { name: 'barrier',    options: { barrier: true }, verdict: 'holds',    states: 8, transitions: 8 },
    { name: 'no-barrier-tso', options: {},                memory: 'tso', verdict: 'holds',
      states: 14, transitions: 19 },
    { name: 'no-barrier-pso', options: {},                memory: 'pso', verdict: 'violated',
      steps: 5, states: 17, transitions: 25,
      why: 'the count leaves the store buffer before the head' },
    { name: 'barrier-pso',    options: { barrier: true }, memory: 'pso', verdict: 'holds',
      states: 14, transitions: 17 },
  ],
});
