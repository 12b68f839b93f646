/** The types that `racewalk.h` declares. */
import type { Constant } from './constant.ts';
import {
  boolType,
  integerType,
  intType,
  type EnumType,
  type Field,
  type StructType,
  type Type,
} from './types.ts';

const field = (name: string, type: Type): Field => ({ name, type, bits: null, at: 0, run: null });
const struct = (tag: string, ...fields: readonly Field[]): StructType => ({
  kind: 'struct',
  tag,
  isUnion: false,
  fields: [...fields],
  parts: fields.map(({ name }) => name),
  defined: true,
});

/** Locks as racewalk keeps them: `owner` is 0 if the lock is free; a rwsem counts readers, and -1 is a writer. */
const structs: readonly StructType[] = [
  struct('spinlock', field('held', boolType)),
  struct('mutex', field('held', boolType)),
  struct('rw_semaphore', field('count', intType)),
  struct('rwlock', field('count', intType)),
  struct('rcu_head', field('queued', boolType)),
];

/** The tags of these types, whose members no C names. */
export const opaqueTags: ReadonlySet<string> = new Set(structs.map(({ tag }) => tag));

/** The tags of these types and of the atomic types. */
export const builtinTags: ReadonlySet<string> = new Set([
  ...opaqueTags,
  ...['atomic_t', 'atomic_long_t', 'refcount_t'],
]);

/** Fresh tables of names for one file. */
export function builtinTypes() {
  const atomics = [
    struct('atomic_t', field('counter', intType)),
    struct('atomic_long_t', field('counter', integerType(64, true))),
    struct('refcount_t', field('refs', intType)),
  ];
  const [atomic, atomicLong, refcount] = atomics as [StructType, StructType, StructType];
  const tagged = new Map([...structs, ...atomics].map((type) => [type.tag, type]));
  const typedefs = new Map<string, Type>([
    ['bool', boolType],
    ['__auto_type', { kind: 'auto' }],
    ...(['u8', 'u16', 'u32', 'u64'] as const).map((name, at): [string, Type] => [
      name,
      integerType(widths[at]!, false),
    ]),
    ...(['s8', 's16', 's32', 's64'] as const).map((name, at): [string, Type] => [
      name,
      integerType(widths[at]!, true),
    ]),
    ...(['uint8_t', 'uint16_t', 'uint32_t', 'uint64_t'] as const).map((name, at): [string, Type] => [
      name,
      integerType(widths[at]!, false),
    ]),
    ...(['int8_t', 'int16_t', 'int32_t', 'int64_t'] as const).map((name, at): [string, Type] => [
      name,
      integerType(widths[at]!, true),
    ]),
    ...['size_t', 'pgoff_t', 'pteval_t', 'pmdval_t', 'phys_addr_t'].map((name): [string, Type] => [
      name,
      integerType(64, false),
    ]),
    ...['ssize_t', 'loff_t', 'ptrdiff_t', 'intptr_t'].map((name): [string, Type] => [
      name,
      integerType(64, true),
    ]),
    ['gfp_t', integerType(32, false)],
    ['uintptr_t', integerType(64, false)],
    ['uint', integerType(32, false)],
    ['ulong', integerType(64, false)],
    ['atomic_t', atomic],
    ['atomic_long_t', atomicLong],
    ['atomic64_t', atomicLong],
    ['refcount_t', refcount],
    ['spinlock_t', tagged.get('spinlock')!],
    ['raw_spinlock_t', tagged.get('spinlock')!],
    ['rwlock_t', tagged.get('rwlock')!],
  ]);
  const constants = new Map<string, Constant>([
    ...allocationFlags.map(([name, value]): [string, Constant] => [
      name,
      { value, type: integerType(32, false) },
    ]),
    ['true', { value: 1n, type: boolType }],
    ['false', { value: 0n, type: boolType }],
    ['PAGE_SHIFT', { value: 12n, type: intType }],
    ...errorNumbers.map(([name, value]): [string, Constant] => [
      name,
      { value: BigInt(value), type: intType },
    ]),
  ]);
  return { structs: tagged, enums: new Map<string, EnumType>(), typedefs, constants };
}

const widths = [8, 16, 32, 64] as const;

/** include/uapi/asm-generic/errno-base.h, errno.h; include/linux/errno.h */
const errorNumbers: readonly (readonly [string, number])[] = [
  ['EPERM', 1],
  ['ENOENT', 2],
  ['ESRCH', 3],
  ['EINTR', 4],
  ['EIO', 5],
  ['ENXIO', 6],
  ['E2BIG', 7],
  ['ENOEXEC', 8],
  ['EBADF', 9],
  ['ECHILD', 10],
  ['EAGAIN', 11],
  ['ENOMEM', 12],
  ['EACCES', 13],
  ['EFAULT', 14],
  ['EBUSY', 16],
  ['EEXIST', 17],
  ['EXDEV', 18],
  ['ENODEV', 19],
  ['ENOTDIR', 20],
  ['EISDIR', 21],
  ['EINVAL', 22],
  ['ENFILE', 23],
  ['EMFILE', 24],
  ['EFBIG', 27],
  ['ENOSPC', 28],
  ['EROFS', 30],
  ['EPIPE', 32],
  ['ERANGE', 34],
  ['EDEADLK', 35],
  ['ENAMETOOLONG', 36],
  ['ENOSYS', 38],
  ['ENODATA', 61],
  ['EOVERFLOW', 75],
  ['EOPNOTSUPP', 95],
  ['ETIMEDOUT', 110],
  ['ESTALE', 116],
  ['EHWPOISON', 133],
  ['ERESTARTSYS', 512],
];

/** include/linux/gfp_types.h: an allocation with __GFP_DIRECT_RECLAIM may sleep. */
const allocationFlags: readonly (readonly [string, bigint])[] = [
  ...([
    ['GFP_ATOMIC', 0x20n],
    ['GFP_NOWAIT', 0x800n],
    ['GFP_KERNEL', 0xcc0n],
    ['GFP_NOFS', 0xc40n],
  ] as const),
  ...([
    ['__GFP_ZERO', 0x100n],
    ['__GFP_NOWARN', 0x2000n],
    ['__GFP_DIRECT_RECLAIM', 0x400n],
  ] as const),
];
