/** The package as somebody has it who installed it: compiled, below node_modules, with nothing but its own dependencies. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { smallModel } from '../cli/run.ts';
import { describeInBrowser } from './browser.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'racewalk-installed-'));
const installed = join(folder, 'node_modules/racewalk');

const racewalk = (...words: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(installed, 'cli/racewalk.js'), ...words],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  return { code: status, out: stdout, err: stderr };
};

/** As npm unpacks it; dependencies are those of the checkout, and only those that the package names. */
function install(): void {
  execFileSync(process.execPath, ['build/package.ts'], { cwd: project });
  const { version, dependencies } = JSON.parse(
    readFileSync(join(project, 'dist/package/package.json'), 'utf8'),
  ) as { readonly version: string; readonly dependencies: Readonly<Record<string, string>> };
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', [
    'xzf',
    join(project, `dist/racewalk-${version}.tgz`),
    '-C',
    installed,
    '--strip-components=1',
  ]);
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(project, 'node_modules', name), link);
  }
}

// The page, which is part of the package, is built where there is a browser to open it.
describeInBrowser('installed', () => {
  beforeAll(install, 120_000);

  test('checks, and writes the page of a race', () => {
    const { code, out, err } = racewalk('check', 'gup-fast-vs-collapse', '--quiet', '--html', 'race.html');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/violated after 21 steps/);
    expect(readFileSync(join(folder, 'race.html'), 'utf8')).toContain(
      'type="application/gzip" id="racewalk-report"',
    );
    expect(racewalk('--version').out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("checks a file of one's own, with its types and with what lint would say", () => {
    writeFileSync(join(folder, 'own.ts'), smallModel({ statements: `step('x', set(mem.x, true))` }));
    expect(racewalk('check', 'own.ts', '--quiet')).toEqual({ code: 0, out: 'small: holds\n', err: '' });
    writeFileSync(join(folder, 'wrong.ts'), smallModel({ statements: `step('x', set(mem.x, 3))` }));
    expect(racewalk('check', 'wrong.ts').err).toMatch(/wrong.ts:\d+:\d+: /);
    const misused = smallModel({ statements: `step('x', set(mem.x, eq(mem.n, 1) ? true : false))` });
    writeFileSync(join(folder, 'misused.ts'), misused);
    expect(racewalk('check', 'misused.ts').err).toMatch(/misused.ts:\d+:\d+: /);
    cpSync(join(project, 'models/gup-fast-vs-fork.ts'), join(folder, 'copy.ts'));
    expect(racewalk('check', 'copy.ts', '--quiet').err).toBe('');
  });

  test("checks a protocol in C with the package's headers", () => {
    cpSync(join(project, 'test/c/files/seqcount.c'), join(folder, 'seqcount.c'));
    expect(racewalk('check', 'seqcount.c', '--quiet')).toEqual({
      code: 0,
      out: 'seqcount: holds\n',
      err: '',
    });
  });

  test("serves the page for a file of one's own", async () => {
    const launcher = join(installed, 'cli/racewalk.js');
    const child: ChildProcess = spawn(process.execPath, [launcher, 'explore', 'copy.ts'], { cwd: folder });
    try {
      const said = await new Promise<string>((resolve, reject) => {
        child.stdout!.once('data', (text) => resolve(String(text)));
        child.stderr!.once('data', (text) => reject(new Error(String(text))));
      });
      const address = /^http:\/\/127\.0\.0\.1:\d+\//.exec(said)![0];
      expect(await (await fetch(address)).text()).toContain('racewalk-model');
      expect(await (await fetch(`${address}model.js`)).text()).toContain('gup_fast');
    } finally {
      child.kill();
    }
  });

  test("is a library with types for a program of one's own", () => {
    writeFileSync(
      join(folder, 'program.mjs'),
      `import { defineModel } from 'racewalk'; import 'racewalk/kernel'; console.log(typeof defineModel);`,
    );
    expect(execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' })).toBe(
      'function\n',
    );
    const tsc = join(project, 'node_modules/typescript/bin/tsc');
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
    const check = (file: string) =>
      spawnSync(process.execPath, [tsc, '--ignoreConfig', ...strict, file], {
        cwd: folder,
        encoding: 'utf8',
      });
    expect(check('own.ts').stdout).toBe('');
    expect(check('wrong.ts').stdout).toMatch(/^wrong.ts\(\d+,\d+\): error/);
  });
});
