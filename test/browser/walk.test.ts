/** Walking: the email's race, there and back, elsewhere, on another variant, and from a link. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, position, shared, useSite, waitForVerdict } from './browser.ts';

const lanes = (page: Page) => page.getByRole('group', { name: 'Trace', exact: true });
const next = (page: Page) => page.getByRole('region', { name: 'Next steps' });

describeInBrowser('a walk', () => {
  const site = useSite();

  test("shows the email's race: lanes, what each step saw, the pairs that raced, and the harm", async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    expect(await lanes(page).locator('.head').allInnerTexts()).toEqual([
      'CPU 0 gup_fast',
      'CPU 1 collapse_huge_page',
    ]);
    expect(await lanes(page).locator('.row[data-step]').count()).toBe(21);
    expect(await lanes(page).locator('.row[data-step="5"] .cell').innerText()).toBe(
      'if (page_count(page) != 1)\nreads count[0] == 1: no',
    );
    expect(await lanes(page).locator('.row[data-step="6"] .cell').innerText()).toBe(
      'get_page_unless_zero(page)\ncount[0]: 1 → 2',
    );
    expect(await page.getByRole('region', { name: 'Races' }).getByRole('button').allInnerTexts()).toEqual([
      'gup_fast read pmd == table (step 2) before collapse_huge_page set it to none (step 4)',
      'collapse_huge_page read count[0] == 1 (step 5) before gup_fast took it from 1 to 2 (step 6)',
      'gup_fast read pte[0] == present (step 7) before collapse_huge_page set it to none (step 15)',
    ]);
    await expect.poll(() => page.locator('.arrows .race').count()).toBe(3);
    const harm = "gup_fast on CPU 0 holds page 0, but the address maps the huge page's copy";
    expect(await page.locator('.verdict .harm').innerText()).toBe(harm);
    expect(await page.locator('.lanes-end').innerText()).toBe(harm);
  });

  test('goes back and forth by keys, buttons, slider and row, and marks what changed', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    expect(await position(page)).toBe('0 / 21');
    await page.keyboard.press('End');
    expect(await position(page)).toBe('21 / 21');
    await page.keyboard.press('Home');
    expect(await position(page)).toBe('0 / 21');
    expect(await shared(page, 'count')).toBe('11');
    for (const key of ['ArrowRight', 'j', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight'])
      await page.keyboard.press(key);
    expect(await position(page)).toBe('6 / 21');
    expect(await shared(page, 'count')).toBe('121');
    expect(await page.locator('.state .changed').first().innerText()).toBe('12');
    await page.keyboard.press('ArrowLeft');
    expect(await shared(page, 'count')).toBe('11');
    await page.getByRole('slider', { name: 'step' }).fill('15');
    expect(await shared(page, 'pte')).toBe('presentnonepresent');
    await page.getByRole('button', { name: 'to the violation' }).click();
    expect(await position(page)).toBe('21 / 21');
    await lanes(page).locator('.row[data-step="4"]').click();
    expect(await position(page)).toBe('4 / 21');
    expect(await shared(page, 'pmd')).toBe('tablenone');
  });

  test('takes another step, whose lanes branch, and keeps the run that it leaves', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_at=5');
    const choices = next(page).getByRole('button');
    expect(await choices.count()).toBe(2);
    expect(await choices.first().getAttribute('aria-pressed')).toBe('true');
    await choices.filter({ hasText: 'trylock_page(page)' }).click();
    expect(await position(page)).toBe('6 / 6');
    expect(await lanes(page).locator('.row[data-step="6"] .text').innerText()).toBe('trylock_page(page)');
    await choices.filter({ hasText: 'get_page_unless_zero(page)' }).click();
    expect(await position(page)).toBe('7 / 7');
    await page.getByRole('button', { name: 'found run' }).click();
    await expect.poll(() => position(page)).toMatch(/ 21$/);
    await page.getByRole('button', { name: 'branch after step 5' }).click();
    expect(await lanes(page).locator('.row[data-step]').count()).toBe(7);
  });

  test('a variant that holds can be walked, too: until nothing can happen', async () => {
    const page = await site.open('#gup-fast-vs-collapse?flush=ipi');
    for (let steps = 1; steps < 100 && (await next(page).getByRole('button').count()) > 0; steps++) {
      await next(page).getByRole('button').first().click();
      await expect.poll(() => position(page)).toBe(`${steps} / ${steps}`);
    }
    await page.getByText('None: the run ends here.').waitFor();
    expect(await page.locator('.properties .bad').count()).toBe(0);
  });

  test('a link opens the very state: model, options, run, branch and place', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_at=5');
    await page.getByRole('group', { name: 'recheck-pte' }).locator('label', { hasText: 'off' }).click();
    await waitForVerdict(page, /violated after 20 steps/i);
    await page.getByRole('slider', { name: 'step' }).fill('5');
    await next(page).getByRole('button', { name: 'trylock_page(page)' }).click();
    await next(page).getByRole('button').first().click();
    await page.keyboard.press('ArrowLeft');
    const told = async (one: Page) => [
      await position(one),
      await lanes(one).innerText(),
      await one.getByRole('region', { name: 'State' }).innerText(),
      await next(one).innerText(),
    ];
    const before = await told(page);
    expect(before[0]).toBe('6 / 7');
    await expect.poll(() => page.url()).toContain('_run=');
    const other = await site.newPage();
    await other.goto(page.url());
    await waitForVerdict(other, /violated after 20 steps/i);
    expect(await told(other)).toEqual(before);
    await other.getByRole('button', { name: 'found run' }).waitFor();
  });

  test('a link of another model says so', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_run=000&_model=x');
    expect(await page.getByRole('alert').innerText()).toMatch(/model has changed since this link was made/);
    const none = await site.open('#gup-fast-vs-colapse?flush=ipi');
    expect(await none.getByRole('alert').innerText()).toMatch(/Unknown model 'gup-fast-vs-colapse'/);
    const unknown = await site.open('#gup-fast-vs-collapse?flush=ipo&cpus=1');
    expect(await unknown.getByRole('alert').innerText()).toMatch(/flush=ipo/);
  });

  test('a repaired variant follows the same schedule beside it, up to the step that it does not take', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    await page.getByRole('button', { name: 'sync-ipi' }).click();
    const beside = page.getByRole('group', { name: 'The same schedule on the other variant' });
    expect(await beside.locator('.row[data-step]').last().locator('.text').innerText()).toBe(
      'kick_all_cpus_sync()',
    );
    expect(await page.locator('.difference').innerText()).toMatch(
      /With sync-ipi on, step 5 is not possible: collapse_huge_page waits at 'csd_lock_wait\(csd\)'/,
    );
    await page.getByRole('button', { name: 'to the difference' }).click();
    expect(await position(page)).toBe('4 / 21');
    expect(page.url()).toContain('_beside=sync-ipi');
  });

  test('stores wait in their buffers: an arrow to where each reaches memory, and a list of those that wait', async () => {
    const page = await site.open('#gup-fast-vs-collapse?memory=tso&_at=4');
    await expect.poll(() => page.locator('.arrows .delay').count()).toBeGreaterThan(1);
    expect(await page.locator('.buffers').innerText()).toMatch(/pmdp_get_and_clear.*\(step 4\)/);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.buffers').count()).toBe(0);
  });

  test('the source marks the line of each CPU', async () => {
    const page = await site.open('#gup-fast-vs-collapse?_view=source&_at=5');
    const here = page.locator('.listing .here');
    expect(await here.locator('td:nth-child(2)').allInnerTexts()).toEqual(
      expect.arrayContaining(['get_page_unless_zero(page)', 'trylock_page(page)']),
    );
    expect(await here.first().locator('.meaning').innerText()).toContain('mem.count[addr]++');
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => here.first().locator('td:nth-child(2)').innerText())
      .toBe('if (pte_val(pte) != pte_val(*ptep))');
  });

  test('an expression is watched along the run, a state in which it is true is found, and the link holds it', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    const watch = page.getByRole('region', { name: 'Watch' });
    await watch.getByRole('textbox').fill('count[0] == 2 && pmd == none');
    await expect
      .poll(() => watch.getByRole('listitem').allInnerTexts())
      .toEqual(['0–5 false', '6–15 true', '16–21 false']);
    await watch.getByRole('button', { name: '6–15' }).click();
    expect(await position(page)).toBe('6 / 21');
    await watch.getByRole('textbox').fill('pmd == table && collapse_huge_page.result == aborted');
    await watch.getByRole('textbox').press('Enter');
    await expect.poll(() => position(page)).toBe('7 / 7');
    await expect.poll(() => page.url()).toContain('_watch=pmd');
    await watch.getByRole('textbox').fill('copied[0] && pte[0] == absent');
    await watch.getByText(/absent/).waitFor();
    await watch.getByRole('textbox').fill('count[1] == 2 && count[0] == 2');
    await watch.getByRole('button', { name: 'Find' }).click();
    await watch.getByText('No such state is reachable.').waitFor();
  });

  test('a variant that holds shows runs in which happens what must be possible', async () => {
    const page = await site.open('#gup-fast-vs-collapse?flush=ipi');
    await page.getByRole('button', { name: 'collapse fails', exact: true }).click();
    await expect.poll(() => shared(page, 'pmd')).toBe('nonetable');
  });

  test('a run is saved as SVG, text, Mermaid or ITF', async () => {
    const page = await site.open('#gup-fast-vs-collapse');
    const saved = async (format: string) => {
      const download = page.waitForEvent('download');
      await page.getByRole('combobox', { name: 'save this run' }).selectOption(format);
      const stream = await (await download).createReadStream();
      return Buffer.concat(await stream.toArray()).toString();
    };
    expect(await saved('SVG picture')).toMatch(/^<(\?xml|svg)[^]*pmdp_get_and_clear/);
    expect(await saved('plain text in 72 columns')).toMatch(/CPU 0[^]*get_page_unless_zero/);
    expect(await saved('Mermaid sequence diagram')).toMatch(/sequenceDiagram[^]*get_page_unless_zero/);
    expect((JSON.parse(await saved('ITF JSON of Apalache')) as { states: unknown[] }).states.length).toBe(22);
  });
});
