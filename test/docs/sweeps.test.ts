/**
 * The recipes of docs/guide/sweeps.md, run as they stand there.
 *
 * @module-tag process
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { long } from '../depth.ts';
import { startSlurm } from './slurm.ts';

const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
const page = readFileSync(new URL('../../docs/guide/sweeps.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'racewalk-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isInstalled = (command: string) => spawnSync('which', [command]).status === 0;

/** The recipe that the page marks with this word. */
const recipe = (name: string): string =>
  new RegExp(`^\`\`\`sh ${name}\\n([^]*?)^\`\`\``, 'm').exec(page)![1]!;

/** A fresh folder whose `racewalk` is this one; runs scripts with it in the path. */
function shell(): { readonly at: string; readonly run: (script: string, env?: object) => string } {
  const at = mkdtempSync(join(folder, 'run-'));
  writeFileSync(join(at, 'racewalk'), `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
  chmodSync(join(at, 'racewalk'), 0o755);
  const env = {
    ...process.env,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    PATH: `${at}:${process.env['PATH']}`,
  };
  const run = (script: string, more = {}) =>
    execFileSync('bash', ['-euc', script], {
      cwd: at,
      encoding: 'utf8',
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return { at, run };
}

const result = /\n  v6\.0-must-end +livelock +7 states +as declared\n[^]*\n13 scenarios, all as declared\n$/;

test.skipIf(!isInstalled('parallel'))(
  'GNU parallel; lost reports and failed shards are repeated',
  long,
  () => {
    const { at, run } = shell();
    expect(run(recipe('parallel'))).toMatch(result);
    const log = readFileSync(join(at, 'sweep.log'), 'utf8').split('\n');
    expect(log).toHaveLength(1 + 8 + 1);
    // As if the fourth shard had been killed.
    writeFileSync(
      join(at, 'sweep.log'),
      log.map((line) => (/^4\t/.test(line) ? line.replace('\t0\t0\t', '\t0\t9\t') : line)).join('\n'),
    );
    rmSync(join(at, 'shard-4.json'));
    expect(run(recipe('parallel'))).toMatch(result);
    // A line for each job that ran, below the heading: only the fourth ran again.
    expect(readFileSync(join(at, 'sweep.log'), 'utf8').trim().split('\n')).toHaveLength(1 + 8 + 1);
    expect(readdirSync(at).filter((name) => name.endsWith('.json'))).toHaveLength(8);
  },
);

test.skipIf(!isInstalled('slurmctld') || process.getuid?.() !== 0)(
  'a Slurm array on one node',
  long,
  async () => {
    const { at, run } = shell();
    const slurm = await startSlurm(at);
    try {
      expect(run(recipe('slurm'), slurm.env)).toMatch(result);
    } finally {
      slurm.stop();
    }
  },
);
