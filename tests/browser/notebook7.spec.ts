/** Notebook 7 shows the same live view, and the list of jobs. */

import { expect, test } from '@playwright/test';
import { savedWithJob, screenshot, stopAll } from './training';
import { movesOn } from './view';

test.afterEach(async ({ request }) => { await stopAll(request); });

test('Notebook 7 draws a job that a saved notebook names, and lists it', async ({ page }) => {
  savedWithJob('seven', 60);
  await page.goto('notebooks/seven.ipynb');
  const view = page.locator('.jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 60000 });
  await movesOn(view);
  await screenshot(page, 'notebook7-light');
  await page.getByRole('menuitem', { name: 'Training' }).click();
  await page.getByRole('menuitem', { name: 'Show Training Jobs' }).click();
  await expect(page.locator('.jt-Jobs [data-job="seven"]')).toContainText('Training');
  await screenshot(page, 'notebook7-jobs-light');
});
