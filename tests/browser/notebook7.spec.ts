/** Notebook 7 shows the same live view, and the list of jobs. */

import { expect, test } from '@playwright/test';
import { writeFileSync } from 'fs';
import { join } from 'path';
import { FOLDER, linesIn, METRICS, notebook, screenshot, script, stopAll, train } from './training';

test.afterEach(async ({ request }) => { await stopAll(request); });

test('Notebook 7 draws a job that a saved notebook names', async ({ page }) => {
  const file = join(FOLDER, 'root', 'seven.py');
  writeFileSync(file, script(60));
  train('run', file, '--name', 'seven', '--metric', `loss=${METRICS.loss}`, '--no-wait');
  const saved = notebook(['# trained elsewhere'], 'seven');
  writeFileSync(join(FOLDER, 'root', 'seven.ipynb'), saved);
  await page.goto('notebooks/seven.ipynb');
  const view = page.locator('.jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 60000 });
  const lines = await linesIn(view);
  await expect.poll(() => linesIn(view)).toBeGreaterThan(lines);
  await screenshot(page, 'notebook7-light');
  await page.getByRole('menuitem', { name: 'Training' }).click();
  await page.getByRole('menuitem', { name: 'Show Training Jobs' }).click();
  await expect(page.locator('.jt-Jobs [data-job="seven"]')).toContainText('Training');
  await screenshot(page, 'notebook7-jobs-light');
});
