/* SPDX-License-Identifier: MIT */
/* The variables of a program and their values, by the symbols and the BTF types that the compiler wrote (gcc -gbtf). */
#define _GNU_SOURCE
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"

enum btf_kind {
	BTF_INT = 1, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM, BTF_FWD, BTF_TYPEDEF, BTF_VOLATILE, BTF_CONST,
	BTF_RESTRICT, BTF_FUNC, BTF_FUNC_PROTO, BTF_VAR, BTF_DATASEC, BTF_FLOAT, BTF_DECL_TAG, BTF_TYPE_TAG, BTF_ENUM64,
};
struct btf_header { uint16_t magic; uint8_t version, flags; uint32_t header_size, types, types_size, names, names_size; };
struct btf_type { uint32_t name, info, size_or_type; };
struct btf_array { uint32_t element, index, count; };
struct btf_member { uint32_t name, type, offset; };
struct btf_enum { uint32_t name; int32_t value; };

enum { MAX_TYPES = 4096, MAX_VARIABLES = 256, MAX_PATH = 512 };

static const struct btf_type *types[MAX_TYPES];
static const char *names;
static int type_count;

struct variable { const char *name; char *address; uint32_t type; };
static struct variable variables[MAX_VARIABLES];
static int variable_count;
static int described;

static enum btf_kind kind_of(const struct btf_type *type) { return type->info >> 24 & 0x1f; }
static uint32_t length_of(const struct btf_type *type) { return type->info & 0xffff; }
static bool has_bitfields(const struct btf_type *type) { return type->info >> 31; }

/* The words that follow a type of this kind. */
static size_t words_after(const struct btf_type *type)
{
	switch (kind_of(type)) {
	case BTF_INT: case BTF_VAR: case BTF_DECL_TAG:
		return 1;
	case BTF_ARRAY:
		return 3;
	case BTF_STRUCT: case BTF_UNION: case BTF_DATASEC: case BTF_ENUM64:
		return 3 * length_of(type);
	case BTF_ENUM: case BTF_FUNC_PROTO:
		return 2 * length_of(type);
	default:
		return 0;
	}
}

static const char *section(const char *name, size_t *size, int *link)
{
	const Elf64_Ehdr *header = (void *)program.file;
	const Elf64_Shdr *sections = (void *)(program.file + header->e_shoff);
	const char *section_names = program.file + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++)
		if (strcmp(section_names + sections[i].sh_name, name) == 0) {
			*size = sections[i].sh_size;
			*link = sections[i].sh_link;
			return program.file + sections[i].sh_offset;
		}
	die("%s has no section %s: compile it with -gbtf, link it without -s", program.path, name);
}

static char *address_of(const char *name)
{
	const Elf64_Ehdr *header = (void *)program.file;
	const Elf64_Shdr *sections = (void *)(program.file + header->e_shoff);
	size_t size;
	int link;
	const Elf64_Sym *symbols = (void *)section(".symtab", &size, &link);
	const char *symbol_names = program.file + sections[link].sh_offset;

	for (size_t i = 0; i < size / sizeof(*symbols); i++)
		if (ELF64_ST_TYPE(symbols[i].st_info) == STT_OBJECT && strcmp(symbol_names + symbols[i].st_name, name) == 0)
			return program.base + symbols[i].st_value;
	return NULL;
}

/* The type behind names and qualifiers; *constant, if const is one of these. */
static const struct btf_type *plain(uint32_t id, bool *constant)
{
	static const struct btf_type nothing;

	for (;;) {
		const struct btf_type *type = id > 0 && id <= (uint32_t)type_count ? types[id] : &nothing;
		enum btf_kind kind = kind_of(type);

		if (kind != BTF_TYPEDEF && kind != BTF_CONST && kind != BTF_VOLATILE && kind != BTF_RESTRICT &&
		    kind != BTF_TYPE_TAG)
			return type;
		*constant |= kind == BTF_CONST;
		id = type->size_or_type;
	}
}

static const struct btf_type *plain_type(uint32_t id)
{
	bool constant = false;

	return plain(id, &constant);
}

static size_t size_of(const struct btf_type *type)
{
	const struct btf_array *array = (void *)(type + 1);

	if (kind_of(type) == BTF_PTR)
		return sizeof(void *);
	return kind_of(type) == BTF_ARRAY ? array->count * size_of(plain_type(array->element)) : type->size_or_type;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct variable *)a)->name, ((const struct variable *)b)->name);
}

static void describe(void)
{
	size_t size;
	int link;
	const char *btf = section(".BTF", &size, &link);
	const struct btf_header *header = (void *)btf;
	const char *at = btf + header->header_size + header->types, *end = at + header->types_size;

	names = btf + header->header_size + header->names;
	type_count = variable_count = 0;
	while (at < end) {
		const struct btf_type *type = (void *)at;

		if (++type_count == MAX_TYPES)
			die("%s: more than %d types", program.path, MAX_TYPES);
		types[type_count] = type;
		at = (const char *)(type + 1) + 4 * words_after(type);
	}
	for (int i = 1; i <= type_count; i++) {
		const char *name = names + types[i]->name;
		bool constant = false;

		if (kind_of(types[i]) != BTF_VAR)
			continue;
		plain(types[i]->size_or_type, &constant);
		char *address = constant ? NULL : address_of(name);

		if (!address)
			continue;
		if (variable_count == MAX_VARIABLES)
			die("%s: more than %d variables", program.path, MAX_VARIABLES);
		variables[variable_count++] = (struct variable){ name, address, types[i]->size_or_type };
	}
	qsort(variables, variable_count, sizeof(variables[0]), by_name);
	described = program.number;
}

/* Writes the path from an object of this type to the part of it at `offset` that has the type `target`. */
static void print_part(FILE *out, const struct btf_type *type, size_t offset, const struct btf_type *target)
{
	const struct btf_array *array = (void *)(type + 1);
	const struct btf_member *members = (void *)(type + 1);

	if (type == target && offset == 0)
		return;
	if (kind_of(type) == BTF_ARRAY) {
		const struct btf_type *element = plain_type(array->element);

		fprintf(out, "[%zu]", offset / size_of(element));
		return print_part(out, element, offset % size_of(element), target);
	}
	for (uint32_t i = length_of(type); kind_of(type) == BTF_STRUCT && i-- > 0;) {
		size_t start = (has_bitfields(type) ? members[i].offset & 0xffffff : members[i].offset) / 8;

		if (start > offset)
			continue;
		fprintf(out, ".%s", names + members[i].name);
		return print_part(out, plain_type(members[i].type), offset - start, target);
	}
	if (offset)
		fprintf(out, "+%zu", offset);
}

static void print_pointer(FILE *out, const char *value, const struct btf_type *target)
{
	if (!value) {
		fputs("NULL", out);
		return;
	}
	for (int i = 0; i < variable_count; i++) {
		const struct btf_type *type = plain_type(variables[i].type);
		bool each = is_per_cpu(variables[i].address);

		for (int cpu = 0; cpu < (each ? rw_cpus() : 1); cpu++) {
			char *address = each ? rw_per_cpu(variables[i].address, cpu) : variables[i].address;
			size_t offset = value - address;

			if (offset >= size_of(type))
				continue;
			fprintf(out, "&%s", variables[i].name);
			if (each)
				fprintf(out, "[%d]", cpu);
			return print_part(out, type, offset, target);
		}
	}
	/* One past the end of an array, an ERR_PTR(), a function. */
	if ((uintptr_t)value >= (uintptr_t)-4095)
		fprintf(out, "%ld", (long)value);
	else
		fprintf(out, "program+%#lx", (long)(value - program.base));
}

static void print_integer(FILE *out, const void *value, size_t size, bool is_signed)
{
	int64_t number = 0;

	memcpy(&number, value, size);
	if (is_signed && size < 8)
		number = number << (64 - 8 * size) >> (64 - 8 * size);
	if (is_signed)
		fprintf(out, "%lld", (long long)number);
	else
		fprintf(out, "%llu", (unsigned long long)number);
}

static void print_bits(FILE *out, const char *path, const char *value, uint32_t start, uint32_t bits,
		       const struct btf_type *type)
{
	const uint32_t *encoding = (void *)(type + 1);
	uint64_t word = 0;

	memcpy(&word, value, (start + bits + 7) / 8);
	word <<= 64 - bits - start;
	if (kind_of(type) == BTF_INT && (*encoding >> 24 & 1))
		fprintf(out, " %s=%lld", path, (long long)((int64_t)word >> (64 - bits)));
	else
		fprintf(out, " %s=%llu", path, (unsigned long long)(word >> (64 - bits)));
}

static void print_enum(FILE *out, const struct btf_type *type, const void *value)
{
	const struct btf_enum *enumerators = (void *)(type + 1);

	for (uint32_t i = 0; i < length_of(type); i++)
		if (memcmp(&enumerators[i].value, value, type->size_or_type) == 0) {
			fputs(names + enumerators[i].name, out);
			return;
		}
	print_integer(out, value, type->size_or_type, true);
}

/* The scalars in a value, each as ` path=value`; `length` bytes of the path are there. */
static void print_value(FILE *out, char *path, size_t length, const struct btf_type *type, const char *value)
{
	const struct btf_array *array = (void *)(type + 1);
	const struct btf_member *members = (void *)(type + 1);
	const uint32_t *encoding = (void *)(type + 1);

	switch (kind_of(type)) {
	case BTF_ARRAY: {
		const struct btf_type *element = plain_type(array->element);

		for (uint32_t i = 0; i < array->count; i++) {
			size_t end = length + snprintf(path + length, MAX_PATH - length, "[%u]", i);

			print_value(out, path, end, element, value + i * size_of(element));
		}
		return;
	}
	case BTF_STRUCT:
	case BTF_UNION:
		for (uint32_t i = 0; i < length_of(type); i++) {
			uint32_t bits = has_bitfields(type) ? members[i].offset >> 24 : 0;
			uint32_t start = has_bitfields(type) ? members[i].offset & 0xffffff : members[i].offset;
			size_t end = length + snprintf(path + length, MAX_PATH - length, ".%s", names + members[i].name);
			const struct btf_type *member = plain_type(members[i].type);

			if (bits)
				print_bits(out, path, value + start / 8, start % 8, bits, member);
			else
				print_value(out, path, end, member, value + start / 8);
		}
		return;
	default:
		break;
	}
	path[length] = 0;
	fprintf(out, " %s=", path);
	switch (kind_of(type)) {
	case BTF_INT:
		return print_integer(out, value, type->size_or_type, *encoding >> 24 & 1);
	case BTF_ENUM:
		return print_enum(out, type, value);
	case BTF_PTR:
		return print_pointer(out, *(char **)value, plain_type(type->size_or_type));
	default:
		die("%s: %s has a type that is not read: BTF %d", program.path, path, kind_of(type));
	}
}

char *values(void)
{
	char path[MAX_PATH], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (described != program.number)
		describe();
	for (int i = 0; i < variable_count; i++) {
		if (strncmp(variables[i].name, "rw_", 3) == 0)
			continue;
		const struct btf_type *type = plain_type(variables[i].type);
		bool each = is_per_cpu(variables[i].address);

		for (int cpu = 0; each && cpu < rw_cpus(); cpu++)
			print_value(out, path, snprintf(path, sizeof(path), "%s[%d]", variables[i].name, cpu), type,
				    rw_per_cpu(variables[i].address, cpu));
		if (!each)
			print_value(out, path, snprintf(path, sizeof(path), "%s", variables[i].name), type,
				    variables[i].address);
	}
	fclose(out);
	if (size > 0)
		memmove(text, text + 1, size);
	return text;
}
