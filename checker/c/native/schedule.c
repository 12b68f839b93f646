/* SPDX-License-Identifier: MIT */
/*
 * Runs a protocol under given interleavings: every access to its memory, each atomic operation and each wait is one step.
 *
 * The compiler calls __tsan_... before each access (-fsanitize=thread); here that call gives the choice of the next step to
 * the scheduler. All interleavings are tried depth first: a run follows the choices of the run before it up to the last
 * one that has an alternative, from the first values of the memory. Memory is sequentially consistent.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include "program.h"
#include "report.h"

enum { MAX_CONTEXTS = 64, MAX_CHOICES = 10000, MAX_CALLS = 16, MAX_CALLBACKS = 16, STACK = 64 * 1024 };

/* ---- Contexts: what runs on a CPU. */

enum role { THREAD, AGENT, INTERRUPT, CALLS, CALLBACKS };
enum state { NEW, AT_ACCESS, AT_WAIT, WAITED, LOOKING, RELAXED, DONE };

struct context {
	ucontext_t registers;
	char *stack;
	enum role role;
	const struct agent *agent;
	int copy, cpu;
	enum state state;
	int quiet;			/* depth of steps of several accesses, and of claims */
	bool look_again;
	unsigned long relaxed_at;	/* in steps */
};

struct call { void (*f)(void *); void *info; unsigned long *waiting; };
struct cpu {
	int depth[4];
	unsigned quiescent;		/* how often it has left its outermost read section */
	struct context *handler;
	struct call calls[MAX_CALLS];
	int call_count;
};
struct callback { void (*f)(void *); void *head; unsigned readers[MAX_CONTEXTS]; };

static struct context contexts[MAX_CONTEXTS], *current;
static struct cpu cpus[MAX_CONTEXTS];
static struct callback callbacks[MAX_CALLBACKS];
static int context_count, cpu_count, thread_count, callback_count;
static unsigned long callbacks_queued, callbacks_done;	/* in this run */
static ucontext_t scheduler;
static char *stacks;
static unsigned long steps;
static unsigned long *acknowledgements;		/* of calls that nobody waits for */

/* ---- The choices of a run. */

struct choice {
	int taken, count;
	uint64_t enabled;		/* contexts; 0 if it is a choice of a value */
	bool stepped;
};
static struct choice choices[MAX_CHOICES];
static int choice_count, position;
static int schedule[MAX_CHOICES], schedule_length;
static const int *given;
static int given_length;
static int longest = 1000;
static unsigned long most_runs = -1UL;
static bool cut_short, run_is_over;

/*
 * ---- Memory that one context alone accesses, or that nobody writes (--ends): who comes first there changes no end. Which
 *      memory that is shows when all runs are done; they are repeated until the memory that they share has been a choice.
 */

enum { GRANULES = 1 << 14 };
struct granule {
	uintptr_t at;			/* in units of 8 bytes; 0 is unused */
	uint64_t contexts;
	bool written, is_choice;
};
static struct granule granules[GRANULES];
static bool only_ends;
/* Handlers or grace periods can tell whether a CPU has irqs off or reads; set when that shows. */
static bool contexts_matter;

static struct granule *granule_of(const void *address)
{
	uintptr_t at = (uintptr_t)address / 8;
	size_t slot = at * 2654435761U % GRANULES;

	for (int probe = 0; probe < GRANULES; probe++, slot = (slot + 1) % GRANULES) {
		if (granules[slot].at == 0)
			granules[slot].at = at;
		if (granules[slot].at == at)
			return &granules[slot];
	}
	die("%s accesses more than %d words", program.path, GRANULES);
}

/* Makes choices of the accesses to memory that is shared. Returns whether there are new ones. */
static bool more_choices(bool contexts_mattered)
{
	bool more = contexts_matter != contexts_mattered;

	for (int i = 0; i < GRANULES; i++) {
		struct granule *granule = &granules[i];

		if (granule->is_choice || !granule->written || !(granule->contexts & (granule->contexts - 1)))
			continue;
		granule->is_choice = more = true;
	}
	return more;
}

/* ---- What the runs have shown. */

static char said[1024];

/* Notes a line of the report, with the schedule of this run. */
static void __attribute__((format(printf, 1, 2))) record(const char *format, ...)
{
	static char line[64 * 1024], numbers[8 * MAX_CHOICES];
	va_list arguments;
	size_t length = 0;

	va_start(arguments, format);
	if (vsnprintf(line, sizeof(line), format, arguments) >= (int)sizeof(line))
		die("a line of more than %zu bytes", sizeof(line));
	va_end(arguments);
	numbers[0] = 0;
	for (int i = 0; i < schedule_length; i++)
		length += sprintf(numbers + length, "%s%d", i ? "," : "", schedule[i]);
	report(line, numbers);
}

static void record_values(void)
{
	char *text = values();

	record("end\t%s", text);
	free(text);
}

/* ---- Steps. */

static void back_to_scheduler(enum state state)
{
	struct context *self = current;

	self->state = state;
	current = NULL;
	swapcontext(&self->registers, &scheduler);
}

static void end_run(void)
{
	run_is_over = true;
	setcontext(&scheduler);
}

static bool is_private(const void *address)
{
	size_t offset = (const char *)address - stacks;

	return offset < (size_t)STACK * MAX_CONTEXTS ? (size_t)((const char *)address - current->stack) < STACK
						     : !is_shared(address);
}

static bool is_choice(const void *address, bool writes)
{
	struct granule *granule;

	if (!only_ends)
		return true;
	granule = granule_of(address);
	granule->contexts |= 1ULL << (current - contexts);
	granule->written |= writes;
	return granule->is_choice;
}

/* Before an access to `address`: the scheduler chooses who makes the next step. */
static void before_access(const void *address, bool writes)
{
	struct pool *pool;
	int object;

	if (!current)
		return;
	if ((uintptr_t)address < 4096) {
		record("violated\tNULL dereference");
		end_run();
	}
	if (!is_private(address) && is_choice(address, writes) && !current->quiet)
		back_to_scheduler(AT_ACCESS);
	pool = pool_of(address, &object);
	if (pool && !pool->taken[object])
		record("violated\t%s", pool->used_before[object] ? "use after free" : "use of an object that is not allocated");
}

bool rw_atomic_enter(const char *reason)
{
	(void)reason;
	if (current && current->quiet++ == 0)
		back_to_scheduler(AT_ACCESS);
	return true;
}

void rw_atomic_leave(bool *once)
{
	(void)once;
	if (current)
		current->quiet--;
}

void rw_wait_enter(void)
{
	if (current->quiet++ == 0 && current->state != WAITED)
		back_to_scheduler(AT_WAIT);
}

bool rw_wait_leave(bool ready)
{
	current->quiet--;
	if (!ready && current->quiet)
		die("a wait within a step of several accesses is not ready");
	if (!ready)
		back_to_scheduler(WAITED);
	else
		current->state = AT_WAIT;
	return ready;
}

void rw_relax(void)
{
	current->relaxed_at = steps;
	back_to_scheduler(RELAXED);
}

static int choose_value(int count)
{
	struct choice *choice = &choices[position];

	if (count <= 0)
		die("ANY(%d): there is nothing to choose", count);
	if (count == 1)
		return 0;
	if (position == choice_count) {
		if (++choice_count == MAX_CHOICES)
			die("more than %d choices in a run", MAX_CHOICES);
		*choice = (struct choice){ .count = count };
	}
	position++;
	return choice->taken;
}

int rw_any(int n) { return choose_value(n); }

/* ---- Claims. */

void rw_look_enter(void)
{
	if (current)
		current->quiet++;
}

void rw_look_leave(void)
{
	if (current)
		current->quiet--;
}

void rw_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
}

bool rw_check(enum rw_check_kind kind, bool ok, const char *what, const char *file, int line)
{
	(void)file;
	(void)line;
	if (!ok)
		record("violated\t%s:%s", what, said);
	if (kind == RW_NOW || !ok)
		return false;
	back_to_scheduler(LOOKING);
	return current->look_again;
}

void rw_reached(const char *name) { record("reached\t%s", name); }

void rw_bug(const char *what, const char *file, int line)
{
	(void)file;
	(void)line;
	record("violated\t%s", what);
}

static void look_at_claims(enum rw_claim_kind kind)
{
	for (int i = 0; i < program.claim_count; i++) {
		struct claim *claim = &program.claims[i];

		if (claim->kind != kind || claim->reached || claim->holds())
			continue;
		if (kind == RW_REACHABLE) {
			claim->reached = true;
			record("reached\t%s", claim->name);
		} else {
			claim->explain();
			record("violated\t%s:%s", claim->name, said);
		}
	}
}

/* ---- Interrupts, RCU, memory. */

static struct cpu *this_cpu(void) { return &cpus[current->cpu]; }
static bool in_handler(void) { return this_cpu()->handler == current; }

int rw_copy(void) { return current->copy; }
int rw_cpu(void) { return current->cpu; }
int rw_cpus(void) { return thread_count; }

static bool is_reader(const struct cpu *cpu)
{
	return cpu->handler || cpu->depth[RW_RCU_READER] || cpu->depth[RW_IRQS_OFF] || cpu->depth[RW_BH_OFF] ||
	       cpu->depth[RW_PREEMPTION_OFF];
}

void rw_context_add(enum rw_context context, int by)
{
	static const char *const names[] = { "irqs", "bottom halves", "preemption", "RCU" };
	struct cpu *cpu = this_cpu();

	/* Until here a handler could run, or a grace period begin without this reader. */
	if (by > 0 && contexts_matter && !current->quiet && (context == RW_IRQS_OFF || !is_reader(cpu)))
		back_to_scheduler(AT_ACCESS);
	cpu->depth[context] += by;
	if (cpu->depth[context] < 0)
		record("violated\t%s: left more often than entered", names[context]);
	if (by < 0 && !is_reader(cpu))
		cpu->quiescent++;
}

int rw_context_depth(enum rw_context context)
{
	return this_cpu()->depth[context] + (context == RW_IRQS_OFF && in_handler());
}

void rw_might_sleep(const char *file, int line)
{
	(void)file;
	(void)line;
	if (is_reader(this_cpu()))
		record("violated\tsleeping function called from invalid context");
}

static void note_readers(unsigned readers[])
{
	contexts_matter = true;
	for (int cpu = 0; cpu < cpu_count; cpu++)
		readers[cpu] = is_reader(&cpus[cpu]) ? cpus[cpu].quiescent : cpus[cpu].quiescent - 1;
}

static bool readers_left(const unsigned readers[])
{
	for (int cpu = 0; cpu < cpu_count; cpu++)
		if (readers[cpu] == cpus[cpu].quiescent && is_reader(&cpus[cpu]))
			return false;
	return true;
}

void rw_grace_period(void)
{
	unsigned readers[MAX_CONTEXTS];
	bool once;

	rw_atomic_enter("the grace period begins");
	note_readers(readers);
	rw_atomic_leave(&once);
	do {
		rw_wait_enter();
	} while (!rw_wait_leave(readers_left(readers)));
}

void rw_after_grace_period(void *head, void (*f)(void *head))
{
	bool once;

	rw_atomic_enter("the callback is queued");
	if (callback_count == MAX_CALLBACKS)
		die("more than %d callbacks of RCU", MAX_CALLBACKS);
	callbacks[callback_count] = (struct callback){ .f = f, .head = head };
	note_readers(callbacks[callback_count++].readers);
	callbacks_queued++;
	rw_atomic_leave(&once);
}

void rw_callbacks(void)
{
	unsigned long queued;
	bool once;

	rw_atomic_enter("the callbacks of one moment");
	queued = callbacks_queued;
	rw_atomic_leave(&once);
	do {
		rw_wait_enter();
	} while (!rw_wait_leave(callbacks_done >= queued));
}

void rw_call(unsigned long mask, void (*f)(void *), void *info, bool wait)
{
	unsigned long waiting = 0, *acknowledged = wait ? &waiting : acknowledgements;
	bool once;

	if (rw_context_depth(RW_IRQS_OFF))
		record("violated\tsmp_call_function with irqs off");
	rw_atomic_enter("one message of the interrupt controller");
	for (int cpu = 0; cpu < thread_count; cpu++) {
		if (!(mask >> cpu & 1) || cpu == current->cpu)
			continue;
		if (cpus[cpu].call_count == MAX_CALLS)
			die("more than %d pending calls on a CPU", MAX_CALLS);
		contexts_matter = true;
		*acknowledged |= 1UL << cpu;
		cpus[cpu].calls[cpus[cpu].call_count++] = (struct call){ f, info, acknowledged };
	}
	rw_atomic_leave(&once);
	if (!wait)
		return;
	do {
		rw_wait_enter();
	} while (!rw_wait_leave(waiting == 0));
}

void *rw_alloc(size_t size, bool zeroed)
{
	void *object;
	bool once;

	rw_atomic_enter("the allocator has its own locks");
	object = take_object(size, zeroed);
	rw_atomic_leave(&once);
	return object;
}

void rw_free(const void *object)
{
	const char *wrong;
	bool once;

	rw_atomic_enter("the allocator has its own locks");
	wrong = give_object(object);
	rw_atomic_leave(&once);
	if (wrong)
		record("violated\t%s", wrong);
}

/* ---- The scheduler. */

static void body(void)
{
	struct context *self = current;

	switch (self->role) {
	case THREAD: case AGENT: case INTERRUPT:
		self->agent->body();
		break;
	case CALLS:
		for (struct cpu *cpu = this_cpu(); cpu->call_count > 0;) {
			struct call call = cpu->calls[0];

			call.f(call.info);
			memmove(&cpu->calls[0], &cpu->calls[1], --cpu->call_count * sizeof(call));
			*call.waiting &= ~(1UL << self->cpu);
		}
		break;
	case CALLBACKS: {
		struct callback callback = callbacks[0];

		memmove(&callbacks[0], &callbacks[1], --callback_count * sizeof(callback));
		callback.f(callback.head);
		callbacks_done++;
		break;
	}
	}
	back_to_scheduler(DONE);
}

static bool is_handler(const struct context *context) { return context->role == INTERRUPT || context->role == CALLS; }

static void resume(struct context *context)
{
	struct cpu *cpu = &cpus[context->cpu];

	if (context->state == NEW) {
		getcontext(&context->registers);
		context->registers.uc_stack.ss_sp = context->stack;
		context->registers.uc_stack.ss_size = STACK;
		context->registers.uc_link = NULL;
		context->quiet = 0;
		makecontext(&context->registers, body, 0);
		if (is_handler(context))
			cpu->handler = context;
	}
	current = context;
	swapcontext(&scheduler, &context->registers);
	current = NULL;
	if (run_is_over || context->state != DONE)
		return;
	if (is_handler(context)) {
		cpu->handler = NULL;
		if (!is_reader(cpu))
			cpu->quiescent++;
	}
	/* These two begin anew with the next call and the next callback. */
	if (context->role == CALLS || context->role == CALLBACKS)
		context->state = NEW;
}

static bool is_enabled(const struct context *context)
{
	const struct cpu *cpu = &cpus[context->cpu];

	if (context->state == DONE || (context->state == RELAXED && context->relaxed_at == steps))
		return false;
	if (context->state != NEW || !is_handler(context))
		return (!cpu->handler || cpu->handler == context) &&
		       (context->role != CALLBACKS || context->state != NEW ||
			(callback_count && readers_left(callbacks[0].readers)));
	return !cpu->handler && !cpu->depth[RW_IRQS_OFF] && (context->role != CALLS || cpu->call_count);
}

/* One step of the context; false if it waits for a condition that is false. */
static bool step(struct context *context)
{
	context->look_again = false;
	/* What comes before the next access belongs to the step of that access. */
	if (context->state == LOOKING || context->state == RELAXED) {
		resume(context);
		if (context->state == DONE || context->state == LOOKING || context->state == RELAXED)
			return true;
	}
	resume(context);
	return context->state != WAITED;
}

static void look_again(void)
{
	for (int i = 0; i < context_count; i++)
		if (contexts[i].state == LOOKING) {
			contexts[i].look_again = true;
			resume(&contexts[i]);
		}
	look_at_claims(RW_ALWAYS);
	look_at_claims(RW_REACHABLE);
}

static bool threads_have_ended(void)
{
	for (int i = 0; i < context_count; i++)
		if (contexts[i].role == THREAD && contexts[i].state != DONE)
			return false;
	return true;
}

/* Makes one step. Returns false when there is none, or none that an earlier run has not made. */
static bool next_step(void)
{
	struct choice *choice = &choices[position];

	if (position == choice_count) {
		uint64_t enabled = 0;

		for (int i = 0; i < context_count; i++)
			if (is_enabled(&contexts[i]))
				enabled |= 1ULL << i;
		if (given && schedule_length < given_length)
			enabled &= 1ULL << given[schedule_length];
		if (++choice_count == MAX_CHOICES)
			die("more than %d choices in a run", MAX_CHOICES);
		*choice = (struct choice){ .enabled = enabled };
	}
	for (; choice->taken < context_count; choice->taken++) {
		if (!(choice->enabled >> choice->taken & 1))
			continue;
		schedule[schedule_length++] = choice->taken;
		steps++;
		position++;
		if (step(&contexts[choice->taken])) {
			choice->stepped = true;
			return !run_is_over;
		}
		steps--;
		position--;
		schedule_length--;
	}
	choice_count--;
	if (given && schedule_length < given_length)
		die("step %d: %d cannot run", schedule_length + 1, given[schedule_length]);
	if (!choice->stepped && !threads_have_ended())
		record("deadlock");
	return false;
}

static void begin_run(void)
{
	reset_program();
	memset(cpus, 0, sizeof(cpus));
	callback_count = callbacks_queued = callbacks_done = position = schedule_length = 0;
	steps = 1;
	run_is_over = false;
	for (int i = 0; i < context_count; i++) {
		contexts[i].state = NEW;
		contexts[i].look_again = false;
	}
	/* Up to their first accesses the threads share nothing. */
	for (int i = 0; i < context_count && !run_is_over; i++)
		if (contexts[i].role == THREAD || contexts[i].role == AGENT)
			resume(&contexts[i]);
}

static void run(void)
{
	bool ended = false;

	begin_run();
	do {
		if (run_is_over)
			return;
		look_again();
		if (threads_have_ended() && callbacks_done == callbacks_queued) {
			look_at_claims(RW_FINALLY);
			record_values();
			ended = true;
		}
		if (schedule_length == longest) {
			cut_short |= !ended;
			return;
		}
	} while (next_step());
}

/* The next alternative of the last choice that has one; false if there is none. */
static bool next_run(void)
{
	for (; choice_count > 0; choice_count--) {
		struct choice *choice = &choices[choice_count - 1];

		choice->taken++;
		if (choice->enabled ? choice->enabled >> choice->taken : choice->taken < choice->count)
			return true;
	}
	return false;
}

static void add_context(enum role role, const struct agent *agent, int copy, int cpu)
{
	if (context_count == MAX_CONTEXTS)
		die("%s: more than %d threads and handlers", program.path, MAX_CONTEXTS);
	contexts[context_count] = (struct context){
		.stack = stacks + (size_t)STACK * context_count, .role = role, .agent = agent, .copy = copy, .cpu = cpu };
	context_count++;
}

/* The threads first: they are the CPUs. Then the hardware, the handlers of interrupts and calls, and RCU. */
static void set_up(void)
{
	context_count = cpu_count = thread_count = choice_count = 0;
	for (int i = 0; i < program.claim_count; i++)
		program.claims[i].reached = false;
	clear_report();
	cut_short = false;
	for (int i = 0; i < program.agent_count; i++)
		for (int copy = 0; program.agents[i].kind == RW_THREAD && copy < program.agents[i].copies; copy++)
			add_context(THREAD, &program.agents[i], copy, cpu_count++);
	thread_count = cpu_count;
	for (int i = 0; i < program.agent_count; i++)
		if (program.agents[i].kind == RW_MAY_WAIT)
			add_context(AGENT, &program.agents[i], 0, cpu_count++);
	for (int cpu = 0; cpu < thread_count; cpu++) {
		for (int i = 0; i < program.agent_count; i++)
			if (program.agents[i].host == contexts[cpu].agent->body)
				add_context(INTERRUPT, &program.agents[i], contexts[cpu].copy, cpu), contexts_matter = true;
		add_context(CALLS, NULL, contexts[cpu].copy, cpu);
	}
	add_context(CALLBACKS, NULL, 0, cpu_count++);
}

static void explore(const char *path)
{
	unsigned long runs = 0;
	bool contexts_mattered;

	load_program(path);
	memset(granules, 0, sizeof(granules));
	contexts_matter = false;
	do {
		contexts_mattered = contexts_matter;
		set_up();
		runs = 0;
		do {
			run();
			runs++;
		} while (!given && next_run() && (runs < most_runs || (cut_short = true, false)));
	} while (more_choices(contexts_mattered));
	printf("program\t%s\t%lu\n", path, runs);
	print_report();
	for (int i = 0; i < program.claim_count; i++)
		if (program.claims[i].kind == RW_REACHABLE && !program.claims[i].reached && !given)
			printf("unreached\t%s\n", program.claims[i].name);
	if (cut_short)
		printf("cut short\t%d steps, %lu runs\n", longest, runs);
	unload_program();
}

static const char usage[] =
	"usage: schedule [--schedule N,N,...] [--ends] [--steps N] [--runs N] file.so ...\n"
	"Tries every interleaving, or follows the one that is given: the numbers of the threads, one a step.\n"
	"With --ends fewer of them, which have the same ends, but not all violations of claims on the way.\n"
	"Prints, each with the schedule that showed it first and the number of runs that did:\n"
	"  end <values>, violated <claim>, reached <witness>, deadlock; cut short, after so many steps or runs.\n";

int main(int argc, char **argv)
{
	static int numbers[MAX_CHOICES];
	static unsigned long nobody;
	int at = 1;

	stacks = malloc((size_t)STACK * MAX_CONTEXTS);
	acknowledgements = &nobody;
	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		if (strcmp(argv[at], "--steps") == 0) {
			longest = atoi(argv[at + 1]);
		} else if (strcmp(argv[at], "--runs") == 0) {
			most_runs = strtoul(argv[at + 1], NULL, 10);
		} else if (strcmp(argv[at], "--ends") == 0) {
			only_ends = true;
			at--;
		} else if (strcmp(argv[at], "--schedule") == 0) {
			for (char *number = strtok(argv[at + 1], ","); number; number = strtok(NULL, ","))
				numbers[given_length++] = atoi(number);
			given = numbers;
		} else {
			die("%s", usage);
		}
	}
	if (at >= argc || !stacks)
		die("%s", usage);
	for (; at < argc; at++)
		explore(argv[at]);
	return 0;
}

/* ---- What the compiler calls. */

void __tsan_init(void) { }
void __tsan_func_entry(void *caller) { (void)caller; }
void __tsan_func_exit(void) { }
void __tsan_read_range(const void *address, size_t size) { (void)size; before_access(address, false); }
void __tsan_write_range(const void *address, size_t size) { (void)size; before_access(address, true); }
void __tsan_vptr_update(void **address, void *value) { (void)address; (void)value; }
void __tsan_atomic_thread_fence(int order) { (void)order; }
void __tsan_atomic_signal_fence(int order) { (void)order; }

#define ACCESS(name, writes) void __tsan_##name(void *address) { before_access(address, writes); }
#define ACCESSES(kind, writes) \
	ACCESS(kind##1, writes) ACCESS(kind##2, writes) ACCESS(kind##4, writes) ACCESS(kind##8, writes) ACCESS(kind##16, writes)
ACCESSES(read, false)
ACCESSES(write, true)
ACCESSES(unaligned_read, false)
ACCESSES(unaligned_write, true)
ACCESSES(volatile_read, false)
ACCESSES(volatile_write, true)
ACCESSES(unaligned_volatile_read, false)
ACCESSES(unaligned_volatile_write, true)

#define FETCH(bits, name, expression)									\
uint##bits##_t __tsan_atomic##bits##_##name(volatile uint##bits##_t *p, uint##bits##_t value, int order)	\
{													\
	uint##bits##_t old;										\
													\
	(void)order;											\
	before_access((const void *)p, true);									\
	old = *p;											\
	*p = expression;										\
	return old;											\
}
#define COMPARE(bits, name)										\
int __tsan_atomic##bits##_compare_exchange_##name(volatile uint##bits##_t *p, uint##bits##_t *expected,	\
						  uint##bits##_t value, int order, int failure)		\
{													\
	uint##bits##_t old;										\
	bool same;											\
													\
	(void)order;											\
	(void)failure;											\
	before_access((const void *)p, true);									\
	old = *p;											\
	same = old == *expected;									\
	*p = same ? value : old;									\
	*expected = old;										\
	return same;											\
}
#define ATOMICS(bits)											\
uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *p, int order)			\
{													\
	(void)order;											\
	before_access((const void *)p, false);									\
	return *p;											\
}													\
void __tsan_atomic##bits##_store(volatile uint##bits##_t *p, uint##bits##_t value, int order)		\
{													\
	(void)order;											\
	before_access((const void *)p, true);									\
	*p = value;											\
}													\
FETCH(bits, exchange, value)										\
FETCH(bits, fetch_add, old + value)									\
FETCH(bits, fetch_sub, old - value)									\
FETCH(bits, fetch_and, old & value)									\
FETCH(bits, fetch_or, old | value)									\
FETCH(bits, fetch_xor, old ^ value)									\
FETCH(bits, fetch_nand, ~(old & value))									\
COMPARE(bits, strong)											\
COMPARE(bits, weak)
ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)
