/* SPDX-License-Identifier: MIT */
/* What the runs of a program have shown: lines, each once, with the note on the run that showed it first. */
#ifndef RACEWALK_REPORT_H
#define RACEWALK_REPORT_H

void report(const char *line, const char *note);
/* Writes each line, its note, and how often it was reported, separated by tabs. */
void print_report(void);
void clear_report(void);

#endif
