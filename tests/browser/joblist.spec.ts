/** The list of jobs as people use it: progress, order, groups, away and back, narrow and wide. */

import { expect, test } from '@jupyterlab/galata';
import { FOLDER, screenshot, stopAll, train } from './training';
import { writeFileSync } from 'fs';
import { join } from 'path';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Trains so many steps of a tenth of a second, and says how far it is. */
function counting(steps: number): string {
  return `
import math, time
for step in range(1, ${steps} + 1):
    print(f"step {step}/${steps} loss={math.exp(-step / 60):.5f}", flush=True)
    time.sleep(0.1)
`;
}

/** Start jobs as from a terminal. */
function started(steps: number, ...names: string[]): void {
  const file = join(FOLDER, 'root', `${names[0]}.py`);
  writeFileSync(file, counting(steps));
  for (const name of names) {
    train('run', file, '--name', name, '--metric', 'loss=loss=([0-9.]+)', '--no-wait');
  }
}

async function openJobs(page: IJupyterLabPageFixture, args: object = {}): Promise<Locator> {
  await page.evaluate(async given => {
    await window.jupyterapp.commands.execute('train:show-jobs', given as never);
  }, args);
  const panel = page.locator('.jt-Jobs');
  await expect(panel).toBeVisible();
  return panel;
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('a job says how far it is in the list, its tab and the popup', async ({ page }) => {
  started(1200, 'far');
  const row = (await openJobs(page)).locator('[data-job="far"]');
  await expect(row).toContainText(/\d+ % · about \d/, { timeout: 60000 });
  await expect(row.getByRole('progressbar')).toHaveAttribute('aria-label', /of 1200 steps/);
  await expect(row.getByRole('img', { name: /loss from 0.9/ })).toBeVisible();
  await row.locator('.jt-JobList-name').click();
  await expect(page.locator('.jt-JobTab .jt-Progress')).toContainText(/\d+ % · about \d/);
  await page.locator('.jt-Running button').click();
  const popup = page.getByRole('dialog', { name: 'Training jobs that run' });
  await expect(popup.getByRole('progressbar')).toHaveAttribute('aria-label', /of 1200 steps/);
  await screenshot(page, 'progress-light');
});
