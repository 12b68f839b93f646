/*
 * What functions of mm/ are made of: flags by bits, tables with designators, words in structs by value, compound
 * literals, ranges of cases, tables of operations, a union of a word and its bit-fields.
 */
#include <racewalk.h>

SUMMARY("idioms of mm/ that a protocol may be pasted with");

enum pageflags { PG_locked, PG_uptodate, PG_lru };
enum { FGP_LOCK = BIT(0), FGP_CREAT = BIT(1) };
typedef unsigned int __bitwise fgf_t;
typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long val; } swp_entry_t;
struct page;
struct operations { int (*writepage)(struct page *page, int wbc); bool (*dirty)(struct page *page); };
struct address_space { const struct operations *a_ops; spinlock_t i_lock; };
struct page { unsigned long flags; struct address_space *mapping; unsigned long index; };
struct slab {
	union {
		unsigned long counters;
		struct { unsigned inuse : 16, objects : 15, frozen : 1; };
	};
};

#define PAGEFLAG(name, bit)										\
	static __always_inline bool Page##name(const struct page *page) { return test_bit(bit, &page->flags); }	\
	static __always_inline void SetPage##name(struct page *page) { set_bit(bit, &page->flags); }
PAGEFLAG(Locked, PG_locked)
PAGEFLAG(Uptodate, PG_uptodate)

#define __pte(x) ((pte_t) { (x) })
#define pte_val(x) ((x).pte)
static const unsigned long masks[] = { [PG_uptodate] = GENMASK(3, 0), [PG_locked] = BIT(PG_locked), };

static int writepage(struct page *page, int wbc)
{
	return PageLocked(page) ? wbc + 1 : -EAGAIN;
}
static const struct operations ops = { .writepage = writepage, };
static struct address_space mapping = { .a_ops = &ops, };
struct page page = { .mapping = &mapping };
pte_t ptes[2] = { { 1 }, { .pte = 2 } };
struct slab slab = { .objects = 3 };

static inline pte_t pte_mkdirty(pte_t pte)
{
	return __pte(pte_val(pte) | 0x40);
}

static inline swp_entry_t swp_entry(unsigned long type, pgoff_t offset)
{
	swp_entry_t ret;

	ret.val = (type << 5) | (offset & 0x1f);
	return ret;
}

static int do_writepage(struct page *page, fgf_t fgp)
{
	struct address_space *mapping = page->mapping;
	int err = -EINVAL;

	if (unlikely(!(fgp & FGP_LOCK)))
		goto out;
	SetPageLocked(page);
	if (mapping->a_ops->dirty && !mapping->a_ops->dirty(page))
		goto out;
	err = mapping->a_ops->writepage(page, 2);
out:
	return err;
}

static int kind_of(unsigned long index)
{
	switch (index) {
	case 0 ... 3:
		return 1;
	case 4:
		return 2;
	default:
		return likely(index) + 2;
	}
}

/* mm/slub.c */
static void freeze(struct slab *slab)
{
	struct slab new;
	unsigned long counters;

	do {
		counters = READ_ONCE(slab->counters);
		new.counters = counters;
		new.inuse++;
		new.frozen = 1;
	} while (cmpxchg(&slab->counters, counters, new.counters) != counters);
}

THREAD(writer)
{
	pte_t pte = pte_mkdirty(READ_ONCE(ptes[0]));

	WRITE_ONCE(ptes[1], pte);
	ptes[0] = (pte_t){ .pte = 7 };
	CHECK(pte_val(ptes[1]) == 0x41 && pte_val(ptes[0]) == 7, "ptes are words");
	CHECK(swp_entry(1, 35).val == 35, "a struct that a function returns");
	CHECK(do_writepage(&page, FGP_LOCK | FGP_CREAT) == 3, "a table of operations");
	CHECK(!PageUptodate(&page) && masks[PG_uptodate] == 15 && ARRAY_SIZE(masks) == 2, "a table of masks");
	CHECK(kind_of(0) == 1 && kind_of(3) == 1 && kind_of(4) == 2 && kind_of(9) == 3, "ranges of cases");
}

THREADS(freezer, 2)
{
	freeze(&slab);
}

FINALLY("no count is lost", slab.inuse == 2 && slab.objects == 3 && slab.frozen);

SCENARIO(idioms, HOLDS);
