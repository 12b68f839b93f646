/** Models of many small levels: a clock that runs in loops, and threads that toggle flags at some of its times. */
import fc from 'fast-check';
import {
  add,
  always,
  and,
  array,
  atomically,
  bool,
  defineModel,
  eq,
  ge,
  goto,
  init,
  label,
  lt,
  not,
  range,
  reachable,
  set,
  shared,
  thread,
  wait,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';

export interface ThinShape {
  /** The last time. */
  readonly end: number;
  /** Whether the clock begins anew after it; else the model ends in a deadlock, unless a flag always toggles. */
  readonly wraps: boolean;
  /** Times at which the clock may also jump to another one. */
  readonly jumps: readonly (readonly [from: number, to: number])[];
  /** For each flag, when it toggles: from a time on, before another. Widths of levels vary with them. */
  readonly toggles: readonly (readonly [from: number, before: number])[];
  /** The time that never is with all flags, if the invariant holds. */
  readonly forbidden: number;
}

export function thinModel({ end, wraps, jumps, toggles, forbidden }: ThinShape): Model {
  return defineModel({
    name: 'thin',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ time: init(range(0, end), 0), flags: array(toggles.length, bool, false) });
      const clock = thread('clock', {}, () => [
        label('again'),
        wait('time++', lt(mem.time, end), set(mem.time, add(mem.time, 1))),
        goto('again'),
      ]);
      const jump = (from: number, to: number, at: number) =>
        thread(`jump ${at}`, {}, () => [
          label('again'),
          wait('jump', eq(mem.time, from), set(mem.time, to)),
          goto('again'),
        ]);
      const toggle = (from: number, before: number, at: number) =>
        thread(`toggle ${at}`, {}, () => [
          label('again'),
          atomically('the flag has the time', [
            wait(
              'toggle',
              and(ge(mem.time, from), lt(mem.time, before)),
              set(mem.flags.at(at), not(mem.flags.at(at))),
            ),
          ]),
          goto('again'),
        ]);
      const all = toggles.reduce((before, _, at) => and(before, mem.flags.at(at)), eq(mem.time, forbidden));
      const allJumps = wraps ? [...jumps, [end, 0] as const] : jumps;
      return {
        shared: mem,
        threads: [
          clock,
          ...allJumps.map(([from, to], at) => jump(from, to, at)),
          ...toggles.map(([from, before], at) => toggle(from, before, at)),
        ],
        properties: [always('never', not(all)), reachable('the end', eq(mem.time, end))],
      };
    },
  }).build();
}

/** Shapes of up to some hundred levels, of one to some dozen states. */
export const thinShapes: fc.Arbitrary<ThinShape> = fc
  .tuple(fc.integer({ min: 20, max: 250 }), fc.boolean())
  .chain(([end, wraps]) => {
    const time = fc.integer({ min: 0, max: end });
    return fc.record({
      end: fc.constant(end),
      wraps: fc.constant(wraps),
      jumps: fc.array(fc.tuple(time, time), { maxLength: 4 }),
      toggles: fc.array(fc.tuple(time, fc.integer({ min: 0, max: end + 1 })), { minLength: 1, maxLength: 5 }),
      forbidden: fc.integer({ min: 0, max: 2 * end }),
    });
  });
