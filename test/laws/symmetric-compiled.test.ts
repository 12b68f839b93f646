/** Holds that states made canonical in generated code are those of the full space up to permutations, with all that is found there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberingOf } from '../../checker/analysis/numbering.ts';
import type { Symmetry } from '../../checker/analysis/symmetry.ts';
import { symmetryOf } from '../../checker/analysis/symmetry.ts';
import type { TransitionTable } from '../../checker/analysis/transition-table.ts';
import { transitionTable } from '../../checker/analysis/transition-table.ts';
import type { Model } from '../../checker/language/model.ts';
import type { CompiledSpace } from '../../checker/search/compiled-space.ts';
import { compiledSpace } from '../../checker/search/compiled-space.ts';
import { concreteRun, pathTo } from '../../checker/search/concrete-run.ts';
import type { Finding } from '../../checker/search/state-space.ts';
import { replay } from '../../checker/search/trace.ts';
import type { State } from '../../checker/state/evaluate.ts';
import { isDeadlock } from '../../checker/search/interpreted-space.ts';
import { isTrue } from '../../checker/state/evaluate.ts';
import { endsOf, moves, propertyPlace } from '../../checker/state/interpret.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { randomModel } from './random-model.ts';

const most = 20_000;

/** The same for all permutations of a state, and for them only; it knows nothing of packed states. */
function form(table: TransitionTable, { groups }: Symmetry, state: State): string {
  const { copies, shared } = numberingOf(table);
  const member = (copy: number) => {
    const { table: own, replica } = copies[copy]!;
    return state.threads[own.thread.name]![replica];
  };
  const grouped = new Set(groups.flatMap(({ members }) => members.flat()));
  const cells = [...shared].flatMap(([name, { first, length }]) =>
    Array.from({ length }, (_, at) => ({ number: first + at, value: [state.shared[name]].flat()[at] })),
  );
  const owned = new Set(groups.flatMap((group) => group.cells.flat()));
  const value = (number: number) => cells.find((cell) => cell.number === number)!.value;
  const records = groups.map((group) =>
    group.members
      .map((own, replica) => JSON.stringify([own.map(member), group.cells[replica]!.map(value)]))
      .sort(),
  );
  const others = [...copies.keys()].filter((copy) => !grouped.has(copy)).map(member);
  return JSON.stringify([records, others, cells.filter(({ number }) => !owned.has(number))]);
}

/** What a finding says, whichever copy it is about; `length` is how many steps lead to it. */
const told = (finding: Finding, length: number): string => {
  switch (finding.kind) {
    case 'deadlock':
      return `${length}: deadlock`;
    case 'invariant':
      return `${length}: invariant ${finding.property}`;
    case 'assertion':
      return `${length + 1}: assertion ${finding.claim} at ${finding.edge.transition.id}`;
    case 'error':
      return `${length + 1}: error ${finding.message.replace(/ \(copy \d+\)/, '')}`;
  }
};

interface Explored {
  readonly space: CompiledSpace;
  readonly levels: readonly number[];
}

function exploreLevels(space: CompiledSpace): Explored | null {
  space.start();
  const levels = [0];
  for (let from = 0; from < space.count;) {
    if (space.count > most) return null;
    const to = space.count;
    space.expand(from, to);
    levels.push((from = to));
  }
  return { space, levels };
}

const depthOf = ({ levels }: Explored, state: number) => levels.findLastIndex((start) => start <= state);

/** By depth: the forms of the states there, each once. */
function formsOf(table: TransitionTable, symmetry: Symmetry, { space, levels }: Explored) {
  const seen = new Set<string>();
  return levels.map((from, at) => {
    const ids = Array.from({ length: (levels[at + 1] ?? space.count) - from }, (_, nth) => from + nth);
    const forms = ids.map((id) => form(table, symmetry, space.state(id)));
    const fresh = [...new Set(forms)].filter((one) => !seen.has(one)).sort();
    for (const one of fresh) seen.add(one);
    return fresh;
  });
}

const outcomes = (explored: Explored) => ({
  found: [
    ...new Set(explored.space.findings.map((finding) => told(finding, depthOf(explored, finding.state)))),
  ].sort(),
  reached: [...explored.space.reached].sort(),
  never: [...Array.from(explored.space.fired).keys()].filter((id) => explored.space.fired[id] === 0),
});

/** A run to each finding is a run of the model, is as long as the path, and ends in what was found. */
function expectRuns(table: TransitionTable, { space, levels }: Explored): void {
  for (const finding of space.findings.slice(0, 20)) {
    const path = pathTo(space, levels, finding.state);
    const run = concreteRun(table, space, path, finding);
    const trace = replay(table, run);
    const last = trace.steps.at(-1)?.after ?? trace.initial;
    expect(run.edges).toHaveLength(path.length - ('edge' in finding ? 0 : 1));
    expect(trace.stopped === null).toBe(!('edge' in finding));
    if (finding.kind === 'assertion') expect(trace.stopped).toBe(finding.claim);
    if (finding.kind === 'deadlock')
      expect([moves(table, last), isDeadlock(table, last)]).toEqual([[], true]);
    if (finding.kind === 'invariant') {
      const { condition } = table.model.properties[finding.property]!;
      expect(isTrue(condition, propertyPlace(last, endsOf(table)))).toBe(false);
    }
  }
}

/** Returns the states of the full and of the symmetric space, or null when there are too many. */
function expectSymmetric(model: Model): readonly [full: number, symmetric: number] | null {
  const table = transitionTable(model);
  const symmetry = symmetryOf(numberingOf(table));
  const full = exploreLevels(compiledSpace(table));
  if (full === null) return null;
  const symmetric = exploreLevels(compiledSpace(table, { symmetry }))!;
  const forms = formsOf(table, symmetry, full);
  expect(formsOf(table, symmetry, symmetric)).toEqual(forms);
  expect(symmetric.space.count).toBe(forms.flat().length);
  expect(outcomes(symmetric)).toEqual(outcomes(full));
  expectRuns(table, symmetric);
  return [full.space.count, symmetric.space.count];
}

describe('the symmetric space is the full one up to permutations', () => {
  test.each([
    ['without errors', { errors: false }],
    ['with errors', { errors: true }],
  ])(
    '%s',
    (_, wishes) => {
      const law = fc.property(randomModel({ ...wishes, symmetric: true, states: 400 }), (model) => {
        expectSymmetric(model);
      });
      fc.assert(law, { numRuns: Number(process.env['RACEWALK_LAW_RUNS'] ?? 150), seed: 2014 });
    },
    120_000,
  );

  test('in gup_fast against collapse, where records hold interrupts too', () => {
    expect(expectSymmetric(gupFast.build({ flush: 'ipi', cpus: 2, ptes: 1 }))).toEqual([0, 0]);
  });
});
