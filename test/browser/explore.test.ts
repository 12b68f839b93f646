/** `racewalk explore` and `--html` to the end: the real command, in a real browser. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { file, folder, racewalk, smallModel } from '../cli/run.ts';
import { describeInBrowser, position, useSite, verdict, waitForVerdict } from './browser.ts';

const statements = (value: boolean) => `step('x = ${value}', set(mem.x, ${value}))`;

describeInBrowser('racewalk explore FILE.ts', () => {
  const site = useSite();

  test('opens at the file, loads it again when it changes, and shows its mistakes', async () => {
    const name = file('walked.ts', smallModel({ statements: statements(true) }));
    const change = (text: string) => writeFileSync(join(folder, name), text);
    let failure: unknown = null;
    const run = await racewalk(['explore', name], (child) => {
      const walk = async (address: string) => {
        const page = await site.newPage();
        await page.goto(address);
        expect(await verdict(page)).toMatch(/holds/i);
        const litmus = await site.newPage();
        await litmus.goto(new URL('/litmus', address).href);
        expect(await verdict(litmus)).toMatch(/^Sometimes under lkmm/);
        await litmus.close();
        change(smallModel({ statements: statements(false) }));
        await waitForVerdict(page, /unreached/i);
        change(smallModel({ statements: `step('', set(mem.x, true))` }));
        await page
          .getByRole('alert')
          .filter({ hasText: 'the first argument of a step must be its kernel text' })
          .waitFor();
        change(smallModel({ statements: statements(true) }).replace('init(bool', 'init(boool'));
        await page.getByRole('alert').filter({ hasText: "Cannot find name 'boool'" }).waitFor();
        change(smallModel({ statements: statements(true) }));
        await waitForVerdict(page, /holds/i);
        // An open page would go on asking for changes.
        await page.close();
      };
      child.stdout.once('data', (text) => {
        void walk(/^\S+/.exec(String(text))![0])
          .catch((error: unknown) => (failure = error))
          .finally(() => child.kill('SIGINT'));
      });
    });
    expect(failure).toBeNull();
    expect(run.code).toBe(0);
    expect(run.err).toMatch(
      /the first argument of a step must be its kernel text.*Cannot find name 'boool'/s,
    );
  }, 60_000);
});

describeInBrowser('--html', () => {
  const site = useSite();
  const open = async (name: string, javaScriptEnabled = true) => {
    const page = await site.newPage({ offline: true, javaScriptEnabled });
    await page.goto(pathToFileURL(join(folder, name)).href);
    return page;
  };

  test('of a check opens from disk without a network, and walks', async () => {
    await racewalk(['check', 'gup-fast-vs-collapse', '--quiet', '--html', 'race.html']);
    const before = site.requested.length;
    const page = await open('race.html');
    expect(await verdict(page)).toMatch(/violated after 21 steps/i);
    expect(await position(page)).toBe('0 / 21');
    await page.keyboard.press('ArrowRight');
    expect(await position(page)).toBe('1 / 21');
    const asked = site.requested.slice(before).filter((address) => !/^(file|blob|data):/.test(address));
    expect(asked).toEqual([]);
    expect(await page.title()).toContain('gup-fast-vs-collapse');
  });

  test.each([
    ['gup-fast-vs-collapse', '--memory', 'sc'],
    ['gup-fast-vs-collapse', '--memory', 'arm64'],
    ['gup-fast-checks', '--memory', 'arm64'],
  ])('of %s %s %s is small enough for a mail', async (...words) => {
    await racewalk(['check', ...words, '--quiet', '--html', 'mail.html']);
    // Since reports know what unions and bit-fields of C hold, and what a race is about, 242 kB.
    expect(statSync(join(folder, 'mail.html')).size).toBeLessThan(250_000);
    // Of arm64 the page is text and picture.
    const page = await open('mail.html');
    const told = words.includes('arm64') ? page.locator('pre').innerText() : verdict(page);
    expect(await told).toMatch(/violated after \d+ steps|holds/i);
  });

  test('can be read where scripts are not allowed', async () => {
    await racewalk(['check', 'gup-fast-vs-collapse', '--quiet', '--html', 'still.html']);
    const page = await open('still.html', false);
    expect(await page.locator('pre').innerText()).toContain('=> gup_fast on CPU 0 holds page 0');
    expect(await page.locator('svg.rw-lanes .rw-number').count()).toBe(21);
  });

  test('of a replayed trace, and of a variant that holds', async () => {
    await racewalk(['check', 'gup-fast-vs-collapse', '--quiet', '--save-trace', 'race.json']);
    await racewalk(['replay', 'race.json', '--html', 'replayed.html']);
    expect(await verdict(await open('replayed.html'))).toMatch(/violated after 21 steps/i);
    await racewalk(['check', 'gup-fast-vs-collapse', '--flush', 'ipi', '--quiet', '--html', 'holds.html']);
    expect(await verdict(await open('holds.html'))).toMatch(/holds/i);
  });

  test('nothing in a model ends the script that it stands in', async () => {
    const awkward = '</script><script>document.title = 1</script>$&';
    const name = file('awkward.ts', smallModel({ statements: `step('${awkward}', set(mem.x, true))` }));
    await racewalk(['check', name, '--quiet', '--html', 'awkward.html']);
    expect(readFileSync(join(folder, 'awkward.html'), 'utf8')).not.toContain(awkward);
    const page = await open('awkward.html');
    expect(await verdict(page)).toMatch(/holds/i);
    expect(await page.title()).not.toBe('1');
  });
});
