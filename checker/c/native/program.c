/* SPDX-License-Identifier: MIT */
/* Loads a protocol, keeps the first values of its memory, and lends the objects of its pools. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"

struct program program;

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(2);
}

void rw_agent(enum rw_agent_kind kind, const char *name, int copies, rw_function body, rw_function host)
{
	if (program.agent_count == MAX_AGENTS)
		die("%s: more than %d agents", program.path, MAX_AGENTS);
	program.agents[program.agent_count++] = (struct agent){ kind, name, copies, body, host };
}

void rw_claim(enum rw_claim_kind kind, const char *name, bool (*holds)(void), void (*explain)(void))
{
	if (program.claim_count == MAX_CLAIMS)
		die("%s: more than %d claims", program.path, MAX_CLAIMS);
	program.claims[program.claim_count++] = (struct claim){ kind, name, holds, explain, false };
}

void rw_pool(void *objects, size_t size, int count)
{
	if (program.pool_count == MAX_POOLS || count > MAX_OBJECTS)
		die("%s: more than %d pools or %d objects in one", program.path, MAX_POOLS, MAX_OBJECTS);
	program.pools[program.pool_count++] = (struct pool){ .objects = objects, .size = size, .count = count };
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *bytes;
	long size;

	if (!file || fseek(file, 0, SEEK_END))
		die("%s cannot be read", path);
	size = ftell(file);
	rewind(file);
	bytes = malloc(size);
	if (!bytes || fread(bytes, 1, size, file) != (size_t)size)
		die("%s cannot be read", path);
	fclose(file);
	return bytes;
}

/* The writable segments, and the section of the variables of the proof. */
static void find_memory(void)
{
	const Elf64_Ehdr *header = (void *)program.file;
	const Elf64_Phdr *segments = (void *)(program.file + header->e_phoff);
	const Elf64_Shdr *sections = (void *)(program.file + header->e_shoff);
	const char *names = program.file + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_phnum; i++) {
		const Elf64_Phdr *segment = &segments[i];
		struct range *range = &program.ranges[program.range_count];

		if (segment->p_type == PT_GNU_RELRO)
			die("%s: link it with -z norelro", program.path);
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
			continue;
		*range = (struct range){ program.base + segment->p_vaddr, segment->p_memsz, malloc(segment->p_memsz) };
		memcpy(range->initial, range->start, range->size);
		if (++program.range_count == MAX_RANGES)
			die("%s: more than %d segments", program.path, MAX_RANGES);
	}
	for (int i = 0; i < header->e_shnum; i++) {
		struct range range = { program.base + sections[i].sh_addr, sections[i].sh_size, NULL };

		if (strcmp(names + sections[i].sh_name, ".rw_ghost") == 0)
			program.ghosts = range;
		if (strcmp(names + sections[i].sh_name, ".rw_per_cpu") == 0)
			program.per_cpu = range;
	}
	program.copies = malloc((MAX_CPUS - 1) * program.per_cpu.size + 1);
	program.per_cpu.initial = malloc(program.per_cpu.size + 1);
	memcpy(program.per_cpu.initial, program.per_cpu.start, program.per_cpu.size);
}

void load_program(const char *path)
{
	struct link_map *map;

	program = (struct program){ .number = program.number + 1, .path = path };
	program.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!program.handle || dlinfo(program.handle, RTLD_DI_LINKMAP, &map))
		die("%s", dlerror());
	program.base = (char *)map->l_addr;
	program.file = read_file(path);
	find_memory();
}

void unload_program(void)
{
	for (int i = 0; i < program.range_count; i++)
		free(program.ranges[i].initial);
	free(program.per_cpu.initial);
	free(program.copies);
	free(program.file);
	dlclose(program.handle);
}

void reset_program(void)
{
	for (int i = 0; i < program.range_count; i++)
		memcpy(program.ranges[i].start, program.ranges[i].initial, program.ranges[i].size);
	for (int cpu = 1; cpu < MAX_CPUS; cpu++)
		memcpy(program.copies + (cpu - 1) * program.per_cpu.size, program.per_cpu.initial, program.per_cpu.size);
	for (int i = 0; i < program.pool_count; i++) {
		memset(program.pools[i].taken, 0, sizeof(program.pools[i].taken));
		memset(program.pools[i].used_before, 0, sizeof(program.pools[i].used_before));
	}
}

static bool in_range(const struct range *range, const void *address)
{
	return (size_t)((const char *)address - range->start) < range->size;
}

bool is_per_cpu(const void *address) { return in_range(&program.per_cpu, address); }

void *rw_per_cpu(const void *address, int cpu)
{
	size_t offset = (const char *)address - program.per_cpu.start;

	if (cpu < 0 || cpu >= rw_cpus())
		die("%s: there is no CPU %d", program.path, cpu);
	return cpu == 0 ? program.per_cpu.start + offset : program.copies + (cpu - 1) * program.per_cpu.size + offset;
}

bool is_shared(const void *address)
{
	const struct range copies = { program.copies, (MAX_CPUS - 1) * program.per_cpu.size, NULL };

	if (in_range(&copies, address))
		return true;
	for (int i = 0; i < program.range_count; i++)
		if (in_range(&program.ranges[i], address))
			return !in_range(&program.ghosts, address);
	return false;
}

struct pool *pool_of(const void *address, int *object)
{
	for (int i = 0; i < program.pool_count; i++) {
		struct pool *pool = &program.pools[i];
		size_t offset = (const char *)address - pool->objects;

		if (offset < pool->size * pool->count) {
			*object = offset / pool->size;
			return pool;
		}
	}
	return NULL;
}

void *take_object(size_t size, bool zeroed)
{
	for (int i = 0; i < program.pool_count; i++) {
		struct pool *pool = &program.pools[i];

		for (int at = 0; pool->size == size && at < pool->count; at++) {
			char *object = pool->objects + at * size;

			if (pool->taken[at])
				continue;
			pool->taken[at] = true;
			memset(object, zeroed ? 0 : 0xa5, size);
			return object;
		}
	}
	return NULL;
}

const char *give_object(const void *object)
{
	int at;
	struct pool *pool = pool_of(object, &at);

	if (!object)
		return NULL;
	if (!pool || pool->objects + at * pool->size != object)
		return "kfree() of what kmalloc() has not returned";
	if (!pool->taken[at])
		return "double free";
	pool->taken[at] = false;
	pool->used_before[at] = true;
	return NULL;
}
