/** State spaces that were written down by hand before they were searched. */
import { expect, test } from 'vitest';
import {
  always,
  and,
  array,
  atomically,
  bool,
  ended,
  eq,
  forAll,
  forever,
  implies,
  init,
  not,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  wait,
  add,
} from '../../checker/language/index.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import { explored } from '../explored.ts';
import { modelOf } from '../language/tiny.ts';

const counts = ({ outcome }: ReturnType<typeof explored>) => {
  const { states, transitions, depth } = outcome.statistics;
  return { verdict: outcome.verdict, states, transitions, depth };
};

/**
 * Two CPUs run { tmp = x; x = tmp + 1; }, and x should be 2 at the end.
 *
 * A state is x, then for each CPU its location and tmp: 0 before the read, 1 before the write, 2 at the end.
 *   depth 0  x0 00 00
 *   depth 1  x0 10 00   x0 00 10
 *   depth 2  x1 20 00   x0 10 10   x1 00 20
 *   depth 3  x1 20 11   x1 20 10   x1 10 20   x1 11 20   (from the first, the second twice over, and the third)
 *   depth 4  x2 20 21   x1 20 20   x2 21 20
 * that is 1 + 2 + 3 + 4 + 3 = 13 states. Each state has one edge for each CPU that is not at its end:
 * 2 + 4 + (1 + 2 + 1) + 4 * 1 + 0 = 14. The search stops at x1 20 20, the lost update, when depth 4 is complete.
 */
const increments = () =>
  modelOf(() => {
    const mem = shared({ x: init(range(0, 2), 0) });
    const cpu = thread('cpu', { cpus: 2, locals: { tmp: init(range(0, 2), 0) } }, (l) => [
      step('tmp = x', set(l.tmp, mem.x)),
      step('x = tmp + 1', set(mem.x, add(l.tmp, 1))),
    ]);
    const done = forAll(cpu, (_, i) => ended(cpu, i));
    return {
      shared: mem,
      threads: [cpu],
      properties: [reachable('both end', done), always('no update is lost', implies(done, eq(mem.x, 2)))],
    };
  });

test('two CPUs that increment in two steps', () => {
  const found = explored(increments());
  expect(counts(found)).toEqual({ verdict: 'violated', states: 13, transitions: 14, depth: 4 });
  const told = ({ shared: cells, threads }: State) =>
    [
      `x${String(cells['x'])}`,
      ...threads['cpu']!.map((copy) => `${copy.location}${String(copy.locals['tmp'])}`),
    ].join(' ');
  const byDepth = found.states.map(told);
  expect(byDepth.slice(0, 6)).toEqual([
    'x0 00 00', 'x0 10 00', 'x0 00 10', 'x1 20 00', 'x0 10 10', 'x1 00 20',
  ]); // prettier-ignore
  expect(byDepth.slice(6, 10).toSorted()).toEqual(['x1 10 20', 'x1 11 20', 'x1 20 10', 'x1 20 11']);
  expect(byDepth.slice(10).toSorted()).toEqual(['x1 20 20', 'x2 20 21', 'x2 21 20']);
});

/**
 * Two CPUs run { spin_lock; spin_unlock; } once, with a critical section between that touches nothing.
 *
 * A state is the location of each CPU: 0 before the lock, 1 in the section, 2 at the end; the lock is held when one is 1.
 *   depth 0  00      depth 1  10 01      depth 2  20 02      depth 3  21 12      depth 4  22
 * 8 states; 11 is not among them. Edges: 00 has 2; 10 and 01 have 1 (the other CPU waits); 20 and 02 have 1; 21 and 12
 * have 1; 22 has none: 2 + 2 + 2 + 2 = 8.
 */
test('two CPUs and a lock', () => {
  const found = explored(
    modelOf(() => {
      const mem = shared({ locked: init(bool, false) });
      const cpu = thread('cpu', { cpus: 2, locals: { inside: init(bool, false) } }, (l) => [
        wait('spin_lock(&lock)', not(mem.locked), set(mem.locked, true), set(l.inside, true)),
        step('spin_unlock(&lock)', set(mem.locked, false), set(l.inside, false)),
      ]);
      return {
        shared: mem,
        threads: [cpu],
        properties: [
          always('one at a time', not(forAll(cpu, (l) => l.inside))),
          reachable(
            'both end',
            forAll(cpu, (_, i) => ended(cpu, i)),
          ),
        ],
      };
    }),
  );
  expect(counts(found)).toEqual({ verdict: 'holds', states: 8, transitions: 8, depth: 4 });
  const locations = found.states.map(({ threads }) =>
    threads['cpu']!.map(({ location }) => location).join(''),
  );
  expect(locations).toEqual(['00', '10', '01', '20', '02', '21', '12', '22']);
});

/**
 * A CPU turns irqs off and on again; another sends it an IPI and waits; the handler runs only while irqs are on.
 *
 * A state is irqs (- off, + on) with the walker's location w (0 before off, 1 before on, 2 at the end), the IPI (. none,
 * ! pending) and the sender's location s (0 before it sends, 1 waiting, 2 at the end).
 *   depth 0  +w0 .s0
 *   depth 1  -w1 .s0    +w0 !s1
 *   depth 2  +w2 .s0    -w1 !s1    +w0 .s1
 *   depth 3  +w2 !s1    -w1 .s1    +w0 .s2
 *   depth 4  +w2 .s1    -w1 .s2
 *   depth 5  +w2 .s2
 * 12 states, since -w1 .s1 is reached only when the handler ran before irqs went off. Edges: depth 0: 2 (off, send);
 * -w1 .s0: 2 (on, send); +w0 !s1: 2 (off, handler); +w2 .s0: 1 (send); -w1 !s1: 1 (on); +w0 .s1: 2 (off, wait ends);
 * +w2 !s1: 1 (handler); -w1 .s1: 2 (on, wait ends); +w0 .s2: 1 (off); +w2 .s1: 1; -w1 .s2: 1; the last: 0.
 * That is 2 + 4 + 4 + 4 + 2 = 16.
 */
test('a CPU with irqs off and an IPI', () => {
  const found = explored(
    modelOf(() => {
      const mem = shared({ irqsOff: init(bool, false), pending: init(bool, false) });
      const walker = thread('walker', {}, () => [
        step('local_irq_disable()', set(mem.irqsOff, true)),
        step('local_irq_enable()', set(mem.irqsOff, false)),
      ]);
      const sender = thread('sender', {}, () => [
        step('send', set(mem.pending, true)),
        wait('wait', not(mem.pending)),
      ]);
      const handler = thread('handler', { on: walker, mayBlockForever: true }, () => [
        forever(
          atomically(
            'an interrupt',
            wait('<IPI>', and(mem.pending, not(mem.irqsOff)), set(mem.pending, false)),
          ),
        ),
      ]);
      return {
        shared: mem,
        threads: [walker, sender, handler],
        properties: [reachable('sent', ended(sender))],
      };
    }),
  );
  expect(counts(found)).toEqual({ verdict: 'holds', states: 12, transitions: 16, depth: 5 });
  const told = ({ shared: cells, threads }: State) =>
    `${cells['irqsOff'] === true ? '-' : '+'}w${threads['walker']![0]!.location} ` +
    `${cells['pending'] === true ? '!' : '.'}s${threads['sender']![0]!.location}`;
  expect(found.states.map(told)).toEqual([
    '+w0 .s0',
    ...['-w1 .s0', '+w0 !s1'],
    ...['+w2 .s0', '-w1 !s1', '+w0 .s1'],
    ...['+w2 !s1', '-w1 .s1', '+w0 .s2'],
    ...['+w2 .s1', '-w1 .s2'],
    '+w2 .s2',
  ]);
});

test('arrays begin with a value for each element', () => {
  const { states } = explored(
    modelOf(() => {
      const mem = shared({ a: array(3, range(0, 2), (i) => 2 - i) });
      const t = thread('t', {}, () => [step('x', set(mem.a.at(1), 2))]);
      return { shared: mem, threads: [t], properties: [reachable('end', ended(t))] };
    }),
  );
  expect(states.map(({ shared: cells }) => cells['a'])).toEqual([[2, 1, 0], [2, 2, 0]]); // prettier-ignore
});
