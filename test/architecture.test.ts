/** Holds the import rule: folders are layers, imports run one way, and only `cli` meets the outside world. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** The layers of the checker: each may import from those above it, and from itself. */
const layers = [
  'checker/language',
  'checker/c',
  'checker/program',
  'checker/interpreter',
  'checker/state-space',
  'checker/memory',
  'checker/codegen',
  'checker/engine',
  'checker/disk',
  'checker/reduction',
  'checker/family',
  'checker/verify',
  'checker/trace',
  'checker/liveness',
  'checker/search',
  'checker/study',
  'checker/litmus',
  'checker/report',
  'checker/export',
  'checker/index.ts',
];

/** The files of subfolders that other layers import; whatever else lies in a subfolder is private to its layer. */
const faces: Readonly<Record<string, readonly string[]>> = {
  'checker/c/syntax': ['parser.ts', 'read-unit.ts', 'source.ts', 'syntax.ts', 'types.ts'],
  'checker/codegen/layout': ['compact-format.ts', 'packed-state.ts'],
  'checker/codegen/sorted-runs': ['merge-module.ts', 'sort-module.ts'],
  'checker/codegen/wasm': ['encode.ts', 'print.ts'],
  'checker/export/c': ['pins.ts'],
  'checker/export/litmus': ['execution-svg.ts', 'litmus-page.ts'],
  'checker/export/murphi': ['murphi.ts'],
  'checker/export/promela': ['promela.ts'],
  'checker/export/trace': ['changelog-text.ts', 'exported-trace.ts', 'lanes-svg.ts'],
  'checker/litmus/lkmm': ['explanation-text.ts', 'labelled.ts', 'picture.ts', 'why.ts'],
  'checker/memory/arm64': [
    ...['machine-state.ts', 'program.ts', 'properties.ts'],
    ...['run.ts', 'sequence-set.ts', 'space.ts', 'state-key.ts', 'successors.ts'],
  ],
  'checker/memory/common': ['accesses.ts', 'cpu.ts', 'ordering.ts', 'unordered.ts'],
  'checker/memory/store-buffer': ['buffered-cells.ts'],
  'checker/reduction/stubborn': ['stubborn-sets.ts'],
  'checker/study/barriers': ['ablation.ts', 'barrier.ts', 'barriers.ts', 'variants.ts'],
  'checker/study/compare': ['compare.ts', 'path-costs.ts'],
  'checker/study/mutate': ['mutate.ts', 'site.ts'],
};

interface Rule {
  /** Folders it may import from; its own is always allowed, and a folder includes the ones below it. */
  readonly folders: readonly string[];
  readonly packages?: readonly string[];
  /** It may ask for the time: the page shows seconds. */
  readonly clock?: true;
}

const packages: Readonly<Record<string, readonly string[]>> = {
  'checker/interpreter': ['immer'],
  'checker/litmus': ['chevrotain'],
  'checker/c': ['web-tree-sitter'],
};

const rules: Readonly<Record<string, Rule | 'anything'>> = {
  ...Object.fromEntries(
    layers.map((layer, at) => [layer, { folders: layers.slice(0, at), packages: packages[layer] ?? [] }]),
  ),
  // Models say 'racewalk' and 'racewalk/kernel', so that a copy of one works anywhere.
  models: { folders: ['models'], packages: ['racewalk'] },
  // The page runs in a browser: no module of Node, and nothing of the command line.
  'web/src': {
    folders: ['checker', 'models'],
    packages: [
      ...['preact', '@preact/signals', 'd3-force', 'd3-zoom', 'd3-selection', 'jsep'],
      // The grammar of C, as addresses.
      ...['tree-sitter-c', 'web-tree-sitter'],
    ],
    clock: true,
  },
  cli: 'anything',
};

/** The one file below `cli` that may import a module of Node, and that module. */
const workerHost = { file: 'checker/engine/node-workers.ts', module: 'node:worker_threads' };

const outsideWorld = new Set(['console', 'process', 'performance', 'Date']);

/** Returns one sentence for each breach of the rule in `source`, which stands at `file`, relative to the project. */
function violations(file: string, source: string): readonly string[] {
  const folder = Object.keys(rules).find((name) => isBelow(file, name));
  const rule = folder === undefined ? undefined : rules[folder];
  if (folder === undefined || rule === undefined) return [`${file} is in no folder that the design names`];
  const hidden = importsOf(source)
    .filter((specifier) => isPrivate(file, specifier))
    .map((specifier) => `${file} imports ${specifier}, which is private to its layer`);
  if (rule === 'anything') return hidden;
  return [
    ...hidden,
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

/** Whether an import reaches into a subfolder of another layer, past its face. */
function isPrivate(file: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false;
  const target = posix.join(posix.dirname(file), specifier);
  const [top, layer, subfolder, ...rest] = target.split('/');
  if (top !== 'checker' || rest.length === 0 || isBelow(file, `checker/${layer}`)) return false;
  return !(faces[`checker/${layer}/${subfolder}`] ?? []).includes(rest.join('/'));
}

/** The files of each circle of imports in `graph`, by Tarjan's strongly connected components. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const entered = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    entered.set(file, entered.size);
    lowest.set(file, entered.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!entered.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== entered.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1 || (graph.get(file) ?? []).includes(file)) circles.push(circle);
  };
  for (const file of graph.keys()) if (!entered.has(file)) visit(file);
  return circles;
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

const folders = ['checker', 'models', 'cli', 'web/src'];

test('no files import each other in a circle', () => {
  const files = folders.flatMap(sourceFiles);
  const graph = new Map(
    files.map((file) => [
      file,
      importsOf(readFileSync(project + file, 'utf8'))
        .filter((name) => name.startsWith('.'))
        .map((name) => posix.join(posix.dirname(file), name)),
    ]),
  );
  expect(circlesIn(graph)).toEqual([]);
});

test.each<[Record<string, string[]>, string[][]]>([
  [{ a: ['b'], b: ['c'], c: [] }, []],
  [{ a: ['a'] }, [['a']]],
  [{ a: ['b'], b: ['c'], c: ['b'] }, [['b', 'c']]],
  [
    { a: ['b', 'c'], b: ['a'], c: ['d'], d: ['c'] },
    [
      ['c', 'd'],
      ['a', 'b'],
    ],
  ],
])('circles in %j', (graph, circles) => {
  expect(circlesIn(new Map(Object.entries(graph)))).toEqual(circles);
});

test('each face exists and is imported by another layer', () => {
  const imported = new Set(
    folders.flatMap(sourceFiles).flatMap((file) =>
      importsOf(readFileSync(project + file, 'utf8'))
        .filter((name) => name.startsWith('.'))
        .map((name) => posix.join(posix.dirname(file), name))
        .filter((target) => !isBelow(file, target.split('/').slice(0, 2).join('/'))),
    ),
  );
  const named = Object.entries(faces).flatMap(([folder, files]) => files.map((file) => `${folder}/${file}`));
  expect(named.filter((file) => !imported.has(file))).toEqual([]);
});

test('each folder of the checker has a README that says what it is, what it imports, and its face', () => {
  const found = new Set(sourceFiles('checker').map((file) => posix.dirname(file)));
  expect([...found].filter((folder) => !existsSync(`${project}${folder}/README.md`))).toEqual([]);
});

describe('a breach is reported', () => {
  test.each([
    ['checker/language/ast.ts', `import { layout } from '../codegen/layout.ts';`],
    ['checker/language/ast.ts', `import { produce } from 'immer';`],
    ['checker/language/ast.ts', `import { readFileSync } from 'node:fs';`],
    ['checker/language/ast.ts', `import { readFileSync } from 'fs';`],
    ['checker/language/ast.ts', `import type { Layout } from '../codegen/layout.ts';`],
    ['checker/language/ast.ts', `export { layout } from '../codegen/layout.ts';`],
    ['checker/language/ast.ts', `const layout = await import('../codegen/layout.ts');`],
    ['checker/memory/store-buffer/tso.ts', `import { footprint } from '../../codegen/footprint.ts';`],
    ['checker/codegen/layout/layout.ts', `import { search } from '../../search/breadth-first.ts';`],
    ['checker/search/strategy.ts', `import { layoutOf } from '../codegen/layout/layout.ts';`],
    ['cli/main.ts', `import { layoutOf } from '../checker/codegen/layout/layout.ts';`],
    ['checker/search/breadth-first.ts', `import { Worker } from 'node:worker_threads';`],
    ['checker/engine/node-workers.ts', `import { cpus } from 'node:os';`],
    ['checker/export/promela/promela.ts', `import { wrap } from '../../../cli/terminal/output.ts';`],
    ['models/gup-fast.ts', `import { check } from '../checker/search/check.ts';`],
    ['models/kernel/rcu.ts', `import { run } from '../../cli/main.ts';`],
    ['web/src/page/app.tsx', `import { print } from '../../../cli/terminal/output.ts';`],
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
  ])('checker/search/breadth-first.ts: %s', (source) => {
    expect(violations('checker/search/breadth-first.ts', source)).toHaveLength(1);
  });
});

describe('what the rule allows passes', () => {
  test.each([
    ['checker/interpreter/interpreter.ts', `import { produceWithPatches } from 'immer';`],
    ['checker/engine/node-workers.ts', `import { Worker } from 'node:worker_threads';`],
    ['checker/search/breadth-first.ts', `import { layout } from '../codegen/layout.ts';`],
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
