/**
 * A walk over all page frames takes a tail's count when the split unfreezes it, and must then see that the tail is its own head.
 *
 * page_idle_get_page finds a page by its page frame, not by a pte: it raises the count if that is not 0, and put_page later reads
 * which page is the head. __split_huge_page_tail must therefore make the tail its own head and then set its count, in that order
 * for other CPUs. Otherwise the walk takes its reference on the tail and drops it on the old head.
 *
 *   CPU 0: page_idle_get_page                CPU 1: __split_huge_page_tail
 *                                            count(T) := 1
 *   count of T 1 -> 2
 *   put_page(T): head(T) is H
 *                                            head(T) := T
 *
 * Kernel:  v4.5 to v4.16: count-first; since v4.17: barrier
 * About:   huge pages, reuse of a page, barriers
 * Exposed: any CPU (in the right order but without the barrier: those that reorder stores)
 * Source:  v4.12 and v5.12 mm/huge_memory.c: __split_huge_page_tail; include/linux/page_ref.h: page_ref_unfreeze;
 *          mm/page_idle.c: page_idle_get_page; include/linux/mm.h: put_page
 * Broke:   e9b61f19858a (v4.5, split_huge_page with the new reference counting)
 * Fixed:   605ca5ede764 (v4.17) -> headFirst; "include/linux/page_ref.h: ensure page_ref_unfreeze is ordered against prior accesses"
 *          (v4.13; a release since v4.17) -> barrier
 * CVE:     unknown
 * Omitted: the head's own count and the other tails: each has its own count. The flags of the tail, which the earlier smp_wmb
 *          orders: what page_idle_get_page sees of PageLRU only makes it give up. gup_fast: it reads the head first and raises the
 *          count of the head, which is frozen, too. The drop itself: on the head of another page it is wrong for any count.
 */
import { always, and, bool, branch, cost, defineModel, ended, eq, eventually, exists, flag, forAll, goto, ifdef, inc, init,
  integer, label, never, not, range, reachable, relaxed, say, set, shared, smpMb, step, thread, values } from 'racewalk';
import { getPageUnlessZero } from 'racewalk/kernel';

const Head = values('H', 'T');

export const model = defineModel({
  name: 'split-unfreezes-tail',
  summary: 'a walk over all page frames takes a tail\'s count as soon as the split unfreezes it',
  options: {
    headFirst: flag('fix', 'the tail becomes its own head before its count is set', true),
    barrier: flag('fix', 'page_ref_unfreeze executes a full barrier before it sets the count'),
    cpus: integer('CPUs in page_idle_get_page', [1, 4]),
  },

  build: ({ headFirst, barrier, cpus }) => {
    const mem = shared({
      head:  init(Head, 'H', 'compound_head(T)'),
      count: init(range(0, cpus + 1), 0, 'page->_refcount of T: frozen at 0'),
    });

    const idle = thread('page_idle_get_page', { cpus, locals: {
      got: init(bool, false), knows: init(bool, false), head: init(Head, 'H'),
    } }, (l) => [
      getPageUnlessZero(mem.count, l.got),
      branch('!get_page_unless_zero(page)',               not(l.got), [goto('out')]),
      step('put_page(page): page = compound_head(page)',  set(l.head, mem.head), set(l.knows, true)),
      label('out'),
    ]);

    const split = thread('__split_huge_page_tail', {}, () => [
      ifdef(!headFirst, relaxed(step('page_ref_inc(page_tail)', inc(mem.count)))),
      step('clear_compound_head(page_tail)',              set(mem.head, 'T')),
      ifdef(headFirst,
        ifdef(barrier, smpMb()),
        step('atomic_set(&page->_refcount, 1)',           set(mem.count, 1))),
    ]);

    return {
      shared: mem,
      threads: [idle, split],
      properties: [
        always('a CPU that holds a reference to the tail sees that the tail is its own head', forAll(idle, (l, cpu) =>
          never(and(l.knows, eq(l.head, 'H')),
            say`page_idle_get_page on CPU ${cpu} has a reference to T, but put_page drops one of H: it reads that T is a tail of H`))),
        reachable('page_idle_get_page takes the former tail', exists(idle, (l) => and(l.knows, eq(l.head, 'T')))),
        reachable('page_idle_get_page finds the tail frozen', exists(idle, (l, cpu) => and(ended(idle, cpu), not(l.got)))),
        eventually(idle), eventually(split),
      ],
      costs: [cost('barriers', { steps: 'barrier' }, { thread: split })],
    };
  },

  scenarios: [
    { name: 'count-first', options: { headFirst: false }, verdict: 'violated', steps: 3, states: 9, transitions: 9,
      why: 'no store is delayed: between the two statements the tail has a count and still the old head' },
    { name: 'no-barrier', options: {},                verdict: 'holds',    states: 8, transitions: 8,
      why: 'under sequential consistency and TSO the two stores become visible in order; PSO needs the barrier', proves: ['cpus'] },
    { name: 'barrier',    options: { barrier: true }, verdict: 'holds',    states: 8, transitions: 8, proves: ['cpus'] },
    { name: 'no-barrier-tso', options: {},                memory: 'tso', verdict: 'holds',
      states: 14, transitions: 19, proves: ['cpus'] },
    { name: 'no-barrier-pso', options: {},                memory: 'pso', verdict: 'violated',
      steps: 5, states: 17, transitions: 25,
      why: 'the count leaves the store buffer before the head' },
    { name: 'barrier-pso',    options: { barrier: true }, memory: 'pso', verdict: 'holds',
      states: 14, transitions: 17, proves: ['cpus'] },
    { name: 'no-barrier-arm64', options: {},              memory: 'arm64', verdict: 'violated',
      steps: 3, states: 16, transitions: 18,
      why: 'the count is performed before the head' },
    { name: 'barrier-arm64',  options: { barrier: true }, memory: 'arm64', verdict: 'holds',
      states: 8, transitions: 9 },
  ],

  survivors: [
    { why: 'the model omits the drop of the reference, so no property counts references', mutants: [
      "page_idle_get_page: get_page_unless_zero(page): without 'if (got)'" ] },
  ],
});
