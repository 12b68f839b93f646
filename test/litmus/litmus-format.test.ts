/** The syntax of litmus files, its meaning, and the error messages. */
import { describe, expect, test } from 'vitest';
import { printLitmus } from '../../checker/litmus/print.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

/** The final states of one process P0 that gets x, y and z, with P1 beside it if it is given. */
function statesOf(body: string, observed: string, { p1 = '', initial = '' } = {}) {
  const other = p1 === '' ? '' : `P1(int *x, int *y, int *z) { ${p1} }\n`;
  const source = `C test\n{ ${initial} }\nP0(int *x, int *y, int *z) { ${body} }\n${other}locations [${observed}]\nexists (x=99)\n`;
  return runLitmus(source, 'sc').states.map((row) => row.slice(0, -1).join(' '));
}

describe('atomic operations', () => {
  test.each<[string, string]>([
    ['r0 = xchg(x, 5); r1 = READ_ONCE(*x);', '3 5'],
    ['r0 = atomic_inc_return(x); r1 = READ_ONCE(*x);', '4 4'],
    ['r0 = atomic_dec_return_relaxed(x); r1 = atomic_read(x);', '2 2'],
    ['r0 = atomic_add_return(2, x); r1 = atomic_read_acquire(x);', '5 5'],
    ['r0 = atomic_fetch_add_acquire(2, x); r1 = *x;', '3 5'],
    ['r0 = atomic_fetch_sub(1, x); r1 = *x;', '3 2'],
    ['atomic_sub(3, x); r0 = 7; r1 = *x;', '7 0'],
    ['atomic_or(4, x); atomic_and(6, x); atomic_xor(1, x); r0 = 0; r1 = *x;', '0 7'],
    ['r0 = atomic_dec_and_test(x); r1 = atomic_sub_and_test(2, x);', '0 1'],
    ['r0 = atomic_cmpxchg(x, 3, 8); r1 = *x;', '3 8'],
    ['r0 = cmpxchg_release(x, 4, 8); r1 = *x;', '3 3'],
    ['r0 = atomic_add_unless(x, 1, 3); r1 = atomic_inc_not_zero(x);', '0 1'],
    ['atomic_set(x, 6); r0 = atomic_xchg(x, 7); r1 = *x;', '6 7'],
    ['r0 = 2; r0 = atomic_add_return(r0, x); r1 = *x;', '5 5'],
    ['xchg(x, 4); r0 = 0; r1 = *x;', '0 4'],
    ['spin_lock(y); r0 = spin_trylock(y); r1 = spin_is_locked(y); spin_unlock(y);', '0 1'],
  ])('%s', (body, state) => {
    expect(statesOf(body, '0:r0; 0:r1', { initial: 'x=3;' })).toEqual([state]);
  });
});

describe('expressions and statements', () => {
  test.each<[string, string]>([
    ['int r0 = 1 + 2 * 3; int r1 = (1 + 2) * 3 - 10 / 3;', '7 6'],
    ['int r0 = 6 ^ 3, r1 = (6 & 3) | 8;', '5 10'],
    ['int r0 = !0; int r1 = -(3 - 5);', '1 2'],
    ['int r0 = 1 << 3 >> 1; int r1 = 0x10 % 7;', '4 2'],
    ['int r0 = (int)1 == 1 && 2 > 1; int r1 = 3 <= 2 || 0;', '1 0'],
    ['int r0 = 0; int r1; if (READ_ONCE(*x) == 3) { r0 = 1; r1 = 2; } else r0 = 5;', '1 2'],
    ['int r0 = 0; int r1 = 1; if (r0) r1 = 2; else if (r1) r0 = 3;', '3 1'],
    ['int r0 = READ_ONCE(*x) + READ_ONCE(*x); int r1 = *x; *y = *x; r1 = *y;', '6 3'],
    ['int *r2 = x; int r0 = *r2; int r1 = READ_ONCE(*(r2 + (r0 ^ r0)));', '3 3'],
    ['int r0; int r1; // nothing\n /* nothing */ ; { r0 = 1; } r1 = 2;', '1 2'],
  ])('%s', (body, state) => {
    expect(statesOf(body, '0:r0; 0:r1', { initial: 'int x = 3;' })).toEqual([state]);
  });

  test('pointers lead where they point', () => {
    const body = 'int *r2; r2 = rcu_dereference(*z); r0 = READ_ONCE(*r2);';
    expect(
      statesOf(body, '0:r2; 0:r0', { initial: 'x=3; y=4; z=&x;', p1: 'rcu_assign_pointer(*z, y);' }),
    ).toEqual(['3 x', '4 y']);
  });

  test('comments, free text, locations, filter, negative numbers', () => {
    const source = [
      'C name+with-signs',
      '"PodWW Rfe { PodRR" (* outside (* nested *) of { braces *)',
      '{ int x = -1; 0:r5=2; }',
      'P0(int *x) { r0 = READ_ONCE(*x); r1 = r5; }',
      'P1(volatile int *x) { WRITE_ONCE(*x, 0x10); }',
      'locations [0:r1; x;] filter (not (0:r0=16)) (* a remark *)',
      'forall (0:r0=-1 /\\ (x<>0 \\/ false))',
    ].join('\n');
    const result = runLitmus(source, 'tso');
    expect([result.states, result.ok]).toEqual([[[-1, 2, 16]], true]);
    expect(printLitmus(result)).toBe(
      [
        'Test name+with-signs Required',
        'Memory tso, a machine of racewalk',
        'States 1',
        '0:r0=-1; 0:r1=2; [x]=16;',
        'Ok',
        'Witnesses',
        'Positive: 1 Negative: 0',
        'Condition forall (0:r0=-1 /\\ (x<>0 \\/ false))',
        'Observation name+with-signs Always 1 0',
        '',
      ].join('\n'),
    );
  });

  test.each<[string, string, string]>([
    [
      'atomic_t x = ATOMIC_INIT(2); atomic_t y = ATOMIC_INIT(-1);',
      'x=2 /\\ y=-1',
      'an initial value as in C',
    ],
    ['x=2; y=3', 'x=2 /\\ y=3', 'no semicolon behind the last initial value'],
    ['x=2; (* that { is *) int *y = x; (* all *)', 'x=2 /\\ y=x', 'remarks between initial values'],
    ['x=2; y=2;', '0:r0=0:r1 /\\ ~0:r0=0:r2', 'one thing compared with another'],
  ])('%s', (initial, condition) => {
    const body = 'int r0 = 5; int r1 = 5; int r2 = 6;';
    const source = `C t\n{ ${initial} }\nP0(int *x, int *y) { ${body} }\nforall (${condition})`;
    expect(runLitmus(source, 'sc').ok).toBe(true);
  });

  test('a load may read any of nine old values under arm64', () => {
    const stores = Array.from({ length: 9 }, (_, at) => `WRITE_ONCE(*x, ${at + 1});`).join(' ');
    const source = `C t\n{}\nP0(int *x) { ${stores} }\nP1(int *x) { r0 = READ_ONCE(*x); }\nexists (1:r0=10);`;
    for (const memory of ['pso', 'arm64'] as const) expect(runLitmus(source, memory).states).toHaveLength(10);
  });

  test('what must not exist is forbidden', () => {
    const source = 'C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\n~exists (x=0)';
    expect(printLitmus(runLitmus(source, 'sc'))).toMatch(
      /^Test t Forbidden\n.*\nOk\n.*Observation t Never 0 1\n$/s,
    );
  });
});

describe('an error has its line', () => {
  const bodyOf = (body: string) => `C t\n{}\nP0(int *x, int *y) {\n${body}\n}\nexists (x=1)`;
  test.each<[string, string | RegExp]>([
    [
      'X86 SB\n{}',
      "line 1: a litmus test in C begins with 'C' and its name, and this is one in X86: assembly, or another language, is not supported",
    ],
    ['', "line 1: a litmus test in C begins with 'C' and its name, and this file is empty"],
    ['#include <x.h>', "line 1: a litmus test in C begins with 'C' and its name, and not with '#include'"],
    ['C', "line 1: a litmus test in C begins with 'C' and its name, and here the name is missing"],
    ['C t\nP0(int *x)', 'line 1: there is no initial state: { ... }'],
    [bodyOf('r0 = 1;\nwhile (r0) { }'), "line 5: the loop 'while (r0)' has more than 1000 iterations"],
    [
      bodyOf('while (READ_ONCE(*x)) { }'),
      "line 4: the loop 'while (READ_ONCE(*x))' depends on memory: only loops with a constant number of iterations are supported",
    ],
    [
      'C t\n{}\nP0(atomic_int *x) {\n}\nexists (x=1)',
      "line 3: 'atomic_int' is C11, and not the kernel's C\n  P0(atomic_int *x) {\n     ^^^^^^^^^^",
    ],
    [bodyOf('atomic_thread_fence(0);'), "line 4: 'atomic_thread_fence' is C11, and not the kernel's C"],
    [bodyOf('int r0[2];'), "line 4: 'r0' is an array, and a register is a number"],
    [bodyOf('smp_memb();'), "line 4: 'smp_memb(...)' is not supported"],
    ['C t\n{ x=1 y=2; }\nP0(int *x) {\n}\nexists (x=1)', "line 2: ';' is missing before 'y'"],
    [bodyOf('r0 = ll_sc(x);'), "line 4: 'll_sc(...)' is not supported"],
    [bodyOf('WRITE_ONCE(x, 1);'), "line 4: 'WRITE_ONCE' takes *x, what a pointer points to"],
    [bodyOf('\nWRITE_ONCE(*x);'), "line 5: 'WRITE_ONCE' takes 2 operands, not 1"],
    [bodyOf('x = 1;'), "line 4: 'x' is a location: write *x or WRITE_ONCE(*x, ...)"],
    [bodyOf('WRITE_ONCE(*q, 1);'), "line 4: 'q' is neither a register nor a location of this process"],
    [bodyOf('r0 = x * 2;'), "line 4: 'r0 = x * 2' computes with addresses or divides by zero"],
    [bodyOf('r0 = 3; r1 = *r0;'), "line 4: 'r1 = *r0' goes to no location that is known here"],
    [bodyOf('r0 = (1;'), "line 4: ')' is missing here\n  r0 = (1;\n        ^"],
    [bodyOf('goto out;\nr0 = x->next;'), /line 4: 'goto'[^]*\nline 5: structures are not supported/],
    [bodyOf('++r0 += 1;'), 'line 4: an assignment inside of an expression is not supported'],
    [bodyOf('r0 = x->next;'), 'line 4: structures are not supported in a litmus file'],
    ['C t\n{}\nP0(int *x) {\n}\nexists (x<1)', "line 5: '<' is not expected after 'x'"],
    ['C t\n{}\nP0(int *x) {\n}\nexists (0:r0=1)', "line 5: process 0 has no register 'r0'"],
    [
      'C t\n{}\nP0(int *x) {\n}\n',
      "line 4: there is no condition, such as exists (x=1), behind the last '}'",
    ],
    ['C t\n{}\nQ(int *x) {\n}\nexists (x=1)', "line 3: a process is named P0, P1 and so on, not 'Q'"],
  ])('%#', (source, message) => {
    expect(() => runLitmus(source, 'sc')).toThrow(message);
  });
});
