/** The list of jobs as people use it: progress, order, groups, away and back, narrow and wide. */

import { expect, test } from '@jupyterlab/galata';
import { writeFileSync } from 'fs';
import { join } from 'path';
import { counting, FOLDER, screenshot, startedCounting as started, stopAll, train } from './training';
import { reloaded, setting } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

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

test('what trains is stopped above the status bar, in the running panel, and many at once', async ({
  page
}) => {
  started(1200, 'stop-a', 'stop-b', 'stop-c', 'stop-d');
  const panel = await openJobs(page);
  await panel.getByRole('searchbox').fill('stop-');
  await expect(panel.getByText('Training', { exact: true })).not.toHaveCount(0);
  await page.locator('.jt-Running button').click();
  const popup = page.getByRole('dialog', { name: 'Training jobs that run' });
  const time = popup.locator('.jt-Elapsed').first();
  const before = await time.innerText();
  await expect(time).not.toHaveText(before);
  await popup.getByRole('button', { name: 'Stop stop-a' }).click();
  await page.keyboard.press('Escape');
  await expect(panel.locator('[data-job="stop-a"]')).toContainText('Stopped', { timeout: 60000 });

  await panel.getByRole('checkbox', { name: 'Select stop-b' }).check();
  await panel.getByRole('checkbox', { name: 'Select stop-c' }).check();
  const selected = panel.getByRole('group', { name: 'Selected jobs' });
  await selected.getByRole('button', { name: 'Stop' }).click();
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByText('Stopped')).toHaveCount(3, { timeout: 60000 });

  await page.sidebar.openTab('jp-running-sessions');
  const section = page.getByRole('region', { name: 'Training jobs Section' });
  await expect(section.getByRole('treeitem', { name: /stop-d Training · \d+ %/ })).toBeVisible();
  await screenshot(page, 'running-light');
  const toolbar = page.getByRole('toolbar', { name: 'Training jobs toolbar' });
  await toolbar.getByRole('button', { name: 'Stop All' }).click();
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Stop All' }).click();
  await openJobs(page);
  await expect(panel.getByText('Stopped')).toHaveCount(4, { timeout: 60000 });
});

async function inTheme(page: IJupyterLabPageFixture, name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await (theme === 'dark' ? page.theme.setDarkTheme() : page.theme.setLightTheme());
    await screenshot(page, `${name}-${theme}`);
  }
}

test('the list is read in a narrow side bar, and as a table on a wide screen', async ({ page }) => {
  started(600, 'a-long-name-of-a-table-job-that-does-not-fit');
  started(20, 'table-a', 'table-b', 'table-c');
  const panel = await openJobs(page);
  await panel.getByRole('searchbox').fill('table-');
  await expect(panel.getByText('Completed')).toHaveCount(3, { timeout: 60000 });
  // narrower than JupyterLab lets its side bar be
  const style = await page.addStyleTag({ content: '.jt-Jobs { max-width: 200px }' });
  await expect(panel.getByRole('columnheader')).toHaveCount(0);
  const long = panel.locator('[data-job^="a-long-name"] .jt-JobList-name');
  expect(await long.innerText()).toBe('a-long-name-of-a-table-job-that-does-not-fit');
  const isCut = (node: Element): boolean => node.scrollWidth > node.clientWidth;
  expect(await long.locator('.jt-mod-start').evaluate(isCut)).toBe(true);
  expect(await long.evaluate(isCut)).toBe(false); // its end is there
  await inTheme(page, 'list-200');
  await style.evaluate(node => { (node as Element).remove(); });
  await page.setViewportSize({ width: 2000, height: 900 });
  await panel.getByRole('button', { name: 'As table, or as list' }).click();
  await expect(page.locator('#jp-main-dock-panel .jt-Jobs')).toBeVisible();
  const heading = panel.getByRole('columnheader', { name: 'Name' });
  await heading.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(heading).toHaveAttribute('aria-sort', 'ascending');
  await expect(panel.locator('[data-place="0"]')).toContainText('a-long-name');
  await page.keyboard.press('Enter');
  await expect(heading).toHaveAttribute('aria-sort', 'descending');
  await expect(panel.locator('[data-place="0"]')).toContainText('table-c');
  await inTheme(page, 'list-2000');
  await panel.getByRole('button', { name: 'As table, or as list' }).click();
  await expect(page.locator('#jp-main-dock-panel .jt-Jobs')).toHaveCount(0);
});

test('groups that are closed, and the order, are as they were after a reload', async ({ page }) => {
  started(1, 'group-a', 'group-b');
  let panel = await openJobs(page);
  await panel.getByRole('searchbox').fill('group-');
  await expect(panel.getByText('Completed')).toHaveCount(2, { timeout: 60000 });
  await panel.getByLabel('Group jobs by').selectOption('script');
  await panel.getByLabel('Sort jobs by').selectOption('name');
  const saved = page.waitForRequest(request => {
    return request.method() === 'PUT' && (request.postData() ?? '').includes('group-a.py');
  });
  await panel.locator('[data-place="0"]').click();
  await expect(panel.locator('[data-place="0"]')).toHaveAttribute('aria-expanded', 'false');
  await saved;
  await reloaded(page);
  panel = await openJobs(page);
  await panel.getByRole('searchbox').fill('group-');
  await expect(panel.getByRole('row', { expanded: false })).toContainText('group-a.py');
  await expect(panel.getByLabel('Sort jobs by')).toHaveValue('name');
});

test('where the keyboard is, it stays while jobs come, and what is set holds at once', async ({
  page
}) => {
  started(1, 'stays');
  const panel = await openJobs(page);
  await panel.getByRole('searchbox').fill('stays');
  const row = panel.locator('[data-job="stays"]');
  await row.focus();
  started(1, 'stays-after');
  await expect(row).toHaveAttribute('data-place', '1', { timeout: 60000 });
  await expect(row).toBeFocused();
  await page.keyboard.press('Space');
  await expect(row).toHaveAttribute('aria-selected', 'true');

  await openJobs(page, { asTable: true });
  await setting(page, 'columns', ['status', 'name']);
  await setting(page, 'sort', 'name');
  const headings = panel.getByRole('columnheader');
  await expect(headings).toHaveText(['', 'Status', 'Name', '']);
  await expect(row).toHaveAttribute('data-place', '0');
});

test('jobs are compared: what differs, where they came to, curves in one chart', async ({ page }) => {
  const file = join(FOLDER, 'root', 'compare.py');
  writeFileSync(file, counting(30));
  for (const rate of ['0.1', '0.2']) {
    const more = ['-p', `lr=${rate}`, '-p', 'width=64'];
    const metric = ['--metric', 'loss=loss=([0-9.]+)', '--no-wait'];
    train('run', file, '--name', `lr-${rate.slice(2)}`, ...more, ...metric);
  }
  const panel = await openJobs(page);
  await panel.getByRole('searchbox').fill('lr-');
  await expect(panel.getByText('Completed')).toHaveCount(2, { timeout: 60000 });
  await panel.getByRole('checkbox', { name: 'Select lr-1' }).check();
  await panel.getByRole('checkbox', { name: 'Select lr-2' }).check();
  const saved = page.waitForRequest(request => {
    return request.method() === 'PUT' && (request.postData() ?? '').includes('jupyter-train-compare:');
  });
  await panel.getByRole('button', { name: 'Compare' }).click();
  const tab = page.locator('.jt-Comparison');
  await expect(tab.getByRole('row', { name: /^lr 0/ })).toContainText('0.2');
  await expect(tab.getByRole('row', { name: /^width/ })).toHaveCount(0);
  await expect(tab.getByRole('row', { name: /loss, best/ })).toContainText('0.6065');
  await expect(tab.locator('canvas')).toHaveCount(1);
  await inTheme(page, 'compare');
  await tab.getByLabel('Only differences').uncheck();
  await expect(tab.getByRole('row', { name: /^width/ })).toBeVisible();
  const download = page.waitForEvent('download');
  await tab.getByRole('button', { name: 'Save as CSV' }).click();
  expect((await download).suggestedFilename()).toBe('comparison.csv');
  await saved;
  await reloaded(page);
  await expect(tab.locator('canvas')).toHaveCount(1);
});
