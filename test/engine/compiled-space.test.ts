/** The compiled space: its growth, its limits, and its bytes a state. */
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import {
  add,
  always,
  array,
  bool,
  choose,
  defineModel,
  eq,
  index,
  init,
  loop,
  mul,
  not,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import { CapacityError } from '../../checker/state-space/state-space.ts';
import { compiledSpace } from '../../checker/engine/compiled-space.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { noLimits } from '../../checker/search/check.ts';
import { search } from '../../checker/search/breadth-first.ts';
import { compileModel } from '../../checker/codegen/compile-model.ts';
import { printModule } from '../../checker/codegen/wasm/print.ts';
import { model } from '../../models/gup-fast-vs-collapse.ts';
import { explore } from '../laws/explore.ts';

const tableOf = (cpus: number, ptes = 2) => transitionSystem(model.build({ flush: 'ipi', cpus, ptes }));

/** Nearly each state has a segment that no other has. */
function manySegments(): TransitionSystem {
  const mem = shared({ large: array(34, range(0, 2 ** 30), 0) });
  const locals = { x: init(index(40), 0), y: init(index(60), 0) };
  const t = thread('t', { locals }, (l) => [
    step('begin', set(mem.large.at(33), 1)),
    choose('x', l.x),
    loop('y', l.y, [step('write', set(mem.large.at(9), add(mul(l.x, 100), l.y)))]),
  ]);
  const properties = [reachable('it begins', eq(mem.large.at(33), 1))];
  const parts = { shared: mem, threads: [t], properties };
  return transitionSystem(
    defineModel({ name: 'many', summary: '', options: {}, build: () => parts }).build(),
  );
}

/** All states but the first violate its claim. */
function manyFindings(): TransitionSystem {
  const mem = shared({ seen: init(bool, false) });
  const locals = { i: init(index(12), 0) };
  const t = thread('t', { cpus: 3, locals }, (l) => [loop('i', l.i, [step('see', set(mem.seen, true))])]);
  const properties = [always('nothing is seen', not(mem.seen)), reachable('it is seen', mem.seen)];
  const parts = { shared: mem, threads: [t], properties };
  return transitionSystem(
    defineModel({ name: 'seen', summary: '', options: {}, build: () => parts }).build(),
  );
}

describe('the compiled space', () => {
  test('records more findings in a level than have room at once', () => {
    const system = manyFindings();
    const compiled = explore(compiledSpace(system, { batch: 4 }), Infinity)!;
    const interpreted = explore(interpretedSpace(system), Infinity)!;
    expect(compiled.count).toBeGreaterThan(1_500);
    expect([compiled.count, compiled.transitions]).toEqual([interpreted.count, interpreted.transitions]);
    expect(compiled.findings.length).toBe(compiled.count - 1);
    expect(compiled.findings).toEqual(interpreted.findings);
  });

  test('finds the states of the interpreter in the same order after its table has grown several times', () => {
    const system = tableOf(2, 3);
    const compiled = explore(compiledSpace(system), Infinity)!;
    const interpreted = explore(interpretedSpace(system), Infinity)!;
    expect(compiled.count).toBeGreaterThan(3_000);
    expect([compiled.count, compiled.transitions]).toEqual([interpreted.count, interpreted.transitions]);
    expect(Array.from(compiled.fired)).toEqual(Array.from(interpreted.fired));
    for (let id = 0; id < compiled.count; id += 7) expect(compiled.state(id)).toEqual(interpreted.state(id));
  });

  test('takes at most 24 bytes for a state of up to 64 bits, with all that is kept for it', () => {
    const space = explore(compiledSpace(tableOf(3)), Infinity)!;
    expect(space.count).toBeGreaterThan(40_000);
    expect(space.bytes / space.count).toBeLessThan(20);
  });

  test('reports that it is full, and keeps its states', () => {
    const space = compiledSpace(tableOf(3), { maxBytes: 400_000 });
    expect(() => explore(space, Infinity)).toThrow(CapacityError);
    expect(space.count).toBeGreaterThan(1_000);
    expect(space.state(space.count - 1).shared).toBeDefined();
  });

  describe('with states that are folded', () => {
    const system = manySegments();
    const states = 1 + 40 * (60 + 1);

    test.each([
      ['in one memory', {}],
      ['with a memory of their own', { wideFrom: 2 ** 32 - 2 ** 16 }],
    ])('has the states of the interpreter after its dictionary has grown, %s', (_, options) => {
      const compiled = explore(compiledSpace(system, options), Infinity)!;
      const interpreted = explore(interpretedSpace(system), Infinity)!;
      expect(compiled.count).toBe(states);
      for (let id = 0; id < states; id += 7) expect(compiled.state(id)).toEqual(interpreted.state(id));
    });

    test('takes less memory', () => {
      const [folded, plain] = [{}, { fold: null }].map((options) =>
        explore(compiledSpace(tableOf(1, 110), options), Infinity)!,
      );
      expect(folded!.count).toBe(plain!.count);
      expect(folded!.bytes).toBeLessThan(plain!.bytes / 2);
    });

    test.each([200_000, 300_000])('takes no more than %d bytes', (maxBytes) => {
      const space = compiledSpace(system, { maxBytes });
      expect(() => explore(space, Infinity)).toThrow(CapacityError);
      expect(space.bytes).toBeLessThan(maxBytes);
      expect(space.bytes).toBeGreaterThan(maxBytes / 2);
      expect(space.state(space.count - 1).shared).toBeDefined();
    });

    test('takes one worker', () => {
      const spawn = () => {
        throw new Error('a second worker');
      };
      const space = compiledSpace(system, { parallel: { workers: 2, spawn } });
      expect(explore(space, Infinity)!.count).toBe(states);
    });
  });

  describe('with states that are compact', () => {
    const compact = { from: 1_000, worth: 3 / 4, mostBits: 14 };

    test('takes less memory', () => {
      const [small, plain] = [{ compact }, { compact: null }].map((options) =>
        explore(compiledSpace(tableOf(3, 4), options), Infinity)!,
      );
      expect([small!.count, small!.transitions]).toEqual([plain!.count, plain!.transitions]);
      expect(Array.from(small!.fired)).toEqual(Array.from(plain!.fired));
      expect(small!.bytes).toBeLessThan(plain!.bytes * 0.75);
      for (let id = 0; id < small!.count; id += 1_009) expect(small!.state(id)).toEqual(plain!.state(id));
    });

    test('takes no more than a limit', () => {
      const space = compiledSpace(tableOf(3, 4), { compact, maxBytes: 600_000 });
      expect(() => explore(space, Infinity)).toThrow(CapacityError);
      expect(space.compiled.model.format).not.toBeNull();
      expect(space.bytes).toBeLessThanOrEqual(600_000);
      expect(space.bytes).toBeGreaterThan(300_000);
      expect(space.state(space.count - 1).shared).toBeDefined();
    });

    test('stay as words where numbers would not be shorter', () => {
      const space = explore(compiledSpace(tableOf(3, 4), { compact: { ...compact, worth: 0.1 } }), Infinity)!;
      expect(space.compiled.model.format).toBeNull();
    });
  });

  test.each([1, 2, 3, 5, 7])('checks limits after whole states of %d words', (words) => {
    const mem = shared({ rest: array((words - 1) * 64 + 1, bool, false) });
    const locals = { x: init(range(0, 399), 0), y: init(range(0, 399), 0) };
    const t = thread('t', { locals }, (l) => [
      step('begin', set(mem.rest.at(0), true)),
      choose('x', l.x),
      choose('y', l.y),
    ]);
    const parts = { shared: mem, threads: [t], properties: [reachable('it begins', mem.rest.at(0))] };
    const system = transitionSystem(
      defineModel({ name: 'wide', summary: '', options: {}, build: () => parts }).build(),
    );
    expect(compileModel(system).layout.words).toBe(words);
    const space = compiledSpace(system);
    expect(Number.isInteger(space.portion)).toBe(true);
    expect(search(system, space, noLimits, 'compiled').statistics.states).toBe(1 + 400 * 400);
  });

  test('can be read', () => {
    const text = printModule(compileModel(tableOf(1)).module);
    expect(text).toContain('steps0(source: i32, cursor: i32): i32');
    expect(text).toContain('mark(');
  });
});
