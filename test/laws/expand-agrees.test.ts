/** Holds that a search whose states pass through the lines of `racewalk expand` finds what a search in memory finds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { answerAtEnd } from '../../checker/search/answer.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { externalSpace } from '../../checker/search/external-space.ts';
import { answerOfPath, placed, worstFound, type Found } from '../../checker/search/found.ts';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';
import { replay } from '../../checker/trace/replay.ts';
import { ExpandedStates } from '../../cli/expand/expanded-states.ts';
import { readEnd, readFinding, type End } from '../../cli/expand/protocol.ts';
import { StateText } from '../../cli/expand/state-text.ts';
import { law, runs } from '../depth.ts';
import { randomModel } from './random-model.ts';

/** All states, under symmetry where it applies. */
const settings: SearchSettings = { ...defaultSettings, reduce: false, firstPhase: 0 };
const identity = 'a search';

interface Read {
  readonly states: readonly string[];
  readonly findings: readonly { readonly state: string; readonly json: string }[];
  readonly end: End;
}

/** What a reader of the lines sees. */
function read(text: string): Read {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const states = lines.filter(({ length }) => length === 1).map(([state]) => state!);
  const findings = lines
    .filter(([kind]) => kind === 'finding')
    .map(([, state, json]) => ({ state: state!, json: json! }));
  const end = readEnd(lines.find(([kind]) => kind === 'end')![1]!);
  expect([states.pop(), states.length, findings.length]).toEqual(['', end.states, end.findings]);
  return { states, findings, end };
}

/** A breadth-first search that knows nothing but lines; each level is expanded in blocks of `block` states. */
function searchInLines(system: TransitionSystem, symmetry: boolean, block: number) {
  const { space } = externalSpace(system, { ...settings, symmetry }, 'in lines');
  const expanded = new ExpandedStates(system, space, identity);
  const text = new StateText(space.compiled.model.map.stride, identity);
  const packed = (state: string) => (text.read(state) as Uint8Array).slice();
  const levels: string[][] = [];
  const known = new Set<string>();
  const reached = new Set<number>();
  let transitions = 0;
  let found = null as Found | null;
  const take = ({ states, findings, end }: Read): readonly string[] => {
    for (const witness of end.reached) reached.add(witness);
    transitions += end.fired.reduce((sum, times) => sum + times, 0);
    const here = findings.map(({ state, json }) => readFinding(json, packed(state), system));
    found = worstFound(found, placed(here, levels.length - 1));
    return states;
  };
  const once = (states: readonly string[], target: Uint8Array | null): Read => {
    for (const [at, state] of states.entries()) expanded.add(state, at + 1);
    return read(expanded.flush(target) + expanded.end(states.length, states.length + 1));
  };
  /** Twice, as after a lost answer. */
  const expand = (states: readonly string[], target: Uint8Array | null): Read => {
    const first = once(states, target);
    expect(once(states, target)).toEqual(first);
    return first;
  };
  const blocksOf = (level: readonly string[]) =>
    Array.from({ length: Math.ceil(level.length / block) }, (_, at) =>
      level.slice(at * block, (at + 1) * block),
    );
  let candidates = take(read(expanded.initial()));
  for (;;) {
    const level = [...new Set(candidates)].filter((state) => !known.has(state));
    if (level.length > 0 || levels.length === 0) levels.push(level);
    for (const state of level) known.add(state);
    if (level.length === 0 || found !== null) break;
    candidates = blocksOf(level).flatMap((some) => take(expand(some, null)));
  }
  const pathTo = ({ state, depth }: Found): readonly Uint8Array[] => {
    const path = [text.write(state)];
    for (let level = depth - 1; level >= 0; level--) {
      const target = packed(path[0]!);
      path.unshift(
        ...blocksOf(levels[level]!)
          .flatMap((some) => expand(some, target).states)
          .slice(0, 1),
      );
    }
    return path.map(packed);
  };
  return {
    states: known.size,
    transitions,
    depth: levels.length - 1,
    reached,
    found,
    pathTo,
    space,
  };
}

const kindOf = (model: Model, symmetry: boolean) => {
  const { outcome, trace } = check(model, noLimits, { ...settings, symmetry });
  const kind = 'kind' in outcome ? outcome.kind : outcome.verdict;
  return { kind, outcome, steps: trace?.steps.length ?? null };
};

describe.each([false, true])('on random models, symmetry: %s', (symmetry) => {
  test('counts, findings and shortest traces are those in memory', law, () => {
    const seen = new Map<string, number>();
    const agree = fc.property(
      randomModel({ errors: true, symmetric: symmetry, states: 400 }),
      fc.constantFrom(1, 7, 1_000),
      (model, block) => {
        const { kind, outcome, steps } = kindOf(model, symmetry);
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        const system = transitionSystem(model);
        const lines = searchInLines(system, symmetry, block);
        if (lines.found === null) {
          const { states, transitions, depth } = outcome.statistics;
          expect(answerAtEnd(system, lines).verdict).toBe(kind);
          expect(lines).toMatchObject({ states, transitions, depth });
          return;
        }
        const { finding } = lines.found;
        expect([finding.kind, lines.found.length]).toEqual([kind, steps]);
        const answer = answerOfPath(system, lines.space, lines.pathTo(lines.found), {
          finding,
          minimal: false,
        });
        if (!('schedule' in answer)) throw new Error('a finding has a schedule');
        expect(replay(system, answer.schedule).steps.length).toBe(steps);
      },
    );
    fc.assert(agree, { numRuns: runs(100, 5), seed: 2026, endOnFailure: true });
    for (const kind of ['holds', 'deadlock', 'error', 'assertion', 'invariant', 'unreached'])
      expect([kind, seen.get(kind) ?? 0]).toEqual([kind, expect.toSatisfy((times) => times > 0)]);
  });
});
