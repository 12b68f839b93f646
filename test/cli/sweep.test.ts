/**
 * Commands in shards, and `racewalk merge`, which prints what the whole command prints, or nothing.
 *
 * @module-tag process
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { mergeShards } from '../../cli/merge/run.ts';
import { ShardError } from '../../cli/sweep/shard-error.ts';
import { shardFile, type Shard } from '../../cli/sweep/shard-file.ts';
import { long } from '../depth.ts';
import { expectWrongUse, file, folder, racewalk, smallModel, type Run } from './run.ts';

/** Runs all shards at the same time; returns their reports. */
async function shards(words: readonly string[], of: number, name: string): Promise<readonly string[]> {
  const paths = Array.from({ length: of }, (_, at) => `${name}-${at + 1}.json`);
  const runs = await Promise.all(
    paths.map((path, at) => racewalk([...words, '--shard', `${at + 1}/${of}`, '--report', path])),
  );
  for (const { code, err } of runs) expect({ code, err }).toEqual({ code: 0, err: '' });
  return paths;
}

/** Seconds differ between any two runs. */
const withoutSeconds = ({ code, out }: Run) => ({
  code,
  out: out.replaceAll(/[\d.]+ s\b/g, '').replaceAll(/"seconds": [\d.e-]+|time="[\d.]+"/g, ''),
});

async function expectMerges(words: readonly string[], code: number): Promise<void> {
  const paths = await shards(words, 3, words.join('-').replaceAll(/\W/g, '-'));
  const [whole, merged] = await Promise.all([racewalk(words), racewalk(['merge', ...paths.toReversed()])]);
  expect(whole.code).toBe(code);
  expect(withoutSeconds(merged)).toEqual(withoutSeconds(whole));
}

describe('merge prints and exits as the whole command', () => {
  test('mutate', () => expectMerges(['mutate', 'dirty-cow/fixed'], 1));

  test.each([
    [['check', '--all', 'dirty-cow'], 0],
    [['check', '--all', 'dirty-cow', '--json', '--max-states', '30'], 3],
    [['check', '--all', 'dirty-cow', '--reporter', 'junit'], 0],
    [['prove', '--all', 'reclaim-vs-mprotect'], 0],
    [['compare', 'dirty-cow', '--any-cpus', 'all', '--json'], 0],
    [['compare', 'dirty-cow', '--max-states', '9'], 3],
    [['compare', 'gup-fast-vs-unmap', '--any-cpus', 'smallest'], 0],
    [['barriers', 'switch-mm-vs-flush'], 0],
  ])('%j', long, (words, code) => expectMerges(words, code));
});

describe('merge names what does not make up a sweep, and claims nothing', () => {
  const path = (name: string) => join(folder, name);
  let found: readonly [Shard, Shard];

  beforeAll(async () => {
    const paths = await shards(['check', '--all', 'dirty-cow'], 2, 'kept');
    const [a, b] = paths.map((one) => shardFile.parse(JSON.parse(readFileSync(path(one), 'utf8'))));
    found = [a!, b!];
  });

  /** Merges the first shard and a changed second one. */
  async function mergedWith(change: (second: Shard, first: Shard) => unknown): Promise<void> {
    writeFileSync(path('first.json'), JSON.stringify(found[0]));
    writeFileSync(path('second.json'), JSON.stringify(change(found[1], found[0])));
    await mergeShards([path('first.json'), path('second.json')]);
  }

  test.each<[string, (second: Shard, first: Shard) => unknown, RegExp]>([
    [
      'a repeated and a missing one',
      (_, first) => first,
      /^shard 1\/2 is there twice: .*\nmissing of 2 shards: 2$/,
    ],
    [
      'another racewalk',
      (shard) => ({ ...shard, racewalk: '0.0.9+0' }),
      /second.json is of racewalk 0\.0\.9\+0, .*\nmissing of 2 shards: 2$/,
    ],
    [
      'another model',
      (shard) => ({ ...shard, models: '0' }),
      /second.json does not belong to .*first.json: it is of another version of the model\nmissing of 2 shards: 2$/,
    ],
    [
      'another command',
      (shard) => ({ ...shard, model: 'peterson' }),
      /it is of 'racewalk check peterson', not of 'racewalk check dirty-cow'/,
    ],
    [
      'another option',
      (shard) => ({ ...shard, options: { ...shard.options, maxStates: 9 } }),
      /second.json does not belong to .*first.json: --max-states differs/,
    ],
    [
      'another number of shards',
      (shard) => ({ ...shard, shard: { index: 2, of: 3 } }),
      /it is one of 3 shards, not of 2/,
    ],
    ['other jobs', (shard) => ({ ...shard, jobs: shard.jobs.slice(1) }), /its list of jobs differs/],
    [
      'a result less',
      (shard) => ({ ...shard, results: Object.fromEntries(Object.entries(shard.results).slice(1)) }),
      /second.json does not have the results of its jobs/,
    ],
    [
      'results of the other',
      (shard, first) => ({ ...shard, results: first.results }),
      /does not have the results of its jobs/,
    ],
    [
      'no shard',
      () => ({ kind: 'check' }),
      /second.json is not the report of a shard\nmissing of 2 shards: 2/,
    ],
  ])('%s', async (_, change, message) => {
    const merging = mergedWith(change);
    await expect(merging).rejects.toThrow(ShardError);
    await expect(merging).rejects.toThrow(message);
  });

  test('a file that is cut short, and one that is not there: exit code 5, and nothing on standard output', async () => {
    writeFileSync(path('cut.json'), JSON.stringify(found[1]).slice(0, -9));
    const { code, out, err } = await racewalk(['merge', 'kept-1.json', 'cut.json', 'none.json']);
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toBe(
      'racewalk: cut.json is not the report of a shard: not JSON, or cut short\n' +
        'none.json: no such file\nmissing of 2 shards: 2\n',
    );
  });
});

test('a model that has changed since, and an interrupted shard', long, async () => {
  const scenarios = `{ name: 'all', options: {}, verdict: 'holds' }`;
  const text = smallModel({ statements: `step('x = 1', set(mem.x, true))`, scenarios });
  const name = file('swept.ts', text);
  const paths = await shards(['mutate', name], 2, 'swept');
  expect((await racewalk(['merge', ...paths])).code).toBe(0);
  file('swept.ts', text.replace('x = 1', 'x = 2'));
  const { code, out, err } = await racewalk(['merge', ...paths]);
  expect({ code, out }).toEqual({ code: 5, out: '' });
  expect(err).toContain('the shards are of another version of the model');

  const words = ['compare', 'gup-fast-vs-collapse', '--cpus', '3', '--no-reduce', '--no-symmetry'];
  const interrupted = await racewalk([...words, '--shard', '1/2', '--report', 'interrupted.json'], (child) =>
    setTimeout(() => child.kill('SIGINT'), 3_000),
  );
  expect(interrupted).toEqual({
    code: 3,
    out: '',
    err: 'racewalk: interrupted: no report written to interrupted.json\n',
  });
  expect(existsSync(join(folder, 'interrupted.json'))).toBe(false);
});

test('a shard without a report, a report without a shard, and a check of one variant are refused', async () => {
  const sweep = ['check', '--all', 'dirty-cow'];
  expectWrongUse(await racewalk([...sweep, '--shard', '1/2']), /--shard requires --report/);
  expectWrongUse(await racewalk([...sweep, '--report', 'a.json']), /--report requires --shard/);
  expectWrongUse(
    await racewalk([...sweep, '--shard', '3/2', '--report', 'a.json']),
    /invalid --shard '3\/2'/,
  );
  const one = ['check', 'dirty-cow', '--shard', '1/2', '--report', 'a.json'];
  expectWrongUse(await racewalk(one), /--shard requires --all/);
});
