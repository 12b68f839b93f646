/**
 * `check --engine duckdb`: what a search in memory says, or nothing.
 *
 * @module-tag process
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checking } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { duckDBSettings } from '../../cli/engines/duckdb.ts';
import { runWithin } from '../../cli/options/limits.ts';
import { model } from '../../models/gup-fast-vs-collapse.ts';
import { long } from '../depth.ts';
import { canMount, onSmallDisk } from './small-disk.ts';
import { expectWrongUse, folder, racewalk } from './run.ts';

const email = ['check', 'gup-fast-vs-collapse', '--engine', 'duckdb', '--no-symmetry'];

test('a race: the same trace, and no files are left', async () => {
  const { code, out } = await racewalk([...email, '--disk', 'duck', '--json']);
  const inMemory = await racewalk(['check', 'gup-fast-vs-collapse', '--no-symmetry', '--json']);
  const stepsOf = (text: string) =>
    (JSON.parse(text) as { readonly trace: { readonly steps: unknown } }).trace.steps;
  expect(code).toBe(1);
  expect(stepsOf(out)).toEqual(stepsOf(inMemory.out));
  expect(readdirSync(join(folder, 'duck'))).toEqual([]);
});

test('a search that spills has the counts of one in memory', long, async () => {
  const { code, out } = await racewalk([
    ...email,
    '--sync-ipi',
    '--cpus',
    '4',
    '--max-memory',
    '0.03',
    '--json',
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    statistics: { states: 917_871, transitions: 3_863_667, depth: 52, method: 'compiled, in DuckDB' },
  });
});

test('too little memory is no verdict', async () => {
  const elsewhere = duckDBSettings({ directory: undefined, memory: 2 ** 20, threads: 1 });
  const { result } = await runWithin({}, (limits) =>
    checking(model.build({ syncIpi: true, cpus: 2 }), limits, { ...defaultSettings, elsewhere }),
  );
  expect(result.outcome).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringMatching(/^DuckDB: .*Out of Memory/is) as string,
  });
});

test('a directory that cannot be made is no verdict', async () => {
  const { code, out } = await racewalk([...email, '--disk', '/dev/null/duck', '--quiet']);
  expect(code).toBe(3);
  expect(out).toMatch(/inconclusive: cannot write \/dev\/null\/duck: a component/);
});

test.skipIf(!canMount)('a full disk is no verdict (needs the right to mount)', long, async () => {
  await onSmallDisk('duck-small', '2M', async (directory) => {
    const { code, out } = await racewalk([
      ...email,
      '--sync-ipi',
      '--cpus',
      '4',
      '--disk',
      directory,
      '--quiet',
    ]);
    expect(code).toBe(3);
    expect(out).toMatch(/inconclusive: DuckDB: .*No space left on device/);
    expect(readdirSync(directory)).toEqual([]);
  });
});

test('where DuckDB is not installed, the message says how', () => {
  const hooks = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (!name.startsWith('@duckdb/')) return next(name, context);
      throw Object.assign(new Error('no ' + name), { code: 'ERR_MODULE_NOT_FOUND' });
    } });`;
  const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
  const hook = `data:text/javascript,${encodeURIComponent(hooks)}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, launcher, ...email], {
    cwd: folder,
    encoding: 'utf8',
  });
  expectWrongUse(
    { code: status, out: stdout, err: stderr },
    /--engine duckdb needs DuckDB: npm install @duckdb\/node-api/,
  );
});

test('options that do not go together are refused', async () => {
  expectWrongUse(await racewalk([...email, '--disk', 'duck', '--resume']), /--resume cannot be combined/);
  expectWrongUse(
    await racewalk(['check', 'dirty-cow', '--engine', 'compiled', '--disk', 'duck']),
    /--disk and --engine compiled cannot be combined/,
  );
});
