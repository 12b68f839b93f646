/** Pointers to scalars, and to pointers, in variables: each type has its objects, and what shares its memory is none of them. */
import { expect, test } from 'vitest';
import { mistakesOf, verdictOf } from './protocol.ts';

const run = (text: string): string => {
  const outcome = verdictOf(`#include <racewalk.h>\n${text}`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

test.each([
  'unsigned int',
  'bool',
  'u8',
  'long',
  'enum mode',
  'struct item *',
  'struct item **',
  'operation *',
])('a pointer to %s points to variables, elements and members', (type) => {
  const text = `struct item { int n; };
      enum mode { OFF, ON };
      typedef int (*operation)(int);
      struct a { ${type} first; ${type} second; };
      struct b { ${type} only; };
      struct a as[2]; struct b bs[2]; ${type} array[2]; ${type} one;
      ${type} *p = &one; ${type} *q[2] = { &array[1], &bs[1].only };
      THREAD(t) {
        ${type} **r = &q[1];
        CHECK(p == &one && *q == array + 1 && *r == &bs[1].only, "first");
        WRITE_ONCE(p, &as[1].second);
        *r = p;
        CHECK(q[1] == &as[1].second && *r != &as[1].first && !**r, "then");
      }`;
  expect(run(text)).toBe('holds');
});

test('a list of the kernel with pointers back to pointers', () => {
  const text = `struct hlist_node { struct hlist_node *next, **pprev; };
    struct hlist_head { struct hlist_node *first; } head;
    struct obj { int key; struct hlist_node node; } objs[2];
    static void add(struct hlist_node *n) {
      struct hlist_node *first = head.first;
      n->next = first;
      n->pprev = &head.first;
      if (first) first->pprev = &n->next;
      head.first = n;
    }
    static void del(struct hlist_node *n) {
      WRITE_ONCE(*n->pprev, n->next);
      if (n->next) n->next->pprev = n->pprev;
    }
    THREAD(t) {
      add(&objs[0].node); add(&objs[1].node);
      CHECK(head.first == &objs[1].node && objs[0].node.pprev == &objs[1].node.next, "two");
      del(&objs[1].node);
      CHECK(head.first == &objs[0].node && objs[0].node.pprev == &head.first, "one");
      del(head.first);
      CHECK(!head.first, "none");
    }`;
  expect(run(text)).toBe('holds');
});

test('bit-fields keep their width, and locks their state, where pointers point to their type', () => {
  const text = `struct s { int low : 2; int high : 6; int n; union { int word; unsigned int same; }; } x, y;
    struct outer { int n; union { int word; struct { short lo, hi; } halves; }; } z;
    int *p; short *h; bool flag; bool *f = &flag;
    DEFINE_SPINLOCK(lock);
    THREAD(t) {
      struct s copy = { .high = 9 };
      x.low = 3; x.word = -1;
      CHECK(x.low == -1 && x.same == 0xffffffff, "the views");
      p = &x.n; *p = 5;
      spin_lock(&lock); *f = true; spin_unlock(&lock);
      z.word = 0x10002;
      CHECK(x.n == 5 && x.low == -1 && x.high == 0 && flag, "the others");
      y = x;
      CHECK(y.low == -1 && y.n == 5 && y.word == -1, "a copy");
      x = copy;
      CHECK(x.high == 9 && x.n == 0, "of a local variable");
      h = NULL;
    }`;
  expect(run(text)).toBe('holds');
});

test('a variable of the proof is no memory where pointers point to its type', () => {
  const text = `GHOST int last; GHOST struct s { int n; } seen; int x; int *p = &x;
    THREAD(t) { WRITE_ONCE(*p, 1); last = 1; seen.n = last; }
    ALWAYS("in one step", x == last && x == seen.n);`;
  expect(run(text)).toBe('holds');
});

test.each([
  ['p = &u.word;', /does not store the address of a member that shares its memory/],
  ['p = &ghost;', /does not store the address of a variable of the proof/],
])('%s is refused', (statement, message) => {
  const text = `#include <racewalk.h>
    union { int word; unsigned int same; } u; GHOST int ghost; int *p;
    THREAD(t) { ${statement} }`;
  expect(mistakesOf(text)).toMatch(message);
});
