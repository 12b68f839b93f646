/* SPDX-License-Identifier: MIT */
/* Allocation from the pools that a file declares. An allocation fails when the pool of its type has no free object. */
#ifndef RACEWALK_SLAB_H
#define RACEWALK_SLAB_H

#include <kernel/hooks.h>
#include <kernel/context.h>

enum { GFP_ATOMIC = 0x20, GFP_NOWAIT = 0x800, GFP_KERNEL = 0xcc0, GFP_NOFS = 0xc40, __GFP_ZERO = 0x100 };

/* POOL(struct foo, n): the n objects that kmalloc(sizeof(struct foo), ...) and kmem_cache_alloc() may return. */
#define POOL(type, n) RW_POOL(__COUNTER__, type, n)
#define RW_POOL(id, type, n) RW_POOL_(id, type, n)
#define RW_POOL_(id, type, n)							\
	static type rw_pool_##id[n];						\
	__attribute__((constructor)) static void rw_register_##id(void)	\
	{									\
		rw_pool(rw_pool_##id, sizeof(type), n);			\
	}									\
	_Static_assert(true, "")

struct kmem_cache { size_t size; };
#define KMEM_CACHE(type, flags) (&(struct kmem_cache){ sizeof(struct type) })

#define RW_MAY_SLEEP(gfp) do { if ((gfp) & 0x400) might_sleep(); } while (0)
#define kmalloc(size, gfp) ({ RW_MAY_SLEEP(gfp); rw_alloc(size, (gfp) & __GFP_ZERO); })
#define kzalloc(size, gfp) kmalloc(size, (gfp) | __GFP_ZERO)
#define kmem_cache_alloc(cache, gfp) kmalloc((cache)->size, gfp)
#define kmem_cache_zalloc(cache, gfp) kzalloc((cache)->size, gfp)
#define kfree(object) rw_free(object)
#define kvfree(object) rw_free(object)
#define kmem_cache_free(cache, object) rw_free(object)

#endif
