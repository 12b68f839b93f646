/* SPDX-License-Identifier: MIT */
/* Assertions of the kernel: each is a violation when its condition is true. */
#ifndef RACEWALK_BUG_H
#define RACEWALK_BUG_H

#include <kernel/hooks.h>

#define RW_ASSERT(what, cond)							\
	({ bool rw_bad = !!(cond); if (rw_bad) rw_bug(what, __FILE__, __LINE__); rw_bad; })

#define BUG() rw_bug("BUG()", __FILE__, __LINE__)
#define BUG_ON(cond) ((void)RW_ASSERT("BUG_ON(" #cond ")", cond))
#define WARN_ON(cond) RW_ASSERT("WARN_ON(" #cond ")", cond)
#define WARN_ON_ONCE(cond) RW_ASSERT("WARN_ON_ONCE(" #cond ")", cond)
#define WARN(cond, ...) RW_ASSERT("WARN(" #cond ")", cond)
#define WARN_ONCE(cond, ...) RW_ASSERT("WARN_ONCE(" #cond ")", cond)
#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)

#define VM_BUG_ON(cond) ((void)RW_ASSERT("VM_BUG_ON(" #cond ")", cond))
#define VM_BUG_ON_PAGE(cond, page) ((void)RW_ASSERT("VM_BUG_ON_PAGE(" #cond ")", cond))
#define VM_BUG_ON_FOLIO(cond, folio) ((void)RW_ASSERT("VM_BUG_ON_FOLIO(" #cond ")", cond))
#define VM_BUG_ON_VMA(cond, vma) ((void)RW_ASSERT("VM_BUG_ON_VMA(" #cond ")", cond))
#define VM_BUG_ON_MM(cond, mm) ((void)RW_ASSERT("VM_BUG_ON_MM(" #cond ")", cond))
#define VM_WARN_ON(cond) ((void)RW_ASSERT("VM_WARN_ON(" #cond ")", cond))
#define VM_WARN_ON_ONCE(cond) RW_ASSERT("VM_WARN_ON_ONCE(" #cond ")", cond)
#define VM_WARN_ON_FOLIO(cond, folio) RW_ASSERT("VM_WARN_ON_FOLIO(" #cond ")", cond)
#define VM_WARN_ON_ONCE_FOLIO(cond, folio) RW_ASSERT("VM_WARN_ON_ONCE_FOLIO(" #cond ")", cond)
#define VM_WARN_ON_ONCE_PAGE(cond, page) RW_ASSERT("VM_WARN_ON_ONCE_PAGE(" #cond ")", cond)
#define VM_WARN_ON_ONCE_VMA(cond, vma) RW_ASSERT("VM_WARN_ON_ONCE_VMA(" #cond ")", cond)
#define VM_WARN_ON_ONCE_MM(cond, mm) RW_ASSERT("VM_WARN_ON_ONCE_MM(" #cond ")", cond)

#endif
