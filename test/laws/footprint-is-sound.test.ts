/**
 * The law of footprints, by perturbation: a change of cells outside the reads of a step does not change its effect.
 *
 * @module-tag law
 */
import fc from 'fast-check';
import * as sets from '../../checker/reduction/analysis/value-set.ts';
import { expect, test } from 'vitest';
import { increase, decrease, read, write } from '../../checker/reduction/analysis/access.ts';
import { conjunctsOf, visibilityOf, type Visibility } from '../../checker/reduction/analysis/conjuncts.ts';
import { stepOf, type CopyStep } from '../../checker/reduction/analysis/footprint.ts';
import { ThreadModular } from '../../checker/reduction/analysis/thread-modular.ts';
import { sizeOf, type AnyDomain } from '../../checker/language/domain.ts';
import { numberingOf, numbersOf, type Numbering } from '../../checker/program/numbering.ts';
import type { CellScope } from '../../checker/reduction/analysis/scope.ts';
import { withCommutingValues } from '../../checker/reduction/analysis/commuting-values.ts';
import type { Transition } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { InternedStates, firstLocal } from '../../checker/reduction/state/interned-state.ts';
import { runs } from '../depth.ts';
import { explore } from './explore.ts';
import { randomModel } from './random-model.ts';
import { fullSpace } from './reduced-spaces.ts';

const numRuns = runs(200);

interface World {
  readonly numbering: Numbering;
  readonly visibility: Visibility;
  readonly copy: number;
  readonly locals: readonly number[];
  readonly transition: Transition;
  readonly stepIn: (cells: readonly number[]) => CopyStep;
}

/** The effect of a step; for cells that it only adds to, the amounts. */
function effectOf(step: CopyStep, cells: readonly number[]) {
  const kindOf = (cell: number) => step.footprint.kinds[step.footprint.elements.indexOf(cell)]!;
  const outcomes = step.outcomes.map((outcome) => ({
    ...outcome,
    // Which conjuncts fail before and after depends on more than what is read.
    seen: [],
    mended: [],
    values: outcome.values.map((value, at) =>
      (kindOf(outcome.cells[at]!) & write) === 0 ? value - cells[outcome.cells[at]!]! : value,
    ),
  }));
  return { enabled: step.enabled, outcomes };
}

/** All numbers of a domain, of a large one those at its ends. */
const someOf = (domain: AnyDomain, { names }: Numbering): readonly number[] =>
  domain.kind === 'range' && sizeOf(domain) > 64
    ? [domain.low, domain.low + 1, domain.high - 1, domain.high]
    : numbersOf(names, domain);

function expectSound(world: World, cells: readonly number[]): void {
  const { numbering, stepIn } = world;
  const step = stepIn(cells);
  const { elements, kinds } = step.footprint;
  const written = new Set(elements.filter((_, at) => (kinds[at]! & (write | increase | decrease)) !== 0));
  for (const { cells: changed } of step.outcomes) for (const cell of changed) expect(written).toContain(cell);
  for (const [cell, domain] of numbering.cells.entries()) {
    const kind = kinds[elements.indexOf(cell)] ?? 0;
    if ((kind & read) !== 0 || step.outcomes.some(({ wrong }) => wrong)) continue;
    for (const value of someOf(domain, numbering)) {
      const other = stepIn(cells.with(cell, value));
      // An addition may go too far from another value: that is no effect of reading it.
      if (other.outcomes.some(({ wrong }) => wrong) && kind !== 0) continue;
      if (step.enabled) expect(effectOf(other, cells.with(cell, value))).toEqual(effectOf(step, cells));
      else if (step.blockers.some((blocker) => !blocker.cells.includes(cell)))
        expect(other.enabled).toBe(false);
    }
  }
}

/** Whatever a step accesses or changes was to be expected from the text of its thread. */
function expectInScope({ cells, positions, changed }: CellScope, { footprint, outcomes }: CopyStep): void {
  for (const cell of footprint.elements) if (cell < positions.length) expect(cells).toContain(cell);
  for (const cell of outcomes.flatMap((outcome) => outcome.cells))
    expect(changed).toContain(positions[cell]!);
}

/** With each value that is steady, the step does the same; one that adds may go too far. */
function expectSteady({ transition, stepIn, ...world }: World, cells: readonly number[]): number {
  const context = { ...world, readShared: (cell: number) => cells[cell]! };
  const step = withCommutingValues(stepIn(cells), context, transition);
  const { steady } = step.footprint;
  if (steady === null) return 0;
  const { numbering } = world;
  const values = numbersOf(numbering.names, numbering.cells[steady.cell]!).filter((value) =>
    sets.has(steady.values, value),
  );
  expect(values).toContain(cells[steady.cell]);
  for (const value of values) {
    const other = stepIn(cells.with(steady.cell, value));
    if (other.outcomes.some(({ wrong }) => wrong)) continue;
    const added = value - cells[steady.cell]!;
    const moved = step.outcomes.map((outcome) => ({
      ...outcome,
      values: outcome.values.map((after, at) => (outcome.cells[at] === steady.cell ? after + added : after)),
      seen: [],
      mended: [],
    }));
    expect(other.outcomes.map((outcome) => ({ ...outcome, seen: [], mended: [] }))).toEqual(moved);
    for (const [at, { mended }] of other.outcomes.entries())
      for (const conjunct of mended) expect(step.outcomes[at]!.mended).toContain(conjunct);
  }
  return values.length - 1;
}

test('a cell that a step does not read makes no difference to it, nor does a steady value', () => {
  let others = 0;
  const law = fc.property(randomModel({ errors: true, states: 200 }), (model) => {
    const system = transitionSystem(model);
    const numbering = numberingOf(system);
    const visibility = visibilityOf(numbering, model.properties.flatMap(conjunctsOf));
    const space = explore(fullSpace(system), 300);
    if (space === null) return;
    const states = new InternedStates(numbering, []);
    const { scopes } = new ThreadModular(numbering, visibility);
    for (let id = 0; id < space.count; id += 3) {
      const words = states.encode(space.state(id));
      const cells = numbering.cells.map((_, cell) => states.read(words, cell));
      for (const [copy, { thread, table: own }] of numbering.copies.entries()) {
        const locals = [...states.localsOf(thread).vector(words[firstLocal + copy]!)];
        for (const transition of own.locations[locals[0]!]!) {
          const stepIn = (now: readonly number[]) =>
            stepOf({ numbering, visibility, copy, locals, readShared: (cell) => now[cell]! }, transition);
          const world: World = { numbering, visibility, copy, locals, transition, stepIn };
          expectSound(world, cells);
          expectInScope(scopes[copy]!, stepIn(cells));
          others += expectSteady(world, cells);
        }
      }
    }
  });
  fc.assert(law, { numRuns });
  expect(others).toBeGreaterThan(numRuns);
});
