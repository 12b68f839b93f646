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

/* Messages evaluate their arguments, and print nothing. */
static inline __attribute__((format(printf, 1, 2))) int printk(const char *format, ...) { return 0; }
#define printk_once(...) ((void)printk(__VA_ARGS__))
#define printk_ratelimited(...) ((void)printk(__VA_ARGS__))
#define printk_deferred(...) ((void)printk(__VA_ARGS__))
#define dump_stack() ((void)0)
#define dump_page(page, reason) ((void)(page), (void)(reason ""))
#define pr_emerg(...) ((void)printk(__VA_ARGS__))
#define pr_emerg_once(...) ((void)printk(__VA_ARGS__))
#define pr_emerg_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_alert(...) ((void)printk(__VA_ARGS__))
#define pr_alert_once(...) ((void)printk(__VA_ARGS__))
#define pr_alert_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_crit(...) ((void)printk(__VA_ARGS__))
#define pr_crit_once(...) ((void)printk(__VA_ARGS__))
#define pr_crit_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_err(...) ((void)printk(__VA_ARGS__))
#define pr_err_once(...) ((void)printk(__VA_ARGS__))
#define pr_err_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_warn(...) ((void)printk(__VA_ARGS__))
#define pr_warn_once(...) ((void)printk(__VA_ARGS__))
#define pr_warn_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_notice(...) ((void)printk(__VA_ARGS__))
#define pr_notice_once(...) ((void)printk(__VA_ARGS__))
#define pr_notice_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_info(...) ((void)printk(__VA_ARGS__))
#define pr_info_once(...) ((void)printk(__VA_ARGS__))
#define pr_info_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_cont(...) ((void)printk(__VA_ARGS__))
#define pr_cont_once(...) ((void)printk(__VA_ARGS__))
#define pr_cont_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_debug(...) ((void)printk(__VA_ARGS__))
#define pr_debug_once(...) ((void)printk(__VA_ARGS__))
#define pr_debug_ratelimited(...) ((void)printk(__VA_ARGS__))
#define pr_devel(...) ((void)printk(__VA_ARGS__))
#define pr_devel_once(...) ((void)printk(__VA_ARGS__))
#define pr_devel_ratelimited(...) ((void)printk(__VA_ARGS__))
#include <kernel/kern_levels.h>

#endif
