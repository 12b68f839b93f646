/** The compiled space: its growth, its limits, and its bytes a state. */
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import {
  array,
  bool,
  choose,
  defineModel,
  init,
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

describe('the compiled space', () => {
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

  test('says that it is full, and keeps what it has', () => {
    const space = compiledSpace(tableOf(3), { maxBytes: 400_000 });
    expect(() => explore(space, Infinity)).toThrow(CapacityError);
    expect(space.count).toBeGreaterThan(1_000);
    expect(space.state(space.count - 1).shared).toBeDefined();
  });

  test.each([1, 2, 3, 5, 7])('looks at limits after whole states, also of %d words', (words) => {
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
