/** Containers of one's own, in a real engine: started from the form, watched, entered, stopped. */

import { expect, test } from '@jupyterlab/galata';
import { readFileSync } from 'fs';
import { slowRegistry } from './registry';
import { canGoAway, engine, METRICS, screenshot, setEngineAway, stopAll, train } from './training';
import { painted } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Open the form, and say that an image is to run. */
async function imageForm(page: IJupyterLabPageFixture, image: string): Promise<Locator> {
  await page.evaluate(() => window.jupyterapp.commands.execute('train:launch', { path: '' }));
  const form = page.locator('.jt-Form');
  await form.getByRole('radio', { name: 'An image' }).check();
  await form.getByLabel('Image', { exact: true }).fill(image);
  return form;
}

/** Start a container that trains until it is stopped; returns its tab. */
async function training(page: IJupyterLabPageFixture, job: string): Promise<Locator> {
  const { image = '' } = engine();
  train('run', '--image', image, '--name', job, '--metric', `loss=${METRICS.loss}`, '--no-wait');
  return await opened(page, job);
}

async function opened(page: IJupyterLabPageFixture, job: string): Promise<Locator> {
  await page.evaluate(async name => {
    await window.jupyterapp.commands.execute('train:open-job', { job: name });
  }, job);
  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Training', { timeout: 60000 });
  return tab;
}

/** What the terminal in front shows; it is painted, so there is no text in the page. */
async function onScreen(page: IJupyterLabPageFixture): Promise<string> {
  return await page.evaluate(() => {
    interface IBuffer {
      length: number;
      getLine: (at: number) => { translateToString: (isTrimmed: boolean) => string };
    }
    const { content } = window.jupyterapp.shell.currentWidget as unknown as {
      content: { _term?: { buffer: { active: IBuffer } } };
    };
    const lines = content._term?.buffer.active;
    const texts = Array.from({ length: lines?.length ?? 0 }, (_, at) => {
      return lines?.getLine(at).translateToString(false).replace(/ +$/, ' ') ?? '';
    });
    return texts.filter(text => text.trim()).join('\n');
  });
}

// Galata hides terminals that a page has not asked for by Jupyter's own route.
test.use({ terminals: null });

test.beforeEach(() => {
  const { problem } = engine();
  test.skip(problem !== undefined, problem);
});

test.afterEach(async ({ request }) => {
  setEngineAway(false);
  await stopAll(request);
});

test('an image of one’s own is started, watched, stopped, and leaves its model', async ({ page }) => {
  const { image = '' } = engine();
  const form = await imageForm(page, image);
  await expect(form.locator('datalist option').first()).toBeAttached();
  await form.getByLabel('Job name').fill('own-image');
  await form.getByLabel('Metrics in the log 1: name').fill('loss');
  await form.getByLabel('Metrics in the log 1: regular').fill(METRICS.loss);
  await form.getByText('More about the container').click();
  await form.getByLabel('Allow terminals').check();
  await screenshot(page, 'launch-image-light');
  await form.getByRole('button', { name: 'Start training' }).click();

  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Training', { timeout: 60000 });
  await expect(tab.locator('canvas').first()).toBeVisible();
  const before = await painted(tab);
  await expect.poll(() => painted(tab)).not.toBe(before);

  await tab.getByRole('tab', { name: 'Facts', exact: true }).click();
  await expect(tab.locator('.jt-Facts')).toContainText(image);
  await screenshot(page, 'container-facts-light');
  await tab.getByRole('button', { name: 'Stop' }).click();
  await expect(tab.locator('.jt-Status')).toContainText('Stopped', { timeout: 60000 });
  await tab.getByRole('tab', { name: 'Artifacts' }).click();
  await tab.getByRole('treeitem', { name: 'model.tar.gz' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    tab.getByRole('link', { name: 'Download' }).click()
  ]);
  const bytes = readFileSync((await download.path()) ?? '');
  expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
});

test('what a container takes of the machine is folded away below the curves', async ({ page }) => {
  const tab = await training(page, 'measured');
  const fold = tab.getByRole('button', { name: 'System' });
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await expect(tab.locator('.jt-Curves > .jt-Chart')).toHaveCount(1);
  await fold.click();
  const system = tab.locator('.jt-System-charts');
  await expect(system).toContainText('CPUUtilization');
  await expect(system).toContainText(/MemoryUsed\s*[\d.]+ MiB/);
  await screenshot(page, 'system-light');
  await page.theme.setDarkTheme();
  await screenshot(page, 'system-dark');
});

test('a terminal opened from the tab is in the container, once that is allowed', async ({ page }) => {
  const tab = await training(page, 'entered');
  await tab.getByRole('button', { name: 'Terminal' }).click();
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Allow and open' }).click();
  const terminal = page.locator('.jp-Terminal');
  await expect(terminal).toBeVisible();
  await expect(page.locator('.jp-Terminal')).toBeVisible();
  await expect(page.locator('.lm-TabBar-tabLabel', { hasText: /^entered$/ })).toHaveCount(2);
  await expect.poll(() => onScreen(page)).toMatch(/[$#] $/);
  await page.keyboard.type('echo this is $(hostname); ls /opt/ml/input/config');
  await page.keyboard.press('Enter');
  await expect.poll(() => onScreen(page)).toMatch(/this is algo-1\b[^]*hyperparameters\.json/);
  await screenshot(page, 'terminal-light');
  await page.keyboard.type('exit');
  await page.keyboard.press('Enter');
  await expect(terminal).toHaveCount(0);
});

test('an image that is nowhere fails its job, and the panel says why', async ({ page }) => {
  const form = await imageForm(page, 'jupyter-train-test/absent:1');
  await form.getByLabel('Job name').fill('no-image');
  await form.getByRole('button', { name: 'Start training' }).click();
  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Failed', { timeout: 60000 });
  await expect(tab.locator('.jt-JobTab-notice')).toContainText('jupyter-train-test/absent:1');
  await expect(tab.locator('.jt-Curves-reason')).toContainText('cannot be pulled');
  await screenshot(page, 'no-image-light');
});

test('how far an image is pulled is seen as it goes on, and it can be stopped', async ({ page }) => {
  const { server, image } = await slowRegistry();
  const form = await imageForm(page, image);
  await form.getByLabel('Job name').fill('pulled');
  await form.getByRole('button', { name: 'Start training' }).click();
  const tab = page.locator('.jt-JobTab');
  const progress = tab.locator('.jt-Progress');
  await expect(progress).toContainText(/Pulling the image .* \d+ of 60 MB/);
  const done = async (): Promise<number> => {
    return await progress.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value);
  };
  const before = await done();
  await expect.poll(done).toBeGreaterThan(before);
  await screenshot(page, 'pulling-light');
  await page.theme.setDarkTheme();
  await screenshot(page, 'pulling-dark');
  await tab.getByRole('button', { name: 'Stop' }).click();
  await expect(tab.locator('.jt-Status')).toContainText('Stopped', { timeout: 60000 });
  await expect(progress).toBeHidden();
  server.closeAllConnections();
  server.close();
});

test('an engine that does not answer is said, and the job goes on when it is back', async ({
  page
}) => {
  test.skip(!canGoAway(), 'the engine is on another machine');
  const tab = await training(page, 'silent');
  await expect(tab.locator('canvas').first()).toBeVisible();
  setEngineAway(true);
  await expect(tab.locator('.jt-JobTab-notice')).toContainText('does not answer', {
    timeout: 60000
  });
  await expect(tab.locator('.jt-Status')).toContainText('Training');
  await screenshot(page, 'engine-away-light');
  setEngineAway(false);
  await expect(tab.locator('.jt-JobTab-notice')).toBeHidden({ timeout: 60000 });
  await tab.getByRole('button', { name: 'Stop' }).click();
  await expect(tab.locator('.jt-Status')).toContainText('Stopped', { timeout: 60000 });
});

test('where no engine can be used the form says why, and what to do', async ({ page }) => {
  const problem = 'There is no Docker engine: start one, or leave the image out.';
  await page.route('**/jupytertrain/DescribeManager*', async route => {
    await route.fulfill({ json: { Engines: [{ Kind: 'docker', Reason: problem }] } });
  });
  const form = await imageForm(page, '');
  await expect(form.locator('.jt-Form-warning')).toHaveText(problem);
  await form.getByRole('radio', { name: 'A Python of this machine' }).check();
  await expect(form.locator('.jt-Form-warning')).toHaveCount(0);
});

test('a container that is kept warm is seen waiting, and taken over', async ({ page }) => {
  const { base = '' } = engine();
  const form = await imageForm(page, base);
  await form.getByLabel('Job name').fill('left-warm');
  await form.getByText('More about the container').click();
  await form.getByLabel('Entry point').fill('echo done');
  await form.getByLabel('Keep warm').fill('5');
  await form.getByRole('button', { name: 'Start training' }).click();
  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Completed', { timeout: 60000 });
  await tab.getByRole('tab', { name: 'Facts', exact: true }).click();
  await expect(tab.locator('.jt-Facts')).toContainText('Waits for the next job');
  train('run', '--image', base, '--command', 'echo again', '--keep-alive', '1', '--name', 'taker');
  await expect(tab.locator('.jt-Facts')).toContainText('Taken over by taker');
  await screenshot(page, 'warm-light');
});

test('the form is filled from the keyboard, in a narrow window', async ({ page }) => {
  const { base = '' } = engine();
  await page.setViewportSize({ width: 640, height: 700 });
  await page.evaluate(() => window.jupyterapp.commands.execute('train:launch', { path: '' }));
  const form = page.locator('.jt-Form');
  await form.getByRole('radio', { name: 'A Python of this machine' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.type(base);
  await page.keyboard.press('Escape');
  await form.getByText('More about the container').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sh -c "echo I was typed"');
  await page.keyboard.press('Enter');
  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Completed', { timeout: 60000 });
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('I was typed');
  await screenshot(page, 'narrow-light');
});

test('a script runs in an image that has only a Python', async ({ page }) => {
  const { base = '' } = engine();
  await page.contents.uploadContent('print("hello from", __file__)', 'text', 'inside.py');
  const form = await imageForm(page, base);
  await form.getByLabel('Script (optional)').fill('inside.py');
  await form.getByRole('button', { name: 'Start training' }).click();
  const tab = page.locator('.jt-JobTab');
  await expect(tab.locator('.jt-Status')).toContainText('Completed', { timeout: 90000 });
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('hello from');
});
