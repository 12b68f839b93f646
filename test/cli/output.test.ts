/**
 * Output that cannot be written: one sentence, exit code 4, and no half file.
 *
 * @module-tag process
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { long } from '../depth.ts';
import { file, folder, racewalk, smallModel } from './run.ts';

const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
const email = 'gup-fast-vs-collapse';
const holds = 'peterson/3 processes';
const provable = email;
const violated = `${email}/email`;
const litmus = file('mp.litmus', 'C mp\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n');
const trace = 'trace.json';
await racewalk(['check', violated, '--save-trace', trace]);

/** Runs the command in a shell, with `"$@"` for the command, as users redirect and limit it. */
function shell(script: string, words: readonly string[]) {
  const run = spawnSync('bash', ['-c', script, '-', process.execPath, launcher, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

/** One sentence on stderr. */
const sentence = (text: string) => new RegExp(`^racewalk: ${text}\n$`);

describe('standard output on a full disk', long, () => {
  const refused = (words: readonly string[]) => {
    const { code, err } = shell('"$@" > /dev/full', words);
    expect(err).toMatch(sentence('cannot write standard output: no space left on device'));
    expect(code).toBe(4);
  };

  test.each([[['check', holds]], [['check', violated]], [['list']]])('%j', refused);

  test.each([
    [['check', holds, '--json']],
    [['check', holds, '--quiet']],
    [['check', 'dirty-cow', '--all']],
    [['check', '--help']],
    [['compare', 'peterson']],
    [['barriers', holds, '--memory', 'sc']],
    [['mutate', holds]],
    [['export', holds, '--to', 'promela']],
    [['litmus', litmus]],
    [['litmus', litmus, '--compare']],
    [['prove', provable, '--sync-ipi']],
    [['show', holds]],
    [['replay', trace]],
  ])('%j', long, refused);
});

test('messages on a full disk do not change the exit code', () => {
  expect(shell('"$@" 2> /dev/full', ['check', violated, '--quiet']).code).toBe(1);
  expect(shell('"$@" 2> /dev/full', ['check', 'nowhere.ts']).code).toBe(2);
});

describe('a reader that has gone', () => {
  test.each<[readonly string[], number]>([
    [['check', violated], 1],
    [['check', 'dirty-cow', '--all'], 0],
    [['litmus', litmus, 'nowhere.litmus', litmus], 2],
  ])('%j keeps its exit code', (words, code) => {
    const { out, err } = shell('"$@" 2> /dev/null | true; echo "${PIPESTATUS[0]}"', words);
    expect({ out, err }).toEqual({ out: `${String(code)}\n`, err: '' });
  });
});

/** Commands that write a file whose name comes last. */
const writers: readonly (readonly string[])[] = [
  ['check', violated, '--quiet', '--save-trace'],
  ['export', violated, '--to', 'svg', '--output'],
  ['export', holds, '--to', 'promela', '--output'],
  ['export', trace, '--to', 'itf', '--output'],
  ['export', litmus, '--to', 'dot', '--output'],
  ['prove', provable, '--sync-ipi', '--certificate'],
];

const left = () => readdirSync(folder).filter((name) => name.startsWith('.racewalk'));

describe('a place where no file can be written', () => {
  test.each([
    ['/dev/full', 'cannot write /dev/full: no space left on device'],
    ['no/such/folder', 'cannot write no/such/folder: its directory does not exist'],
    [`${litmus}/below`, `cannot write ${litmus}/below: a component of the path is not a directory`],
    ['.', 'cannot write \\.: is a directory'],
    ['/proc/nothing', 'cannot write /proc/nothing: its directory does not exist'],
  ])('%s', async (path, message) => {
    const { code, err } = await racewalk([...writers[0]!, path]);
    expect(err).toMatch(sentence(message));
    expect(code).toBe(4);
    expect(left()).toEqual([]);
  });

  test.each([
    [['check', violated, '--html', 'no/page.html']],
    [['check', violated, '--save-trace', 'no/trace.json']],
    [['replay', trace, '--html', 'no/page.html']],
    [['prove', provable, '--sync-ipi', '--certificate', 'no/proof.json']],
  ])('%j is refused before the work begins', async (words) => {
    const { code, out, err } = await racewalk(words);
    expect(err).toMatch(sentence(`cannot write ${words.at(-1)!}: its directory does not exist`));
    expect({ code, out }).toEqual({ code: 4, out: '' });
  });
});

const keepsFile = (...words: readonly string[]) => {
  test('a file too large for a limit, and one that was there stays as it was', () => {
    writeFileSync(join(folder, 'kept'), 'what was there');
    for (const name of ['kept', 'new']) {
      const { code, err } = shell('ulimit -f 0; "$@"', [...words, name]);
      expect(err).toMatch(sentence(`cannot write ${name}: file too large .*`));
      expect(code).toBe(4);
    }
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('what was there');
    expect(readdirSync(folder)).not.toContain('new');
    expect(left()).toEqual([]);
  });
};

describe.each(writers.slice(0, 1))('%s %s %s %s', keepsFile);
describe.each(writers.slice(1))('%s %s %s %s', long, keepsFile);

test('a link is followed, and a file keeps its mode', async () => {
  writeFileSync(join(folder, 'target'), '');
  chmodSync(join(folder, 'target'), 0o640);
  symlinkSync('target', join(folder, 'link'));
  symlinkSync('unwritten', join(folder, 'dangling'));
  for (const name of ['link', 'dangling']) expect((await racewalk([...writers[0]!, name])).err).toBe('');
  expect(statSync(join(folder, 'target')).mode & 0o777).toBe(0o640);
  for (const name of ['target', 'unwritten']) expect(readFileSync(join(folder, name), 'utf8')).not.toBe('');
});

test('the verdict of a long search is printed although its trace could not be written', () => {
  const { code, out, err } = shell('ulimit -f 0; "$@" | cat; exit "${PIPESTATUS[0]}"', [
    'check',
    violated,
    '--save-trace',
    'long.json',
  ]);
  expect(out).toMatch(/^gup-fast-vs-collapse: violated/);
  expect(out).toContain(`racewalk check ${email}`);
  expect(err).toMatch(sentence('cannot write long.json: .*'));
  expect(code).toBe(4);
});

const mayMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

describe.skipIf(!mayMount)('a small file system of its own', () => {
  const inside = (options: string, words: readonly string[]) => {
    mkdirSync(join(folder, 'disk'), { recursive: true });
    const mount = `mount -t tmpfs -o size=4k,nr_inodes=4 none disk && printf old > disk/kept${options} || exit 9; `;
    return shell(
      `unshare -rm bash -c '${mount}"$@"; code=$?; cat disk/kept; ls -A disk; exit $code' - "$@"`,
      words,
    );
  };

  test('read-only', () => {
    const run = inside(' && mount -o remount,ro disk', [...writers[0]!, 'disk/kept']);
    expect(run.err).toMatch(sentence('cannot write disk/kept: read-only file system'));
    expect({ code: run.code, out: run.out }).toEqual({ code: 4, out: 'oldkept\n' });
  });

  test('full', () => {
    const words = ['export', 'gup-fast-vs-collapse', '--to', 'svg', '--output', 'disk/kept'];
    const run = inside('', words);
    expect(run.err).toMatch(sentence('cannot write disk/kept: no space left on device'));
    expect({ code: run.code, out: run.out }).toEqual({ code: 4, out: 'oldkept\n' });
  });
});

const isOld = (path: string) =>
  /^v(20|21|22\.[0-9]\.)/.test(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout);
const oldNode = (process.env['PATH'] ?? '')
  .split(':')
  .map((path) => join(path, 'node'))
  .find((path) => existsSync(path) && isOld(path));

describe.skipIf(oldNode === undefined)(
  'started by a Node that is too old, which starts another',
  long,
  () => {
    const endless = file(
      'endless.ts',
      smallModel({ statements: `(() => { for (;;) Math.random(); })(), step('x = 1', set(mem.x, true))` }),
    );

    test.each([
      ['that searches', [email, '--flush', 'ipi', '--cpus', '8', '--no-symmetry', '--no-reduce']],
      ['that is busy and hears nothing', [endless]],
    ])('SIGKILL ends a child %s', async (_, words) => {
      const command = spawn(oldNode!, [launcher, 'check', ...words], { cwd: folder, stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const child = Number(spawnSync('pgrep', ['-P', String(command.pid)], { encoding: 'utf8' }).stdout);
      expect(child).toBeGreaterThan(0);
      command.kill('SIGKILL');
      await expect.poll(() => isAlive(child), { timeout: 5_000 }).toBe(false);
    });

    test.each([
      ['SIGTERM', 143],
      ['SIGINT', 3],
    ] as const)('%s ends both with exit code %i', async (signal, code) => {
      const words = [email, '--flush', 'ipi', '--cpus', '8', '--no-symmetry', '--no-reduce'];
      const command = spawn(oldNode!, [launcher, 'check', ...words], { cwd: folder, stdio: 'ignore' });
      setTimeout(() => command.kill(signal), 2_000);
      expect(await new Promise((resolve) => command.on('exit', resolve))).toBe(code);
    });
  },
);

/** A zombie has ended too. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}
