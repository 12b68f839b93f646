/** The page of races: its fields find what `racewalk list` finds, and the address keeps them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { facts } from '../../models/facts.ts';
import { racesWith, type Query } from '../../models/race-query.ts';
import { describeInBrowser, dist, useSite } from './browser.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const shown = (page: Page) => page.locator('.race h3').allInnerTexts();
const namesOf = (query: Query) => racesWith(query).map(({ name }) => name);
const hash = (page: Page) => new URL(page.url()).hash;

describeInBrowser('races', () => {
  const site = useSite();
  const open = async (asked = '', options = {}) => {
    const page = await site.newPage(options);
    await page.goto(`${site.address()}races.html${asked}`);
    await page.locator('h2').waitFor();
    return page;
  };

  test('all of them, each with its page and its walk', async () => {
    const page = await open();
    expect(await shown(page)).toEqual(facts.map(({ name }) => name));
    for (const link of await page.locator('.race h3 a').all())
      expect(existsSync(dist + (await link.getAttribute('href'))!)).toBe(true);
    await page.getByRole('link', { name: 'Walk gup-fast-vs-collapse' }).click();
    await page.locator('.verdict h2', { hasText: 'violated' }).waitFor();
  });

  test.each<[string, Query]>([
    ['#affects=v6.1&arch=arm64&about=huge+pages', { affects: 'v6.1', arch: 'arm64', about: 'huge pages' }],
    ['#cve=cve-2016-5195', { cve: 'cve-2016-5195' }],
    ['#fix=70cbc3c', { fix: '70cbc3c' }],
    ['#about=huge', { about: 'huge' }],
  ])('%s', async (asked, query) => {
    const page = await open(asked);
    const names = namesOf(query);
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThan(facts.length);
    expect(await shown(page)).toEqual(names);
    expect(await page.locator('h2').innerText()).toBe(`${names.length} of ${facts.length} races`);
    expect(hash(page)).toBe(asked);
  });

  test('by keyboard alone; the address follows, and Escape asks for all', async () => {
    const page = await open();
    await page.getByLabel('Kernel').focus();
    await page.keyboard.type('v6.1');
    await page.keyboard.press('Tab');
    await page.keyboard.type('arm64');
    await page.keyboard.press('Tab');
    await page.keyboard.type('TLB');
    const query = { affects: 'v6.1', arch: 'arm64', about: 'TLB flush' };
    await expect.poll(() => hash(page)).toBe('#affects=v6.1&arch=arm64&about=TLB+flush');
    expect(await shown(page)).toEqual(namesOf(query));
    await page.keyboard.press('Escape');
    await expect.poll(() => hash(page)).toBe('');
    expect(await shown(page)).toHaveLength(facts.length);
  });

  test('another address in the open page is another search', async () => {
    const page = await open('#arch=x86');
    await page.evaluate(`location.hash = '#fix=2ba99c5e0881'`);
    await expect.poll(() => shown(page)).toEqual(namesOf({ fix: '2ba99c5e0881' }));
    expect(await page.getByLabel('CPUs').inputValue()).toBe('');
  });

  test('a word that no race could have is named; an answer without races says what was searched', async () => {
    const page = await open();
    await page.getByLabel('Fixed by commit').fill('recheck');
    await page.getByText('expected a commit of 7 digits or more').waitFor();
    expect(await page.locator('h2').innerText()).toBe('No such fact');
    expect(await shown(page)).toEqual([]);
    await page.getByLabel('Fixed by commit').fill('209954cbc7d0');
    await page.getByText('209954cbc7d0 is a commit that broke should-flush-tlb').waitFor();
  });

  test('nothing sticks out at 390 pixels', async () => {
    const page = await open('', { viewport: { width: 390, height: 844 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  test.each(['light', 'dark'] as const)('nothing that axe finds, when %s', async (colorScheme) => {
    const page = await open('#affects=six&arch=x86', { colorScheme, bypassCSP: true });
    await page.getByLabel('Kernel').fill('v6.1');
    await page.getByLabel('CVE').fill('six');
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate<string[]>(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map(({ html }) => id + ': ' + html)))`,
    );
    expect(found).toEqual([]);
  });
});
