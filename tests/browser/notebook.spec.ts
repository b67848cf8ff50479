/** The live view in a notebook goes on whatever happens to kernel and page. */

import { expect, galata, test } from '@jupyterlab/galata';
import { writeFileSync } from 'fs';
import { join } from 'path';
import { cell, FOLDER, notebook, screenshot, stopAll } from './training';
import { atRest, linesIn, movesOn, painted, reloaded } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Holds the interpreter, as training code does, until a file says that it may go on. */
function busyUntil(file: string): string {
  return `import os\nwhile not os.path.exists(${JSON.stringify(file)}):\n    sum(range(10**7))\n`;
}

/** Open a notebook in the root folder: the file browser is in one of the journey's own. */
async function open(page: IJupyterLabPageFixture, path: string): Promise<void> {
  await page.evaluate(async file => {
    await window.jupyterapp.commands.execute('docmanager:open', { path: file });
  }, path);
  await page.notebook.activate(path);
}

/** Open a notebook that trains, and run its cells; returns the live view under the second. */
async function training(page: IJupyterLabPageFixture, job: string, time: number): Promise<Locator> {
  const cells = ['%load_ext jupyter_train', cell(job, time), busyUntil(join(FOLDER, job))];
  const path = `${job}.ipynb`;
  // typed into a cell, a script would be indented once more by the editor
  await galata.newContentsHelper(page.request).uploadContent(notebook(cells), 'text', path);
  await open(page, path);
  await page.notebook.runCell(0);
  await page.notebook.runCell(1);
  const view = page.locator('.jp-OutputArea .jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible();
  await expect(view).toContainText('Training');
  return view;
}

/** Run the cell that keeps the kernel busy; returns what lets it go. */
async function occupied(page: IJupyterLabPageFixture, job: string): Promise<() => void> {
  await page.notebook.runCell(2, { inplace: true, wait: false });
  await expect(page.locator('.jp-InputPrompt', { hasText: '[*]' })).toBeVisible();
  return () => { writeFileSync(join(FOLDER, job), ''); };
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('the curve moves while the kernel is busy', async ({ page }) => {
  const view = await training(page, 'busy-kernel', 60);
  const letGo = await occupied(page, 'busy-kernel');
  await movesOn(view);
  await movesOn(view);
  await expect(page.locator('.jp-InputPrompt', { hasText: '[*]' })).toBeVisible();
  await screenshot(page, 'notebook-light');
  letGo();
  await expect(page.locator('.jp-InputPrompt', { hasText: '[*]' })).toHaveCount(0);
});

test('the view is there again after a reload while the kernel is busy', async ({ page }) => {
  const before = await training(page, 'page-reload', 90);
  const letGo = await occupied(page, 'page-reload');
  await page.notebook.save();
  const lines = await linesIn(before);
  await reloaded(page);
  await open(page, 'page-reload.ipynb');
  const view = page.locator('.jp-OutputArea .jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 30000 });
  await expect.poll(() => linesIn(view)).toBeGreaterThanOrEqual(lines);
  await movesOn(view);
  letGo();
});

test('a restarted kernel takes nothing away', async ({ page }) => {
  const view = await training(page, 'kernel-restart', 60);
  const lines = await linesIn(view);
  await page.evaluate(() => { void window.jupyterapp.commands.execute('kernelmenu:restart'); });
  await page.locator('.jp-Dialog .jp-mod-warn').click();
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  await movesOn(view);
  expect(await linesIn(view)).toBeGreaterThan(lines);
  await expect(view).toContainText('Training');
});

test('a job is stopped under its cell, and keeps its curve', async ({ page }) => {
  const view = await training(page, 'stopped', 60);
  await view.getByRole('button', { name: 'Stop' }).click();
  await expect(view.locator('.jt-Status')).toContainText('Stopped', { timeout: 30000 });
  await expect(view.getByRole('button', { name: 'Stop' })).toBeHidden();
  await expect(view.locator('canvas').first()).toBeVisible();
});

test('the dark theme repaints the curve', async ({ page }) => {
  const view = await training(page, 'dark-theme', 60);
  await view.getByRole('button', { name: 'Stop' }).click();
  await expect(view.locator('.jt-Status')).toContainText('Stopped', { timeout: 30000 });
  const light = await atRest(view);
  await page.theme.setDarkTheme();
  await expect.poll(() => painted(view)).not.toBe(light);
  await screenshot(page, 'notebook-dark');
});
