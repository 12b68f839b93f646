/** Reads of what nothing has been written to, and no others. */
import { describe, expect, test } from 'vitest';
import { protocol, verdictOf } from './protocol.ts';

const declarations = `#include <racewalk.h>
struct pair { int a, b; bool c; int many[2]; };
POOL(struct pair, 2);
struct pair *head, global;
int x;
static void fill(int *out) { *out = 3; }
static void peek(int *out) { x = *out; }
static int early(int n) { int r; if (n) { r = 1; goto out; } r = 2; out: return r; }
`;
const text = (body: string) => `${declarations}THREAD(t)\n{\nWRITE_ONCE(x, 0);\n${body}\n}\n`;
const run = (body: string) => {
  const outcome = verdictOf(text(body));
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

describe('local variables', () => {
  const unwritten = /the variable of line \d+ is written before it is read/;

  test.each([
    ['int a; x = a;'],
    ['int a; a++;'],
    ['int a; if (ANY(2)) a = 1; x = a;'],
    ['int a; peek(&a);'],
    ['struct pair p; p.a = 1; x = p.b;'],
    ['struct pair p; p.many[0] = 1; x = p.many[ANY(2)];'],
    ['int a; for (int i = 0; i < ANY(2); i++) a = i; x = a;'],
    ['for (int i = 0; i < 2; i++) { int a; if (i == 0) a = 1; x = a; }'],
    ['int a; switch (ANY(3)) { case 0: a = 1; break; case 1: a = 2; } x = a;'],
    ['int a; again: if (x) { x = a; } else { WRITE_ONCE(x, 1); goto again; }'],
    ['bool c; if (c) x = 1;'],
    ['struct pair *p; p->a = 1;'],
    ['int a; if (ANY(2) && (a = 1)) ; x = a;'],
  ])('%s is found', (body) => {
    expect(run(body)).toMatch(unwritten);
  });

  test.each([
    ['int a; a = 1; x = a;'],
    ['int a; fill(&a); x = a;'],
    ['int a; if (ANY(2)) a = 1; else a = 2; x = a;'],
    ['struct pair p = {}; x = p.b;'],
    ['struct pair p; memset(&p, 0, sizeof(p)); x = p.b + p.many[1];'],
    ['struct pair p, q; p.a = 1; q = p; x = q.a;'],
    ['unsigned long flags; local_irq_save(flags); local_irq_restore(flags);'],
    ['int a; for (;;) { a = 1; if (ANY(2)) break; } x = a;'],
    ['int a; while (1) { a = ANY(2); if (a) break; } x = a;'],
    ['int a; do { a = ANY(2); } while (!a); x = a;'],
    ['int a; switch (ANY(3)) { case 0: a = 1; break; default: a = 2; } x = a;'],
    ['int a; if (ANY(2) && (a = 1)) x = a;'],
    ['x = early(ANY(2));'],
    ['struct pair *p = NULL; x = sizeof(*p);'],
    ['int a, b = ANY(2); if (b) a = 1; if (b) x = a;'],
  ])('%s is not', (body) => {
    expect(run(body)).toBe('holds');
  });

  test('cost nothing where the text shows that they are written', () => {
    const flags = (body: string) =>
      protocol(text(body))
        .build()
        .threads.flatMap(({ locals }) => Object.keys(locals))
        .filter((name) => name.startsWith('unset.'));
    expect(flags('int a, r; if (ANY(2)) { a = 1; goto out; } a = 2; out: r = early(a); x = r;')).toEqual([]);
    expect(flags('int a; fill(&a); x = a;')).toEqual(['unset.t.a']);
  });
});

describe('allocated objects', () => {
  const allocate = (how: string, body: string) =>
    `struct pair *p = ${how}; if (!p) return; ${body} kfree(p);`;
  const unwritten = /what kmalloc\(\) has returned is written before it is read/;

  test.each([
    ['x = p->a;'],
    ['p->a = 1; x = p->b;'],
    ['if (p->c) x = 1;'],
    ['p->many[1] = 1; x = p->many[ANY(2)];'],
    ['xchg(&p->a, 1);'],
    ['p->a++;'],
  ])('%s is found', (body) => {
    expect(run(allocate('kmalloc(sizeof(*p), GFP_ATOMIC)', body))).toMatch(unwritten);
    expect(run(allocate('kzalloc(sizeof(*p), GFP_ATOMIC)', body))).toBe('holds');
    expect(run(allocate('kmalloc(sizeof(*p), GFP_ATOMIC)', `memset(p, 0, sizeof(*p)); ${body}`))).toBe(
      'holds',
    );
  });

  test('an object that is given out again holds nothing', () => {
    const again = 'p->a = 1; kfree(p); p = kmalloc(sizeof(*p), GFP_ATOMIC); if (p) x = p->a;';
    expect(run(allocate('kmalloc(sizeof(*p), GFP_ATOMIC)', again))).toMatch(unwritten);
  });

  test('a variable of the same type is initialised', () => {
    expect(run(allocate('kmalloc(sizeof(*p), GFP_ATOMIC)', 'head = &global; x = head->a + p->a;'))).toMatch(
      unwritten,
    );
    expect(run(allocate('kmalloc(sizeof(*p), GFP_ATOMIC)', 'head = &global; x = head->a;'))).toBe('holds');
  });
});
