/**
 * `check --disk`: killed and resumed, refused by name.
 *
 * @module-tag process
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { long } from '../depth.ts';
import { canMount, onSmallDisk } from './small-disk.ts';
import { expectWrongUse, file, folder, racewalk, type Run } from './run.ts';

const search = ['check', 'gup-fast-vs-collapse', '--sync-ipi', '--cpus', '4', '--no-symmetry'];

/** The result without what differs between two runs. */
function told({ code, out }: Run) {
  const { statistics, ...result } = JSON.parse(out) as {
    readonly statistics: Readonly<Record<'states' | 'transitions' | 'depth', number>>;
  };
  const { states, transitions, depth } = statistics;
  return { code, result, states, transitions, depth };
}

/** With room for a small part of the states. */
const onDisk = (directory: string) => [...search, '--json', '--disk', directory, '--max-memory', '0.005'];

/** Whether the search below a directory has a file. */
function has(directory: string, name: string): boolean {
  const path = join(folder, directory);
  return existsSync(path) && readdirSync(path).some((own) => existsSync(join(path, own, name)));
}

/** Runs a search until it has made a checkpoint, and kills it. */
const killed = (directory: string): Promise<Run> =>
  racewalk(onDisk(directory), (child) => {
    const timer = setInterval(() => {
      if (has(directory, 'checkpoint.json')) child.kill('SIGKILL');
    }, 2);
    child.on('exit', () => clearInterval(timer));
  });

test('a search that was killed goes on, and says what one in memory says', async () => {
  expect(await killed('killed')).toMatchObject({ code: null, out: '' });
  expectWrongUse(await racewalk(onDisk('killed')), /has a search of this model: --resume continues it/);
  const again = racewalk([...onDisk('killed'), '--resume']);
  const [resumed, inMemory] = await Promise.all([again, racewalk([...search, '--no-reduce', '--json'])]);
  expect(told(resumed)).toEqual(told(inMemory));
  expect(readdirSync(join(folder, 'killed'))).toEqual([]);
});

test('a search that another process makes is not made twice', async () => {
  let second = Promise.resolve<Run | null>(null);
  let pid = 0;
  const first = racewalk(onDisk('locked'), (child) => {
    pid = child.pid!;
    const timer = setInterval(() => {
      if (!has('locked', 'lock')) return;
      clearInterval(timer);
      child.kill('SIGSTOP');
      second = racewalk([...onDisk('locked'), '--resume']).finally(() => child.kill('SIGKILL'));
    }, 2);
    child.on('exit', () => clearInterval(timer));
  });
  expect(await first).toMatchObject({ code: null, out: '' });
  expectWrongUse((await second)!, new RegExp(`held by process ${pid}: another search uses the directory`));
  expect(await racewalk([...onDisk('locked'), '--resume'])).toMatchObject({ code: 0 });
});

test.skipIf(!canMount)('a full disk is no verdict (needs the right to mount)', long, async () => {
  await onSmallDisk('small', '800K', async (directory) => {
    const words = [...search, '--disk', directory, '--resume', '--quiet', '--max-memory', '0.005'];
    const { code, out } = await racewalk(words);
    expect(code).toBe(3);
    expect(out).toMatch(
      /inconclusive: cannot write .*: no space left on device; --resume continues after depth/,
    );
    spawnSync('mount', ['-o', 'remount,size=10M', directory]);
    expect(await racewalk(words)).toMatchObject({ code: 0, out: expect.stringContaining('holds') as string });
  });
});

test('claims about runs are refused by name', async () => {
  const { code, out } = await racewalk(['check', 'peterson', '--disk', 'lives', '--quiet']);
  expect(code).toBe(3);
  expect(out).toContain('inconclusive: liveness is not decided on disk: "every process gets inside"');
});

test('the states of an arm64 machine are refused', async () => {
  const run = await racewalk(['check', 'peterson', '--memory', 'arm64', '--disk', 'arm64', '--quiet']);
  expect(run).toMatchObject({ code: 3, out: expect.stringContaining('arm64') as string });
});

test('options that do not go together are refused', async () => {
  expectWrongUse(await racewalk(['check', 'peterson', '--resume']), /--resume requires --disk/);
  expectWrongUse(await racewalk(['check', '--all', '--disk', 'all']), /--all and --disk cannot be combined/);
});

test('a directory that cannot be written is no verdict', async () => {
  const { code, out } = await racewalk(['check', 'dirty-cow', '--disk', file('taken', ''), '--quiet']);
  expect(code).toBe(3);
  expect(out).toMatch(/inconclusive: cannot write .*taken/);
});

test.skipIf(!existsSync('/proc/self'))('a file system that takes no directories is no verdict', async () => {
  const { code, out } = await racewalk(['check', 'dirty-cow', '--disk', '/proc/no/such', '--quiet']);
  expect(code).toBe(3);
  expect(out).toMatch(/inconclusive: cannot write \/proc\/no\/such.*: its directory does not exist/);
});
