/* SPDX-License-Identifier: MIT */
/* A protocol, compiled as a shared object: its agents and claims, its memory and the types of its variables. */
#ifndef RACEWALK_PROGRAM_H
#define RACEWALK_PROGRAM_H

#include <stdio.h>
#include <kernel/hooks.h>

enum { MAX_AGENTS = 32, MAX_CLAIMS = 64, MAX_POOLS = 16, MAX_RANGES = 8, MAX_OBJECTS = 64, MAX_CPUS = 64 };

struct agent {
	enum rw_agent_kind kind;
	const char *name;
	int copies;
	rw_function body, host;
};

struct claim {
	enum rw_claim_kind kind;
	const char *name;
	bool (*holds)(void);
	void (*explain)(void);
	bool reached;
};

struct pool {
	char *objects;
	size_t size;
	int count;
	bool taken[MAX_OBJECTS], used_before[MAX_OBJECTS];
};

struct range {
	char *start;
	size_t size;
	char *initial;
};

struct program {
	int number;		/* of this load */
	const char *path;
	void *handle;
	char *base, *file;
	struct agent agents[MAX_AGENTS];
	struct claim claims[MAX_CLAIMS];
	struct pool pools[MAX_POOLS];
	struct range ranges[MAX_RANGES], ghosts;
	struct range per_cpu;	/* of CPU 0 */
	char *copies;		/* of the others, one behind the other */
	int agent_count, claim_count, pool_count, range_count;
};

extern struct program program;

/* Ends the process with a message: wrong use, or a limit of this runtime. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Loads a shared object; its constructors fill the lists. */
void load_program(const char *path);
void unload_program(void);
/* Gives all its memory the first values, and all pools their objects. */
void reset_program(void);
/* Whether a variable is per-CPU. */
bool is_per_cpu(const void *address);
/* Whether the address is memory of the kernel: of the program, and no variable of the proof. */
bool is_shared(const void *address);
/* The pool that the address lies in, and the number of the object; NULL if it is none. */
struct pool *pool_of(const void *address, int *object);
/* An object of a pool; NULL if no pool has a free one of this size. */
void *take_object(size_t size, bool zeroed);
/* Gives an object back. Returns what is wrong with that, or NULL. */
const char *give_object(const void *object);
/* The variables and their values, in one line, ordered by name; the caller frees it. */
char *values(void);

#endif
