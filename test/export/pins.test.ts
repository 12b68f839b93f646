/** Holds that the exported plug-in for LTSmin has the states, edges and findings of the interpreter. */
import fc from 'fast-check';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { toPins } from '../../checker/export/c/pins.ts';
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import { ModelError } from '../../checker/language/index.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { Finding } from '../../checker/state-space/state-space.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { law, runs } from '../depth.ts';
import { explore } from '../laws/explore.ts';
import { randomModel } from '../laws/random-model.ts';

const isMissing = spawnSync('gcc', ['--version']).status !== 0 && process.env['CI'] === undefined;
const headers = fileURLToPath(new URL('pins', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'racewalk-pins-'));

/** Explores the plug-in by a small search over the same interface. */
function explored(system: TransitionSystem) {
  const [source, executable] = [join(folder, 'plugin.c'), join(folder, 'plugin')];
  writeFileSync(source, toPins(system));
  const flags = ['-std=gnu17', '-w', '-O0', '-I', headers, '-o', executable];
  execFileSync('gcc', [...flags, source, join(headers, 'search.c'), '-lm']);
  const { stdout, stderr } = spawnSync(executable, { encoding: 'utf8' });
  const told = [...stderr.matchAll(/^racewalk: reached (\d+)$/gm)].map(([, position]) => Number(position));
  const [, fired, reached] = /^racewalk: fired ([01]*), reached ([01]*)$/m.exec(stderr)!;
  expect(told.sort((a, b) => a - b)).toEqual(onesIn(reached!));
  const { states, edges, bad } = JSON.parse(stdout) as Record<'states' | 'edges' | 'bad', number>;
  return { states, edges, bad, reached: onesIn(reached!), fired: onesIn(fired!) };
}

const onesIn = (bits: string): readonly number[] =>
  Array.from(bits).flatMap((bit, at) => (bit === '1' ? [at] : []));

/** Returns whether there are few enough states to compare. */
function agree(system: TransitionSystem): boolean {
  const space = explore(interpretedSpace(system), 600);
  if (space === null) return false;
  const { findings, count, transitions } = space;
  const statesOf = (some: readonly Finding[]) => new Set(some.map(({ state }) => state)).size;
  const atEdges = findings.filter((finding) => 'edge' in finding);
  const failed = statesOf(atEdges);
  const isFailed = failed > 0 ? 1 : 0;
  const bad = statesOf(findings.filter((finding) => !('edge' in finding))) + isFailed;
  const found = explored(system);
  // One state is before the initial ones, and steps that fail lead to one.
  expect(found).toMatchObject({
    states: 1 + count + isFailed,
    edges: initialStates(system).length + transitions - atEdges.length + failed,
    bad,
    fired: system.transitions.map(({ id }) => id).filter((id) => space.fired[id]! > 0),
  });
  // A state that is not ok ends the search of LTSmin, so that its witnesses are not told.
  if (bad === 0) expect(found.reached).toEqual([...space.reached].sort((x, y) => x - y));
  return true;
}

describe.skipIf(isMissing)('the plug-in for LTSmin, compiled by gcc', () => {
  test.each([false, true])('equals the interpreter on random models; mistakes: %s', law, (errors) => {
    let compared = 0;
    const same = fc.property(randomModel({ errors, states: 200, longNumbers: false }), (model) => {
      try {
        if (agree(transitionSystem(model))) compared++;
      } catch (error) {
        if (!(error instanceof ModelError && error.message.includes('exported C'))) throw error;
      }
    });
    fc.assert(same, { numRuns: runs(20, 4), seed: 2014, endOnFailure: true });
    expect(compared).toBeGreaterThan(runs(20, 4) / 2);
  });

  test('the email: a proof and a race', () => {
    expect(explored(transitionSystem(email.build({ syncIpi: true })))).toMatchObject({
      states: 172,
      edges: 261,
      bad: 0,
    });
    expect(explored(transitionSystem(email.build({}))).bad).toBeGreaterThan(0);
  });
});
