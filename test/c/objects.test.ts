/** Objects and variables of C are apart where C has them apart, whatever their names and numbers. */
import { describe, expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

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
  expect(run(declarations, 'few[1].v = 1; at(&few[0], 2);')).toMatch(past);
  expect(run(declarations, 'few[1].v = 1; at(&more[0], -1);')).toMatch(past);
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
