/** The other views, and what holds for all of them: both widths, keyboard, dark and light. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { describeInBrowser, position, useSite, waitForVerdict } from './browser.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const views = ['trace', 'source', 'variants', 'graph'] as const;

describeInBrowser('the views', () => {
  const site = useSite();

  test('the comparison names the smallest sets of repairs, and each verdict leads to its trace', async () => {
    const page = await site.open('#gup-fast-vs-unmap?_view=variants');
    await page.locator('.variants').first().waitFor();
    const full = await site.open('#gup-fast-vs-collapse?_view=variants');
    await full.locator('.variants').first().waitFor({ timeout: 25_000 });
    expect(await full.locator('.variants tbody tr').count()).toBe(48);
    expect(await full.locator('.smallest').first().locator('p').first().locator('b').allInnerTexts()).toEqual(
      ['sync-ipi', 'recheck-pmd', 'recheck-pte + second-pin-check all-pages'],
    );
    await full.getByText('No fix is needed: the model is safe without one.').waitFor();
    await full
      .getByRole('link', {
        name: /violated after 23 steps, with flush broadcast.* second-pin-check per-page/,
      })
      .first()
      .click();
    await waitForVerdict(full, /violated after 23 steps/i);
    expect(await position(full)).toBe('0 / 23');
  });

  test('the state graph has all states; a click goes to one, and the walk is marked in it', async () => {
    const page = await site.open('#gup-fast-vs-unmap?_view=graph');
    const graph = page.getByRole('img', { name: /state graph of \d+ states/ });
    await graph.waitFor();
    await page.getByText(/an invariant is false/).waitFor();
    await page.keyboard.press('Home');
    const box = (await graph.boundingBox())!;
    for (let y = 30; y < box.height && (await position(page)).startsWith('0 '); y += 16)
      for (let x = 20; x < box.width && (await position(page)).startsWith('0 '); x += 18)
        await page.mouse.click(box.x + x, box.y + y);
    expect(Number.parseInt(await position(page))).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'closer' }).click();
    await page.getByRole('button', { name: 'the whole graph' }).click();
  });

  test('a graph of too many states is refused in words', async () => {
    const page = await site.open('#peterson?_view=graph');
    await page.getByText(/More than 5,000 states/).waitFor();
  });

  test.each([
    [1280, 900],
    [390, 844],
  ])('nothing sticks out at %d pixels', async (width, height) => {
    for (const view of views) {
      const page = await site.open(`#gup-fast-vs-unmap?_view=${view}`, { viewport: { width, height } });
      await page.waitForTimeout(300);
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      expect(wide, view).toBeLessThanOrEqual(width);
    }
  });

  test('a trace of several CPUs and store buffers fits a telephone', async () => {
    const page = await site.open('#gup-fast-vs-collapse?cpus=3&memory=tso', {
      viewport: { width: 390, height: 844 },
    });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  test.each(['light', 'dark'] as const)(
    'nothing that axe finds: names, roles, contrast, when %s',
    async (colorScheme) => {
      for (const view of views) {
        const page = await site.open(`#gup-fast-vs-unmap?_view=${view}&_at=3`, {
          colorScheme,
          bypassCSP: true,
        });
        await page.waitForTimeout(300);
        await page.addScriptTag({ path: axe });
        const found = await page.evaluate<string[]>(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map(({ html }) => id + ': ' + html)))`,
        );
        expect(found, view).toEqual([]);
      }
    },
  );

  test('everything can be reached and done by keyboard alone', async () => {
    const page = await site.open('#gup-fast-vs-unmap');
    const focused = () =>
      page.evaluate<string>(
        '(({ activeElement: e }) => e.getAttribute("aria-label") || e.name || e.textContent)(document)',
      );
    const seen: string[] = [];
    for (let tabs = 0; tabs < 60; tabs++) {
      await page.keyboard.press('Tab');
      seen.push(await focused());
    }
    for (const name of ['Model', 'Trace', 'Source', 'Variants', 'Graph', 'step', 'one step forward'])
      expect(
        seen.some((other) => other.trim() === name || other.startsWith(name)),
        name,
      ).toBe(true);
    await page.getByRole('button', { name: 'Source' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.listing').first().waitFor();
  });
});
