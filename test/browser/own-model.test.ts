/** A model of one's own, and reports: what a server or `--html` gives to the page. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { withFallbacks } from '../../checker/language/option.ts';
import { check } from '../../checker/search/check.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { plainOutcome } from '../../web/src/check/messages.ts';
import type { EmbeddedReport } from '../../web/src/check/embedded-report.ts';
import { chromium, describeInBrowser, dist, position, useSite, verdict, waitForVerdict } from './browser.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The module of a model, as a server bundles it. */
async function bundled(path: string): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: [{ find: /^racewalk$/, replacement: at('../../checker/language/index.ts') }] },
    build: { write: false, lib: { entry: at(path), formats: ['es'], fileName: 'model' } },
  })) as readonly Rolldown.RolldownOutput[];
  return result[0]!.output[0].code;
}

const page = () =>
  readFileSync(`${dist}index.html`, 'utf8').replace(
    '<title>',
    '<meta name="racewalk-model" content="/model.js" /><title>',
  );

let faulty = '';

describeInBrowser("a model of one's own", () => {
  const site = useSite({
    '/own.html': page,
    '/model.js': () => faulty,
    '/broken.html': () => page().replace('/model.js', '/broken.js'),
    '/broken.js': () => 'export const modell = 1;',
  });

  beforeAll(async () => {
    if (chromium !== null) faulty = await bundled('faulty-model.ts');
  });

  test('stands first, and is checked like any other', async () => {
    const page = await site.open('own.html');
    expect(await verdict(page)).toBe('Violated after 1 step invariant "x is 0" is false');
    expect(page.url()).toMatch(/#faulty$/);
  });

  test.each([
    ['text', /thread 'writer': the first argument of a step must be its kernel text, found ''/],
    ['crash', /build\(\.\.\.\) throws RangeError: no such table/],
  ])('that cannot be built shows the mistake: %s', async (fault, message) => {
    const page = await site.open(`own.html#faulty?fault=${fault}`);
    expect(await page.getByRole('alert').innerText()).toMatch(message);
    await page.getByLabel('none').check({ force: true });
    await waitForVerdict(page, /violated after 1 step/i);
  });

  test('whose variable leaves its domain shows where, with the trace', async () => {
    const page = await site.open('own.html#faulty?fault=domain');
    expect(await verdict(page)).toMatch(/'mem.x' becomes 2, which is outside of its domain 0..1/);
    expect(await position(page)).toBe('0 / 2');
  });

  test('that is no model says what a file exports', async () => {
    const page = await site.open('broken.html');
    expect(await page.getByRole('alert').innerText()).toMatch(
      /Missing export 'model': write export const model = defineModel/,
    );
  });
});

describeInBrowser('a report', () => {
  const site = useSite();

  test('opens from disk without a network, and can be walked', async () => {
    const { system, outcome } = check(email.build());
    const report: EmbeddedReport = {
      format: 'racewalk-report',
      version: 1,
      summary: email.summary,
      options: withFallbacks(email.options, {}),
      model: system.model,
      outcome: plainOutcome(outcome),
      seconds: 0.1,
    };
    const text = readFileSync(`${dist}report.html`, 'utf8');
    const place = /(<script type="application\/json" id="racewalk-report">)[^<]*(<\/script>)/;
    const file = join(mkdtempSync(join(tmpdir(), 'racewalk-')), 'report.html');
    const json = JSON.stringify(report).replaceAll('<', '\\u003c');
    writeFileSync(
      file,
      text.replace(place, (_, before: string, after: string) => before + json + after),
    );
    const page = await site.newPage({ offline: true });
    await page.goto(pathToFileURL(file).href);
    expect(await verdict(page)).toMatch(/^Violated after 21 steps/);
    expect(await page.locator('.reported').innerText()).toMatch(/flush\s+broadcast/);
    await page.keyboard.press('Home');
    expect(await position(page)).toBe('0 / 21');
    await page.getByRole('region', { name: 'Next steps' }).getByRole('button').last().click();
    expect(await position(page)).toBe('1 / 1');
    expect(await page.getByRole('button', { name: 'Variants' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Graph' }).click();
    await page.getByRole('img', { name: 'state graph' }).waitFor();
  });
});
