/** Holds that states made canonical in generated code are those of the full space up to permutations, with all that is found there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeadLocals } from '../../checker/analysis/liveness.ts';
import { deadLocals } from '../../checker/analysis/liveness.ts';
import type { Numbering } from '../../checker/analysis/numbering.ts';
import { numberingOf } from '../../checker/analysis/numbering.ts';
import type { Symmetry } from '../../checker/analysis/symmetry.ts';
import { symmetryOf } from '../../checker/analysis/symmetry.ts';
import type { TransitionTable } from '../../checker/analysis/transition-table.ts';
import { transitionTable } from '../../checker/analysis/transition-table.ts';
import type { Model } from '../../checker/language/model.ts';
import type { CompiledSpace } from '../../checker/search/compiled-space.ts';
import { compiledSpace } from '../../checker/search/compiled-space.ts';
import { pathTo, runAlong } from '../../checker/search/run-along.ts';
import type { Finding } from '../../checker/search/state-space.ts';
import { replay } from '../../checker/search/trace.ts';
import type { State } from '../../checker/state/evaluate.ts';
import { isDeadlock } from '../../checker/search/interpreted-space.ts';
import { isTrue } from '../../checker/state/evaluate.ts';
import { endsOf, moves, propertyPlace } from '../../checker/state/interpret.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { randomModel } from './random-model.ts';

const most = 20_000;

/** What is compared: states up to these permutations, with or without dead locals. */
interface View {
  readonly numbering: Numbering;
  readonly symmetry: Symmetry;
  /** By thread; null: no locals are dead. */
  readonly dead: readonly DeadLocals[] | null;
}

function member({ numbering, dead: deadOf }: View, state: State, copy: number) {
  const { thread, table, replica } = numbering.copies[copy]!;
  const { location, locals } = state.threads[table.thread.name]![replica]!;
  const dead = deadOf?.[thread]![location] ?? [];
  const values = Object.values(locals).flat();
  return [location, ...values].map((value, at) =>
    dead.some(({ position }) => position === at) ? 'dead' : value,
  );
}

/** The same for all states that are alike, and for them only; it knows nothing of packed states. */
function form(view: View, state: State): string {
  const { copies, shared } = view.numbering;
  const { groups } = view.symmetry;
  const ownOf = (copy: number) => member(view, state, copy);
  const grouped = new Set(groups.flatMap(({ members }) => members.flat()));
  const cells = [...shared].flatMap(([name, { first, length }]) =>
    Array.from({ length }, (_, at) => ({ number: first + at, value: [state.shared[name]].flat()[at] })),
  );
  const owned = new Set(groups.flatMap((group) => group.cells.flat()));
  const value = (number: number) => cells.find((cell) => cell.number === number)!.value;
  const records = groups.map((group) =>
    group.members
      .map((own, replica) => JSON.stringify([own.map(ownOf), group.cells[replica]!.map(value)]))
      .sort(),
  );
  const others = [...copies.keys()].filter((copy) => !grouped.has(copy)).map(ownOf);
  return JSON.stringify([records, others, cells.filter(({ number }) => !owned.has(number))]);
}

/** What a finding says, whichever copy it is about. */
function told(finding: Finding): string {
  switch (finding.kind) {
    case 'deadlock':
      return 'deadlock';
    case 'invariant':
      return `invariant ${finding.property}`;
    case 'assertion':
      return `assertion ${finding.claim} at ${finding.edge.transition.id}`;
    case 'error':
      return `error ${finding.message.replace(/ \(copy \d+\)/, '')}`;
  }
}

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
function formsOf(view: View, { space, levels }: Explored): readonly (readonly string[])[] {
  const seen = new Set<string>();
  const byDepth = levels.map((from, at) => {
    const ids = Array.from({ length: (levels[at + 1] ?? space.count) - from }, (_, nth) => from + nth);
    const forms = ids.map((id) => form(view, space.state(id)));
    const fresh = [...new Set(forms)].filter((one) => !seen.has(one)).sort();
    for (const one of fresh) seen.add(one);
    return fresh;
  });
  // The deepest levels of the full space may bring nothing but what is alike.
  return byDepth.slice(0, 1 + byDepth.findLastIndex((forms) => forms.length > 0));
}

/** What is found, with the steps to the nearest of each. */
function outcomes(explored: Explored) {
  const { findings, reached, fired } = explored.space;
  const lengths = new Map<string, number>();
  for (const finding of findings) {
    const length = depthOf(explored, finding.state) + Number('edge' in finding);
    lengths.set(told(finding), Math.min(length, lengths.get(told(finding)) ?? Infinity));
  }
  const never = Array.from(fired, (times, id) => (times === 0 ? id : -1));
  return { lengths: [...lengths].sort(), reached: [...reached].sort(), never };
}

/** A run to each finding is a run of the model, is as long as the path, and ends in what was found. */
function expectRuns(table: TransitionTable, { space, levels }: Explored): void {
  for (const finding of space.findings.slice(0, 20)) {
    const path = pathTo(space, levels, finding.state);
    const run = runAlong(table, space, path, finding);
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

/** Returns the states of the full and of the smaller space, or null when there are too many. */
function expectAlike(model: Model, { symmetric, forget }: Smaller): readonly number[] | null {
  const table = transitionTable(model);
  const numbering = numberingOf(table);
  const symmetry = symmetric ? symmetryOf(numbering) : { groups: [], reasons: [] };
  const dead = forget ? table.threads.map((_, thread) => deadLocals(numbering, thread)) : null;
  const view = { numbering, symmetry, dead };
  const full = exploreLevels(compiledSpace(table));
  if (full === null) return null;
  const smaller = exploreLevels(compiledSpace(table, { symmetry, forget }))!;
  const forms = formsOf(view, full);
  expect(formsOf(view, smaller)).toEqual(forms);
  expect(smaller.space.count).toBe(forms.flat().length);
  expect(outcomes(smaller)).toEqual(outcomes(full));
  expectRuns(table, smaller);
  return [full.space.count, smaller.space.count];
}

interface Smaller {
  readonly symmetric: boolean;
  readonly forget: boolean;
}

const ways: readonly Smaller[] = [
  { symmetric: true, forget: false },
  { symmetric: false, forget: true },
  { symmetric: true, forget: true },
];

const numRuns = Number(process.env['RACEWALK_LAW_RUNS'] ?? 100);

describe.each(ways)('the space with %o is the full one up to what is alike', (smaller) => {
  test.each([{ errors: false }, { errors: true }])(
    'on random models with %o',
    (wishes) => {
      const models = randomModel({ ...wishes, symmetric: true, states: 300 });
      const law = fc.property(models, (model) => {
        expectAlike(model, smaller);
      });
      fc.assert(law, { numRuns, seed: 2014, endOnFailure: true });
    },
    120_000,
  );
});

test('records hold interrupts too', () => {
  const model = gupFast.build({ flush: 'ipi', cpus: 2, ptes: 1 });
  expect(ways.map((smaller) => expectAlike(model, smaller))).toEqual([
    [864, 476],
    [864, 663],
    [864, 369],
  ]);
});
