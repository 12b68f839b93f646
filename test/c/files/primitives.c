/* Every kind of primitive once, with the types that the kernel gives it. */
#include <racewalk/mm.h>

struct object {
	int value;
	unsigned long flags;
	struct rcu_head rcu;
	refcount_t refs;
};
POOL(struct object, 2);

atomic_t counter = ATOMIC_INIT(1);
atomic_long_t pages_used = ATOMIC_LONG_INIT(0);
struct object *shared;
struct object __rcu *published;
u64 word;
DEFINE_SPINLOCK(lock);
DEFINE_RWLOCK(rwlock);
DEFINE_MUTEX(mutex);
DECLARE_RWSEM(sem);
DEFINE_SEQLOCK(seqlock);
DECLARE_WAIT_QUEUE_HEAD(queue);
DECLARE_COMPLETION(done);
struct mm_struct mm;
struct vm_area_struct vma = { .vm_mm = &mm, VMA_UNLOCKED };
struct folio mem_map[2];
pte_t pte = pfn_pte(1, _PAGE_PRESENT | _PAGE_RW);
cpumask_t mask;

static void accesses(void)
{
	u64 old = READ_ONCE(word);

	WRITE_ONCE(word, old + 1);
	smp_mb();
	smp_rmb();
	smp_wmb();
	if (smp_load_acquire(&word) == data_race(word))
		smp_store_release(&word, 2);
	smp_store_mb(word, 3);
	while (!try_cmpxchg(&word, &old, old + 1))
		cpu_relax();
	xchg(&shared, NULL);
	if (cmpxchg_acquire(&word, 1, 2) == 1)
		smp_cond_load_acquire(&word, VAL != 1);
	smp_mb__before_atomic();
	set_bit(0, &mem_map[0].page.flags);
	smp_mb__after_atomic();
	if (test_and_clear_bit(1, &mem_map[0].page.flags) || test_bit(2, &mem_map[0].page.flags))
		__set_bit(3, &mem_map[0].page.flags);
}

static int atomics(struct object *o)
{
	int old = atomic_read(&counter);

	atomic_set(&counter, 1);
	atomic_inc(&counter);
	atomic_add(2, &counter);
	atomic_andnot(1, &counter);
	old += atomic_fetch_or(1, &counter) + atomic_fetch_add_relaxed(1, &counter);
	old += atomic_inc_return_acquire(&counter) + atomic_sub_return_release(1, &counter);
	if (atomic_dec_and_test(&counter) || atomic_inc_not_zero(&counter) || atomic_add_unless(&counter, 1, 5))
		old = atomic_xchg(&counter, 3);
	while (!atomic_try_cmpxchg_relaxed(&counter, &old, old + 1))
		;
	if (atomic_cmpxchg(&counter, 1, 2) == 1 && atomic_add_negative(-3, &counter))
		atomic_long_add(1, &pages_used);
	if (refcount_inc_not_zero(&o->refs) && refcount_dec_and_test(&o->refs))
		return atomic_dec_if_positive(&counter);
	return atomic_fetch_add_unless(&counter, 1, 0);
}

static void locks(void)
{
	unsigned long flags;
	unsigned int seq;

	spin_lock(&lock);
	spin_unlock(&lock);
	spin_lock_irqsave(&lock, flags);
	lockdep_assert_held(&lock);
	spin_unlock_irqrestore(&lock, flags);
	spin_lock_bh(&lock);
	spin_unlock_bh(&lock);
	if (spin_trylock(&lock))
		spin_unlock(&lock);
	read_lock(&rwlock);
	read_unlock(&rwlock);
	write_lock_irq(&rwlock);
	write_unlock_irq(&rwlock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	down_read(&sem);
	up_read(&sem);
	if (down_write_trylock(&sem)) {
		downgrade_write(&sem);
		up_read(&sem);
	}
	write_seqlock(&seqlock);
	write_sequnlock(&seqlock);
	do {
		seq = read_seqbegin(&seqlock);
	} while (read_seqretry(&seqlock, seq));
	if (mmap_read_trylock(&mm))
		mmap_read_unlock(&mm);
	mmap_write_lock(&mm);
	vma_start_write(&vma);
	mmap_write_unlock(&mm);
	if (vma_start_read(&vma))
		vma_end_read(&vma);
}

static void touch(void *info)
{
	WRITE_ONCE(*(int *)info, 1);
}

static bool wanted(int cpu, void *info)
{
	return cpumask_test_cpu(cpu, &mask);
}

static void free_object(struct rcu_head *head)
{
	kfree(container_of(head, struct object, rcu));
}

static void machine(struct object *o)
{
	unsigned long flags;

	local_irq_save(flags);
	local_irq_restore(flags);
	preempt_disable();
	preempt_enable();
	rcu_read_lock();
	if (rcu_dereference(published) && rcu_access_pointer(published))
		NOTE("published");
	rcu_read_unlock();
	rcu_assign_pointer(published, o);
	synchronize_rcu();
	call_rcu(&o->rcu, free_object);
	cpumask_set_cpu(0, &mask);
	smp_call_function(touch, &o->value, 1);
	smp_call_function_single(0, touch, &o->value, 1);
	on_each_cpu(touch, &o->value, 1);
	on_each_cpu_mask(&mask, touch, &o->value, true);
	on_each_cpu_cond(wanted, touch, &o->value, true);
	wait_event(queue, READ_ONCE(word) == 1);
	wake_up(&queue);
	complete(&done);
	wait_for_completion(&done);
	might_sleep();
	cond_resched();
	schedule();
}

static struct object *memory(void)
{
	struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);
	struct folio *folio = page_folio(pte_page(ptep_get(&pte)));

	if (!o || IS_ERR(o))
		return ERR_PTR(-ENOMEM);
	BUG_ON(o->value == 7);
	if (WARN_ON_ONCE(!folio) || unlikely(!pte_present(pte)))
		VM_BUG_ON_PAGE(true, &folio->page);
	if (folio_try_get(folio)) {
		folio_lock(folio);
		folio_unlock(folio);
		folio_put(folio);
	}
	if (!pte_same(ptep_get_and_clear(&mm, 0, &pte), pte))
		set_pte_at(&mm, 0, &pte, pte_wrprotect(pte));
	o->flags = BIT(2) | GENMASK(5, 3) | ARRAY_SIZE(mem_map) | min(1, 2) | max(1, 2);
	return o;
}

THREAD(all)
{
	struct object *o = memory();

	if (IS_ERR(o))
		return;
	accesses();
	atomics(o);
	locks();
	machine(o);
}

AGENT(hardware)
{
	WAIT_UNTIL(mask.bits);
}

INTERRUPT(timer, all)
{
	ATOMICALLY("the handler is short") {
		word++;
	}
}

LEADS_TO(mask.bits != 0, word == 1);
EVENTUALLY(all);
