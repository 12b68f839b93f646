/** Objects and variables of C are apart where C has them apart, whatever their names and numbers. */
import { describe, expect, test } from 'vitest';
import { mistakesOf, verdictOf } from './protocol.ts';

const run = (declarations: string, body: string) => {
  const outcome = verdictOf(`#include <racewalk.h>\n${declarations}\nTHREAD(a)\n{\n${body}\n}\n`);
  return outcome.verdict === 'violated' ? `violated: ${outcome.property}` : outcome.verdict;
};

describe('members of elements that have numbers', () => {
  const nested =
    'struct inner { int v; };\nstruct item { int id; struct inner in[2]; };\nstruct item items[2];';
  const fill = 'for (int i = 0; i < 2; i++) for (int k = 0; k < 2; k++) items[i].in[k].v = 10 * i + k;';

  test.each([
    ['of variables', `${nested}\nstruct inner *last;`],
    ['of objects that have numbers too', `${nested}\nstruct inner *last;\nstruct item *some = &items[1];`],
    [
      'of a struct in a struct',
      `${nested}\nstruct outer { struct item deep[2]; } out[2];\nstruct inner *last;`,
    ],
  ])('%s', (_, declarations) => {
    const checks = [0, 1].flatMap((i) =>
      [0, 1].map((k) => `last = &items[${i}].in[${k}]; CHECK(last->v == ${10 * i + k}, "v");`),
    );
    expect(run(declarations, `${fill}\n${checks.join('\n')}`)).toBe('holds');
  });

  test('with an index of the run', () => {
    const body = `${fill}\nint i = ANY(2), k = ANY(2);\nlast = &items[i].in[k];\nCHECK(last->v == 10 * i + k, "v");`;
    expect(run(`${nested}\nstruct inner *last;`, body)).toBe('holds');
  });
});

test('a pointer one past its array, or one before it, is no object', () => {
  const declarations =
    'struct s { int v; } few[2], more[2];\nstruct s *p;\nstatic int at(struct s *q, int n) { return (q + n)->v; }';
  expect(run(declarations, 'few[1].v = 1; at(&few[0], 1);')).toBe('holds');
  const past = /no pointer is dereferenced past/;
  const before = /a pointer stays within its array/;
  expect(run(declarations, 'few[1].v = 1; at(&few[0], 2);')).toMatch(past);
  expect(run(declarations, 'few[1].v = 1; at(&more[0], -1);')).toMatch(before);
  expect(run(declarations, 'p = &few[1]; p++; p->v = 1;')).toMatch(/no pointer is dereferenced past/);
});

test('a member may have a name that racewalk uses itself', () => {
  const declarations = 'struct item { bool allocated; int v; };\nPOOL(struct item, 1);\nstruct item *kept;';
  const body =
    'struct item *p = kzalloc(sizeof(*p), GFP_ATOMIC);\nCHECK(p && !p->allocated, "zeroed");\nkept = p;';
  expect(run(declarations, body)).toBe('holds');
});

test('an object is not leaked while memory points to a member of it', () => {
  const declarations =
    'struct link { int v; };\nstruct item { struct link links[2]; };\nPOOL(struct item, 2);\nstruct link *kept;';
  const body = (at: string) => `struct item *p = kzalloc(sizeof(*p), GFP_ATOMIC);\n${at}`;
  expect(run(declarations, body('kept = &p->links[1];'))).toBe('holds');
  expect(run(declarations, body(''))).toMatch(/no struct item is leaked/);
});

test('variables of one name and several types or scopes are several', () => {
  const inner =
    '{ int k = 5; { int k = 7; { int k = 8; CHECK(k == 8, "k"); } CHECK(k == 7, "k"); } CHECK(k == 5, "k"); }';
  const body = `for (unsigned char i = 0; i < 1; i++) { bool k = i == 0; ${inner} CHECK(k, "k"); }\nfor (int i = -1; i < 0; i++) CHECK(i == -1, "i");`;
  expect(run('int x;', body)).toBe('holds');
});

test('a function with a parameter and a local of another type in a block', () => {
  const declarations =
    'int x;\nstatic int f(int n) { if (n) { bool n = true; return n ? 3 : 4; } return n; }';
  expect(run(declarations, 'CHECK(f(2) + f(x) == 3, "f");')).toBe('holds');
});

test('a temporary does not have the name of a variable', () => {
  const declarations =
    'struct item { int value; } it, *p = &it;\nstatic int item(int n) { int value_1 = n; return value_1 + p->value; }';
  expect(run(declarations, 'CHECK(item(3) == 3, "item");')).toBe('holds');
});

test('a case has the type of the value', () => {
  const declarations = 'unsigned int u = 0xffffffff;';
  expect(run(declarations, 'switch (u) { case -1: break; default: CHECK(0, "default"); }')).toBe('holds');
});

describe('a pointer stays within its array, or one past it', () => {
  const declarations = `struct s { int v; } few[2], more[2], one;
struct inner { int v; };
struct item { struct inner in[2]; int plain[2]; } items[3];
struct s *p;
struct inner *q;
static void set(int *r) { r[1] = 3; }
static struct s *moved(struct s *from, int n) { struct s *to = from; to += n; return to; }`;
  const left = /a pointer stays within its array, or one past it/;

  test.each([
    [
      'to its other elements',
      'p = moved(&few[0], 1); p = moved(p, 1); p = moved(p, -2); CHECK(p == few, "p");',
    ],
    ['by nothing', 'p = moved(NULL, ANY(1)); CHECK(!p, "p");'],
    ['one past a variable', 'p = moved(&one, 1); p--; CHECK(p == &one, "p");'],
    ['within a member', 'q = &items[1].in[0]; q++; q++; q -= 2; CHECK(q == items[1].in, "q");'],
    [
      'of a loop',
      'int sum = 0; for (q = items[1].in; q < items[1].in + 2; q++) sum += q->v; CHECK(!sum, "s");',
    ],
    ['of an array without numbers', 'set(items[1].plain); CHECK(items[1].plain[1] == 3, "r");'],
  ])('%s', (_, body) => expect(run(declarations, body)).toBe('holds'));

  test.each([
    ['into another array of its type', 'p = moved(&few[0], 3);'],
    ['two past it', 'p = moved(&few[1], 2);'],
    ['before it', 'p = moved(&more[0], -1);'],
    ['from NULL', 'p = moved(NULL, 1);'],
    ['out of a member', 'q = &items[1].in[1]; q += 2;'],
    ['before a member', 'q = &items[2].in[0]; q -= 3;'],
    ['by the index of an address', 'int i = 3; p = &few[i];'],
    ['by the index of a member', 'int i = 3; set(&items[1].plain[i]);'],
  ])('not %s', (_, body) => expect(run(declarations, `WRITE_ONCE(one.v, 0); ${body}`)).toMatch(left));

  test('and none past the array of a member is followed', () => {
    const body = 'WRITE_ONCE(one.v, 0); at(items[1].plain, 2);';
    expect(run(`${declarations}\nstatic int at(int *r, int n) { return *(r + n); }`, body)).toMatch(
      /past the end/,
    );
  });

  test('in a claim that reads another object, the check ends with an error', () => {
    const claim = 'ALWAYS("few", FOR_ALL(i, 3, few[i].v == 0));';
    expect(() => run(`${declarations}\n${claim}`, 'p = &few[0];')).toThrow(
      /at -2, and the array has the elements/,
    );
  });
});

test('kfree() takes only what kmalloc() has returned', () => {
  const declarations =
    'struct s { int v; };\nstruct outer { int first; struct s inner; };\nPOOL(struct s, 1);\nPOOL(struct outer, 1);\nstruct s here;\nstruct s *p;';
  const other = /only what kmalloc\(\) has returned is freed/;
  expect(run(declarations, 'p = kmalloc(sizeof(*p), GFP_ATOMIC); kfree(p); kfree(NULL);')).toBe('holds');
  expect(run(declarations, 'p = &here; kfree(p);')).toMatch(other);
  expect(run(declarations, 'kfree(&here);')).toMatch(other);
  const interior = 'struct outer *o = kmalloc(sizeof(*o), GFP_ATOMIC); if (o) kfree(&o->inner);';
  expect(run(declarations, interior)).toMatch(other);
});

test('a use after free by a pointer that has been moved since a call began', () => {
  const declarations =
    'struct s { spinlock_t lock; int v; };\nPOOL(struct s, 2);\nstatic void touch(int *v, struct s **p) { *p = NULL; *v = 1; }';
  const body = 'struct s *p = kzalloc(sizeof(*p), GFP_ATOMIC), *q = p; kfree(q); touch(&p->v, &p);';
  expect(run(declarations, body)).toMatch(/no freed object is used/);
});

test('the address of a member of NULL is a fault where it is followed', () => {
  const declarations = `struct s { int a, x; };
POOL(struct s, 1);
struct s *held;
static int get(int *p) { return READ_ONCE(*p); }
static int skip(int *p) { return 0; }`;
  expect(run(declarations, 'get(&held->x);')).toMatch(/no null pointer is dereferenced/);
  expect(run(declarations, 'skip(&held->x); held = kzalloc(sizeof(*held), GFP_KERNEL);')).toBe('holds');
});

test('a static variable of a function is one variable for all calls and CPUs', () => {
  const declarations = `int out;
static int next(void) { static int n = 3; { static bool n = true; if (n) n = false; } return n++; }
static int *cached(void) { static int cache[2]; return &cache[1]; }
static int n(void) { static int next; return ++next; }`;
  const body =
    'static unsigned long calls = 7;\n*cached() += 5; calls++; out = next() + next() + n();\nCHECK(out == 8 && calls == 8 && *cached() == 5, "s");';
  expect(run(declarations, body)).toBe('holds');
  const two = `${declarations}\nTHREAD(b)\n{\nnext();\n}`;
  expect(run(two, body)).toMatch(/no plain read races|assertion|"s"|^violated/);
});

test('a variable of type void * points to any object', () => {
  const text = (wanted: number) => `#include <racewalk.h>
struct a { int x; };
struct a as[3] = { { .x = 1 }, { .x = 2 }, { .x = 3 } };
void *priv;
THREAD(t)
{
	struct a *p = &as[2];
	priv = p;
	struct a *q = priv;
	CHECK(q->x == ${wanted}, "x");
}`;
  expect(verdictOf(text(3)).verdict).toBe('holds');
  expect(verdictOf(text(1)).verdict).toBe('violated');
});

test('what becomes a void * comes back as the type that it was', () => {
  const text = (type: string) => `#include <racewalk.h>
struct a { int x; };
struct b { int x; };
struct a as[2];
struct b bs[2];
void *priv;
static void use(void *given) { struct ${type} *q = given; WRITE_ONCE(q->x, 1); }
THREAD(t) { struct a *p = &as[1]; priv = p; use(priv); }
THREAD(u) { struct b *p = &bs[1]; WRITE_ONCE(p->x, 1); }`;
  expect(mistakesOf(text('a'))).toBe('');
  expect(mistakesOf(text('b'))).toContain('line 8 converts a pointer to struct a to void *');
});

test('a pointer to another type is refused, whichever way it comes', () => {
  const text = (line: string) => `#include <racewalk.h>
struct a { int x; };
struct b { int x; };
struct a as[2];
struct b bs[2], *gb;
struct holder { struct b *b; } holder;
static struct b *back(struct a *given) { ${line.startsWith('return') ? line : 'return &bs[0];'} }
static void use(struct b *given) { given = given + 0; WRITE_ONCE(given->x, 1); }
THREAD(t) { struct a *p = &as[ANY(2)]; struct b *q = back(p); ${line.startsWith('return') ? '' : line} WRITE_ONCE(q->x, 1); }`;
  const lines = [
    ...['q = p;', 'q = &as[1];', 'gb = p;', 'holder.b = p;', 'use(p);', 'use(&as[1]);'],
    ...['WRITE_ONCE(gb, p);', 'cmpxchg(&gb, NULL, p);', 'CHECK(q != p);', 'return given;', 'return &as[0];'],
  ];
  expect(mistakesOf(text('q = &bs[1]; gb = q; holder.b = gb; use(q);'))).toBe('');
  for (const line of lines)
    expect([line, mistakesOf(text(line))]).toEqual([line, expect.stringMatching(/objects keep|types/)]);
});

test('an allocation gives out what has been freed, or another object', () => {
  const declarations = 'struct s { int v; };\nPOOL(struct s, 2);\nstatic struct s *old;';
  const again = (then: string) =>
    `struct s *p = kzalloc(sizeof(*p), GFP_KERNEL), *q; old = p; kfree(p); q = kzalloc(sizeof(*q), GFP_KERNEL); ${then} kfree(q);`;
  expect(run(declarations, again('CHECK(q && !q->v, "q");'))).toBe('holds');
  expect(run(declarations, again('old->v = 1;'))).toMatch(/no freed object is used/);
  expect(run(declarations, again('CHECK(q != old, "another");'))).toBe('violated: another');
  expect(run(declarations, again('CHECK(q == old, "the same");'))).toBe('violated: the same');
});
