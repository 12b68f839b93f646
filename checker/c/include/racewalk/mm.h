/* SPDX-License-Identifier: MIT */
/* The stubs of memory management. They are C that racewalk reads as it reads the file that includes them. */
#ifndef RACEWALK_MM_H
#define RACEWALK_MM_H

#include <racewalk/page.h>
#include <racewalk/pgtable.h>
#include <racewalk/mmap_lock.h>

#endif
