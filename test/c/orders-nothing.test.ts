/** What orders nothing in the kernel orders nothing here: store buffering with it in the middle stays possible. */
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

const neutral: Readonly<Record<string, string>> = {
  'rcu_read_lock()': 'rcu_read_lock(); r = READ_ONCE(y); rcu_read_unlock();',
  'rcu_read_unlock()': 'rcu_read_unlock(); rcu_read_lock();',
  'local_irq_save()': 'unsigned long flags; local_irq_save(flags); local_irq_restore(flags);',
  'local_irq_disable()': 'local_irq_disable(); local_irq_enable();',
  'preempt_disable()': 'preempt_disable(); preempt_enable();',
  'kmalloc()': 'struct s *p = kmalloc(sizeof(*p), GFP_ATOMIC); got = p;',
  'kzalloc()': 'struct s *p = kzalloc(sizeof(*p), GFP_ATOMIC); got = p;',
  'kfree()': 'kfree(initial);',
  'a claim': 'REACHED("one is here"); HOLDS_HERE(true, "here"); CHECK(z == 0, "z is 0"); BUG_ON(0);',
  'a choice': 'int a = ANY(2); w = a;',
  'barrier()': 'barrier();',
  'a plain load': 'int v = z;',
  'a plain store': 'w = 1;',
  'a plain store to what others read plainly': 'read_elsewhere = 1;',
  'a store to what others read plainly': 'WRITE_ONCE(read_elsewhere, 1);',
  'a variable of the proof': 'ghost = ghost + 1;',
  'a local that may be uninitialised': 'int l; if (READ_ONCE(z) == 0) l = 1; w = l;',
  'smp_wmb()': 'smp_wmb();',
  'smp_rmb()': 'smp_rmb();',
  'smp_load_acquire()': 'int v = smp_load_acquire(&z);',
  'smp_store_release()': 'smp_store_release(&w, 1);',
  'smp_processor_id()': 'int c = smp_processor_id();',
  'a seqcount': 'unsigned s = read_seqcount_begin(&seq); if (read_seqcount_retry(&seq, s)) w = 1;',
};

const programWith = (what: string) => `#include <racewalk.h>
struct s { int a, b; };
POOL(struct s, 2);
struct s *got, *initial;
int x, y, z, w, read_elsewhere, seen = 1, first = 1;
bool never, ready;
seqcount_t seq;
GHOST int ghost;

static void handler(void *info) { }

THREAD(init) { initial = kzalloc(sizeof(*initial), GFP_KERNEL); smp_store_release(&ready, true); }
THREAD(one)
{
	int r;

	WAIT_UNTIL(smp_load_acquire(&ready));
	${what.startsWith('rcu_read_unlock') ? 'rcu_read_lock();' : ''}
	WRITE_ONCE(x, 1);
	${what}
	r = READ_ONCE(y);
	${what.startsWith('rcu_read_unlock') ? 'rcu_read_unlock();' : ''}
	first = r;
}
THREAD(two) { int r; WRITE_ONCE(y, 1); smp_mb(); r = READ_ONCE(x); seen = r; }
/* Makes racewalk keep what RCU, IPIs and KCSAN need. */
THREAD(never_runs)
{
	if (READ_ONCE(never)) {
		int v = read_elsewhere;

		synchronize_rcu();
		on_each_cpu(handler, NULL, 1);
	}
}
FINALLY("one of the two sees the other", first == 1 || seen == 1);
`;

const verdictOf = (text: string, memory: string) => {
  const { outcome } = check(withMemoryOption(protocol(text)).build({ memory }));
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

test.each(Object.entries(neutral))('%s', (_name, what) => {
  const text = programWith(what);
  expect(verdictOf(text, 'sc')).toBe('holds');
  for (const memory of ['tso', 'pso', 'arm64'])
    expect(verdictOf(text, memory)).toBe('one of the two sees the other');
});

test('smp_mb() orders', () => {
  for (const memory of ['tso', 'pso', 'arm64'])
    expect(verdictOf(programWith('smp_mb();'), memory)).toBe('holds');
});
