/* SPDX-License-Identifier: MIT */
/* The lines are kept in a list: programs that are run natively have few ends. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"
#include "report.h"

enum { MAX_LINES = 100000 };

static struct { char *line, *note; unsigned long count; } lines[MAX_LINES];
static int line_count;

void report(const char *line, const char *note)
{
	for (int i = 0; i < line_count; i++)
		if (strcmp(lines[i].line, line) == 0) {
			lines[i].count++;
			return;
		}
	if (line_count == MAX_LINES)
		die("more than %d different ends and violations", MAX_LINES);
	lines[line_count].line = strdup(line);
	lines[line_count].note = strdup(note);
	lines[line_count++].count = 1;
}

void print_report(void)
{
	for (int i = 0; i < line_count; i++)
		printf("%s\t%s\t%lu\n", lines[i].line, lines[i].note, lines[i].count);
}

void clear_report(void)
{
	while (line_count > 0) {
		line_count--;
		free(lines[line_count].line);
		free(lines[line_count].note);
	}
}
