/** Notebook 7 shows the same live view. */

import { expect, test } from '@playwright/test';
import { writeFileSync } from 'fs';
import { join } from 'path';
import { FOLDER, linesIn, screenshot, script, train } from './training';

test('Notebook 7 draws a job that a saved notebook names', async ({ page }) => {
  const file = join(FOLDER, 'root', 'seven.py');
  writeFileSync(file, script(30));
  train('run', file, '--name', 'seven', '--metric', 'loss= loss=([0-9.]+)', '--no-wait');
  writeFileSync(join(FOLDER, 'root', 'seven.ipynb'), JSON.stringify(notebook('seven')));
  await page.goto('notebooks/seven.ipynb');
  const view = page.locator('.jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 60000 });
  const lines = await linesIn(view);
  await expect.poll(() => linesIn(view)).toBeGreaterThan(lines);
  await screenshot(page, 'notebook7-light');
});

function notebook(job: string): object {
  const data = {
    'application/vnd.jupyter-train.job+json': { job, version: 1 },
    'text/plain': `training job ${job}`
  };
  const cell = {
    cell_type: 'code',
    execution_count: 1,
    id: 'view',
    metadata: {},
    outputs: [{ output_type: 'display_data', data, metadata: {} }],
    source: '# trained elsewhere'
  };
  const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' };
  return { cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}
