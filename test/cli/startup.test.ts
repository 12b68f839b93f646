/** A command loads what it needs and no more: of a third of a second for a small model, most is the loading of files. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { registry } from '../../models/registry.ts';
import { files } from '../../models/files.ts';

const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
const project = new URL('../../', import.meta.url).href;

const listing = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;

/** The files that a command loads, relative to the project. */
function filesOf(...words: readonly string[]): readonly string[] {
  const hook = `data:text/javascript,${encodeURIComponent(listing)}`;
  const command = `"${process.execPath}" --import "${hook}" "${launcher}" ${words.join(' ')} 2>&1 >/dev/null`;
  return execFileSync(command, { shell: '/bin/sh', encoding: 'utf8' })
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
