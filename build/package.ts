/**
 * Compiles the published files and packs them with the page from `npm run site`: `dist/racewalk-VERSION.tgz`, and unpacked in `dist/package`.
 *
 * Node does not run TypeScript below node_modules, so the package contains compiled files and their types. Models
 * import 'racewalk' in the package too: its `exports` define the name.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const project = new URL('../', import.meta.url);
const compiled = new URL('dist/package/', project);

interface Manifest {
  readonly [field: string]: unknown;
  readonly exports: Readonly<Record<string, string>>;
}

/** In a checkout, `cli/package.json` names the command. */
const bin = { racewalk: './cli/racewalk.js' };

/** Manifest fields that are useless in an installed package. */
const ownFields = ['scripts', 'devDependencies', 'allowScripts'];

function published(text: string): string {
  const manifest = JSON.parse(text) as Manifest;
  const entries = Object.entries(manifest.exports).map(([name, source]) => [
    name,
    { types: source.replace(/\.ts$/, '.d.ts'), default: source.replace(/\.ts$/, '.js') },
  ]);
  const fields = Object.entries(manifest).filter(([field]) => !ownFields.includes(field));
  return `${JSON.stringify({ ...Object.fromEntries(fields), bin, exports: Object.fromEntries(entries) as unknown }, null, 2)}\n`;
}

const run = (command: string, words: readonly string[], folder: URL) =>
  execFileSync(command, words, { cwd: folder, stdio: 'inherit' });

/** The site is built from a checkout. */
const isPublished = (path: string) => !/docs\/(\.vitepress|reference\/api)(\/|$)/.test(path);

rmSync(new URL('dist/', project), { recursive: true, force: true });
run('npx', ['tsc', '--project', 'tsconfig.package.json'], project);
writeFileSync(
  new URL('package.json', compiled),
  published(readFileSync(new URL('package.json', project), 'utf8')),
);
// A protocol in C needs the headers, and has examples.
const headers = ['checker/c/kernel.h', 'checker/c/include', 'checker/c/native', 'models/c'];
const scripts = ['cli/engines/dask-driver.py'];
for (const part of ['README.md', 'CHANGELOG.md', 'LICENSE', 'docs', 'web/dist', ...headers, ...scripts])
  cpSync(new URL(part, project), new URL(part, compiled), { recursive: true, filter: isPublished });
run('npm', ['pack', '--silent', '--pack-destination', '..'], compiled);
