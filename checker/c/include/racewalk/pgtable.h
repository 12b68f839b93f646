/* SPDX-License-Identifier: MIT */
/* Stubs: page-table entries, each one word: a pfn above the flags. */
#ifndef RACEWALK_PGTABLE_H
#define RACEWALK_PGTABLE_H

#include <racewalk/page.h>

/* v6.12 arch/x86/include/asm/pgtable_types.h, without the struct around the word */
typedef unsigned long pteval_t;
typedef unsigned long pmdval_t;
typedef pteval_t pte_t;
typedef pmdval_t pmd_t;
#define pte_val(pte) (pte)
#define pmd_val(pmd) (pmd)
#define __pte(word) (word)
#define __pmd(word) (word)

#define _PAGE_PRESENT 0x01UL
#define _PAGE_RW 0x02UL
#define _PAGE_ACCESSED 0x04UL
#define _PAGE_DIRTY 0x08UL
#define _PAGE_PSE 0x10UL
#define _PAGE_SOFT 0x20UL
#define _PAGE_PFN_SHIFT 6

/* v6.12 include/linux/pgtable.h: ptep_get, pmdp_get; arch/x86/include/asm/pgtable.h: the rest */
static inline pte_t ptep_get(pte_t *ptep) { return READ_ONCE(*ptep); }
static inline pte_t ptep_get_lockless(pte_t *ptep) { return READ_ONCE(*ptep); }
static inline pmd_t pmdp_get(pmd_t *pmdp) { return READ_ONCE(*pmdp); }
static inline pmd_t pmdp_get_lockless(pmd_t *pmdp) { return READ_ONCE(*pmdp); }
static inline bool pte_same(pte_t a, pte_t b) { return pte_val(a) == pte_val(b); }
static inline bool pmd_same(pmd_t a, pmd_t b) { return pmd_val(a) == pmd_val(b); }
static inline bool pte_none(pte_t pte) { return pte_val(pte) == 0; }
static inline bool pmd_none(pmd_t pmd) { return pmd_val(pmd) == 0; }
static inline bool pte_present(pte_t pte) { return pte_val(pte) & _PAGE_PRESENT; }
static inline bool pmd_present(pmd_t pmd) { return pmd_val(pmd) & _PAGE_PRESENT; }
static inline bool pte_write(pte_t pte) { return pte_val(pte) & _PAGE_RW; }
static inline bool pmd_write(pmd_t pmd) { return pmd_val(pmd) & _PAGE_RW; }
static inline bool pte_dirty(pte_t pte) { return pte_val(pte) & _PAGE_DIRTY; }
static inline bool pmd_dirty(pmd_t pmd) { return pmd_val(pmd) & _PAGE_DIRTY; }
static inline bool pte_young(pte_t pte) { return pte_val(pte) & _PAGE_ACCESSED; }
static inline bool pmd_leaf(pmd_t pmd) { return pmd_val(pmd) & _PAGE_PSE; }
static inline bool pmd_trans_huge(pmd_t pmd) { return pmd_leaf(pmd); }
static inline bool pmd_bad(pmd_t pmd) { return !pmd_present(pmd) || pmd_leaf(pmd); }
static inline unsigned long pte_pfn(pte_t pte) { return pte_val(pte) >> _PAGE_PFN_SHIFT; }
static inline unsigned long pmd_pfn(pmd_t pmd) { return pmd_val(pmd) >> _PAGE_PFN_SHIFT; }
static inline struct page *pte_page(pte_t pte) { return pfn_to_page(pte_pfn(pte)); }
static inline struct page *pmd_page(pmd_t pmd) { return pfn_to_page(pmd_pfn(pmd)); }
static inline pte_t pte_mkdirty(pte_t pte) { return __pte(pte_val(pte) | _PAGE_DIRTY); }
static inline pte_t pte_mkclean(pte_t pte) { return __pte(pte_val(pte) & ~_PAGE_DIRTY); }
static inline pte_t pte_mkwrite_novma(pte_t pte) { return __pte(pte_val(pte) | _PAGE_RW); }
static inline pte_t pte_wrprotect(pte_t pte) { return __pte(pte_val(pte) & ~_PAGE_RW); }
static inline pte_t pte_mkyoung(pte_t pte) { return __pte(pte_val(pte) | _PAGE_ACCESSED); }
static inline pte_t pte_mkold(pte_t pte) { return __pte(pte_val(pte) & ~_PAGE_ACCESSED); }
static inline pmd_t pmd_wrprotect(pmd_t pmd) { return __pmd(pmd_val(pmd) & ~_PAGE_RW); }
static inline pmd_t pmd_mkinvalid(pmd_t pmd) { return __pmd(pmd_val(pmd) & ~_PAGE_PRESENT); }
/* Constants, so that an initialiser can use them. */
#define pfn_pte(pfn, prot) __pte(((unsigned long)(pfn) << _PAGE_PFN_SHIFT) | (prot))
#define pfn_pmd(pfn, prot) __pmd(((unsigned long)(pfn) << _PAGE_PFN_SHIFT) | (prot))
static inline pte_t mk_pte(struct page *page, unsigned long prot) { return pfn_pte(page_to_pfn(page), prot); }

/* v6.12 arch/x86/include/asm/pgtable_64.h: native_set_pte, native_ptep_get_and_clear */
static inline void set_pte(pte_t *ptep, pte_t pte) { WRITE_ONCE(*ptep, pte); }
static inline void set_pmd(pmd_t *pmdp, pmd_t pmd) { WRITE_ONCE(*pmdp, pmd); }
#define set_pte_at(mm, addr, ptep, pte) set_pte(ptep, pte)
#define set_pmd_at(mm, addr, pmdp, pmd) set_pmd(pmdp, pmd)
#define pte_clear(mm, addr, ptep) set_pte(ptep, __pte(0))
#define pmd_clear(pmdp) set_pmd(pmdp, __pmd(0))
#define ptep_get_and_clear(mm, addr, ptep) xchg(ptep, __pte(0))
#define pmdp_huge_get_and_clear(mm, addr, pmdp) xchg(pmdp, __pmd(0))
/* v6.12 arch/x86/include/asm/pgtable.h: ptep_set_wrprotect, ptep_test_and_clear_young, pmdp_establish */
static inline void ptep_wrprotect(pte_t *ptep)
{
	pte_t old = READ_ONCE(*ptep);

	while (!try_cmpxchg(ptep, &old, pte_wrprotect(old)))
		cpu_relax();
}
#define ptep_set_wrprotect(mm, addr, ptep) ptep_wrprotect(ptep)
#define ptep_test_and_clear_young(vma, addr, ptep) test_and_clear_bit(2, ptep)
#define pmdp_establish(vma, addr, pmdp, pmd) xchg(pmdp, pmd)

#endif
