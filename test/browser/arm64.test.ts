/** Runs of the ARMv8 machine in the page: checked, walked, drawn, and in a link. */
import { expect, test } from 'vitest';
import { describeInBrowser, useSite, waitForVerdict } from './browser.ts';

describeInBrowser('a model under arm64', () => {
  const site = useSite();

  test('is checked, with the old values that loads saw', async () => {
    const page = await site.open('#gup-fast-vs-collapse?recheck-pmd=true&flush-barrier=false&memory=arm64');
    await waitForVerdict(page, /^violated after 22 steps/i);
    const lanes = await page.getByRole('group', { name: 'Trace', exact: true }).innerText();
    expect(lanes).toMatch(/reads stale \S+ == \S+ \(memory has \S+\)/);
  });

  test('has an arrow from a store that others see early to the line that executes it', async () => {
    const page = await site.open('#split-unfreezes-tail?memory=arm64');
    await waitForVerdict(page, /^violated after 3 steps/i);
    expect(await page.getByText('early: executed later').count()).toBeGreaterThan(0);
    // On from the end of the run, until the CPU executes what others have seen.
    await page.keyboard.press('End');
    const next = page.getByRole('region', { name: 'Next steps' }).getByRole('button');
    for (let steps = 0; steps < 12 && (await page.locator('.arrows .early').count()) === 0; steps++)
      await next.first().click();
    expect(await page.locator('.arrows .early').count()).toBe(1);
    expect(await page.locator('.arrow-legend').innerText()).toContain(
      'a store that others see before its CPU executes it',
    );
  });

  test('draws no graph of states, and says why', async () => {
    const page = await site.open('#split-unfreezes-tail?memory=arm64&_view=graph');
    await page.getByText('--memory arm64 is a machine of its own').waitFor();
  });
});
