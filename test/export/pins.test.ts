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
  const reached = [...stderr.matchAll(/^racewalk: reached (\d+)$/gm)].map(([, position]) => Number(position));
  const { states, edges, bad } = JSON.parse(stdout) as Record<'states' | 'edges' | 'bad', number>;
  // The state before the initial ones, and the edges to them.
  return {
    states: states - 1,
    edges: edges - initialStates(system).length,
    bad,
    reached: reached.sort((a, b) => a - b),
  };
}

/** Returns whether there are few enough states to compare. */
function agree(system: TransitionSystem): boolean {
  const space = explore(interpretedSpace(system), 600);
  if (space === null) return false;
  const { findings, count: states, transitions } = space;
  const stopped = findings.filter((finding) => 'edge' in finding).length;
  const bad = new Set(findings.map(({ state }) => state));
  const found = explored(system);
  expect(found).toMatchObject({ states, edges: transitions - stopped, bad: bad.size });
  // A state that is not ok ends the search of LTSmin, so that its witnesses are not told.
  if (bad.size === 0) expect(found.reached).toEqual([...space.reached].sort((a, b) => a - b));
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
    fc.assert(same, { numRuns: runs(20, 4), seed: 2014 });
    expect(compared).toBeGreaterThan(runs(20, 4) / 2);
  });

  test('the email: a proof and a race', () => {
    expect(explored(transitionSystem(email.build({ syncIpi: true })))).toMatchObject({
      states: 171,
      edges: 260,
      bad: 0,
    });
    expect(explored(transitionSystem(email.build({}))).bad).toBeGreaterThan(0);
  });
});
