/** The page gives the verdicts of the command line, quickly, and sends no other requests. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { headline } from '../../checker/report/verdict.ts';
import { registry } from '../../models/registry.ts';
import { describeInBrowser, dist, useSite, verdict, waitForVerdict } from './browser.ts';

describeInBrowser('the page', () => {
  const site = useSite();

  test('checks the default of every model as the command line does', async () => {
    const page = await site.open();
    const picker = page.getByRole('combobox', { name: 'Model', exact: true });
    for (const definition of registry) {
      await picker.selectOption(definition.name);
      const { outcome } = check(withMemoryOption(definition).build());
      const [head = '', ...claim] = headline(outcome).split(': ');
      await waitForVerdict(page, new RegExp(`^${head}`, 'i'));
      const said = await verdict(page);
      expect(said.toLowerCase(), definition.name).toBe(
        `${head} ${outcome.verdict === 'holds' ? 'in every interleaving' : claim.join(': ')}`
          .trim()
          .toLowerCase(),
      );
      const { states } = outcome.statistics;
      expect(await page.locator('.evidence summary').innerText()).toContain(
        `${states.toLocaleString('en-US')} states`,
      );
    }
  });

  test('has its first verdict within two seconds of being asked for', async () => {
    const seconds: number[] = [];
    // The best of three: the machine may be busy with other things.
    for (let attempt = 0; attempt < 3; attempt++) {
      const page = await site.newPage();
      const began = performance.now();
      await page.goto(site.address());
      expect(await verdict(page)).toMatch(/^Violated after 21 steps/);
      seconds.push((performance.now() - began) / 1000);
    }
    expect(Math.min(...seconds)).toBeLessThan(2);
  });

  test('is less than a megabyte when compressed, with all its files', () => {
    const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const bytes = (name: string, folder: string) => gzipSync(readFileSync(`${folder}/${name}`)).length;
    const site = files.filter(({ name }) => name !== 'report.html');
    expect(site.reduce((sum, { name, parentPath }) => sum + bytes(name, parentPath), 0)).toBeLessThan(1e6);
    expect(bytes('report.html', dist)).toBeLessThan(1e6);
  });

  test('needs no module of Node', () => {
    const scripts = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js'));
    const found = scripts.map((name) =>
      /["'`]node:|__vite-browser-external/.exec(readFileSync(`${dist}assets/${name}`, 'utf8')),
    );
    expect(found).toEqual(scripts.map(() => null));
  });

  test('changes the verdict with an option, and shows in advance the verdict of each value', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    const flush = page.getByRole('group', { name: /^flush/ }).first();
    await flush.locator('label', { hasText: 'ipi' }).getByRole('img', { name: 'holds' }).waitFor();
    await flush.locator('label', { hasText: 'ipi' }).click();
    await waitForVerdict(page, 'in every interleaving');
    expect(page.url()).toContain('#gup-fast-vs-collapse?flush=ipi');
    await flush.locator('label', { hasText: 'broadcast' }).click();
    await waitForVerdict(page, /violated after 21 steps/i);
    await page.getByRole('group', { name: 'recheck-pmd' }).locator('label', { hasText: 'on' }).click();
    await waitForVerdict(page, 'in every interleaving');
  });

  test('sets the options of a scenario and explains its verdict', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    await page.getByLabel('Scenario').selectOption('rcu-only');
    await waitForVerdict(page, /violated after 22 steps/i);
    await page.getByText('with irqs on, the IPI of the flush does not wait for gup_fast either').waitFor();
    expect(page.url()).toMatch(/flush=ipi&walker=rcu-only$/);
  });

  test('stops a long check on request, reports its progress, and never reports that it holds', async () => {
    const page = await site.newPage();
    await page.goto(`${site.address()}#gup-fast-vs-collapse?flush=ipi&cpus=8`);
    await page.getByText(/Checking: [\d,]{5,} states/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await verdict(page)).toBe('Inconclusive stopped');
    const states = await page.locator('.evidence summary').innerText();
    expect(Number(states.replace(/ states.*/s, '').replaceAll(',', ''))).toBeGreaterThan(10_000);
  });

  test('ends a search that does not hear, and takes up other work at once', async () => {
    const page = await site.newPage();
    // The page's patience of 1.5 s is cut, so that a fast machine does not end the search before.
    await page.addInitScript(`
      const later = window.setTimeout;
      window.setTimeout = (call, time, ...given) => later(call, time === 1500 ? 100 : time, ...given);
    `);
    // It takes more than ten seconds, some of them in one piece.
    await page.goto(`${site.address()}#gup-fast-vs-collapse?cpus=4&ptes=8`);
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.waitForTimeout(200);
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await verdict(page)).toMatch(/^Inconclusive stopped/);
    await page.getByRole('spinbutton', { name: 'ptes' }).fill('2');
    await page.getByRole('spinbutton', { name: 'ptes' }).press('Enter');
    await waitForVerdict(page, /violated after 21 steps/i);
  });

  test('begins the check of another variant while one is running', async () => {
    const page = await site.newPage();
    await page.goto(`${site.address()}#gup-fast-vs-collapse?flush=ipi&cpus=8`);
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.getByRole('button', { name: 'fewer cpus' }).dblclick();
    await page
      .getByRole('group', { name: /^flush/ })
      .first()
      .locator('label', { hasText: 'broadcast' })
      .click();
    await page.getByRole('spinbutton', { name: 'cpus' }).fill('1');
    await page.getByRole('spinbutton', { name: 'cpus' }).press('Enter');
    await waitForVerdict(page, /violated after 21 steps/i);
  });

  test('shows the options with a proof for any number next to a verdict that holds', async () => {
    const page = await site.open('#gup-fast-vs-collapse?sync-ipi=true');
    const line = page.locator('.any-number');
    await line.getByText('for any number of CPUs in gup_fast and ptes').waitFor();
    expect(await verdict(page)).toBe('Holds in every interleaving');
    // The number that a check of its own would refute: what is violated is proved for no number.
    await page.getByRole('group', { name: 'sync-ipi' }).locator('label', { hasText: 'off' }).click();
    await waitForVerdict(page, /violated after 21 steps/i);
    expect(await line.count()).toBe(0);
  });

  test('gives the reason on request if there is no proof', async () => {
    const page = await site.open('#szymanski');
    const line = page.locator('details.any-number');
    await line.getByText('not proved for any number of processes').click();
    await line.getByText(/^local 'j' of 'process' holds a number that grows with the copies/).waitFor();
  });

  test('proves under pso, and is silent of any number under arm64', async () => {
    const path = '#reclaim-vs-mprotect?flush-pending=true&memory=';
    const proved = await site.open(`${path}pso`);
    await proved.getByText('for any number of user CPUs').waitFor();
    const page = await site.open(`${path}arm64`);
    await page.waitForTimeout(1500);
    expect(await page.locator('.any-number').count()).toBe(0);
  });

  test('asks for nothing but its own files', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_view=graph');
    await page.getByRole('img', { name: 'state graph' }).waitFor();
    const isOwn = (address: string) => /^(blob|data):/.test(address) || address.startsWith(site.address());
    expect(site.requested.filter((address) => !isOwn(address))).toEqual([]);
  });
});
