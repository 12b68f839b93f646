/** Interrupt handlers of several accesses: the thread that they interrupt stands still, and orders nothing by that. */
import { describe, expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

const verdictOf = (text: string, memory: string) =>
  check(withMemoryOption(protocol(text)).build({ memory })).outcome.verdict;

/** Store buffering between two threads, the first of which also handles an IPI of two accesses. */
const buffering = (barrier: string) => `#include <racewalk.h>
int x, y, seen = 1, a, b;
GHOST int first = 1;
static void handler(void *info) { WRITE_ONCE(a, 1); WRITE_ONCE(b, 1); }
THREAD(one) { WRITE_ONCE(x, 1); ${barrier} first = READ_ONCE(y); }
THREAD(two)
{
	WRITE_ONCE(y, 1);
	smp_mb();
	seen = READ_ONCE(x);
	smp_call_function(handler, NULL, 1);
}
FINALLY("one of the two sees the other", first == 1 || seen == 1);
FINALLY("the handler has run", a == 1 && b == 1);
`;

describe('a handler of two accesses', () => {
  test.each([
    ['sc', '', 'holds'],
    ['tso', '', 'violated'],
    ['tso', 'smp_mb();', 'holds'],
    ['pso', '', 'violated'],
    ['arm64', '', 'violated'],
    ['arm64', 'smp_mb();', 'holds'],
  ])('under %s with "%s" in the thread: %s', (memory, barrier, verdict) => {
    expect(verdictOf(buffering(barrier), memory)).toBe(verdict);
  });

  /** The host makes one access, and the handler that interrupts it after that another: load and store, or store and load. */
  const behind = (own: string, handlers: string, others: string, barrier: string) => `#include <racewalk.h>
int x, y;
GHOST int mine = -1, theirs = -1;
GHOST bool begun, over;
THREAD(host) { ${own} begun = true; }
INTERRUPT(tick, host) { if (begun && !over) { over = true; ${barrier} ${handlers} } }
THREAD(other) { ${others} }
`;
  const loads = (barrier: string) =>
    behind(
      'mine = READ_ONCE(x);',
      'WRITE_ONCE(y, 1); WRITE_ONCE(y, 2);',
      'theirs = READ_ONCE(y); smp_mb(); WRITE_ONCE(x, 1);',
      barrier,
    ) + 'ALWAYS("in order", !(mine == 1 && theirs > 0));';
  const stores = (barrier: string) =>
    behind(
      'WRITE_ONCE(x, 1);',
      'mine = READ_ONCE(y); mine = READ_ONCE(y);',
      'WRITE_ONCE(y, 1); smp_mb(); theirs = READ_ONCE(x);',
      barrier,
    ) + 'FINALLY("in order", !(mine == 0 && theirs == 0));';

  const oneLoad = (barrier: string) => stores(barrier).replace('mine = READ_ONCE(y); mine', 'mine');

  test.each([
    ['a load, and a store of the handler', loads, 'sc', 'holds'],
    ['a load, and a store of the handler', loads, 'arm64', 'violated'],
    ['a store, and a load of the handler', stores, 'sc', 'holds'],
    ['a store, and a load of the handler', stores, 'tso', 'violated'],
    ['a store, and a load of the handler', stores, 'arm64', 'violated'],
    ['a store, and one load of the handler', oneLoad, 'sc', 'holds'],
    ['a store, and one load of the handler', oneLoad, 'tso', 'violated'],
    ['a store, and one load of the handler', oneLoad, 'arm64', 'violated'],
  ] as const)('%s keep the order of the program: %#', (_what, text, memory, verdict) => {
    expect(verdictOf(text(''), memory)).toBe(verdict);
    expect(verdictOf(text('smp_mb();'), memory)).toBe('holds');
  });

  const ticking = (read: string) => `#include <racewalk.h>
int x, y;
THREAD(host)
{
	unsigned long flags = 0;
	int one, two;

	${read}
	CHECK(one == two, "x is %d, y is %d", one, two);
}
INTERRUPT(tick, host) { WRITE_ONCE(y, 1 - READ_ONCE(y)); WRITE_ONCE(x, READ_ONCE(y)); }
`;
  const both = 'one = READ_ONCE(x); two = READ_ONCE(y);';

  test.each([
    ['between two reads of its CPU', both, 'violated'],
    ['not while irqs are off', `local_irq_save(flags); ${both} local_irq_restore(flags);`, 'holds'],
    // Half of the handler would show.
    ['whole or not at all', 'ATOMICALLY("one read") { one = READ_ONCE(x); two = READ_ONCE(y); }', 'holds'],
  ])('of INTERRUPT() runs %s', (_where, read, verdict) => {
    expect(verdictOf(ticking(read), 'sc')).toBe(verdict);
  });
});
