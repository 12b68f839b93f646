/** Holds the import rule: folders are phases, imports run one way, and only `cli` meets the outside world. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

interface Rule {
  /** Folders it may import from; its own is always allowed, and a folder includes the ones below it. */
  readonly folders: readonly string[];
  readonly packages?: readonly string[];
  /** It may ask for the time: the page shows seconds. */
  readonly clock?: true;
}

const rules: Readonly<Record<string, Rule | 'anything'>> = {
  'checker/language': { folders: [] },
  // An engine and no rewrite: it runs the transition table.
  'checker/memory/arm64': { folders: ['checker/language', 'checker/memory', 'checker/analysis'] },
  'checker/memory': { folders: ['checker/language'] },
  'checker/analysis': { folders: ['checker/language'] },
  'checker/state': { folders: ['checker/language', 'checker/analysis'], packages: ['immer'] },
  'checker/family': { folders: ['checker/language', 'checker/analysis'] },
  'checker/search': {
    folders: ['checker/language', 'checker/memory', 'checker/analysis', 'checker/state', 'checker/family'],
  },
  // It has nothing of what it verifies but the form of a certificate: the last test holds that.
  'checker/verify': { folders: ['checker/language', 'checker/analysis', 'checker/family'] },
  'checker/litmus': {
    folders: ['checker/language', 'checker/memory', 'checker/analysis', 'checker/state', 'checker/search'],
    packages: ['chevrotain'],
  },
  'checker/telling': {
    folders: [
      ...['checker/language', 'checker/memory', 'checker/analysis', 'checker/state', 'checker/search'],
      'checker/family',
    ],
  },
  'checker/mutate': {
    folders: ['checker/language', 'checker/memory', 'checker/analysis', 'checker/state', 'checker/search'],
  },
  'checker/barriers': {
    folders: [
      ...['checker/language', 'checker/memory', 'checker/analysis', 'checker/state', 'checker/search'],
      'checker/mutate',
    ],
  },
  'checker/export': {
    folders: [
      ...['checker/language', 'checker/analysis', 'checker/state', 'checker/search', 'checker/telling'],
      'checker/litmus',
    ],
  },
  // Models say 'racewalk' and 'racewalk/kernel', so that a copy of one works anywhere.
  models: { folders: ['models'], packages: ['racewalk'] },
  // The page runs in a browser: no module of Node, and nothing of the command line.
  'web/src': {
    folders: ['checker', 'models'],
    packages: ['preact', '@preact/signals', 'd3-force', 'd3-zoom', 'd3-selection', 'jsep'],
    clock: true,
  },
  // The public face, which is made of all of them.
  'checker/index.ts': { folders: ['checker'] },
  cli: 'anything',
};

/** The one file below `cli` that may import a module of Node, and that module. */
const workerHost = { file: 'checker/search/worker-host.ts', module: 'node:worker_threads' };

const outsideWorld = new Set(['console', 'process', 'performance', 'Date']);

/** Returns one sentence for each breach of the rule in `source`, which stands at `file`, relative to the project. */
function violations(file: string, source: string): readonly string[] {
  const folder = Object.keys(rules).find((name) => isBelow(file, name));
  const rule = folder === undefined ? undefined : rules[folder];
  if (folder === undefined || rule === undefined) return [`${file} is in no folder that the design names`];
  if (rule === 'anything') return [];
  return [
    ...importsOf(source)
      .filter((specifier) => !mayImport(file, [folder, ...rule.folders], rule.packages ?? [], specifier))
      .map((specifier) => `${file} imports ${specifier}`),
    ...(rule.clock === true ? [] : globalsOf(file, source)).map((name) => `${file} uses ${name}`),
  ];
}

function mayImport(
  file: string,
  folders: readonly string[],
  packages: readonly string[],
  specifier: string,
): boolean {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    return folders.some((folder) => isBelow(target, folder));
  }
  if (isBuiltin(specifier)) return file === workerHost.file && specifier === workerHost.module;
  return packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

/** Static, type-only, re-exporting and dynamic imports alike. */
function importsOf(source: string): readonly string[] {
  return ts.preProcessFile(source).importedFiles.map((imported) => imported.fileName);
}

function globalsOf(file: string, source: string): readonly string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && outsideWorld.has(node.text) && !isMemberName(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return [...found];
}

/** Whether an identifier names a member, as in `thread.process` or `{ process: 1 }`, and so no global. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.name === node && parent.expression.getText() !== 'globalThis';
  }
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) &&
    parent.name === node
  );
}

const project = fileURLToPath(new URL('..', import.meta.url));

function sourceFiles(folder: string): readonly string[] {
  if (!existsSync(project + folder)) return [];
  return readdirSync(project + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
    .map((name) => posix.join(folder, name))
    .sort();
}

describe('imports run one way', () => {
  test.each(['checker', 'models', 'cli', 'web/src'])('in %s', (folder) => {
    const found = sourceFiles(folder).flatMap((file) =>
      violations(file, readFileSync(project + file, 'utf8')),
    );
    expect(found).toEqual([]);
  });
});

describe('a breach is reported', () => {
  test.each([
    ['checker/language/ast.ts', `import { layout } from '../state/layout.ts';`],
    ['checker/language/ast.ts', `import { produce } from 'immer';`],
    ['checker/language/ast.ts', `import { readFileSync } from 'node:fs';`],
    ['checker/language/ast.ts', `import { readFileSync } from 'fs';`],
    ['checker/language/ast.ts', `import type { Layout } from '../state/layout.ts';`],
    ['checker/language/ast.ts', `export { layout } from '../state/layout.ts';`],
    ['checker/language/ast.ts', `const layout = await import('../state/layout.ts');`],
    ['checker/memory/tso.ts', `import { footprint } from '../analysis/footprint.ts';`],
    ['checker/state/layout.ts', `import { search } from '../search/search.ts';`],
    ['checker/search/search.ts', `import { Worker } from 'node:worker_threads';`],
    ['checker/search/worker-host.ts', `import { cpus } from 'node:os';`],
    ['checker/export/promela.ts', `import { wrap } from '../../cli/output.ts';`],
    ['models/gup-fast.ts', `import { footprint } from '../checker/analysis/footprint.ts';`],
    ['models/kernel/rcu.ts', `import { run } from '../../cli/main.ts';`],
    ['web/src/page/app.tsx', `import { print } from '../../../cli/output.ts';`],
    ['web/src/page/app.tsx', `import { readFileSync } from 'node:fs';`],
    ['checker/helpers.ts', ``],
  ])('%s: %s', (file, source) => {
    expect(violations(file, source)).toHaveLength(1);
  });

  test.each([
    'console.log(1);',
    'process.exit(1);',
    'performance.now();',
    'Date.now();',
    'globalThis.process;',
  ])('checker/search/search.ts: %s', (source) => {
    expect(violations('checker/search/search.ts', source)).toHaveLength(1);
  });
});

describe('what the rule allows passes', () => {
  test.each([
    ['checker/state/interpreter.ts', `import { produceWithPatches } from 'immer';`],
    ['checker/search/worker-host.ts', `import { Worker } from 'node:worker_threads';`],
    ['checker/search/search.ts', `import { layout } from '../state/layout.ts';`],
    ['models/kernel/rcu.ts', `import { step } from 'racewalk';`],
    ['models/kernel/rcu.ts', `thread.process({ console: 1 });`],
    ['cli/main.ts', `import { readFileSync } from 'node:fs'; console.log(process.argv);`],
  ])('%s: %s', (file, source) => {
    expect(violations(file, source)).toEqual([]);
  });
});

test('the verifier has nothing of the prover but the form of a certificate', () => {
  const specifiers = sourceFiles('checker/verify').flatMap((file) =>
    importsOf(readFileSync(project + file, 'utf8')).filter((name) => name.includes('/family/')),
  );
  expect(new Set(specifiers)).toEqual(new Set(['../family/certificate.ts']));
});
