/** The page of litmus tests. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, dist, useSite, verdict } from './browser.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Nine writers of one location have more coherence orders than anybody waits for. */
const large = [
  'C large',
  '{}',
  ...Array.from(
    { length: 9 },
    (_, at) => `P${at}(int *x) { int r0; WRITE_ONCE(*x, ${at + 1}); r0 = READ_ONCE(*x); }`,
  ),
  'exists (0:r0=0)',
].join('\n');

const section = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

describeInBrowser('litmus tests', () => {
  const site = useSite();

  test('an allowed outcome: states, verdict, an execution, and the machine that gets there', async () => {
    const page = await site.open('litmus.html');
    expect(await verdict(page)).toBe("Sometimes under lkmm, the kernel's memory model");
    expect(await section(page, 'Verdict').innerText()).toContain('is true in 1 of 4 final states. Ok:');
    const lines = page.getByText(/^Test SB Allowed\nMemory lkmm/);
    expect(await lines.innerText()).toMatch(
      /\nStates 4\n0:r0=0; 1:r0=0;\n[^]*\nObservation SB Sometimes 1 3$/,
    );
    await section(page, 'An execution that ends in 0:r0=0; 1:r0=0;').waitFor();
    await page.getByRole('img', { name: /^An execution that ends in/ }).waitFor();
    // The picture is one that the browser can show.
    const size = await page.evaluate<number>(
      `(async (image) => (await image.decode(), image.naturalWidth))(document.querySelector('.picture img'))`,
    );
    expect(size).toBeGreaterThan(200);
    expect(await section(page, 'The machine tso gets there:').getByRole('listitem').count()).toBe(6);
    expect(await page.title()).toBe('SB: Sometimes · Litmus tests · racewalk');
  });

  test('a forbidden outcome: the shortest cycle, in a picture and in sentences', async () => {
    const page = await site.open('litmus.html#example=MP%2Bwmb%2Brmb');
    expect(await verdict(page)).toMatch(/^Never under lkmm/);
    const why = section(page, /^Every execution that makes .* is forbidden/);
    await why.getByText('The axiom happens-before forbids this: no event executes before itself.').waitFor();
    const cycle = await why.locator('.cycle li').allInnerTexts();
    expect(cycle).toHaveLength(4);
    expect(cycle.join('\n')).toContain('smp_rmb() stands between the reads');
    await why.getByRole('img').waitFor();
  });

  test('another memory model answers at once; what is typed since is marked', async () => {
    const page = await site.open('litmus.html');
    await page.getByLabel('Memory model').selectOption('sc');
    await page.locator('.verdict h2', { hasText: 'Never under sc, a machine of racewalk' }).waitFor();
    await page.getByText(/No run of sc makes .* true\./).waitFor();
    await page.getByLabel('Memory model').selectOption('arm64');
    await page.locator('.verdict h2', { hasText: 'Sometimes under arm64' }).waitFor();
    await section(page, /^A run of arm64 that ends in/).waitFor();
    const text = page.getByRole('textbox', { name: 'The test' });
    await text.fill((await text.inputValue()).replace('0:r0=0', '0:r0=7'));
    await page.getByText('The test has changed since this result').waitFor();
    await text.press('Control+Enter');
    await page.locator('.verdict h2', { hasText: 'Never under arm64' }).waitFor();
    expect(await page.getByText('The test has changed').count()).toBe(0);
    // The address leads to the same answer.
    const other = await site.newPage();
    await other.goto(page.url());
    await other.locator('.verdict h2', { hasText: 'Never under arm64' }).waitFor();
    expect(await other.getByRole('textbox', { name: 'The test' }).inputValue()).toContain('0:r0=7');
  });

  test('a file is opened; a mistake names its line', async () => {
    const page = await site.open('litmus.html');
    const text = 'C wrong\n{}\nP0(int *x)\n{\n  frobnicate(*x);\n}\nexists (x=1)\n';
    await page
      .getByLabel('Open a file')
      .setInputFiles({ name: 'wrong.litmus', mimeType: 'text/plain', buffer: Buffer.from(text) });
    await page.getByText('This test cannot be run').waitFor();
    expect(await section(page, 'Verdict').innerText()).toMatch(/line 5: .*\n+5: frobnicate\(\*x\);/);
    expect(await page.getByRole('heading', { name: "Output in herd's format" }).count()).toBe(0);
  });

  test('a data race makes the verdict meaningless, and the page says so', async () => {
    const page = await site.open('litmus.html#example=MP%2Bplain');
    expect(await page.getByRole('alert', { name: 'Flags' }).innerText()).toMatch(
      /^Flag data-race: the verdict is meaningless/,
    );
  });

  test('a long search neither blocks the page nor goes on for ever: it is stopped, or given up', async () => {
    const page = await site.open('litmus.html');
    await page.getByLabel('Memory model').selectOption('pso');
    await verdict(page);
    await page.getByRole('textbox', { name: 'The test' }).fill(large);
    await page.getByRole('button', { name: 'Run' }).click();
    const stop = page.getByRole('button', { name: 'Stop' });
    await stop.waitFor();
    const longest = await page.evaluate<number>(`new Promise((resolve) => {
      let [last, longest, turns] = [performance.now(), 0, 0];
      const turn = () => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        if (++turns < 60) setTimeout(turn, 10); else resolve(longest);
      };
      turn();
    })`);
    expect(longest).toBeLessThan(500);
    await stop.click();
    expect(await verdict(page)).toMatch(/^Inconclusive stopped after/);
    await page.getByLabel('Time limit').fill('1');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('inconclusive under pso: the limit of 1 seconds was reached').waitFor();
    // The next question has its answer.
    await page.getByLabel('Example').selectOption('LB');
    await page.locator('.verdict h2', { hasText: 'Never under pso' }).waitFor();
  });

  test('nothing sticks out at 390 pixels', async () => {
    for (const name of ['SB', 'MP%2Bplain', 'IRIW%2Bmbs', 'ISA2%2Bwmb%2Bwmb_rmb%2Brmb']) {
      const page = await site.open(`litmus.html#example=${name}`, { viewport: { width: 390, height: 844 } });
      await page.locator('.picture img').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(390);
    }
  });

  test.each(['light', 'dark'] as const)('nothing that axe finds, when %s', async (colorScheme) => {
    for (const asked of [
      'example=SB',
      'example=SB%2Bmbs',
      'example=MP%2Bplain',
      'example=SB&memory=tso',
      'test=C',
    ]) {
      const page = await site.open(`litmus.html#${asked}`, { colorScheme, bypassCSP: true });
      await page.locator('.verdict[aria-busy=false]').waitFor();
      await page.addScriptTag({ path: axe });
      const found = await page.evaluate<string[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map(({ html }) => id + ': ' + html)))`,
      );
      expect(found, asked).toEqual([]);
    }
  });

  test('everything can be reached by keyboard alone', async () => {
    const page = await site.open('litmus.html');
    await page.locator('.picture').waitFor();
    const seen: string[] = [];
    for (let tabs = 0; tabs < 14; tabs++) {
      await page.keyboard.press('Tab');
      seen.push(
        await page.evaluate<string>(
          '(({ activeElement: e }) => e.getAttribute("aria-label") ?? e.labels?.[0]?.firstChild.textContent ?? e.textContent)(document)',
        ),
      );
    }
    for (const name of [
      'Example',
      'Open a file',
      'The test',
      'Memory model',
      'Run',
      'Picture of the execution',
    ])
      expect(
        seen.some((other) => other.startsWith(name)),
        `${name} in ${seen.join(', ')}`,
      ).toBe(true);
  });

  test('the page of models leads to it; a report has nothing of it', async () => {
    const page = await site.open();
    await page.getByRole('link', { name: 'Litmus tests' }).click();
    expect(await verdict(page)).toMatch(/^Sometimes/);
    await page.getByRole('link', { name: 'The models' }).click();
    expect(await verdict(page)).toMatch(/^Violated/);
    const report = readFileSync(`${dist}report.html`);
    expect(gzipSync(report).length).toBeLessThan(300_000);
  });
});
