/** The browser of the machine, and the built page served to it. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium as launcher, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';

/** Where the distribution puts it; null where there is none, and then these tests are skipped by name. */
export const chromium: string | null = existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : null;

export const describeInBrowser = describe.skipIf(chromium === null);

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const dist = fileURLToPath(new URL('../../web/dist/', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface Site {
  /** Ends in a slash. */
  readonly address: () => string;
  /** A new page that records its console messages and requests. */
  readonly newPage: (options?: BrowserContextOptions) => Promise<Page>;
  /** The page at this address, once it has a verdict. */
  readonly open: (path?: string, options?: BrowserContextOptions) => Promise<Page>;
  /** The addresses that pages have asked for. */
  readonly requested: readonly string[];
}

/** Starts browser and server for the tests of a file; `extra` are files beside those that are built. */
export function useSite(extra: Readonly<Record<string, () => string>> = {}): Site {
  let browser: Browser | null = null;
  let server: Server | null = null;
  const requested: string[] = [];
  const errors: string[] = [];
  beforeAll(async () => {
    if (chromium === null) return;
    server = createServer((request, response) => answer(request, response, extra)).listen(0, '127.0.0.1');
    browser = await launcher.launch({ executablePath: chromium, args: quiet });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    expect(errors.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  const address = () => `http://127.0.0.1:${(server!.address() as AddressInfo).port}/`;
  const newPage = async (options: BrowserContextOptions = {}) => {
    const context = await browser!.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('request', (request) => requested.push(request.url()));
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    return page;
  };
  const open = async (path = '', options: BrowserContextOptions = {}) => {
    const page = await newPage(options);
    await page.goto(address() + path);
    await verdict(page);
    return page;
  };
  return { address, newPage, open, requested };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  extra: Readonly<Record<string, () => string>>,
): void {
  const { pathname } = new URL(request.url!, 'http://localhost');
  const file = pathname === '/' ? '/index.html' : pathname;
  const made = extra[file];
  if (made === undefined && !existsSync(dist + file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' });
  response.end(made === undefined ? readFileSync(dist + file) : made());
}

/** The text of the banner after the check. */
export async function verdict(page: Page): Promise<string> {
  const heading = page.locator('.verdict:not(.running) h2');
  await heading.waitFor();
  return (await heading.innerText()).replaceAll(/\s+/g, ' ').trim();
}

/** Waits until the banner contains this text. */
export const waitForVerdict = (page: Page, text: string | RegExp) =>
  page.locator('.verdict:not(.running) h2', { hasText: text }).waitFor();

/** `5 / 21`: steps taken, and steps of the run. */
export const position = (page: Page) => page.locator('.position').innerText();

/** The value cells of a shared variable. */
export const shared = (page: Page, name: string) =>
  page
    .locator('.state .variables')
    .first()
    .locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) })
    .locator('td')
    .innerText();
