/** Protocols in C on the page, which compiles them itself. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { folder, racewalk } from '../cli/run.ts';
import { describeInBrowser, position, useSite, verdict, waitForVerdict } from './browser.ts';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const messagePassing = readFileSync(pathOf('../c/files/message-passing.c'), 'utf8');

describeInBrowser('a protocol in C', () => {
  const site = useSite();

  test('of models/c is compiled, checked and walked by the page', async () => {
    const before = site.requested.length;
    const page = await site.open();
    const parser = /web-tree-sitter|front-end/;
    expect(site.requested.slice(before).filter((address) => parser.test(address))).toEqual([]);
    await page.getByLabel('Model').selectOption('collapse.c');
    await waitForVerdict(page, /violated after \d+ steps.*HOLDS_HERE/is);
    expect(site.requested.slice(before).filter((address) => parser.test(address))).not.toEqual([]);
    await page.keyboard.press('Home');
    expect(await position(page)).toMatch(/^0 \/ \d+$/);
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('group', { name: 'Trace', exact: true }).innerText()).toMatch(
      /\d+: enum pmd old_pmd = READ_ONCE\(pmd\)/,
    );
    expect(page.url()).toContain('#collapse.c');
    await page
      .getByRole('group', { name: /^sync-ipi/ })
      .locator('label', { hasText: 'on' })
      .click();
    await waitForVerdict(page, 'in every interleaving');
    const again = await site.open(new URL(page.url()).hash);
    expect(await verdict(again)).toMatch(/in every interleaving/);
  });

  test('may be changed, and shows its mistakes with carets', async () => {
    const page = await site.open('#collapse.c?_view=c');
    const text = page.getByRole('textbox', { name: /collapse\.c/ });
    const whole = await text.inputValue();
    await text.fill(whole.replace('page = READ_ONCE(pte[nr]);', 'page = READ_ONCE(ptee[nr]);'));
    await page.getByRole('button', { name: 'Check' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const mistake = await alert.innerText();
    expect(mistake).toMatch(
      /^collapse\.c:\d+:19: 'ptee' is not declared\n +\tpage = READ_ONCE\(ptee\[nr\]\);\n +\t +\^{4}$/,
    );
    await text.fill(whole.replace('waits for it");', 'waits for it", true);'));
    await text.press('Control+Enter');
    await waitForVerdict(page, 'in every interleaving');
    expect(await alert.count()).toBe(0);
  });

  test('is opened from a file of the reader', async () => {
    const page = await site.open();
    await page
      .getByLabel('Open a C file')
      .setInputFiles({ name: 'mp.c', mimeType: 'text/x-csrc', buffer: Buffer.from(messagePassing) });
    await expect.poll(() => page.title(), { timeout: 10_000 }).toMatch(/^mp\.c: /);
    expect(await page.getByLabel('Model').inputValue()).toBe('mp.c');
    await page.getByRole('button', { name: 'Source' }).click();
    await page.getByRole('button', { name: 'Graph' }).click();
    await page.getByRole('img', { name: 'state graph' }).waitFor();
  });
});

describeInBrowser('racewalk explore FILE.c', () => {
  const site = useSite();

  test('opens at the file, loads it again when it changes, and shows its mistakes', async () => {
    const name = 'walked.c';
    copyFileSync(pathOf('../../models/c/collapse.c'), join(folder, name));
    const text = readFileSync(join(folder, name), 'utf8');
    let failure: unknown = null;
    const run = await racewalk(['explore', name, '--sync-ipi'], (child) => {
      const walk = async (address: string) => {
        const page = await site.newPage();
        await page.goto(address);
        expect(await verdict(page)).toMatch(/holds/i);
        writeFileSync(join(folder, name), text.replace('if (SYNC_IPI)', 'if (SYNC_IP)'));
        await page
          .getByRole('alert')
          .filter({ hasText: "walked.c:183:6: 'SYNC_IP' is not declared" })
          .waitFor();
        writeFileSync(join(folder, name), text.replace('if (SYNC_IPI)', 'if (!SYNC_IPI)'));
        await waitForVerdict(page, /violated/i);
        await page.close();
      };
      child.stdout.once('data', (said) => {
        void walk(/^\S+/.exec(String(said))![0])
          .catch((error: unknown) => (failure = error))
          .finally(() => child.kill('SIGINT'));
      });
    });
    expect(failure).toBeNull();
    expect(run.code).toBe(0);
    expect(run.err).toMatch(/walked.c:183:6: 'SYNC_IP' is not declared/);
  }, 60_000);

  test('--html writes a page that is walked without a network', async () => {
    copyFileSync(pathOf('../../models/c/collapse.c'), join(folder, 'reported.c'));
    await racewalk(['check', 'reported.c', '--quiet', '--html', 'reported.html']);
    const page = await site.newPage({ offline: true });
    await page.goto(pathToFileURL(join(folder, 'reported.html')).href);
    expect(await verdict(page)).toMatch(/violated after \d+ steps/i);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await position(page)).toMatch(/^1 \/ /);
    expect(await page.getByRole('group', { name: 'Trace', exact: true }).innerText()).toMatch(/\d+: /);
    expect(await page.getByRole('button', { name: 'C file', exact: true }).count()).toBe(0);
  });
});
