/** A verdict names the functions of the kernel of which it rests on racewalk's model, with what they follow. */
import { expect, test } from 'vitest';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { stubsSentence } from '../../checker/report/stubs.ts';
import { protocol } from './protocol.ts';

const text = `#include <racewalk/mm.h>
struct mm_struct mm;
struct folio mem_map[1];
pte_t pte = pfn_pte(0, _PAGE_PRESENT);
static void unused(void) { rcu_read_lock(); }
static struct page *follow(pte_t *ptep)
{
	pte_t entry = ptep_get(ptep);

	return pte_present(entry) ? pte_page(entry) : NULL;
}
THREAD(a)
{
	mmap_read_lock(&mm);
	follow(&pte);
	mmap_read_unlock(&mm);
	spin_lock(&mm.page_table_lock);
	spin_unlock(&mm.page_table_lock);
}
`;

const stubs = [
  { name: 'mmap_read_lock', source: 'v6.12 include/linux/mmap_lock.h' },
  { name: 'mmap_read_unlock', source: 'v6.12 include/linux/mmap_lock.h' },
  { name: 'pte_page', source: 'v6.12 arch/x86/include/asm/pgtable.h' },
  { name: 'pte_present', source: 'v6.12 arch/x86/include/asm/pgtable.h' },
  { name: 'ptep_get', source: 'v6.12 include/linux/pgtable.h' },
  { name: 'spin_lock', source: 'kernel/locking' },
  { name: 'spin_unlock', source: 'kernel/locking' },
];

test.each(['sc', 'tso', 'arm64'] as const)('those that the file calls, under %s', (memory) => {
  const model = memoryModels[memory](protocol(text).build(), defaultSettings);
  expect(model.stubs).toEqual(stubs);
  expect(stubsSentence(model)).toBe(
    "rests on racewalk's model of: mmap_read_lock, mmap_read_unlock, pte_page, pte_present, ptep_get, spin_lock, spin_unlock",
  );
});

test('accesses, barriers and atomic operations are what the memory model says', () => {
  const model = protocol(
    '#include <racewalk.h>\natomic_t x;\nTHREAD(a) { atomic_inc(&x); smp_mb(); CHECK(atomic_read(&x) == 1, "x"); }',
  ).build();
  expect(stubsSentence(model)).toBeNull();
});
