/** `typeof` and `__auto_type` have the type that gcc gives them, and container_of() and casts take such types. */
import { describe, expect, test } from 'vitest';
import { gcc, withoutGcc } from './gcc.ts';
import { mistakesOf, verdictOf } from './protocol.ts';

const declarations = `struct inner { int v; unsigned char small; };
struct outer { long first; struct inner in; struct inner *to; int many[3]; } o, os[2], *p;
typedef struct { unsigned long val; } word_t;
enum mode { OFF, ON } mode;
atomic_t count;
word_t word;
bool is;
unsigned char byte;
unsigned short half;
static long f(int n) { return n; }
static struct outer *g(void) { return &os[1]; }
static void h(int parameter, const struct inner *pointer)
{
BODY
}
`;

/** Expressions with their types, which gcc judges and of which racewalk must take the size and the wrap-around. */
const types: readonly (readonly [string, string])[] = [
  ['byte', 'unsigned char'],
  ['is', 'bool'],
  ['byte + 1', 'int'],
  ['half << 2', 'int'],
  ['o.first - byte', 'long'],
  ['1u + byte', 'unsigned int'],
  ['o.first < 1u', 'int'],
  ['!o.first', 'int'],
  ['~half', 'int'],
  ['-o.first', 'long'],
  ['ON', 'int'],
  ['word.val', 'unsigned long'],
  ['p->in.small', 'unsigned char'],
  ['p->to->v', 'int'],
  ['(&o)->to[1].small', 'unsigned char'],
  ['*p->many', 'int'],
  ['*&byte', 'unsigned char'],
  ['p - os', 'long'],
  ['f(1)', 'long'],
  ['g()->in.small', 'unsigned char'],
  ['parameter', 'int'],
  ['pointer->small', 'unsigned char'],
  ['byte ? o.first : byte', 'long'],
  ['byte ? byte : byte', 'int'],
  ['(byte, o.first)', 'long'],
  ['READ_ONCE(byte)', 'unsigned char'],
  ['smp_load_acquire(&half)', 'unsigned short'],
  ['xchg(&o.first, 1)', 'long'],
  ['atomic_read(&count)', 'int'],
  ['atomic_dec_and_test(&count)', 'bool'],
  ['sizeof(o)', 'unsigned long'],
  ['(unsigned short)byte', 'unsigned short'],
  ['({ unsigned char local = 3; local; })', 'unsigned char'],
  ['({ unsigned char local = 3; local + 1; })', 'int'],
  ['byte = 3', 'unsigned char'],
  ['half++', 'unsigned short'],
  ["'a'", 'int'],
  ['1L << 3', 'long'],
  ['0x80000000', 'unsigned int'],
];

const text = (body: string) =>
  `#include <racewalk.h>\n${declarations.replace('BODY', body)}THREAD(t) { h(1, &o.in); }\n`;
/** All bits of the type, as a number that shows its width and its sign. */
const bits = (type: string) => `(long)(${type})-1 / 2 + (long)sizeof(${type})`;

test.each(types)('typeof(%s) is %s', (expression, type) => {
  const same = `CHECK(${bits(`typeof(${expression})`)} == ${bits(type)}, "type");`;
  const declared = `__typeof__(${expression}) x = (typeof(x))-1;\nCHECK((long)x == (long)(${type})-1, "x");`;
  expect(verdictOf(text(`${same}\n${declared}`)).verdict).toBe('holds');
});

test.skipIf(withoutGcc)('and gcc agrees', () => {
  const all = types.map(
    ([expression, type]) =>
      `_Static_assert(__builtin_types_compatible_p(typeof(${expression}), ${type}), "${type}");`,
  );
  // An assignment is no constant, but its type is one.
  expect(gcc(['-fsyntax-only'], declarations.replace('BODY', all.join('\n')))).toEqual([]);
});

describe('a type of typeof', () => {
  test.each([
    ['points', 'typeof(*p) *q = &os[1]; q->in.v = 4; CHECK(os[1].in.v == 4, "q");'],
    [
      'is that of a type',
      'typeof(struct inner) x = { 3 }; typeof(word_t) w = { 5 }; CHECK(x.v + w.val == 8, "x");',
    ],
    ['is an array', 'typeof(o.many) x = { 1, 2 }; CHECK(x[1] == 2 && sizeof(x) == 12, "x");'],
    [
      'is that of a variable around it',
      'long x = 1; { unsigned char x = 255; typeof(x) y = x; y++; CHECK(!y, "y"); } CHECK(sizeof(x) == 8, "x");',
    ],
    [
      'is one of container_of()',
      'struct inner *i = &os[1].in; CHECK(container_of(i, typeof(*p), in) == &os[1], "c");',
    ],
    [
      'is one of container_of() with a pointer',
      'struct inner *i = &os[1].in; typeof(p) q = container_of(i, struct outer, in); CHECK(q == &os[1], "c");',
    ],
    ['is volatile', 'WRITE_ONCE(byte, 3); CHECK(*(volatile typeof(byte) *)&byte == 3, "v");'],
    [
      'is that of __auto_type',
      'is = true; __auto_type b = is; b = 2; __auto_type a = o.many; a[1] = 7; CHECK(b == 1 && o.many[1] == 7, "b");',
    ],
  ])('%s', (_, body) => expect(verdictOf(text(body)).verdict).toBe('holds'));
});

test('an access through a pointer to volatile is a marked one', () => {
  const two = (read: string) =>
    verdictOf(
      `#include <racewalk.h>\nint x;\nTHREAD(a) { WRITE_ONCE(x, 1); }\nTHREAD(b) { int y = ${read}; }`,
    ).verdict;
  expect(two('*(volatile typeof(x) *)&x')).toBe('holds');
  expect(two('*(typeof(x) *)&x')).toBe('violated');
});

test('a type that racewalk does not know is refused', () => {
  expect(mistakesOf(text('typeof(kill_all(1)) x;'))).toMatch(/does not know the type of this expression/);
  expect(mistakesOf(text('typeof(missing) x;'))).toMatch(/does not know the type of this expression/);
});
