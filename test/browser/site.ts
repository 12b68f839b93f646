/** Builds the page once for all tests in a browser. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { chromium } from './browser.ts';

const configFile = fileURLToPath(new URL('../../web/vite.config.ts', import.meta.url));

export default async function setup(): Promise<void> {
  if (chromium === null) return;
  await build({ configFile, logLevel: 'warn' });
  await build({ configFile, logLevel: 'warn', mode: 'report' });
}
