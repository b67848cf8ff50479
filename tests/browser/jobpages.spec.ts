/** The pages of a job's tab beside curves and log: overview, media, files, source. */

import { expect, test } from '@jupyterlab/galata';
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { FOLDER, screenshot, stopAll, train } from './training';
import { seriousIn } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Leaves files of all kinds, shows media, and waits to be told to end. */
const MAKER = `
import json, math, os, time
from pathlib import Path
from jupyter_train_toolkit import log_histogram, log_image, log_table, log_text

model, live = Path(os.environ["SM_MODEL_DIR"]), Path(os.environ["SM_OUTPUT_INTERMEDIATE_DIR"])
(model / "layers").mkdir(exist_ok=True)
(model / "layers" / "weights.txt").write_text("0.5 0.25\\n" * 20)
(model / "config.json").write_text(json.dumps({"layers": [64, 32], "act": "relu"}))
(live / "predictions.csv").write_text('name,score\\n"Doe, Ann",0.9\\nBob,0.4\\n')
(live / "drawing.svg").write_text(
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60">'
    '<script>document.title = "broken in"</script><circle cx="30" cy="30" r="25"/></svg>'
)
(live / "markup.html").write_text("<img src=x onerror=alert(1)> is text")
import numpy as np
rows = np.linspace(0, 1, 48)[:, None] * np.ones((48, 64))
for step in range(5):
    wave = 0.5 + 0.5 * np.sin(rows * 8 + step + np.linspace(0, 6, 64)[None, :])
    log_image("sample", np.stack([wave, rows, 1 - wave], axis=2), step=step)
    log_histogram("weights/dense", np.random.default_rng(step).normal(step / 4, 1 + step / 5, 5000), step=step)
    log_table("confusion", [["cat", 9 - step, step], ["dog", step, 9 - step]], ["", "cat", "dog"], step=step)
    log_text("generated", f"Once upon a time, {step} times <b>bold</b>.", step=step)
    print(f"step={step} loss={math.exp(-step):.4f}", flush=True)
end = Path(HERE) / "end-of-making"
while not end.exists():
    time.sleep(0.1)
log_text("generated", "The end.", step=5)
`;

function started(name: string, source: string, ...more: string[]): void {
  const path = join(FOLDER, 'root', `${name}.py`);
  writeFileSync(path, source.replace('HERE', JSON.stringify(FOLDER)));
  train('run', path, '--name', name, '--no-wait', '--metric', 'loss=loss=([0-9.]+)', ...more);
}

async function opened(page: IJupyterLabPageFixture, job: string): Promise<Locator> {
  await page.evaluate(name => window.jupyterapp.commands.execute('train:open-job', { job: name }), job);
  return page.locator(`.jt-JobTab[data-job="${job}"]`);
}

async function turnTo(tab: Locator, page: string): Promise<void> {
  await tab.getByRole('tab', { name: page, exact: true }).click();
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('what a job makes and shows is seen while it runs, and after its end', async ({ page }) => {
  started('maker', MAKER);
  const tab = await opened(page, 'maker');
  await turnTo(tab, 'Media');
  const media = tab.locator('.jt-Media');
  const sample = media.locator('.jt-MediaSeries', { hasText: 'sample' });
  await expect(sample.locator('output')).toHaveText('Step 4', { timeout: 30000 });
  await expect(sample.locator('img')).toBeVisible();
  await sample.getByRole('slider').focus();
  await page.keyboard.press('Home');
  await expect(sample.locator('img')).toHaveAttribute('alt', 'sample, Step 0');
  await expect(media.locator('polygon')).toHaveCount(5);
  await expect(media).toContainText('5000 values from');
  await expect(media.getByRole('cell', { name: 'dog' })).toBeVisible();
  await expect(media).toContainText('4 times <b>bold</b>.');
  await screenshot(page, 'media-light');

  await turnTo(tab, 'Artifacts');
  const tree = tab.getByRole('tree', { name: 'Files' }).first();
  await tree.getByText('predictions.csv').click();
  const preview = tab.locator('.jt-Preview').first();
  await expect(preview.getByRole('cell', { name: 'Doe, Ann' })).toBeVisible();
  await screenshot(page, 'artifacts-light');
  await tree.getByText('drawing.svg').click();
  await expect(preview).toContainText('120 × 60');
  await expect(page).not.toHaveTitle('broken in');
  await tree.getByText('markup.html').click();
  await expect(preview.locator('.jt-Source-lines')).toHaveText('<img src=x onerror=alert(1)> is text');
  await tree.getByText('config.json').click();
  await expect(preview.locator('.jt-Source-lines')).toContainText('"layers": [\n');

  writeFileSync(join(FOLDER, 'end-of-making'), '');
  await expect(tab.locator('.jt-Status').first()).toContainText('Completed', { timeout: 30000 });
  await expect(tree.getByText('While it runs')).toHaveCount(0);
  await tree.getByText('model.tar.gz').click();
  await tree.getByText('layers').click();
  await tree.getByText('weights.txt').click();
  await expect(preview.locator('.jt-Source-numbers')).toContainText('20');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    preview.getByRole('button', { name: 'Download' }).click()
  ]);
  expect(readFileSync((await file.path()) ?? '', 'utf-8')).toContain('0.5 0.25');
  await turnTo(tab, 'Media');
  await expect(media).toContainText('The end.');
  await page.theme.setDarkTheme();
  await screenshot(page, 'media-dark');
  expect(await seriousIn(page, '.jt-JobTab')).toEqual([]);
  await turnTo(tab, 'Artifacts');
  await screenshot(page, 'artifacts-dark');
  expect(await seriousIn(page, '.jt-JobTab')).toEqual([]);
});

/** Trains for a moment and fails with more than a line to say. */
const FAILS = `
import time
for step in range(20):
    print(f"step={step} loss={1 / (1 + step)}", flush=True)
    time.sleep(0.05)
raise RuntimeError("the data have <b>run out</b>")
`;

test('a job that has failed is opened with its course and the reason', async ({ page }) => {
  started('fails', FAILS);
  const first = await opened(page, 'fails');
  await expect(first.locator('.jt-Status').first()).toContainText('Failed', { timeout: 30000 });
  await page.evaluate(() => window.jupyterapp.shell.currentWidget?.close());
  const tab = await opened(page, 'fails');
  const overview = tab.locator('.jt-Overview');
  await expect(overview).toContainText('the data have <b>run out</b>');
  await expect(overview.locator('.jt-mod-best').first()).toContainText('0.05');
  const stays = overview.locator('.jt-Timeline-stay');
  await stays.last().focus();
  await expect(stays.last()).toHaveAttribute('aria-label', /^Training: \d+ s, \d+ % of the time$/);
  await expect(overview.getByRole('row', { name: /CPU hours/ })).toBeVisible();
  await screenshot(page, 'overview-light');
  await page.theme.setDarkTheme();
  await screenshot(page, 'overview-dark');
  expect(await seriousIn(page, '.jt-JobTab')).toEqual([]);
  await overview.getByRole('button', { name: 'Show the log' }).click();
  await expect(tab.locator('.jt-Log')).toContainText('run out');
});

/** Leaves a model at once. */
const WEIGHTS = 'import os\nopen(os.environ["SM_MODEL_DIR"] + "/weights.txt", "w").write("1")\n';

test('files are walked through by keys, and a copy is opened in JupyterLab', async ({ page, tmpPath }) => {
  started('keys', WEIGHTS);
  const tab = await opened(page, 'keys');
  await expect(tab.locator('.jt-Status').first()).toContainText('Completed', { timeout: 30000 });
  await turnTo(tab, 'Source');
  const source = tab.locator('.jt-Files:not(.lm-mod-hidden)');
  await source.getByRole('treeitem').first().focus();
  await page.keyboard.press('Enter');
  await expect(source.locator('.jt-Source-lines')).toContainText('SM_MODEL_DIR');
  await page.theme.setDarkTheme();
  await screenshot(page, 'source-dark');

  await turnTo(tab, 'Facts');
  const same = tab.locator('.jt-SameAs');
  await expect(same).toContainText('estimator.fit(');
  await same.getByRole('tab', { name: 'Python' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(same.getByRole('tabpanel')).toContainText('jupyter train run');
  await screenshot(page, 'facts-dark');

  started('on-disk', WEIGHTS, '--output', `file://${FOLDER}/published here`);
  const other = await opened(page, 'on-disk');
  await expect(other.locator('.jt-Status').first()).toContainText('Completed', { timeout: 30000 });
  await turnTo(other, 'Artifacts');
  const files = other.locator('.jt-Files:not(.lm-mod-hidden)');
  await files.getByRole('treeitem', { name: 'model.tar.gz' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(files.getByRole('treeitem', { name: 'weights.txt' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(files.locator('.jt-Source-lines')).toHaveText('1');
  await page.filebrowser.openDirectory(tmpPath);
  await files.getByRole('button', { name: 'Open a copy' }).click();
  await expect(page.locator('.jp-FileEditor')).toContainText('1');
  expect(await page.contents.fileExists(`${tmpPath}/weights.txt`)).toBe(true);
});
