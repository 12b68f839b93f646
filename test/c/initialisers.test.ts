/** Initialiser lists of structs, unions and arrays, of variables and of what a function makes: gcc is the judge. */
import { describe, expect, test } from 'vitest';
import { withoutGcc } from './gcc.ts';
import { mistakesOf, verdictOf } from './protocol.ts';
import { runNatively } from './native.ts';

const types = `struct u { int x; union { int z; unsigned int zz; }; int w; };
  struct s { int x; struct { int y; int w; }; int v; };
  struct n { struct { union { int a; int b; }; int c; }; int d[3]; };
  struct b { unsigned int lo : 3; unsigned int : 2; int hi : 4; int n; };
  union v { int p; unsigned int q; };`;

/** Lists, and what they give. */
const lists = [
  ['struct u', '{ 1, 3, 4 }', 'it.zz == 3 && it.w == 4'],
  ['struct u', '{ 1, { 3 }, 4 }', 'it.z == 3 && it.w == 4'],
  ['struct u', '{ .zz = 3, 4 }', 'it.x == 0 && it.z == 3 && it.w == 4'],
  ['struct u', '{ 1, { .zz = 3 }, .x = 2 }', 'it.x == 2 && it.z == 3 && it.w == 0'],
  ['struct s', '{ 1, 3, 4, 5 }', 'it.x == 1 && it.y == 3 && it.w == 4 && it.v == 5'],
  ['struct s', '{ 1, { 3 }, 5 }', 'it.y == 3 && it.w == 0 && it.v == 5'],
  ['struct s', '{ .w = 4, 5, .y = 6 }', 'it.x == 0 && it.y == 6 && it.w == 4 && it.v == 5'],
  ['struct n', '{ { { 1 }, 2 }, { [1] = 3, 4 } }', 'it.b == 1 && it.c == 2 && it.d[1] == 3 && it.d[2] == 4'],
  ['struct n', '{ 1, 2, { 3 } }', 'it.a == 1 && it.c == 2 && it.d[0] == 3'],
  ['struct n', '{ .c = 2, { [0 ... 1] = 7 } }', 'it.a == 0 && it.c == 2 && it.d[1] == 7 && it.d[2] == 0'],
  ['struct b', '{ 1, 2, 3 }', 'it.lo == 1 && it.hi == 2 && it.n == 3'],
  ['union v', '{ 4 }', 'it.q == 4'],
  ['union v', '{ .q = 5 }', 'it.p == 5'],
] as const;

const programs = lists.map(
  ([type, list, check]) => `#include <racewalk.h>
  ${types}
  ${type} it = ${list};
  static void local(void) { ${type} it = ${list}; CHECK(${check}, "local"); }
  static void literal(void) { ${type} it; it = (${type})${list}; CHECK(${check}, "literal"); }
  THREAD(t) { CHECK(${check}, "global"); local(); literal(); }`,
);

test.each(lists.map(([type, list], at) => [type, list, programs[at]!]))('%s it = %s', (_, _list, text) => {
  expect(verdictOf(text)).toMatchObject({ verdict: 'holds' });
});

test.skipIf(withoutGcc)('gcc reads them alike', () => {
  expect(runNatively(programs).map(({ violated }) => [...violated])).toEqual(lists.map(() => []));
});

const sequences = `#include <racewalk.h>
  seqlock_t one = __SEQLOCK_UNLOCKED(one); struct { int n; seqlock_t lock; } two = { 1, __SEQLOCK_UNLOCKED(two.lock) };
  seqcount_spinlock_t three = SEQCNT_SPINLOCK_ZERO(three, NULL);
  THREAD(t) {
    write_seqlock(&one); write_sequnlock(&one); write_seqlock(&two.lock); write_sequnlock(&two.lock);
    CHECK(one.seqcount.sequence == 2 && two.lock.seqcount.sequence == 2 && three.sequence == 0, "free");
  }`;

test('sequence locks begin free', () => {
  expect(verdictOf(sequences)).toMatchObject({ verdict: 'holds' });
});

test.skipIf(withoutGcc)('sequence locks begin free for gcc', () => {
  expect(runNatively([sequences])[0]).toMatchObject({ violated: new Set(), deadlock: false });
});

describe('what is no list of its type', () => {
  test.each([
    ['struct u', '{ 1, 2, 3, 4 }', /struct u has no such member/],
    ['struct u', '{ .y = 1 }', /struct u has no such member/],
    ['union v', '{ 1, 2 }', /union v has no such member/],
    ['struct n', '{ .d[1] = 3 }', /one designator a value/],
  ])('%s it = %s', (type, list, message) => {
    const text = (where: string) => `#include <racewalk.h>\n${types}\n${where}`;
    expect(mistakesOf(text(`${type} it = ${list};\nTHREAD(t) { CHECK(&it, "it"); }`))).toMatch(message);
    expect(mistakesOf(text(`THREAD(t) { ${type} it = ${list}; }`))).toMatch(message);
  });
});
