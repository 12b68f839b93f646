/* SPDX-License-Identifier: MIT */
/*
 * Runs a protocol on the CPUs of this machine, under its own memory model: a POSIX thread for each thread of the protocol,
 * a signal for each interrupt, blocked signals for local_irq_disable(). It finds what chance shows.
 *
 * Claims are tried when all threads have ended, CHECK() and HOLDS_HERE() where they stand.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "program.h"
#include "report.h"

enum { MAX_CALLS = 64, MAX_CALLBACKS = 64, PATIENCE = 10 /* seconds */ };
enum { CALL = SIGUSR1, DEVICE = SIGUSR2 };

struct call { void (*f)(void *); void *info; unsigned long *waiting; };
struct cpu {
	pthread_t thread;
	const struct agent *agent;
	int number, copy;
	int depth[4];
	int reader;			/* depth in all contexts that keep a grace period from ending */
	unsigned quiescent;
	int queue_lock;
	struct call calls[MAX_CALLS];
	int call_count;
};

static struct cpu cpus[MAX_CPUS];
static int cpu_count, thread_count, ended, started, stopping;
static __thread struct cpu *self;
static __thread int exclusive_depth;
static __thread unsigned long random_state;
static __thread char said[1024];
static int one_step, report_lock, pool_lock, callback_lock;
static struct callback { void (*f)(void *); void *head; } callbacks[MAX_CALLBACKS];
static int callback_count;
static unsigned long callbacks_queued, callbacks_done;	/* in this run */
static char run_name[32];

/* ---- Locks that a signal handler may take too: signals are blocked while one is held. */

static sigset_t hold(int *lock)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
	return old;
}

static void release(int *lock, sigset_t old)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void __attribute__((format(printf, 1, 2))) record(const char *format, ...)
{
	sigset_t old = hold(&report_lock);
	char *line;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&line, format, arguments) < 0)
		die("no memory");
	va_end(arguments);
	report(line, run_name);
	free(line);
	release(&report_lock, old);
}

/* ---- Steps and claims. */

/* Steps of several accesses exclude one another, and no other access. */
bool rw_atomic_enter(const char *reason)
{
	(void)reason;
	if (exclusive_depth++ == 0)
		while (__atomic_exchange_n(&one_step, 1, __ATOMIC_ACQUIRE))
			sched_yield();
	return true;
}

void rw_atomic_leave(bool *once)
{
	(void)once;
	if (--exclusive_depth == 0)
		__atomic_store_n(&one_step, 0, __ATOMIC_RELEASE);
}

void rw_relax(void)
{
	if (__atomic_load_n(&stopping, __ATOMIC_RELAXED) && self->agent->kind == RW_MAY_WAIT)
		pthread_exit(NULL);
	sched_yield();
}

void rw_wait_enter(void) { }

bool rw_wait_leave(bool ready)
{
	if (!ready)
		rw_relax();
	return ready;
}

void rw_look_enter(void) { }
void rw_look_leave(void) { }

void rw_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
}

bool rw_check(enum rw_check_kind kind, bool ok, const char *what, const char *file, int line)
{
	(void)kind;
	(void)file;
	(void)line;
	if (!ok)
		record("violated\t%s:%s", what, said);
	return false;
}

void rw_reached(const char *name) { record("reached\t%s", name); }

void rw_bug(const char *what, const char *file, int line)
{
	(void)file;
	(void)line;
	record("violated\t%s", what);
}

static unsigned long next_random(void)
{
	random_state = random_state * 6364136223846793005UL + 1442695040888963407UL;
	return random_state >> 33;
}

int rw_any(int n) { return next_random() % n; }
int rw_copy(void) { return self->copy; }
int rw_cpu(void) { return self->number; }
int rw_cpus(void) { return thread_count; }

/* ---- Contexts and interrupts. */

static void block_interrupts(int how)
{
	sigset_t interrupts;

	sigemptyset(&interrupts);
	sigaddset(&interrupts, CALL);
	sigaddset(&interrupts, DEVICE);
	pthread_sigmask(how, &interrupts, NULL);
}

static void read_section(int by)
{
	if (__atomic_add_fetch(&self->reader, by, __ATOMIC_SEQ_CST) == 0)
		__atomic_fetch_add(&self->quiescent, 1, __ATOMIC_SEQ_CST);
}

void rw_context_add(enum rw_context context, int by)
{
	if (by < 0 && self->depth[context] == 0)
		record("violated\ta context is left that was not entered");
	if (context == RW_IRQS_OFF && by > 0)
		block_interrupts(SIG_BLOCK);
	self->depth[context] += by;
	read_section(by);
	if (context == RW_IRQS_OFF && by < 0)
		block_interrupts(SIG_UNBLOCK);
}

int rw_context_depth(enum rw_context context) { return self->depth[context]; }

void rw_might_sleep(const char *file, int line)
{
	(void)file;
	(void)line;
	if (self->reader)
		record("violated\tsleeping function called from invalid context");
}

static void take_interrupt(int signal)
{
	self->depth[RW_IRQS_OFF]++;
	read_section(1);
	if (signal == CALL) {
		for (;;) {
			sigset_t old = hold(&self->queue_lock);
			struct call call = self->calls[0];
			bool any = self->call_count > 0;

			if (any)
				memmove(&self->calls[0], &self->calls[1], --self->call_count * sizeof(call));
			release(&self->queue_lock, old);
			if (!any)
				break;
			call.f(call.info);
			if (call.waiting)
				__atomic_fetch_and(call.waiting, ~(1UL << self->number), __ATOMIC_SEQ_CST);
		}
	} else {
		for (int i = 0; i < program.agent_count; i++)
			if (program.agents[i].host == self->agent->body)
				program.agents[i].body();
	}
	read_section(-1);
	self->depth[RW_IRQS_OFF]--;
}

void rw_call(unsigned long mask, void (*f)(void *), void *info, bool wait)
{
	unsigned long waiting = 0;

	if (self->depth[RW_IRQS_OFF])
		record("violated\tsmp_call_function with irqs off");
	for (int i = 0; i < thread_count; i++)
		if ((mask >> i & 1) && &cpus[i] != self)
			waiting |= 1UL << i;
	mask = waiting;
	for (int i = 0; i < thread_count; i++) {
		sigset_t old;

		if (!(mask >> i & 1))
			continue;
		old = hold(&cpus[i].queue_lock);
		if (cpus[i].call_count == MAX_CALLS)
			die("more than %d pending calls on a CPU", MAX_CALLS);
		cpus[i].calls[cpus[i].call_count++] = (struct call){ f, info, wait ? &waiting : NULL };
		release(&cpus[i].queue_lock, old);
		pthread_kill(cpus[i].thread, CALL);
	}
	while (wait && __atomic_load_n(&waiting, __ATOMIC_SEQ_CST))
		sched_yield();
}

/* ---- RCU and memory. */

void rw_grace_period(void)
{
	unsigned readers[MAX_CPUS];
	bool is_reader[MAX_CPUS];

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (int i = 0; i < cpu_count; i++) {
		readers[i] = __atomic_load_n(&cpus[i].quiescent, __ATOMIC_SEQ_CST);
		is_reader[i] = &cpus[i] != self && __atomic_load_n(&cpus[i].reader, __ATOMIC_SEQ_CST);
	}
	for (int i = 0; i < cpu_count; i++)
		while (is_reader[i] && __atomic_load_n(&cpus[i].quiescent, __ATOMIC_SEQ_CST) == readers[i])
			sched_yield();
}

void rw_after_grace_period(void *head, void (*f)(void *head))
{
	sigset_t old = hold(&callback_lock);

	if (callback_count == MAX_CALLBACKS)
		die("more than %d callbacks of RCU", MAX_CALLBACKS);
	callbacks[callback_count++] = (struct callback){ f, head };
	callbacks_queued++;
	release(&callback_lock, old);
}

void rw_callbacks(void)
{
	unsigned long queued = __atomic_load_n(&callbacks_queued, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&callbacks_done, __ATOMIC_SEQ_CST) < queued)
		sched_yield();
}

static bool run_callback(void)
{
	sigset_t old = hold(&callback_lock);
	struct callback callback = callbacks[0];
	bool any = callback_count > 0;

	if (any)
		memmove(&callbacks[0], &callbacks[1], --callback_count * sizeof(callback));
	release(&callback_lock, old);
	if (!any)
		return false;
	rw_grace_period();
	callback.f(callback.head);
	__atomic_fetch_add(&callbacks_done, 1, __ATOMIC_SEQ_CST);
	return true;
}

void *rw_alloc(size_t size, bool zeroed)
{
	sigset_t old = hold(&pool_lock);
	void *object = take_object(size, zeroed);

	release(&pool_lock, old);
	return object;
}

void rw_free(const void *object)
{
	sigset_t old = hold(&pool_lock);
	const char *wrong = give_object(object);

	release(&pool_lock, old);
	if (wrong)
		record("violated\t%s", wrong);
}

/* ---- Runs. */

static void *body(void *argument)
{
	self = argument;
	random_state = (unsigned long)rand() * 2654435761UL + self->number;
	block_interrupts(SIG_UNBLOCK);
	__atomic_fetch_add(&started, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&started, __ATOMIC_SEQ_CST) < cpu_count)
		;
	self->agent->body();
	if (self->agent->kind == RW_MAY_WAIT)
		return NULL;
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	/* An idle CPU takes interrupts. */
	while (!__atomic_load_n(&stopping, __ATOMIC_SEQ_CST))
		sched_yield();
	return NULL;
}

static void look_at_claims(void)
{
	for (int i = 0; i < program.claim_count; i++) {
		struct claim *claim = &program.claims[i];
		bool holds = claim->holds();

		if (claim->kind == RW_REACHABLE && !holds)
			record("reached\t%s", claim->name);
		if ((claim->kind == RW_ALWAYS || claim->kind == RW_FINALLY) && !holds) {
			claim->explain();
			record("violated\t%s:%s", claim->name, said);
		}
	}
}

static void add_cpus(enum rw_agent_kind kind)
{
	for (int i = 0; i < program.agent_count; i++)
		for (int copy = 0; program.agents[i].kind == kind && copy < program.agents[i].copies; copy++) {
			if (cpu_count == MAX_CPUS)
				die("more than %d threads", MAX_CPUS);
			cpus[cpu_count] = (struct cpu){ .agent = &program.agents[i], .number = cpu_count, .copy = copy };
			cpu_count++;
		}
}

static void run(void)
{
	static struct cpu outside;
	char *text;

	reset_program();
	cpu_count = ended = started = stopping = callback_count = 0;
	callbacks_queued = callbacks_done = 0;
	add_cpus(RW_THREAD);
	thread_count = cpu_count;
	add_cpus(RW_MAY_WAIT);
	self = &outside;
	outside = (struct cpu){ .agent = &program.agents[0], .number = -1 };
	block_interrupts(SIG_BLOCK);
	for (int i = 0; i < cpu_count; i++)
		if (pthread_create(&cpus[i].thread, NULL, body, &cpus[i]))
			die("no thread");
	for (int i = 0; i < thread_count; i++)
		pthread_kill(cpus[i].thread, DEVICE);
	while (run_callback() || __atomic_load_n(&ended, __ATOMIC_SEQ_CST) < thread_count)
		sched_yield();
	__atomic_store_n(&stopping, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < cpu_count; i++)
		pthread_join(cpus[i].thread, NULL);
	while (run_callback())
		;
	look_at_claims();
	text = values();
	record("end\t%s", text);
	free(text);
}

static void give_up(int signal)
{
	(void)signal;
	printf("deadlock\t%s\t1\n", run_name);
	fflush(stdout);
	_exit(1);
}

static const char usage[] =
	"usage: threads [--times N] file.so\n"
	"Runs the program N times on the CPUs of this machine (1000), and prints what happened, with the number of the run that\n"
	"showed it first and the number of runs that did.\n";

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = take_interrupt, .sa_flags = SA_RESTART };
	int at = 1;
	long times = 1000;

	if (argc > 3 && strcmp(argv[1], "--times") == 0) {
		times = atol(argv[2]);
		at = 3;
	}
	if (at + 1 != argc)
		die("%s", usage);
	sigaddset(&action.sa_mask, CALL);
	sigaddset(&action.sa_mask, DEVICE);
	sigaction(CALL, &action, NULL);
	sigaction(DEVICE, &action, NULL);
	signal(SIGALRM, give_up);
	load_program(argv[at]);
	for (long i = 1; i <= times; i++) {
		snprintf(run_name, sizeof(run_name), "run %ld", i);
		alarm(PATIENCE);
		run();
	}
	printf("program\t%s\t%ld\n", argv[at], times);
	print_report();
	return 0;
}
