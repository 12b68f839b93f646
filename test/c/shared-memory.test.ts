/** Bit-fields and members of unions: what shares memory races, and what is not read is refused. */
import { describe, expect, test } from 'vitest';
import { check } from '../../checker/search/check.ts';
import { mistakesOf, protocol } from './protocol.ts';

const run = (declarations: string, ...threads: readonly string[]) => {
  const bodies = threads.map((body, at) => `THREAD(t${at})\n{\n${body}\n}\n`).join('');
  const outcome = check(protocol(`#include <racewalk.h>\n${declarations}\n${bodies}`).build()).outcome;
  return outcome.verdict === 'violated' ? `violated: ${outcome.property}` : outcome.verdict;
};

describe('a bit-field', () => {
  const flags = (gap: string) => `struct s { unsigned a : 1; ${gap} unsigned b : 1; int plain; } s;`;
  const both = 'FINALLY("both", s.a && s.b);';

  test('races with its neighbour, whose value a store puts back', () => {
    expect(run(flags(''), 's.a = 1;', 's.b = 1;')).toMatch(/no plain read races/);
    expect(run(`${flags('')}\n${both}`, 'data_race(s.a = 1);', 'data_race(s.b = 1);')).toMatch(/both/);
  });

  test.each([': 0 of its type', 'a plain member', 'a struct of their own'])(
    'not with one behind %s',
    (gap) => {
      const between = { ': 0 of its type': 'unsigned : 0;', 'a plain member': 'char c;' }[gap];
      const declared =
        between === undefined
          ? 'struct s { struct { unsigned a : 1; } in; struct { unsigned b : 1; } out; int plain; } s;'
          : flags(between);
      const [a, b] = between === undefined ? ['s.in.a', 's.out.b'] : ['s.a', 's.b'];
      expect(run(`${declared}\nFINALLY("both", ${a} && ${b});`, `${a} = 1;`, `${b} = 1;`)).toBe('holds');
    },
  );

  test('does not race under a lock, nor with a plain member', () => {
    const locked = (what: string) => `spin_lock(&lock); ${what} spin_unlock(&lock);`;
    const declared = `DEFINE_SPINLOCK(lock);\n${flags('')}\n${both}`;
    expect(run(declared, locked('s.a = 1;'), locked('s.b = 1;'), 's.plain = 1;')).toBe('holds');
  });

  test('has no address', () => {
    const refused = /a bit-field has no address, and no marked access/;
    for (const use of ['int *p = &s.a;', 'READ_ONCE(s.a);', 'WRITE_ONCE(s.a, 1);', 'xchg(&s.a, 1);'])
      expect(mistakesOf(`${flags('')}\nTHREAD(t) { ${use} }`)).toMatch(refused);
  });

  test('is part of at most 32 bits, and as wide as its type', () => {
    const declared = 'struct s { unsigned a : 20, b : 20; } s;\nTHREAD(t) { s.a = 1; }';
    expect(mistakesOf(declared)).toMatch(/2:13: racewalk does not read the member 'a'.* more than 32 bits/);
    expect(mistakesOf('struct s { bool a : 2; } s;\nTHREAD(t) { }')).toMatch(
      /1:19: a bit-field of bool has 0 to 1 bits/,
    );
  });

  test('may be read before anything is written there, and its neighbours when it is written are not read', () => {
    const pool = 'struct s { unsigned a : 1, b : 1; };\nPOOL(struct s, 1);\nstruct s *kept;';
    const body = (use: string) => `kept = kmalloc(sizeof(*kept), GFP_KERNEL);\n${use}`;
    expect(run(pool, body('kept->a = 1;'))).toBe('holds');
    expect(run(pool, body('CHECK(kept->a || true, "a");'))).toMatch(/is written before it is read/);
  });
});

describe('a union', () => {
  const page = `struct obj { int v; } one, two;
struct mapping { int w; } m;
struct page {
	union { struct obj *obj; struct mapping *mapping; unsigned long private; };
	union { atomic_t _mapcount; unsigned int page_type; };
	union { unsigned long counters; struct { unsigned inuse : 16, objects : 15, frozen : 1; }; };
} page = { .mapping = &m, .page_type = 5, .objects = 3 };`;

  test.each([
    'CHECK(page.mapping == &m && page.mapping->w == 0, "m");',
    'page.obj = &two; CHECK(page.obj == &two && page.obj != &one, "o");',
    'page.mapping = NULL; CHECK(!page.obj && !page.private && !page.mapping, "zero");',
    'page.private = -3UL; CHECK(page.private == -3UL, "p");',
    'CHECK(cmpxchg(&page.mapping, &m, NULL) == &m && !page.obj, "x");',
    'atomic_set(&page._mapcount, -1); CHECK(page.page_type == 0xffffffff, "t");',
    'CHECK(atomic_dec_return(&page._mapcount) == 4 && page.page_type == 4, "t");',
    'page.inuse = 7; page.frozen = 1; CHECK(page.counters == 0x80030007, "c");',
    'page.counters = 0x20008; CHECK(page.objects == 2 && page.inuse == 8 && !page.frozen, "c");',
    'struct page copy = page, *p = &page; p->private = 4; CHECK(copy.mapping == &m && copy.objects == 3, "c");',
  ])('%s', (body) => expect(run(page, body)).toBe('holds'));

  const last = /a union is read by the member that was written last/;

  test.each([
    'CHECK(page.obj || true, "o");',
    'page.private = 8; CHECK(!page.mapping || true, "m");',
    'page.obj = &one; CHECK(cmpxchg(&page.mapping, NULL, &m) || true, "x");',
    'struct page l = { .private = 1 }; CHECK(l.obj || true, "l");',
  ])('is not read as what it is not: %s', (body) => expect(run(page, body)).toMatch(last));

  test('in a claim, which asserts nothing, that is an error', () => {
    expect(() => run(`${page}\nALWAYS("o", page.obj == NULL);`, 'page.private = 0;')).toThrow(
      /page\.obj: a union is read by the member that was written last, and a claim reads another one/,
    );
  });

  test.each([
    ['sizes', 'union { u64 v; u32 half; }', 'u.half = 1;', /'half': .*different sizes/],
    ['sizes', 'union { u64 v; void *p; u8 byte; }', 'u.byte = 1;', /'byte': .*different sizes/],
    ['an array', 'union { u64 v; u8 bytes[8]; }', 'u.bytes[0] = 1;', /'bytes': an array or a lock/],
    ['a lock', 'union { spinlock_t lock; int v; }', 'spin_lock(&u.lock);', /'lock': an array or a lock/],
    [
      'objects that have numbers',
      'struct list { struct list *next; };\nunion { struct list lru; unsigned long private; }',
      'u.private = 1;',
      /'private': it shares its memory with 'lru', to which pointers point/,
    ],
  ])('whose members have different %s is refused where it is used', (_, union, use, refused) => {
    const text = (body: string) => `${union} u;\nTHREAD(t) { ${body} }`;
    expect(mistakesOf(text(use))).toMatch(refused);
    expect(mistakesOf(text(''))).toBe('');
  });

  test('has one object for members of one type', () => {
    const declared =
      'struct list { struct list *next; };\nstruct page { union { struct list lru, buddy; }; } page;\nstruct list *head;';
    const body =
      'head = &page.lru; CHECK(head == &page.buddy, "same"); page.buddy.next = head; CHECK(page.lru.next == head, "n");';
    expect(run(declared, body)).toBe('holds');
  });

  test('keeps what it points to from being leaked', () => {
    const declared =
      'struct obj { int v; };\nPOOL(struct obj, 1);\nstruct page { union { struct obj *obj; unsigned long private; }; } page;';
    expect(run(declared, 'page.obj = kzalloc(sizeof(struct obj), GFP_KERNEL);')).toBe('holds');
    expect(run(declared, 'page.obj = kzalloc(sizeof(struct obj), GFP_KERNEL); page.private = 1;')).toMatch(
      /leaked/,
    );
  });
});
