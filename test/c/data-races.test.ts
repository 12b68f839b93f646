/** Data races are found where some state has a plain read and a write that changes its variable next to each other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { initialStates, moves } from '../../checker/interpreter/interpreter.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import { withoutGhosts } from '../../checker/memory/without-ghosts.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { check } from '../../checker/search/check.ts';
import { edgesOutOf, keyOfState } from '../../checker/state-space/successors.ts';
import { runs } from '../depth.ts';
import { protocol } from './protocol.ts';

const statement = fc.oneof(
  fc.constantFrom('t = x;', 't = y;', 't = READ_ONCE(x);', 't = data_race(x);', 'x = 1;', 'y = t;', 'x = 0;'),
  fc.constantFrom(
    'WRITE_ONCE(x, 1);',
    'WRITE_ONCE(x, 2);',
    'x++;',
    'if (READ_ONCE(y)) x = 2;',
    'if (x) y = 1;',
  ),
  fc.constantFrom(
    'spin_lock(&lock); x = 2; spin_unlock(&lock);',
    'spin_lock(&lock); t = x; spin_unlock(&lock);',
  ),
);
const body = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map((parts) => `{ int t = 0; ${parts.join(' ')} }`);
const program = fc
  .record({
    bodies: fc.array(body, { minLength: 2, maxLength: 2 }),
    handler: fc.option(body, { freq: 2 }),
    copies: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ bodies, handler, copies }) =>
    [
      '#include <racewalk.h>\nint x, y;\nspinlock_t lock;',
      ...(handler === null
        ? bodies.map((one, at) => `THREAD(t${at}) ${one}`)
        : // One round, and no lock that its own CPU may hold.
          [
            `THREADS(t0, ${copies}) ${bodies[0]!}`,
            'bool is_over;',
            `INTERRUPT(tick, t0) { if (!READ_ONCE(is_over)) { is_over = true; ${handler.replaceAll('lock(&lock)', 'lock(&other)')} } }`,
            'spinlock_t other;',
          ]),
    ].join('\n'),
  );

/** The CPU of a copy: a handler runs on that of its thread. */
const cpuOf = ({ thread: { name, on } }: TransitionSystem['threads'][number], replica: number) =>
  `${on ?? name} ${replica}`;

/** A state in which one copy can read a variable plainly, and another on another CPU can change it. */
function hasRace(system: TransitionSystem): boolean {
  const seen = new Set<string>();
  const waiting: State[] = [...initialStates(system)];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const key = keyOfState(state);
    if (seen.has(key)) continue;
    seen.add(key);
    const edges = edgesOutOf(system, state);
    const readers = moves(system, state).filter(
      ({ transition: { statement: first } }) => first.kind === 'step' && first.plainRead === true,
    );
    for (const { thread, replica } of readers) {
      const isOwn = ({ edge }: (typeof edges)[number]) =>
        system.threads[edge.thread] === thread && edge.replica === replica;
      const cpu = cpuOf(thread, replica);
      const read = new Set(edges.find(isOwn)!.firing.events[0]!.reads.map(({ cell }) => cell));
      const others = edges.filter(({ edge }) => cpuOf(system.threads[edge.thread]!, edge.replica) !== cpu);
      if (
        others.some(({ firing }) =>
          firing.events.some(({ changes }) => changes.some(({ cell }) => read.has(cell))),
        )
      )
        return true;
    }
    waiting.push(...edges.map(({ firing }) => firing.state));
  }
  return false;
}

test('a race is found exactly where a read and a changing write are adjacent', () => {
  const seen = { races: 0, none: 0 };
  fc.assert(
    fc.property(program, (text) => {
      const model = protocol(text).build();
      const expected = hasRace(transitionSystem(withoutGhosts(model)));
      const { outcome } = check(model);
      expect([text, outcome.verdict]).toEqual([text, expected ? 'violated' : 'holds']);
      if (outcome.verdict === 'violated')
        expect(outcome.property).toContain('no plain read races with this write');
      seen[expected ? 'races' : 'none'] += 1;
    }),
    { numRuns: runs(2_000, 24), seed: 2014 },
  );
  expect(Math.min(seen.races, seen.none), JSON.stringify(seen)).toBeGreaterThan(20);
});

describe('an interrupt handler that writes what a thread reads plainly', () => {
  const text = (reads: string, writes: string) => `#include <racewalk.h>
int x, is_over;
THREADS(host, 2) { if (CPU == ${reads}) { int a = x; } }
INTERRUPT(tick, host) { if (CPU == ${writes} && !READ_ONCE(is_over)) { WRITE_ONCE(is_over, 1); WRITE_ONCE(x, 1); } }
`;
  test.each([
    ['on its own CPU', text('0', '0'), 'holds'],
    ['on another', text('0', '1'), 'violated'],
  ])('%s', (_where, file, verdict) => {
    expect(check(protocol(file).build()).outcome.verdict).toBe(verdict);
  });
});
