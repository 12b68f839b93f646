/**
 * Anderson's queue lock: each process takes the next slot of a ring and spins on its own flag.
 *
 * Source:  T. E. Anderson, The performance of spin lock alternatives for shared-memory multiprocessors (1990); its steps are
 *          the transitions of `anderson` in BEEM (R. Pelanek, 2007), and the scenarios reproduce the published counts:
 *          anderson.2 and .4.
 * Omitted: BEEM's faulty instances (anderson.1, .3, ...): their ticket takes all 256 values of a byte.
 */
import { add, array, bool, conditional, defineModel, either, eq, flag, ge, inc, init, integer, label, ne, range, set, shared, sub, thread }
  from 'racewalk';
import { mutualExclusion, transition } from './benchmark.ts';

export const model = defineModel({
  name: 'anderson',
  summary: 'Anderson\'s queue lock',
  options: {
    n: integer('processes', [2, 6], 3),
    safetyAlone: flag('variant', 'claims mutual exclusion alone: claims about runs are not decided under arm64'),
  },
  scenarios: [
    { name: '3 processes', options: {}, verdict: 'holds', states: 1_459, transitions: 3_705, why: 'BEEM anderson.2' },
    { name: '4 processes', options: { n: 4 }, verdict: 'holds', states: 29_641, transitions: 97_516, why: 'BEEM anderson.4' },
    { name: 'arm64, 3 processes', options: { safetyAlone: true }, memory: 'arm64', verdict: 'holds', states: 7_947, transitions: 17_253 },
  ],
  build: ({ n, safetyAlone }) => {
    const mem = shared({
      turn: array(n, bool, (slot) => slot === 0, 'true for the slot whose process may enter'),
      next: init(range(0, 2 * n), 0, 'the next ticket; slots are tickets modulo n'),
      inside: array(n, bool, false),
    });
    const locals = { place: init(range(0, 2 * n), 0) };

    const processes = thread('process', { cpus: n, locals }, (l, cpu) => [
      label('outside'),
      transition('ticket', 'place = next++', true,                  set(l.place, mem.next), inc(mem.next)),

      label('ticket'),
      either(
        transition('queue', 'next -= n', eq(l.place, n - 1),        set(mem.next, sub(mem.next, n))),
        transition('queue', 'place %= n', ne(l.place, n - 1),       set(l.place, conditional(ge(l.place, n), sub(l.place, n), l.place)))),

      label('queue'),
      transition('turn', 'turn[place]', mem.turn.at(l.place)),

      label('turn'),
      transition('inside', 'turn[place] = false', true,             set(mem.turn.at(l.place), false), set(mem.inside.at(cpu), true)),

      label('inside'),
      transition('outside', 'turn[(place + 1) % n] = true', true,
        set(mem.turn.at(conditional(eq(l.place, n - 1), sub(l.place, n - 1), add(l.place, 1))), true), set(mem.inside.at(cpu), false)),
    ]);

    return { shared: mem, threads: [processes], properties: mutualExclusion(mem.inside, { stops: safetyAlone }) };
  },
});
