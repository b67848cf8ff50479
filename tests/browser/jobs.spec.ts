/** What is done with jobs once they are there: looked through, deleted, outlived by their manager. */

import { expect, test } from '@jupyterlab/galata';
import { killManager, savedScript, screenshot, stopAll, train } from './training';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Start a job as from a terminal, and open its tab. */
async function started(
  page: IJupyterLabPageFixture,
  job: string,
  seconds: number
): Promise<Locator> {
  train('run', savedScript(job, seconds), '--name', job, '--no-wait');
  await page.evaluate(async name => {
    await window.jupyterapp.commands.execute('train:open-job', { job: name });
  }, job);
  return page.locator('.jt-JobTab');
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('a word in the search box leaves the lines that have it, also new ones', async ({ page }) => {
  const tab = await started(page, 'searched', 8);
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('step=12 ');
  await tab.getByRole('searchbox').fill('STEP=7');
  await expect(tab.locator('.jt-Log')).not.toContainText('step=12 ');
  await expect(tab.locator('.jt-Log')).toContainText('step=79 ', { timeout: 30000 });
  await expect(tab.locator('.jt-Log-bar').first()).toContainText('11 lines');
  await tab.getByRole('searchbox').fill('');
  await expect(tab.locator('.jt-Log')).toContainText('step=12 ');
});

test('a job is deleted after asking, and its tab keeps what was known', async ({ page }) => {
  const tab = await started(page, 'deleted', 1);
  await expect(tab.locator('.jt-Status')).toContainText('Completed', { timeout: 60000 });
  await page.evaluate(() => window.jupyterapp.commands.execute('train:show-jobs'));
  const row = page.locator('.jt-Jobs [data-job="deleted"]');
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete Training Job' }).click();
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(row).toBeVisible();
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete Training Job' }).click();
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(row).toHaveCount(0);
  await expect(tab).toContainText('This training job was deleted');
  await expect(tab.locator('.jt-Status')).toContainText('Completed');
  await screenshot(page, 'deleted-light');
});

test('a manager that is killed under an open page takes nothing away', async ({ page }) => {
  const tab = await started(page, 'orphaned', 120);
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  const lines = async (): Promise<number> => {
    return Number(/(\d+) line/.exec(await tab.locator('.jt-Log-bar').innerText())?.[1] ?? 0);
  };
  await expect.poll(lines).toBeGreaterThan(10);
  const before = await lines();
  killManager();
  await expect.poll(lines, { timeout: 60000 }).toBeGreaterThan(before + 50);
  await expect(tab.locator('.jt-Status')).toContainText('Training');
  const steps = await tab.locator('.jt-Log-block').allInnerTexts();
  const seen = [...steps.join('\n').matchAll(/step=(\d+)/g)].map(each => Number(each[1]));
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => at));
});
