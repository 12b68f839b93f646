/** The built page: `web/dist`, which the package brings, and a checkout builds when it is first needed. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { say } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { isOutputFailure, outputError } from '../terminal/write-file.ts';

const dist = new URL('../../web/dist/', import.meta.url);
const pages = ['index.html', 'litmus.html', 'report.html'].map((name) => new URL(name, dist));
const config = fileURLToPath(new URL('../../web/vite.config.ts', import.meta.url));

/** The page that a report is written into: one file. */
export async function reportPage(): Promise<string> {
  await built();
  return readFileSync(new URL('report.html', dist), 'utf8');
}

/** The files of the site, by the path that asks for them. */
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
  say('building the page, once; "npm run site" builds it again');
  try {
    const { build } = await import('vite');
    await build({ configFile: config, logLevel: 'warn' });
    await build({ configFile: config, logLevel: 'warn', mode: 'report' });
  } catch (error) {
    // Half a page would be taken for a whole one next time.
    for (const page of pages) rmSync(page, { force: true });
    if (isOutputFailure(error)) throw outputError(fileURLToPath(dist), error);
    const what = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `the page is not built, and cannot be: ${what}\nin a checkout "npm ci && npm run site" does it`,
    );
  }
}
