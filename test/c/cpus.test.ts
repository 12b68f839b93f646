/** CPUs, masks of them, and functions that run on other CPUs. */
import { describe, expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

const run = (text: string) => {
  const outcome = verdictOf(`#include <racewalk.h>\n${text}`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

test('CPUs are numbered in the order of the file', () => {
  const numbers = `struct cpumask seen;
    THREADS(a, 2) { cpumask_set_cpu(smp_processor_id(), &seen); CHECK(smp_processor_id() == CPU, "a"); }
    THREAD(b) { CHECK(get_cpu() == 2 && num_online_cpus() == 3, "b"); put_cpu(); }
    FINALLY("the first two", seen.bits == 3);`;
  expect(run(numbers)).toBe('holds');
  expect(() => run('int x;\nAGENT(a) { x = smp_processor_id(); }\nTHREAD(t) { }')).toThrow(
    'an AGENT has no CPU',
  );
});

test('masks are words', () => {
  const checks = `struct cpumask a, b, c;
    THREADS(t, 3) { }
    THREAD(u) {
      int n = 0, cpu;
      CHECK(cpumask_empty(&a), "empty");
      cpumask_set_cpu(0, &a); cpumask_set_cpu(2, &a); cpumask_setall(&b); cpumask_clear_cpu(0, &b);
      CHECK(cpumask_weight(&a) == 2 && cpumask_test_cpu(2, &a) && !cpumask_test_cpu(1, &a), "a");
      CHECK(cpumask_and(&c, &a, &b) && cpumask_weight(&c) == 1 && cpumask_first(&c) == 2, "and");
      CHECK(cpumask_subset(&c, &a) && !cpumask_subset(&a, &b) && cpumask_intersects(&a, &b), "sets");
      cpumask_or(&c, &a, &b);
      CHECK(cpumask_equal(&c, cpu_online_mask), "or");
      cpumask_andnot(&c, &c, &a);
      for_each_cpu(cpu, &c) n = n * 4 + cpu;
      CHECK(n == 7, "for_each_cpu: 1, 3");
      cpumask_copy(&c, &a); cpumask_clear(&a);
      CHECK(cpumask_empty(&a) && cpumask_first(&a) == nr_cpu_ids && cpumask_weight(&c) == 2, "copy");
    }`;
  expect(run(checks)).toBe('holds');
});

describe('functions on other CPUs', () => {
  const called = (call: string) => `struct cpumask mask, ran; GHOST int calls;
    static void f(void *info) { cpumask_set_cpu(smp_processor_id(), &ran); }
    static bool odd(int cpu, void *info) { return cpu & 1; }
    THREADS(t, 2) { }
    THREAD(u) { cpumask_set_cpu(0, &mask); cpumask_set_cpu(2, &mask); ${call} REACHED("called"); }\n`;

  test.each([
    ['smp_call_function_single(1, f, NULL, 1);', 2],
    ['smp_call_function_single(2, f, NULL, 1);', 4],
    ['smp_call_function_many(&mask, f, NULL, true);', 1],
    ['on_each_cpu_mask(&mask, f, NULL, true);', 5],
    ['on_each_cpu_cond(odd, f, NULL, true);', 2],
    ['on_each_cpu_cond_mask(odd, f, NULL, true, &mask);', 0],
    ['on_each_cpu(f, NULL, 1);', 7],
    ['smp_call_function(f, NULL, 1);', 3],
  ])('%s', (call, ran) => {
    const check = `CHECK(READ_ONCE(ran.bits) == ${ran}, "ran");`;
    expect(run(called(`${call} ${check}`))).toBe('holds');
    if (ran === 0) return;
    // Without the wait it may not have run, but on this CPU.
    const isHere = /single\(2/.test(call);
    const late = run(called(`${call.replace(/(1|true)(?=\)|, &mask\))/, '0')} ${check}`));
    expect(late).toBe(isHere ? 'holds' : 'ran');
  });

  test('not with interrupts off', () => {
    const off = 'local_irq_disable(); smp_call_function(f, NULL, 0); local_irq_enable();';
    expect(run(called(off))).toMatch(/with its interrupts off/);
  });

  test('a handler of several steps runs between two steps of its CPU', () => {
    const handler = `int x, y;
      static void f(void *info) { WRITE_ONCE(x, READ_ONCE(x) + 1); WRITE_ONCE(y, READ_ONCE(y) + 1); }
      THREAD(t) { int a = READ_ONCE(x), b = READ_ONCE(y); CHECK(a <= b, "t"); }
      THREAD(u) { smp_call_function_single(0, f, NULL, 1); CHECK(READ_ONCE(x) == 1 && READ_ONCE(y) == 1, "u"); }`;
    expect(run(handler)).toBe('holds');
    expect(run(handler.replace('a <= b', 'a == b'))).toBe('t');
  });
});
