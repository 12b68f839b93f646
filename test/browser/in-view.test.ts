/** What a reader has before the eyes: the current step, the verdicts, the legends, on a desk and on a telephone. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { describeInBrowser, position, useSite } from './browser.ts';

const sizes = [
  { name: 'desk', viewport: { width: 1280, height: 900 } },
  { name: 'telephone', viewport: { width: 390, height: 844 } },
] as const;

interface Box {
  readonly top: number;
  readonly bottom: number;
}

const boxOf = async (page: Page, selector: string): Promise<Box> => {
  const box = (await page.locator(selector).first().boundingBox())!;
  return { top: box.y, bottom: box.y + box.height };
};

/** Between the heads of the lanes, where they stick, and the player. */
async function expectInView(page: Page, step: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const row = await boxOf(page, `.lanes .row[data-step="${step}"]`);
        const [heads, player] = [await boxOf(page, '.lanes .heads'), await boxOf(page, '.transport')];
        const isSeen = row.top >= heads.bottom - 1 && row.bottom <= player.top + 1;
        return isSeen ? 'seen' : JSON.stringify({ step, row, heads, player });
      },
      { timeout: 4000 },
    )
    .toBe('seen');
}

describeInBrowser('the current step', () => {
  const site = useSite();

  describe.each(sizes)('on a $name', ({ viewport }) => {
    test('is neither under the heads of the lanes nor under the player, forward and back', async () => {
      const page = await site.open('#gup-fast-vs-collapse?memory=tso', { viewport });
      for (let step = 1; step <= 26; step++) {
        await page.keyboard.press('ArrowRight');
        await expectInView(page, step);
      }
      for (let step = 25; step >= 1; step--) {
        await page.keyboard.press('ArrowLeft');
        await expectInView(page, step);
      }
    }, 60_000);

    test('is where the view is when the page opens', async () => {
      const first = await site.open('#gup-fast-vs-collapse', { viewport });
      expect(await position(first)).toBe('0 / 21');
      expect(await first.evaluate('scrollY')).toBe(0);
      const linked = await site.open('#gup-fast-vs-collapse?_at=17', { viewport });
      expect(await position(linked)).toBe('17 / 21');
      await expectInView(linked, 17);
    });

    test('is followed where a race leads to it', async () => {
      const page = await site.open('#gup-fast-vs-collapse', { viewport });
      await page.getByRole('region', { name: 'Races' }).getByRole('button').last().click();
      await expectInView(page, 6);
    });
  });
});

describeInBrowser('on a telephone', () => {
  const site = useSite();
  const { viewport } = sizes[1];

  test('options come before the trace, folded up', async () => {
    const page = await site.open('#gup-fast-vs-collapse', { viewport });
    const options = page.getByRole('complementary', { name: 'Options' });
    expect((await options.boundingBox())!.y).toBeLessThan((await boxOf(page, '.lanes')).top);
    await options.getByText('Options', { exact: true }).click();
    await page.getByRole('group', { name: 'recheck-pmd' }).waitFor();
  });

  test('the verdicts of the table of variants can be seen', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_view=variants', { viewport });
    const cell = page.locator('.variants a').first();
    const box = (await cell.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
    await page.getByText('Steps: length of the shortest trace').waitFor();
  });
});

describeInBrowser('beside what they explain', () => {
  const site = useSite();

  test('a sentence and a link introduce the race, and the link leads to its page', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    const summary = page.locator('.summary');
    expect(await summary.innerText()).toMatch(
      /^gup_fast pins a page that collapse_huge_page is replacing\. How the race happens/,
    );
    const link = await summary.getByRole('link').getAttribute('href');
    const told = await page.request.get(new URL(link!, site.address()).href);
    expect(await told.text()).toMatch(/^# `gup_fast` pins a page that khugepaged is replacing/);
    const other = await site.open('#peterson');
    await other.locator('.summary').getByRole('button', { name: 'Show the model' }).click();
    await other.locator('.listing').first().waitFor();
  });

  test('the arrows of the lanes have their legend, and only theirs', async () => {
    const race = await site.open('#gup-fast-vs-collapse');
    expect(await race.locator('.arrow-legend li').allInnerTexts()).toEqual([
      expect.stringContaining('nothing orders these two accesses'),
    ]);
    const late = await site.open('#gup-fast-vs-collapse?memory=tso');
    expect(await late.locator('.arrow-legend li').count()).toBe(2);
    await late.getByText('Fixed by').waitFor();
  });

  test('the state that violates an invariant is drawn, above the player', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_view=graph');
    await page.getByRole('img', { name: /state graph/ }).waitFor();
    await page.waitForTimeout(500);
    const red = await page.evaluate<number[]>(`(() => {
      const canvas = document.querySelector('.graph canvas');
      const [r, g, b] = getComputedStyle(canvas).getPropertyValue('--bad').match(/[0-9a-f]{2}/gi).map((n) => parseInt(n, 16));
      const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const rows = [];
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === r && data[at + 1] === g && data[at + 2] === b) rows.push(Math.floor(at / 4 / width));
      return rows;
    })()`);
    expect(red.length).toBeGreaterThan(80);
    const canvas = await boxOf(page, '.graph canvas');
    expect(canvas.top + Math.max(...red)).toBeLessThan((await boxOf(page, '.transport')).top);
  });
});

describeInBrowser('store buffers', () => {
  const site = useSite();

  test('appear with the names of the author, in every view', async () => {
    for (const view of ['trace', 'source', 'graph']) {
      const page = await site.open(`#ksm-vs-pin?memory=pso&_view=${view}`);
      await page.waitForTimeout(300);
      expect(await page.locator('body').innerText(), view).not.toMatch(/_buffer\d/);
    }
  });
});
