/* SPDX-License-Identifier: MIT */
/* What the runtime in ../../native provides, and how agents and claims of a file make themselves known to it. */
#ifndef RACEWALK_HOOKS_H
#define RACEWALK_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

enum rw_agent_kind { RW_THREAD, RW_MAY_WAIT, RW_INTERRUPT };
enum rw_claim_kind { RW_ALWAYS, RW_FINALLY, RW_REACHABLE, RW_LEADS_TO };
enum rw_check_kind { RW_NOW, RW_UNTIL_NEXT_ACCESS };
enum rw_context { RW_IRQS_OFF, RW_BH_OFF, RW_PREEMPTION_OFF, RW_RCU_READER };

typedef void (*rw_function)(void);

/* Called before main, in the order of the file. */
void rw_agent(enum rw_agent_kind kind, const char *name, int copies, rw_function body, rw_function host);
void rw_claim(enum rw_claim_kind kind, const char *name, bool (*holds)(void), void (*explain)(void));
void rw_pool(void *objects, size_t size, int count);

/* A step of several accesses. A wait is such a step too; rw_wait_leave(false) blocks and returns false. */
bool rw_atomic_enter(const char *reason);
void rw_atomic_leave(bool *once);
void rw_wait_enter(void);
bool rw_wait_leave(bool ready);
/* Gives way until another agent has made a step. */
void rw_relax(void);

/* Reading memory between these two is no access of a CPU. */
void rw_look_enter(void);
void rw_look_leave(void);
/* Whether to look again, since the check lasts until the next access. */
bool rw_check(enum rw_check_kind kind, bool ok, const char *what, const char *file, int line);
void rw_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void rw_reached(const char *name);
void rw_bug(const char *what, const char *file, int line);

int rw_copy(void);
int rw_any(int n);

/* Enters (+1) or leaves (-1) a context of this CPU; how deep it is in it. */
void rw_context_add(enum rw_context context, int by);
int rw_context_depth(enum rw_context context);
void rw_might_sleep(const char *file, int line);

int rw_cpu(void);
int rw_cpus(void);
/* The per-CPU variable at the address, or a part of it, of another CPU. */
void *rw_per_cpu(const void *address, int cpu);
/* Calls f on the CPUs of the mask other than this one, in interrupt context; waits for them if `wait`. */
void rw_call(unsigned long cpus, void (*f)(void *), void *info, bool wait);
/* Waits for the readers of now; calls f(head) after such a wait; waits for the calls that are due by now. */
void rw_grace_period(void);
void rw_after_grace_period(void *head, void (*f)(void *head));
void rw_callbacks(void);

void *rw_alloc(size_t size, bool zeroed);
void rw_free(const void *object);

/* One step, for a reason: ATOMICALLY("the lock is held") { ... } */
#define ATOMICALLY(reason)							\
	for (bool rw_once __attribute__((cleanup(rw_atomic_leave))) = rw_atomic_enter(reason); rw_once; rw_once = false)
/* Waits until the condition is true; one step, which reads all that the condition reads. */
#define WAIT_UNTIL(cond) do { rw_wait_enter(); } while (!rw_wait_leave(!!(cond)))

#define RW_CAT_(a, b) a##b
#define RW_CAT(a, b) RW_CAT_(a, b)
/* `first`, or the second half of `given` if that is a macro of two halves: ~,value */
#define RW_GIVEN(given, first) RW_GIVEN_(given, first, ~)
#define RW_GIVEN_(junk, value, ...) value
enum { RW_ROLE_machine, RW_ROLE_fix, RW_ROLE_size, RW_ROLE_variant };
#define RW_OPTION(role, text) _Static_assert(RW_ROLE_##role >= 0 && sizeof(text "") > 0, "")

#define RW_AGENT(kind, name, copies, host)					\
	static void rw_thread_##name(void);					\
	__attribute__((constructor)) static void rw_register_##name(void)	\
	{									\
		rw_agent(kind, #name, copies, rw_thread_##name, host);		\
	}									\
	static void rw_thread_##name(void)

#define RW_CLAIM(id, kind, name, cond, ...) RW_CLAIM_(id, kind, name, cond, __VA_ARGS__)
#define RW_CLAIM_(id, kind, name, cond, ...)					\
	static bool rw_holds_##id(void) { return (cond); }			\
	static void rw_explain_##id(void) { rw_say(" " __VA_ARGS__); }		\
	__attribute__((constructor)) static void rw_register_##id(void)		\
	{									\
		rw_claim(kind, name, rw_holds_##id, rw_explain_##id);		\
	}									\
	_Static_assert(true, "")

#define RW_CHECK(kind, cond, ...)						\
	for (bool rw_ok, rw_first = true; rw_first; rw_first = false) do {	\
		rw_look_enter();						\
		rw_ok = (cond);							\
		if (!rw_ok)							\
			rw_say(" " __VA_ARGS__);				\
		rw_look_leave();						\
	} while (rw_check(kind, rw_ok, #cond, __FILE__, __LINE__))

#endif
