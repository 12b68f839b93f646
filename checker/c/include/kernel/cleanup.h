/* SPDX-License-Identifier: MIT */
/* What is done when control leaves a scope: guard(mutex)(&lock), scoped_guard(), __free(kfree). After include/linux/cleanup.h. */
#ifndef RACEWALK_CLEANUP_H
#define RACEWALK_CLEANUP_H

#include <kernel/context.h>
#include <kernel/locks.h>
#include <kernel/rcu.h>
#include <kernel/rwsem.h>
#include <kernel/slab.h>

#define __cleanup(f) __attribute__((__cleanup__(f)))
#define RW_UNIQUE(name) RW_CAT(name, __COUNTER__)

#define DEFINE_FREE(name, type, code)						\
	static inline __maybe_unused void __free_##name(void *p) { type _T = *(type *)p; code; }
#define __free(name) __cleanup(__free_##name)
#define no_free_ptr(p) ({ __typeof__(p) rw_ptr = (p); (p) = NULL; rw_ptr; })
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))

#define DEFINE_CLASS(name, type, exit, init, init_args...)			\
	typedef type class_##name##_t;						\
	static inline __maybe_unused void class_##name##_destructor(type *p) { type _T = *p; exit; } \
	static inline __maybe_unused type class_##name##_constructor(init_args) { type t = init; return t; }
#define CLASS(name, var)							\
	class_##name##_t var __cleanup(class_##name##_destructor) = class_##name##_constructor

/* A guard is a struct with the object that it is of, NULL where it has not been taken, and what it keeps. */
#define RW_GUARD(name, type, parameter, members, take, give)			\
	typedef type rw_type_##name;						\
	typedef struct { type lock; members } class_##name##_t;			\
	static inline __maybe_unused void class_##name##_destructor(class_##name##_t *rw_p) \
	{									\
		if (rw_p->lock) { give; }					\
	}									\
	static inline __maybe_unused class_##name##_t class_##name##_constructor(type parameter) \
	{									\
		class_##name##_t rw_guard = { .lock = parameter }, *rw_p = &rw_guard;	\
		take;								\
		return *rw_p;							\
	}
#define RW_GUARD_COND(name, ext, parameter, take)				\
	typedef class_##name##_t class_##name##ext##_t;				\
	static inline __maybe_unused void class_##name##ext##_destructor(class_##name##_t *p) \
	{									\
		class_##name##_destructor(p);					\
	}									\
	static inline __maybe_unused class_##name##_t class_##name##ext##_constructor(rw_type_##name parameter) \
	{									\
		class_##name##_t rw_guard = { .lock = parameter }, *rw_p = &rw_guard;	\
		if (!(take))							\
			rw_p->lock = NULL;					\
		return *rw_p;							\
	}
/* `_T` is the object, or the guard. */
#define RW_OBJECT(code) ({ __auto_type _T = rw_p->lock; (void)_T; code; })
#define RW_SELF(code) ({ __auto_type _T = rw_p; (void)_T; code; })
#define RW_TAKEN(take, condition, ...) ({ __auto_type _RET = (take); (bool)(condition); })

#define DEFINE_GUARD(name, type, take, give)					\
	RW_GUARD(name, type, l, , RW_OBJECT(take), RW_OBJECT(give))
#define DEFINE_GUARD_COND(name, ext, take, ...)					\
	RW_GUARD_COND(name, ext, l, RW_OBJECT(RW_TAKEN(take, ##__VA_ARGS__, _RET)))
#define DEFINE_LOCK_GUARD_1(name, type, take, give, ...)			\
	RW_GUARD(name, type *, l, __VA_ARGS__;, RW_SELF(take), RW_SELF(give))
#define DEFINE_LOCK_GUARD_1_COND(name, ext, take, ...)				\
	RW_GUARD_COND(name, ext, l, RW_SELF(RW_TAKEN(take, ##__VA_ARGS__, _RET)))
#define DEFINE_LOCK_GUARD_0(name, take, give, ...)				\
	RW_GUARD(name, void *, l, __VA_ARGS__;, RW_SELF(take), RW_SELF(give))

#define RW_GUARD_OF(name) class_##name##_t RW_UNIQUE(rw_scope_) __cleanup(class_##name##_destructor) __maybe_unused
#define guard(name) RW_GUARD_OF(name) = RW_CONSTRUCT(name)
/* A guard of nothing has no argument. */
#define RW_CONSTRUCT(name) class_##name##_constructor RW_ARGUMENT
#define RW_ARGUMENT(...) (RW_FIRST(__VA_ARGS__ __VA_OPT__(,) (void *)1))
#define RW_FIRST(first, ...) first
#define scoped_guard(name, ...)							\
	for (class_##name##_t rw_scope __cleanup(class_##name##_destructor) = class_##name##_constructor RW_ARGUMENT(__VA_ARGS__), \
	     *rw_once = (void *)1; rw_scope.lock && rw_once; rw_once = NULL)
#define scoped_cond_guard(name, fail, ...)					\
	for (class_##name##_t rw_scope __cleanup(class_##name##_destructor) = class_##name##_constructor RW_ARGUMENT(__VA_ARGS__), \
	     *rw_once = (void *)1; rw_once; rw_once = NULL)			\
		if (!rw_scope.lock) { fail; } else

#endif
