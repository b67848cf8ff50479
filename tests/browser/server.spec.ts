/** The live view goes on when the Jupyter server dies; without Galata, whose routes die with it. */

import { expect, test } from '@playwright/test';
import { killServer, savedWithJob, screenshot, stopAll } from './training';
import { linesIn, movesOn } from './view';

test.afterEach(async ({ request }) => { await stopAll(request); });

test('a Jupyter server that dies and comes back takes nothing away', async ({ page }) => {
  savedWithJob('server-restart', 90);
  // Without Galata the workspace is real: what another page had open would come back beside it.
  await page.goto('lab/tree/server-restart.ipynb?reset');
  const view = page.locator('.jp-OutputArea .jt-Job', { hasText: 'server-restart' });
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 60000 });
  await movesOn(view);
  const lines = await linesIn(view);
  killServer();
  await expect(view).toContainText('cannot be reached');
  await expect(view.locator('canvas').first()).toBeVisible();
  await screenshot(page, 'server-away-light');
  await expect(view).not.toContainText('cannot be reached', { timeout: 60000 });
  await movesOn(view);
  expect(await linesIn(view)).toBeGreaterThan(lines);
});
