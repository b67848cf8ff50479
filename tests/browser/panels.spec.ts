/** From the launch form to the model on disk, in the panels alone. */

import { expect, galata, test } from '@jupyterlab/galata';
import { readFileSync } from 'fs';
import { METRICS, screenshot, script, stopAll, train } from './training';
import { reloaded } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

async function put(page: IJupyterLabPageFixture, name: string, text: string): Promise<void> {
  const contents = galata.newContentsHelper(page.request);
  await contents.uploadContent(text, 'text', name);
}

async function form(page: IJupyterLabPageFixture): Promise<Locator> {
  await page.evaluate(() => window.jupyterapp.commands.execute('train:launch', { path: '' }));
  const found = page.locator('.jt-Form');
  await expect(found).toBeVisible();
  return found;
}

/** The layout is saved a while after its last change: with the jobs in the side bar, and a tab. */
async function layoutSaved(page: IJupyterLabPageFixture, job: string): Promise<void> {
  await page.waitForRequest(request => {
    const text = request.method() === 'PUT' ? (request.postData() ?? '') : '';
    return text.includes(job) && /"current":\s*"jt-jobs"/.test(text);
  });
}

async function openJobs(page: IJupyterLabPageFixture): Promise<Locator> {
  await page.evaluate(() => window.jupyterapp.commands.execute('train:show-jobs'));
  const panel = page.locator('.jt-Jobs');
  await expect(panel).toBeVisible();
  return panel;
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('a script becomes a job, a curve, a log and a model', async ({ page }) => {
  await put(page, 'launch_me.py', script(4));
  const launch = await form(page);
  await launch.getByLabel('Script', { exact: true }).fill('launch_me.py');
  await launch.getByLabel('Job name').fill('launched');
  await launch.getByLabel('Metrics in the log 1: name').fill('loss');
  await launch.getByLabel('Metrics in the log 1: regular').fill(METRICS.loss);
  await screenshot(page, 'launch-light');
  await launch.getByRole('button', { name: 'Start training' }).click();

  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Completed', { timeout: 60000 });
  await expect(tab.locator('canvas').first()).toBeVisible();
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('step=39');
  await tab.getByRole('tab', { name: 'Facts', exact: true }).click();
  await expect(tab.locator('.jt-Facts')).toContainText('sagemaker_program');
  await tab.getByRole('tab', { name: 'Artifacts' }).click();
  await tab.getByRole('treeitem', { name: 'model.tar.gz' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    tab.getByRole('link', { name: 'Download' }).click()
  ]);
  const bytes = readFileSync((await download.path()) ?? '');
  expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
});

test('a refusal is shown at its field, and nothing is created', async ({ page }) => {
  await put(page, 'fine.py', 'print(1)');
  const launch = await form(page);
  await launch.getByLabel('Script', { exact: true }).fill('absent.py');
  await launch.getByRole('button', { name: 'Start training' }).click();
  await expect(launch.getByRole('alert')).toContainText('There is no script absent.py');
  await launch.getByLabel('Script', { exact: true }).fill('fine.py');
  await launch.getByLabel('Job name').fill('no spaces allowed');
  await launch.getByRole('button', { name: 'Start training' }).click();
  await expect(launch.getByLabel('Job name')).toHaveAttribute('aria-invalid', 'true');
  await screenshot(page, 'refusal-light');
  expect(train('ps', '--json')).not.toContain('no spaces');
});

test('the list shows a running job, and stops it', async ({ page }) => {
  await put(page, 'long.py', script(120));
  const launch = await form(page);
  await launch.getByLabel('Script', { exact: true }).fill('long.py');
  await launch.getByLabel('Job name').fill('long-one');
  await launch.getByLabel('Metrics in the log 1: name').fill('loss');
  await launch.getByLabel('Metrics in the log 1: regular').fill(METRICS.loss);
  await launch.getByRole('button', { name: 'Start training' }).click();
  const jobs = await openJobs(page);
  const row = jobs.locator('[data-job="long-one"]');
  await expect(row).toContainText('Training');
  await expect(row).toContainText(/loss 0\.\d/);
  await expect(page.locator('.jt-Running')).toContainText(/\d training/);
  await screenshot(page, 'jobs-light');
  await page.locator('.jt-Running button').click();
  const popup = page.getByRole('dialog', { name: 'Training jobs that run' });
  await expect(popup).toContainText('long-one');
  await screenshot(page, 'popup-light');
  await page.keyboard.press('Escape');
  await expect(popup).toHaveCount(0);
  await row.getByRole('button', { name: 'Stop long-one' }).click();
  await expect(row).toContainText('Stopped', { timeout: 30000 });
  await expect(page.getByText('long-one stopped')).toHaveCount(1);
});

test('the list is used from the keyboard and narrowed by words', async ({ page }) => {
  await put(page, 'short.py', 'print(1)');
  for (const name of ['keys-a', 'keys-b']) {
    const launch = await form(page);
    await launch.getByLabel('Script', { exact: true }).fill('short.py');
    await launch.getByLabel('Job name').fill(name);
    await launch.getByRole('button', { name: 'Start training' }).click();
    await expect(page.locator('.jt-JobTab-name:visible')).toHaveText(name);
  }
  const jobs = await openJobs(page);
  await jobs.getByRole('searchbox').fill('keys-');
  const row = (place: number): Locator => jobs.locator(`[data-place="${place}"]`);
  await expect(jobs.getByRole('row')).toHaveCount(2);
  await row(0).focus();
  await page.keyboard.press('ArrowDown');
  await expect(row(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.jt-JobTab-name:visible')).toHaveText('keys-a');

  await expect(jobs.getByText('Completed')).toHaveCount(2);
  await jobs.getByLabel('Group jobs by').selectOption('status');
  await expect(row(0)).toHaveAttribute('aria-expanded', 'true');
  await row(0).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(jobs.getByRole('row')).toHaveCount(1);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+a');
  await expect(jobs.getByText('2 selected')).toBeVisible();
  await screenshot(page, 'selected-light');
  await jobs.getByRole('button', { name: 'Tag' }).click();
  await page.locator('.jp-Dialog').getByRole('textbox').fill('team=vision');
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Tag' }).click();
  await expect(jobs.getByText('team=vision')).toHaveCount(2);
  await row(1).focus();
  await page.keyboard.press('Delete');
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(jobs.locator('[data-job^="keys-"]')).toHaveCount(0);
});

test('tabs and panel are back after a reload', async ({ page }) => {
  await put(page, 'short.py', 'print(1)');
  const launch = await form(page);
  await launch.getByLabel('Script', { exact: true }).fill('short.py');
  await launch.getByLabel('Job name').fill('come-back');
  await launch.getByRole('button', { name: 'Start training' }).click();
  await expect(page.locator('.jt-JobTab-name:visible')).toHaveText('come-back');
  const saved = layoutSaved(page, 'come-back');
  await openJobs(page);
  await saved;
  await reloaded(page);
  await expect(page.locator('.jt-JobTab-name', { hasText: 'come-back' })).toBeAttached();
  await expect(page.locator('.jt-Jobs')).toBeVisible();
});

test('markup and escapes in names and lines are shown as text', async ({ page }) => {
  const line = '<img src=x onerror="document.title=1"> \\x1b[31mred\\x1b[0m \\x1b]0;owned\\x07 loss=0.5';
  await put(page, 'markup.py', `print('${line.replace(/"/g, '\\x22')}', flush=True)\n`);
  const launch = await form(page);
  await launch.getByLabel('Script', { exact: true }).fill('markup.py');
  await launch.getByLabel('Job name').fill('markup');
  await launch.getByLabel('Hyperparameters 1: name').fill('<b>bold</b>');
  await launch.getByLabel('Hyperparameters 1: value').fill('<script>document.title=2</script>');
  await launch.getByLabel('Metrics in the log 1: name').fill('<i>loss</i>');
  await launch.getByLabel('Metrics in the log 1: regular').fill('loss=([0-9.]+)');
  await launch.getByRole('button', { name: 'Start training' }).click();
  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText(/Completed|Failed/, { timeout: 60000 });
  await expect(tab.locator('.jt-Curves')).toContainText('<i>loss</i>');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('<img src=x onerror=');
  await expect(tab.locator('.jt-Log')).not.toContainText('owned\u0007');
  await screenshot(page, 'markup-light');
  await tab.getByRole('tab', { name: 'Facts', exact: true }).click();
  await expect(tab.locator('.jt-Facts')).toContainText('<b>bold</b>');
  const jobs = await openJobs(page);
  await expect(jobs.locator('[data-job="markup"]')).toContainText('<i>loss</i> 0.5');
  expect(await page.locator(':is(.jt-JobTab, .jt-Jobs) :is(img, b, i, script)').count()).toBe(0);
  expect(await page.title()).not.toMatch(/^[12]$/);
});
