/* SPDX-License-Identifier: MIT */
/*
 * What a protocol in C includes: its options, agents, claims and scenarios, and the kernel's primitives.
 *
 * racewalk knows these names itself and does not read this file. The file is for the C compiler: `gcc -fsyntax-only`
 * accepts a protocol with it, and the runtime in ../native runs one. So each primitive has a definition in C here,
 * on the compiler's atomic builtins and on the hooks (rw_...) of the runtime.
 */
#ifndef RACEWALK_H
#define RACEWALK_H

/* The kernel is compiled without these two warnings of -Wextra. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wsign-compare"

#include <kernel/hooks.h>
#include <kernel/types.h>
#include <kernel/bug.h>
#include <kernel/access.h>
#include <kernel/atomic.h>
#include <kernel/refcount.h>
#include <kernel/bitops.h>
#include <kernel/context.h>
#include <kernel/locks.h>
#include <kernel/rwsem.h>
#include <kernel/seqlock.h>
#include <kernel/rcu.h>
#include <kernel/smp.h>
#include <kernel/percpu.h>
#include <kernel/wait.h>
#include <kernel/slab.h>
#include <kernel/guards.h>

/* ---- Options. The role is machine, fix, size or variant. The compiler sees the default of an option, or what
 *      -DRW_SET_<name>=~,<value> gives. An option CONFIG_X can be asked by IS_ENABLED(CONFIG_X) and by #ifdef CONFIG_X;
 *      for the compiler, #ifdef CONFIG_X is false. */

/* One of the names that follow; the first is the default. */
#define OPTION_ENUM(name, role, text, first, ...)				\
	enum name { first, ##__VA_ARGS__ };					\
	static const enum name name __attribute__((unused)) = RW_GIVEN(RW_SET_##name, first); \
	RW_OPTION(role, text)
/* OPTION_FLAG(NAME, role, "text") is off, OPTION_FLAG(NAME, role, "text", true) is on. */
#define OPTION_FLAG(name, role, text, ...)					\
	enum { name = RW_GIVEN(RW_SET_##name, RW_GIVEN_(~, ##__VA_ARGS__, false, ~)) }; \
	RW_OPTION(role, text)
/* A number from low to high. */
#define OPTION_INT(name, role, text, low, high, first)				\
	enum { name = RW_GIVEN(RW_SET_##name, first) };				\
	_Static_assert((low) <= name && name <= (high), #name " is outside " #low ".." #high); \
	RW_OPTION(role, text)
#define IS_ENABLED(option) (option)

/* ---- Agents: THREAD(name) { body }. */

#define THREAD(name) THREADS(name, 1)
/* n copies; CPU is the index of the copy. */
#define THREADS(name, n) RW_AGENT(RW_THREAD, name, n, NULL)
/* An agent that may wait for ever, such as hardware. */
#define AGENT(name) RW_AGENT(RW_MAY_WAIT, name, 1, NULL)
/* A handler on each CPU of the thread `host`, taken at any time at which interrupts are on there. */
#define INTERRUPT(name, host) RW_AGENT(RW_INTERRUPT, name, 1, rw_thread_##host)
#define CPU (rw_copy())
/* A number from 0 to n - 1: every one of them is tried. */
#define ANY(n) (rw_any(n))
/* ATOMICALLY("reason") { } and WAIT_UNTIL(condition) stand in kernel/hooks.h. */

/* ---- Claims. Reading memory in a claim is no access of a CPU. A format is printf's; %p prints
 *      the name of an object. */

/* In every state. ALWAYS("name", cond) or ALWAYS("name", cond, "format", values...). */
#define ALWAYS(name, cond, ...) RW_CLAIM(__COUNTER__, RW_ALWAYS, name, cond, __VA_ARGS__)
/* When every thread has ended and every store has arrived. */
#define FINALLY(name, cond, ...) RW_CLAIM(__COUNTER__, RW_FINALLY, name, cond, __VA_ARGS__)
/* In some state; otherwise the other claims hold for want of a run. */
#define REACHABLE(name, cond) RW_CLAIM(__COUNTER__, RW_REACHABLE, name, !(cond), )
/* Every fair run ends the thread; every fair run in which p is true makes q true later. */
#define EVENTUALLY(thread) _Static_assert(sizeof(&rw_thread_##thread) > 0, "")
#define LEADS_TO(p, q) RW_CLAIM(__COUNTER__, RW_LEADS_TO, #p " leads to " #q, (p) || (q), )

/* Within a function: now; and from now to the next access of this thread. */
#define CHECK(cond, ...) RW_CHECK(RW_NOW, cond, __VA_ARGS__)
#define HOLDS_HERE(cond, ...) RW_CHECK(RW_UNTIL_NEXT_ACCESS, cond, __VA_ARGS__)
#define REACHED(name) rw_reached(name)
/* A remark in the trace; an event that `racewalk compare` counts. */
#define NOTE(text) ((void)(text ""))
#define COUNT(event) ((void)(event ""))

#define FOR_ALL(i, n, c)							\
	({ bool rw_all = true; for (int i = 0; i < (n); i++) rw_all = rw_all && (c); rw_all; })
#define EXISTS(i, n, c)								\
	({ bool rw_some = false; for (int i = 0; i < (n); i++) rw_some = rw_some || (c); rw_some; })

/* Before a declaration: a variable of the proof, which is no memory of the kernel. */
#define GHOST __attribute__((section(".rw_ghost")))
/* The initialiser of an array: element i is e. */
#ifdef RW_NATIVE
#define INIT_EACH(i, e) rw_init_each_needs_native_run
/* What native/run makes of it. */
#define RW_INIT_EACH(array, i, e)						\
	__attribute__((constructor)) static void rw_init_##array(void)		\
	{									\
		for (int i = 0; i < ARRAY_SIZE(array); i++)			\
			array[i] = e;						\
	}									\
	_Static_assert(true, "")
#else
#define INIT_EACH(i, e) { 0 }
#endif

/*
 * ---- Scenarios: SCENARIO(name, verdict, option = value, ...), with MEMORY = sc, tso, pso or arm64 as one of them,
 * WHY = "reason", PROVES = an OPTION_INT for any number of which `racewalk prove` proves it, and the counts STATES,
 * TRANSITIONS and STEPS where they are to stay.
 */

#define SCENARIO(name, verdict, ...) enum { rw_scenario_##name = RW_VERDICT_##verdict }
enum { RW_VERDICT_HOLDS, RW_VERDICT_VIOLATED, RW_VERDICT_DEADLOCK, RW_VERDICT_UNREACHED, RW_VERDICT_LIVELOCK };
/* Mutants that no scenario detects, as `racewalk mutate` names them, without their lines, and why that is correct. */
#define SURVIVES(why, ...) _Static_assert(true, "")
/* One sentence on the protocol. */
#define SUMMARY(text) RW_OPTION(machine, text)

#endif
