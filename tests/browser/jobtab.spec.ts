/** What can be done in the tab of a job. */

import { expect, test } from '@jupyterlab/galata';
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { FOLDER, screenshot, stopAll, train } from './training';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Prints two losses of which one is no number for a while. */
const NOISY = `
import math, random, time
for step in range(200):
    train, valid = math.exp(-step / 60) + 0.1 * random.random(), math.exp(-step / 80)
    shown = "nan" if 90 < step < 100 else f"{valid:.5f}"
    print(f"step={step} train_loss={train:.5f} val_loss={shown} accuracy={1 - valid:.5f}", flush=True)
    time.sleep(0.01)
`;

/** Start a job with metrics as `name=value`. */
function started(name: string, source: string, ...metrics: string[]): void {
  const path = join(FOLDER, 'root', `${name}.py`);
  writeFileSync(path, source);
  const definitions = metrics.flatMap(metric => {
    return ['--metric', `${metric}=${metric}=([-+0-9.a-z]+)`];
  });
  train('run', path, '--name', name, '--no-wait', ...definitions);
}

/** Open the tab of a job that is about to end. */
async function opened(page: IJupyterLabPageFixture, job: string): Promise<Locator> {
  await page.evaluate(name => window.jupyterapp.commands.execute('train:open-job', { job: name }), job);
  const tab = page.locator(`.jt-JobTab[data-job="${job}"]`);
  await expect(tab.locator('.jt-Status')).toContainText('Completed', { timeout: 30000 });
  return tab;
}

async function saved(page: IJupyterLabPageFixture, chart: Locator, kind: string): Promise<Buffer> {
  await chart.locator('summary').click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    chart.getByRole('button', { name: `Save as ${kind}` }).click()
  ]);
  return readFileSync((await file.path()) ?? '');
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('curves are smoothed, turned, zoomed by keys, held, and saved', async ({ page }) => {
  started('curves', NOISY, 'train_loss', 'val_loss', 'accuracy');
  const tab = await opened(page, 'curves');
  const chart = tab.locator('.jt-Chart').first();
  await expect(chart.locator('canvas')).toBeVisible();
  await tab.getByLabel('Smoothing').fill('0.9');
  await screenshot(page, 'curves-light');

  await chart.locator('.jt-Chart-plot').focus();
  await page.keyboard.press('ArrowRight');
  await expect(chart.locator('tbody tr').first().locator('td').last()).toHaveText('0');
  await page.keyboard.press('Enter');
  await expect(tab.locator('.jt-Moment-log')).toContainText('step=0 ');
  await screenshot(page, 'moment-light');
  await tab.locator('.jt-Moment').getByRole('button', { name: 'Close' }).click();
  await chart.locator('.jt-Chart-plot').focus();
  await page.keyboard.press('+');
  await expect(chart.getByRole('button', { name: 'Show all' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chart.getByRole('button', { name: 'Show all' })).toBeHidden();

  const box = await chart.locator('.u-over').boundingBox();
  await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 50);
  await page.mouse.down();
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 60, { steps: 3 });
  await page.mouse.up();
  await expect(chart.getByRole('button', { name: 'Show all' })).toBeVisible();

  await tab.locator('.jt-CurveBar').getByLabel('Over').selectOption('relative');
  await expect(chart.locator('thead')).toContainText('Second');
  await tab.locator('.jt-CurveBar').getByLabel('Over').selectOption('step');
  await tab.getByRole('button', { name: 'Pause' }).click();
  const table = (await saved(page, chart, 'CSV')).toString();
  expect(table.split('\n').slice(0, 1)).toEqual(['Step,train_loss,val_loss']);
  expect(table).toContain('NaN');
  expect((await saved(page, chart, 'SVG')).toString()).toContain('</svg>');
  expect((await saved(page, chart, 'PNG')).subarray(1, 4).toString()).toBe('PNG');
  await page.theme.setDarkTheme();
  await screenshot(page, 'curves-dark');
});

/** More lines than a page holds, with a needle at the beginning. */
const LONG = `
print("ERROR: the needle")
for block in range(60):
    print("\\n".join(f"line {block * 1000 + n} of many" for n in range(1000)), flush=True)
print("WARNING: almost done")
`;

test('a match is found far above what is shown, and the way back leads to the end', async ({
  page
}) => {
  started('long-log', LONG);
  const tab = await opened(page, 'long-log');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  const log = tab.locator('.jt-Log');
  await expect(log).toContainText('almost done');
  await tab.getByRole('searchbox').fill('NEEDLE');
  await expect(tab.locator('.jt-LogSearch-bar')).toContainText('1 in the log');
  await tab.getByRole('searchbox').press('Enter');
  await expect(log.locator('.jt-mod-current')).toHaveText('ERROR: the needle');
  await expect(tab.locator('.jt-LogSearch-bar')).toContainText('1 of 1');
  await tab.getByRole('button', { name: 'Times' }).click();
  await screenshot(page, 'log-light');
  await tab.getByRole('button', { name: 'Follow' }).click();
  await expect(log).toContainText('almost done');
  await tab.getByLabel('Levels').selectOption('Warnings and errors');
  await expect(log.getByText('line 59999 of many')).toBeHidden();
  await expect(log.getByText('almost done')).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    tab.getByRole('button', { name: 'Download' }).click()
  ]);
  const text = readFileSync((await file.path()) ?? '', 'utf-8');
  expect(text.split('\n').filter(line => line.startsWith('line '))).toHaveLength(60000);
  await page.theme.setDarkTheme();
  await tab.getByLabel('Levels').selectOption('All levels');
  await screenshot(page, 'log-dark');
});
