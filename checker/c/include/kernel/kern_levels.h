/* SPDX-License-Identifier: MIT */
/* include/linux/kern_levels.h, for racewalk and for the C compiler: messages print nothing. */
#ifndef RACEWALK_KERN_LEVELS_H
#define RACEWALK_KERN_LEVELS_H

#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_CONT ""

#endif
