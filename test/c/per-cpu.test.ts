/** Per-CPU variables. */
import { describe, expect, test } from 'vitest';
import { mistakesOf, verdictOf } from './protocol.ts';

const run = (text: string): string => {
  const outcome = verdictOf(`#include <racewalk.h>\n${text}`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

test('each CPU has its own, with the same first value', () => {
  const text = `struct tlb { int mm; int gen[2]; };
    DECLARE_PER_CPU(struct tlb, tlb);
    DEFINE_PER_CPU(struct tlb, tlb) = { .mm = 7, .gen = { 1, 2 } };
    static DEFINE_PER_CPU_SHARED_ALIGNED(int, count);
    THREADS(t, 2) {
      struct tlb *own = this_cpu_ptr(&tlb);
      CHECK(READ_ONCE(own->mm) == 7 && this_cpu_read(tlb.gen[1]) == 2, "first");
      this_cpu_write(tlb.mm, CPU); WRITE_ONCE(own->gen[0], 5); get_cpu_var(count) = 1; put_cpu_var(count);
      CHECK(READ_ONCE(per_cpu(tlb, CPU).mm) == CPU && per_cpu_ptr(&tlb, CPU) == own, "own");
      CHECK(sizeof(count) == 4 && sizeof(tlb) == 12, "sizeof");
    }
    THREAD(u) { int n = 0, cpu; for_each_possible_cpu(cpu) n += READ_ONCE(per_cpu(tlb.gen[0], cpu)); CHECK(n < 12, "sum"); }
    ALWAYS("counts", FOR_ALL(i, nr_cpu_ids, per_cpu(count, i) <= 1));
    REACHABLE("all", per_cpu(count, 0) + per_cpu(count, 1) == 2 && per_cpu(tlb.mm, 1) == 1 && per_cpu(tlb.mm, 2) == 7);`;
  expect(run(text)).toBe('holds');
});

test('every operation has its result and its effect', () => {
  const text = `DEFINE_PER_CPU(int, n) = 3;
    THREAD(t) { }
    THREAD(u) {
      int old = 4;
      CHECK(this_cpu_add_return(n, 2) == 5 && this_cpu_sub_return(n, 1) == 4, "add_return");
      CHECK(this_cpu_inc_return(n) == 5 && this_cpu_dec_return(n) == 4, "inc_return");
      CHECK(this_cpu_xchg(n, 6) == 4 && this_cpu_cmpxchg(n, 5, 9) == 6 && this_cpu_cmpxchg(n, 6, 12) == 6, "xchg");
      CHECK(!this_cpu_try_cmpxchg(n, &old, 1) && old == 12 && this_cpu_try_cmpxchg(n, &old, 13), "try");
      this_cpu_and(n, 7); this_cpu_or(n, 8); this_cpu_inc(n); this_cpu_dec(n); this_cpu_sub(n, 3); this_cpu_add(n, 1);
      CHECK(__this_cpu_read(n) == 11 && raw_cpu_read(n) == 11, "the others");
    }
    FINALLY("of CPU 0", per_cpu(n, 0) == 3);`;
  expect(run(text)).toBe('holds');
});

test('a wait and a claim of a thread are about its CPU', () => {
  const text = (own: number) => `DEFINE_PER_CPU(int, n);
    THREADS(t, 2) {
      WAIT_UNTIL(this_cpu_read(n) == 3 + smp_processor_id());
      HOLDS_HERE(*this_cpu_ptr(&n) == ${own} + CPU, "CPU %d", smp_processor_id());
      WRITE_ONCE(*this_cpu_ptr(&n), 0);
    }
    THREAD(u) { WRITE_ONCE(per_cpu(n, 1), 4); WRITE_ONCE(per_cpu(n, 0), 3); }`;
  expect(run(text(3))).toBe('holds');
  expect(run(text(4))).toMatch(/HOLDS_HERE/);
  const always =
    '#include <racewalk.h>\nDEFINE_PER_CPU(int, n);\nTHREAD(t) { }\nALWAYS("a", this_cpu_read(n) == 0);';
  expect(mistakesOf(always)).toMatch(/a claim about all CPUs stands on none of them/);
});

describe('between the load and the store of an update', () => {
  const counted = (update: string) => `DEFINE_PER_CPU(int, n);
    static void handler(void *info) { this_cpu_inc(n); }
    THREAD(t) { ${update}; }
    THREAD(u) { smp_call_function_single(0, handler, NULL, 1); }
    FINALLY("both count", per_cpu(n, 0) == 2);`;

  test('no handler of the CPU runs in this_cpu_inc(), and one may in __this_cpu_inc()', () => {
    expect(run(counted('this_cpu_inc(n)'))).toBe('holds');
    expect(run(counted('(void)this_cpu_add_return(n, 1)'))).toBe('holds');
    expect(run(counted('__this_cpu_inc(n)'))).toBe('both count');
    expect(run(counted('(void)raw_cpu_inc_return(n)'))).toBe('both count');
  });

  test('another CPU may write: no lock prefix', () => {
    const text = `DEFINE_PER_CPU(int, n);
      THREAD(t) { this_cpu_inc(n); }
      THREAD(u) { WRITE_ONCE(per_cpu(n, 0), 5); }
      FINALLY("no store is lost", per_cpu(n, 0) >= 5);`;
    expect(run(text)).toBe('no store is lost');
  });
});

test.each([
  ['x = n;', /each CPU has a variable 'n'.*this_cpu_read\(\)/],
  ['x = n + this_cpu_read(n);', /each CPU has a variable 'n'/],
  ['x = this_cpu_read(x);', /'x' is no per-CPU variable: DEFINE_PER_CPU\(type, x\)/],
  ['x = this_cpu_read(m);', /'m' is not declared/],
  ['x = this_cpu_read(a[n]);', /each CPU has a variable 'n'/],
  ['int n = 1; x = this_cpu_read(n);', /'n' is no per-CPU variable/],
  ['int *p = NULL; x = *this_cpu_ptr(p);', /pointers to per-CPU variables, &x or &x\.member, and no others/],
  ['x = READ_ONCE(per_cpu(n, 2));', /index 2 is out of bounds: the array has 1 elements/],
])('%s is refused', (statement, message) => {
  const text = `#include <racewalk.h>\nint x; DEFINE_PER_CPU(int, n); DEFINE_PER_CPU(int, a[2]);\nTHREAD(t) { ${statement} }`;
  expect(mistakesOf(text)).toMatch(message);
});

test('a CPU that there is not is out of bounds', () => {
  const text = 'DEFINE_PER_CPU(int, n); THREADS(t, 2) { int cpu = CPU + 1; WRITE_ONCE(per_cpu(n, cpu), 1); }';
  expect(run(text)).toMatch(/the index is within the array of 2 elements/);
});
