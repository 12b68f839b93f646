/** The built page, `web/dist`: part of the package; a checkout builds it on first use. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { say } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { isOutputFailure, outputError } from '../terminal/write-file.ts';

const dist = new URL('../../web/dist/', import.meta.url);
const pages = ['index.html', 'litmus.html', 'races.html', 'report.html'].map((name) => new URL(name, dist));
const config = fileURLToPath(new URL('../../web/vite.config.ts', import.meta.url));

/** The page template of a report: one file. */
export async function reportPage(): Promise<string> {
  await built();
  return readFileSync(new URL('report.html', dist), 'utf8');
}

/** The files of the site by URL path. */
export async function siteFiles(): Promise<ReadonlyMap<string, Buffer>> {
  await built();
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const root = fileURLToPath(dist);
  return new Map(
    files.map(({ parentPath, name }) => {
      const file = `${parentPath.replace(/[/\\]$/, '')}/${name}`.replaceAll('\\', '/');
      return [`/${file.slice(root.length)}`, readFileSync(file)];
    }),
  );
}

async function built(): Promise<void> {
  if (pages.every((page) => existsSync(page))) return;
  say('building the page (only once; "npm run site" rebuilds it)');
  try {
    const { build } = await import('vite');
    await build({ configFile: config, logLevel: 'warn' });
    await build({ configFile: config, logLevel: 'warn', mode: 'report' });
  } catch (error) {
    // The next run must not find an incomplete page.
    for (const page of pages) rmSync(page, { force: true });
    if (isOutputFailure(error)) throw outputError(fileURLToPath(dist), error);
    const what = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot build the page: ${what}\nin a checkout, "npm ci && npm run site" builds it`);
  }
}
