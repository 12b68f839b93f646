/**
 * The law that whatever copies do from a state on, while some do not move, lies within their futures of each precision.
 *
 * @module-tag law
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Model } from '../../checker/language/model.ts';
import { changing } from '../../checker/reduction/analysis/access.ts';
import { cut } from '../../checker/reduction/analysis/thresholds.ts';
import * as sets from '../../checker/reduction/analysis/value-set.ts';
import type { Future, ThreadModular } from '../../checker/reduction/analysis/thread-modular.ts';
import { contextOf } from '../../checker/reduction/reduced-space.ts';
import { offsetOf } from '../../checker/reduction/state/conjunct-watch.ts';
import type { ValueSource } from '../../checker/reduction/state/decision-tree.ts';
import { firstLocal } from '../../checker/reduction/state/interned-state.ts';
import * as copySet from '../../checker/reduction/stubborn/copy-set.ts';
import { Futures } from '../../checker/reduction/stubborn/futures.ts';
import type { KnownStep } from '../../checker/reduction/stubborn/step-cache.ts';
import type { StubbornContext } from '../../checker/reduction/stubborn/stubborn-sets.ts';
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import { runs } from '../depth.ts';
import { randomModel } from './random-model.ts';
import { faults } from './reduced-spaces.ts';

/** A step of a copy, and the states after it. */
interface Move {
  readonly copy: number;
  readonly step: KnownStep;
  readonly after: readonly Int32Array[];
}

function* movesIn({ numbering, states, steps }: StubbornContext, words: Int32Array): Generator<Move> {
  const source: ValueSource = {
    read: (cell) => states.read(words, cell),
    offset: (cell) => offsetOf(states, cell),
  };
  for (const copy of numbering.copies.keys()) {
    const local = words[firstLocal + copy]!;
    for (let at = 0; at < steps.count(copy, local); at++) {
      const step = steps.step(copy, local, at, source);
      const after = step.outcomes
        .filter(({ failed, wrong }) => failed === null && !wrong)
        .map((outcome) => {
          const next = words.slice();
          for (const [place, cell] of outcome.cells.entries())
            states.write(next, cell, outcome.values[place]!);
          next[firstLocal + copy] = outcome.local;
          return next;
        });
      if (step.enabled) yield { copy, step, after };
    }
  }
}

const mostStates = 150;

/** Calls back for the moves of the copies that are not frozen, in some states that these reach. */
function eachMove(context: StubbornContext, from: Int32Array, frozen: number, action: (move: Move) => void) {
  const seen = new Set([from.join()]);
  const pending = [from];
  for (let at = 0; at < pending.length && at < mostStates; at++)
    for (const move of movesIn(context, pending[at]!)) {
      if (move.copy === frozen) continue;
      action(move);
      for (const next of move.after) {
        if (seen.has(next.join())) continue;
        seen.add(next.join());
        pending.push(next);
      }
    }
}

function expectWithin({ copy, step }: Move, future: Future, context: StubbornContext, bounds: ThreadModular) {
  const { cells } = context.numbering;
  expect(future.kinds.length, `copy ${copy} moves`).toBeGreaterThan(0);
  for (const element of step.footprint.elements)
    if (element < cells.length) expect(future.kinds[element]).not.toBe(0);
  for (const outcome of step.outcomes)
    for (const [at, cell] of outcome.cells.entries()) {
      expect(future.kinds[cell]! & changing).not.toBe(0);
      if (!outcome.wrong) expect(bounds.mayWrite(future, cell, [outcome.values[at]!])).toBe(true);
    }
}

/** Returns how many moves it compared. */
function expectBounds(model: Model, makeBounds: (context: StubbornContext) => ThreadModular): number {
  const context = contextOf(transitionSystem(model));
  const { numbering, states, steps } = context;
  const bounds = makeBounds(context);
  const futures = new Futures(states, bounds);
  const [initial] = initialStates(numbering.system);
  if (initial === undefined) return 0;
  const begin = states.encode(initial);
  steps.forget(begin);
  const reached = [begin];
  eachMove(context, begin, -1, ({ after }) => reached.push(...after));
  let moves = 0;
  for (let at = 0; at < reached.length; at += 1 + Math.trunc(reached.length / 8)) {
    const frozen = (at % (numbering.copies.length + 1)) - 1;
    const set = frozen < 0 ? copySet.noCopies : copySet.only(frozen);
    futures.begin(reached[at]!);
    expect(futures.explore(set, () => true)).toBe(true);
    eachMove(context, reached[at]!, frozen, (move) => {
      moves += 1;
      const { copy } = move;
      for (const future of [futures.of[copy]!, futures.most(copy), futures.ever[copy]!])
        expectWithin(move, future, context, bounds);
    });
  }
  return moves;
}

const sound = ({ threadModular }: StubbornContext) => threadModular;

test('what copies do lies within their futures', () => {
  let moves = 0;
  const law = fc.property(randomModel({ errors: true, states: 200, symmetric: true }), (model) => {
    moves += expectBounds(model, sound);
  });
  fc.assert(law, { numRuns: runs(300), endOnFailure: true });
  expect(moves).toBeGreaterThan(runs(300) * 10);
});

describe('the law has teeth', () => {
  test.each(['interference', 'circumstances'] as const)('futures with a fault are caught: %s', (fault) => {
    const law = fc.property(randomModel({ errors: false, states: 200 }), (model) => {
      expectBounds(model, faults[fault].threadModular);
    });
    expect(fc.check(law, { numRuns: 150, seed: 0, endOnFailure: true }).failed).toBe(true);
  });
});

test('a set that is cut at thresholds contains the set, and ends at thresholds where they reach so far', () => {
  const numbers = fc.integer({ min: -5, max: 40 });
  const law = fc.property(fc.array(numbers), fc.uniqueArray(numbers), (values, thresholds) => {
    const set = sets.setOf(values);
    const ascending = thresholds.toSorted((a, b) => a - b);
    const after = cut(set, ascending);
    for (const value of values) expect(sets.has(after, value)).toBe(true);
    expect(sets.isEmpty(after)).toBe(sets.isEmpty(set));
    if (sets.isEmpty(set) || ascending.length === 0) return;
    if (set.low < ascending[0]! || set.high > ascending.at(-1)!) return;
    expect(ascending).toContain(after.low);
    expect(ascending).toContain(after.high);
    expect(ascending.filter((one) => one > after.low && one <= set.low)).toEqual([]);
    expect(ascending.filter((one) => one < after.high && one >= set.high)).toEqual([]);
  });
  fc.assert(law);
});
