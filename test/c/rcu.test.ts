/** Grace periods and callbacks of RCU. */
import { expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

const run = (text: string) => {
  const outcome = verdictOf(`#include <racewalk.h>\n${text}`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

test('each copy of a thread waits for its own grace period', () => {
  const waits =
    'THREADS(w, 2) { if (CPU == 1) synchronize_rcu(); else { rcu_read_lock(); rcu_read_unlock(); } }';
  expect(run(waits)).toBe('holds');
});

const item = 'struct item { int v; struct rcu_head rcu; } items[2];\n';

test('callbacks of two heads may run at once, and in any order', () => {
  const callbacks = `${item}int order;
    static void f(struct rcu_head *head) { WRITE_ONCE(order, READ_ONCE(order) * 2 + (head == &items[1].rcu)); }
    THREAD(t) { call_rcu(&items[0].rcu, f); call_rcu(&items[1].rcu, f); }\n`;
  for (const end of [1, 2]) expect(run(`${callbacks}FINALLY("end", order != ${end});`)).toBe('end');
  expect(run(`${callbacks}FINALLY("end", order <= 2);`)).toBe('holds');
});

test('a head that waits is not queued again', () => {
  const twice = `${item}static void f(struct rcu_head *head) { }
    THREAD(t) { call_rcu(&items[0].rcu, f); call_rcu(&items[0].rcu, f); }`;
  expect(run(twice)).toMatch(/no rcu_head is queued twice/);
});

test('a callback does not sleep', () => {
  const sleeps = `${item}struct mutex m;
    static void f(struct rcu_head *head) { mutex_lock(&m); mutex_unlock(&m); }
    THREAD(t) { call_rcu(&items[0].rcu, f); }`;
  expect(run(sleeps)).toMatch(/nothing sleeps/);
});

test('a thread that ends as a reader is found, for grace periods would wait for it', () => {
  const ends = `${item}static void f(struct rcu_head *head) { }
    THREAD(t) { call_rcu(&items[0].rcu, f); }\nTHREAD(r) { rcu_read_lock(); }`;
  expect(run(ends)).toMatch(/no thread ends in a critical section/);
});

test('rcu_barrier() waits for callbacks that were queued before it', () => {
  const done = (barrier: string) => `${item}int done;
    static void f(struct rcu_head *head) { WRITE_ONCE(done, 1); }
    THREAD(t) { call_rcu(&items[0].rcu, f); ${barrier} CHECK(READ_ONCE(done), "done"); }`;
  expect(run(done('rcu_barrier();'))).toBe('holds');
  expect(run(done(''))).toMatch(/done/);
});
