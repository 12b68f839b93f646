/** Holds that runs of the copies of another run are as short, are confirmed, and have no more switches than it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberingOf } from '../../checker/analysis/numbering.ts';
import { symmetryOf } from '../../checker/analysis/symmetry.ts';
import type { TransitionTable } from '../../checker/analysis/transition-table.ts';
import { transitionTable } from '../../checker/analysis/transition-table.ts';
import {
  bool,
  choose,
  init,
  reachable,
  set,
  shared,
  step,
  thread,
  wait,
  when,
} from '../../checker/language/index.ts';
import { compiledSpace } from '../../checker/search/compiled-space.ts';
import { cpuOf, fewestSwitches } from '../../checker/search/fewest-switches.ts';
import type { Schedule } from '../../checker/search/outcome.ts';
import { moves } from '../../checker/search/restriction.ts';
import { pathTo, runAlong } from '../../checker/search/run-along.ts';
import { smoothing } from '../../checker/search/smooth-run.ts';
import type { Edge, Finding } from '../../checker/search/state-space.ts';
import { finish } from '../../checker/search/steps.ts';
import { modelOf } from '../language/tiny.ts';
import type { Explored } from './explore-levels.ts';
import { expectConfirmed, exploreLevels, lengthOf, told } from './explore-levels.ts';
import { randomModel } from './random-model.ts';
import { recordCases } from './record-cases.ts';

const most = 20_000;
const numRuns = Number(process.env['RACEWALK_LAW_RUNS'] ?? 150);

function switchesOf(table: TransitionTable, { edges }: Schedule): number {
  const cpus = edges.map((edge) => cpuOf(table, edge));
  return cpus.filter((cpu, at) => at > 0 && cpu !== cpus[at - 1]).length;
}

/** The nearest finding of each sort. */
function nearest(explored: Explored): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of explored.space.findings) {
    const known = found.get(told(finding));
    if (known === undefined || lengthOf(explored, finding) < lengthOf(explored, known))
      found.set(told(finding), finding);
  }
  return [...found.values()];
}

/** The fewest switches to such a finding, whichever copies move. */
function leastSwitches(table: TransitionTable, full: Explored, finding: Finding): number {
  const same = full.space.findings.filter((other) => told(other) === told(finding));
  const length = Math.min(...same.map((other) => lengthOf(full, other)));
  const targets = new Map<number, Edge[]>();
  for (const other of same.filter((one) => lengthOf(full, one) === length))
    targets.set(other.state, [...(targets.get(other.state) ?? []), ...('edge' in other ? [other.edge] : [])]);
  return switchesOf(table, fewestSwitches(table, full.space, full.levels, targets));
}

/** Returns for each finding whether all copies move in the run to it. */
function expectSmooth(table: TransitionTable): readonly boolean[] {
  const full = exploreLevels(compiledSpace(table), most);
  if (full === null) return [];
  const symmetry = symmetryOf(numberingOf(table));
  const symmetric = exploreLevels(compiledSpace(table, { symmetry, forget: true }), most)!;
  return nearest(symmetric).map((finding) => {
    const run = runAlong(
      table,
      symmetric.space,
      pathTo(symmetric.space, symmetric.levels, finding.state),
      finding,
    );
    const smooth = finish(smoothing(table, run, { isWanted: (other) => told(other) === told(finding) }));
    expectConfirmed(table, smooth, finding);
    expect(smooth.edges).toHaveLength(run.edges.length);
    expect(smooth.edges.every((edge) => moves(run, edge))).toBe(true);
    const [least, now, before] = [
      leastSwitches(table, full, finding),
      switchesOf(table, smooth),
      switchesOf(table, run),
    ];
    expect(now).toBeLessThanOrEqual(before);
    expect(now).toBeGreaterThanOrEqual(least);
    const all = numberingOf(table).copies.every((copy) => moves(run, copy));
    if (all) expect(now).toBe(least);
    return all;
  });
}

test.each([{ errors: false }, { errors: true }])(
  'runs are as smooth as their copies can make them in random models with %o',
  (wishes) => {
    const seen: boolean[] = [];
    const law = fc.property(randomModel({ ...wishes, symmetric: true, states: 300 }), (model) => {
      seen.push(...expectSmooth(transitionTable(model)));
    });
    fc.assert(law, { numRuns, seed: 2014, endOnFailure: true });
    expect(new Set(seen).size).toBe(2);
  },
  120_000,
);

test('a deadlock is one of all copies, those that rest included', () => {
  const mem = shared({ open: init(bool, true), begun: init(bool, false) });
  const p = thread('p', { locals: { closes: init(bool, false) } }, (l) => [
    step('begin', set(mem.begun, true)),
    choose('closes', l.closes),
    step('close', when(l.closes, set(mem.open, false))),
    step('begin again', when(l.closes, set(mem.begun, false))),
  ]);
  const q = thread('q', {}, () => [wait('open', mem.open)]);
  const properties = [reachable('begun', mem.begun)];
  const model = modelOf(() => ({ shared: mem, threads: [p, q], properties }));
  expect(expectSmooth(transitionTable(model))).toEqual([false]);
});

test('copies that rest are not interchangeable with those that move', () => {
  const symmetry = { groups: [], reasons: [] };
  const space = () =>
    compiledSpace(transitionTable(recordCases[0]![1]()), { symmetry, only: { initial: 0, edges: [] } });
  expect(space).toThrow('copies that rest');
});
