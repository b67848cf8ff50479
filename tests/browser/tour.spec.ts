/** The pictures of the README: the digits notebook as its reader runs it, and what is a click away. */

import { expect, test } from '@jupyterlab/galata';
import { copyFileSync } from 'fs';
import { join } from 'path';
import { FOLDER, screenshot, stopAll } from './training';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';

const DIGITS = join(__dirname, '../../examples/digits');
/** The notebook's cells up to the one that trains, texts among them. */
const CELLS = 7;

async function run(page: IJupyterLabPageFixture, command: string, args: object = {}): Promise<void> {
  await page.evaluate(async ([id, given]) => {
    await window.jupyterapp.commands.execute(id as string, given as never);
  }, [command, args] as const);
}

/** The newest job of the list, once it has said so many losses. */
async function trained(page: IJupyterLabPageFixture, epochs: number): Promise<string> {
  const row = page.locator('.jt-Jobs [data-place="0"]');
  const lines = page.locator('.jt-Job .jt-Log-bar').first();
  await expect.poll(async () => parseInt(await lines.innerText(), 10), { timeout: 60000 })
    .toBeGreaterThanOrEqual(epochs);
  return (await row.getAttribute('data-job')) ?? '';
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('the notebook of the README trains, and its pictures are taken', async ({ page }) => {
  test.setTimeout(240000);
  await page.setViewportSize({ width: 1280, height: 800 });
  copyFileSync(join(DIGITS, 'digits.ipynb'), join(FOLDER, 'root', 'digits.ipynb'));
  await run(page, 'train:show-jobs');
  await run(page, 'docmanager:open', { path: 'digits.ipynb' });
  await expect(page.getByText('Python 3 (ipykernel) | Idle')).toBeVisible({ timeout: 60000 });
  for (let cell = 0; cell < CELLS; cell++) {
    await run(page, 'notebook:run-cell-and-select-next');
  }
  const view = page.locator('.jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 60000 });
  for (let frame = 0; frame < 8; frame++) {
    await trained(page, 5 + frame * 18);
    await view.evaluate(node => { node.scrollIntoView({ block: 'end' }); });
    await screenshot(page, `tour-notebook-${frame}`);
  }
  const job = await trained(page, 140);
  await page.theme.setDarkTheme();
  await run(page, 'train:open-job', { job });
  await expect(page.locator('.jt-JobTab canvas').first()).toBeVisible();
  await screenshot(page, 'tour-tab');
});
