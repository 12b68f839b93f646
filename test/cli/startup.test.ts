/** A command loads what it needs and no more: of a third of a second for a small model, most is the loading of files. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { registry } from '../../models/registry.ts';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';
import { files } from '../../models/files.ts';
import { long } from '../depth.ts';

const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
const project = new URL('../../', import.meta.url).href;

const listing = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;

/** The files that a command loads, relative to the project; it runs in the folder of `run.ts`. */
function filesOf(...words: readonly string[]): readonly string[] {
  const hook = `data:text/javascript,${encodeURIComponent(listing)}`;
  const command = `"${process.execPath}" --import "${hook}" "${launcher}" ${words.join(' ')} 2>&1 >/dev/null`;
  return execFileSync(command, { shell: '/bin/sh', encoding: 'utf8', cwd: folder })
    .split('\n')
    .filter((url) => url.startsWith(project))
    .map((url) => url.slice(project.length));
}

test('a check of a model loads that model alone, and neither the C front end nor what only other commands use', () => {
  const loaded = filesOf('check', 'gup-fast-checks', '--quiet');
  expect(loaded.filter((file) => /^models\/(?!kernel|files)/.test(file))).toEqual([
    'models/gup-fast-checks.ts',
  ]);
  const folders = new Set(loaded.map((file) => file.split('/').slice(0, 2).join('/')));
  expect([...folders]).toEqual(
    expect.arrayContaining(['cli/check', 'checker/search', 'node_modules/commander']),
  );
  for (const other of ['checker/c/', 'checker/family/', 'checker/study/', 'cli/compare/run.ts'])
    expect(loaded.filter((file) => file.startsWith(other))).toEqual([]);
  expect([...folders].filter((folder) => folder.startsWith('node_modules')).sort()).toEqual([
    'node_modules/commander',
    'node_modules/fastest-levenshtein',
    'node_modules/immer',
  ]);
});

test('the files of the models are those of the registry, by name and in its order', async () => {
  const loaded = Object.entries(files).map(async ([name, load]) => [name, (await load()).model]);
  expect(await Promise.all(loaded)).toEqual(registry.map((model) => [model.name, model]));
});

test(
  'a file of the reader is type-checked again only after a change, also of what it imports',
  long,
  async () => {
    const compiler = (loaded: readonly string[]) =>
      loaded.filter((one) => one.startsWith('node_modules/typescript/')).length;
    file('limit.ts', 'export const limit: number = 2;\n');
    const statements = `step('x', set(mem.x, true), set(l.k, limit))`;
    const model = smallModel({ statements, before: `import { limit } from './limit.ts';` });
    file('again.ts', model);
    expect(compiler(filesOf('check', 'again.ts', '--quiet'))).toBeGreaterThan(0);
    expect(compiler(filesOf('check', 'again.ts', '--quiet'))).toBe(0);
    // A native condition on a node compiles, and would build a smaller model.
    file('again.ts', model.replace('const only', 'if (eq(mem.n, 1)) console.log(1);\n    const only'));
    expectWrongUse(await racewalk(['check', 'again.ts', '--quiet']), /again\.ts:\d+:\d+/);
    file('again.ts', model);
    file('limit.ts', `export const limit: string = '2';\n`);
    expectWrongUse(await racewalk(['check', 'again.ts', '--quiet']), /again\.ts:\d+:\d+/);
    file('limit.ts', 'export const limit: number = 2;\n');
    expect((await racewalk(['check', 'again.ts', '--quiet'])).out).toMatch(/^small: holds/);
    expect(compiler(filesOf('check', 'again.ts', '--quiet'))).toBe(0);
  },
);
