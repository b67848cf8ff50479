/** Curves and logs of odd jobs: many metrics, odd names, long series, networks that go away. */

import { expect, test } from '@jupyterlab/galata';
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { FOLDER, savedWithJob, screenshot, stopAll, train } from './training';
import { atRest, linesIn, painted, reloaded, setting } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Start a job that calls `log`. */
function started(name: string, source: string): void {
  const path = join(FOLDER, 'root', `${name}.py`);
  writeFileSync(path, `import math, time\nfrom jupyter_train_toolkit import log\n${source}`);
  train('run', path, '--name', name, '--no-wait');
}

async function opened(page: IJupyterLabPageFixture, job: string, status: string): Promise<Locator> {
  await page.evaluate(name => window.jupyterapp.commands.execute('train:open-job', { job: name }), job);
  const tab = page.locator(`.jt-JobTab[data-job="${job}"]`);
  await expect(tab.locator('.jt-Status')).toContainText(status, { timeout: 30000 });
  return tab;
}

/** The middle of the plot of a chart. */
async function middle(chart: Locator): Promise<{ x: number; y: number }> {
  const box = await chart.locator('.u-over').boundingBox();
  return {
    x: (box?.x ?? 0) + (box?.width ?? 0) / 2,
    y: (box?.y ?? 0) + (box?.height ?? 0) / 2
  };
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('five thousand metrics are a page of charts, and a filter that no expression freezes', async ({
  page
}) => {
  started('many', `
for step in range(3):
    log({f"layer{n}/{'norm' if n % 2 else 'gain'}{n % 50}": n + step for n in range(5000)}, step)
log({"loss": 0.5, "a" * 60: 1}, 0)
`);
  const tab = await opened(page, 'many', 'Completed');
  await expect(tab.locator('.jt-Chart')).toHaveCount(24);
  // 250 of layers and two more: what comes before all are known moves the button as it is pressed.
  await tab.getByRole('button', { name: 'Show 228 more charts' }).click();
  await expect(tab.locator('.jt-Chart')).toHaveCount(48);
  await screenshot(page, 'many-light');
  const filter = tab.getByLabel('Filter metrics by a regular expression');
  await filter.fill('^LOSS$|^layer1/');
  await expect(tab.locator('.jt-Chart')).toHaveCount(2);
  await expect(tab.locator('.jt-CurveBar')).toContainText('2 of 5002');
  await filter.fill('(a+)+$b');
  await expect(tab.locator('.jt-CurveBar')).toContainText('stopped after 1 s');
  await expect(tab.locator('.jt-Chart')).toHaveCount(2);
  await filter.fill('(');
  await expect(tab.locator('.jt-CurveBar')).toContainText('Invalid regular expression');
});

test('odd names, single points, and steps that go back or come twice are drawn well', async ({
  page
}) => {
  started('odd', `
log({"one/point": 0.5, "only/nan": math.nan}, 7)
for step in [*range(50), *range(20, 60), 59, 59]:
    log({"again/loss": math.exp(-step / 20), "דיוק/אימון": step, "🚀/acc": step / 60}, step)
    log({"n" * 200: math.inf if step == 30 else step, "<b>markup</b>/x": step}, step)
`);
  const tab = await opened(page, 'odd', 'Completed');
  await expect(tab.locator('.jt-Chart')).toHaveCount(7);
  await screenshot(page, 'odd-light');
  await tab.locator('.jt-Chart').last().scrollIntoViewIfNeeded();
  await expect(tab.locator('.jt-Legend-toggle', { hasText: 'markup' })).toBeVisible();
  expect(await tab.locator('.jt-Legend b').count()).toBe(0);
  await expect(tab.locator('.jt-Legend-toggle', { hasText: 'אימון' })).toHaveAttribute('dir', 'auto');
  const long = await tab.locator('.jt-Legend-toggle', { hasText: 'nnnn' }).boundingBox();
  const chart = await tab.locator('.jt-Chart', { hasText: 'nnnn' }).boundingBox();
  expect((long?.x ?? 0) + (long?.width ?? 0)).toBeLessThan((chart?.x ?? 0) + (chart?.width ?? 0));
  await screenshot(page, 'odd-long-light');
  await page.theme.setDarkTheme();
  await screenshot(page, 'odd-dark');
});

test('a curve is drawn by time, over another metric, on a logarithmic scale, and in full', async ({
  page
}) => {
  started('axes', `
for step in range(100):
    log({"loss": math.exp(-step / 20), "lr": 1 / (1 + step), "acc": 1 - 1 / (1 + step)}, step)
    print("at step", step, flush=True)
    time.sleep(0.01)
`);
  const tab = await opened(page, 'axes', 'Completed');
  const chart = tab.locator('.jt-Chart').first();
  await expect(chart.locator('canvas')).toBeVisible();
  const plain = await painted(chart);
  await chart.getByRole('button', { name: 'Log scale' }).click();
  await expect.poll(() => painted(chart)).not.toBe(plain);
  await tab.locator('.jt-CurveBar').getByLabel('Over').selectOption('Time of day');
  await expect(chart.locator('thead')).toContainText('Time');
  await expect(chart.locator('tbody td').last()).toContainText(/\d+:\d\d:\d\d/);
  await tab.locator('.jt-CurveBar').getByLabel('Over').selectOption('lr');
  await expect(chart.locator('thead')).toContainText('lr');
  await expect(chart.locator('tbody td').last()).toHaveText('1');
  await tab.locator('.jt-CurveBar').getByLabel('Over').selectOption('Steps');

  const at = await middle(chart);
  await page.mouse.move(at.x, at.y);
  const steps = tab.locator('.jt-Chart tbody tr td:last-child');
  await expect.poll(async () => new Set(await steps.allInnerTexts()).size).toBe(1);
  await expect(steps.first()).not.toHaveText('99');
  await page.mouse.click(at.x, at.y);
  await expect(tab.locator('.jt-Moment-log')).toContainText('at step');
  await screenshot(page, 'axes-light');
  await page.mouse.move(0, 0);
  await expect(steps.nth(1)).toHaveText('99');

  await chart.getByRole('button', { name: 'Full screen' }).click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.className)).toContain('jt-Chart');
  await expect.poll(async () => (await chart.locator('canvas').boundingBox())?.height).toBeGreaterThan(500);
  await page.evaluate(() => document.exitFullscreen());
});

test('curves begin as smooth as the settings say, and follow them', async ({ page }) => {
  await setting(page, 'smoothing', 0.6);
  started('smooth', `
for step in range(100):
    log({"loss": math.sin(step)}, step)
`);
  const tab = await opened(page, 'smooth', 'Completed');
  const slider = tab.getByLabel('Smoothing');
  await expect(slider).toHaveValue('0.6');
  const chart = tab.locator('.jt-Chart').first();
  await expect(chart.locator('tbody td').last()).toHaveText('99');
  const smooth = await atRest(chart);
  await setting(page, 'smoothing', 0);
  await expect(slider).toHaveValue('0');
  await expect.poll(() => painted(chart)).not.toBe(smooth);
});

test('curves stand still while they are paused, and then catch up', async ({ page }) => {
  started('paused', `
for step in range(2400):
    log({"loss": math.exp(-step / 100)}, step)
    time.sleep(0.05)
`);
  const tab = await opened(page, 'paused', 'Training');
  const chart = tab.locator('.jt-Chart').first();
  const last = chart.locator('tbody td').last();
  await expect(last).toHaveText(/\d/);
  await tab.getByRole('button', { name: 'Pause' }).click();
  const [before, held] = [await atRest(chart), Number(await last.innerText())];
  await page.waitForTimeout(1500);
  expect(await painted(chart)).toBe(before);
  await tab.getByRole('button', { name: 'Pause' }).click();
  await expect.poll(async () => Number(await last.innerText())).toBeGreaterThan(held + 20);

  await tab.getByRole('button', { name: 'System' }).click();
  const second = tab.locator('.jt-System-charts .jt-Chart tbody td:last-child').first();
  await expect.poll(async () => Number(await second.innerText())).toBeGreaterThan(5);
  const [latest, at] = [Number(await second.innerText()), await middle(chart)];
  await page.mouse.move(at.x - 100, at.y);
  await page.mouse.move(at.x - 101, at.y);
  await expect.poll(async () => Number(await second.innerText())).toBeLessThan(latest);
  await screenshot(page, 'linked-light');
});

test('of a series too long for the page a zoom fetches what is there, its extremes among it', async ({
  page
}) => {
  started('long-series', `
for step in range(200_000):
    log({"loss": 99 if step == 123_457 else math.nan if step == 50_000 else step % 7}, step)
`);
  const tab = await opened(page, 'long-series', 'Completed');
  const chart = tab.locator('.jt-Chart').first();
  await expect(chart.locator('tbody td').last()).toHaveText('199999');
  await screenshot(page, 'long-light');
  const box = await chart.locator('.u-over').boundingBox();
  const [x, width] = [box?.x ?? 0, box?.width ?? 0];
  const asked = page.waitForRequest(/GetMetricWindow/);
  await page.mouse.move(x + width * 0.6, (box?.y ?? 0) + 50);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.63, (box?.y ?? 0) + 60, { steps: 3 });
  await page.mouse.up();
  const request = await asked;
  const answer = (await (await request.response())?.json()) as { Values: number[]; Steps: number[] };
  expect(Math.max(...answer.Values)).toBe(99);
  expect(answer.Steps.length).toBeGreaterThan(1000);
  await screenshot(page, 'zoom-light');
});

/** Prints without an end, and something to look for each second. */
const TALKER = `
print("\\n".join(f"INFO number {n}" for n in range(3000)), flush=True)
print("a" * 60 + "b", "GRÖSSE", flush=True)
print("x" * 9000, flush=True)
for step in range(600):
    print("DEBUG noise", step, flush=True)
    if step % 10 == 0:
        print(f"needle={step}", flush=True)
    log({"loss": 1 / (1 + step)}, step)
    time.sleep(0.1)
`;

test('an expression is found in the whole log, counted as it grows, and stopped where it never ends', async ({
  page
}) => {
  started('talker', TALKER);
  const tab = await opened(page, 'talker', 'Training');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  const [bar, search] = [tab.locator('.jt-LogSearch-bar'), tab.getByRole('searchbox')];
  await tab.getByRole('button', { name: 'Regular expression' }).click();
  await search.fill('^INFO number [0-4]$');
  await expect(bar).toContainText('5 in the log');
  await search.press('Enter');
  await expect(tab.locator('.jt-Log .jt-mod-current')).toHaveText('INFO number 0');
  await tab.getByRole('button', { name: 'Follow' }).click();
  await search.fill('needle=\\d+');
  const count = async (): Promise<number> => Number(/(\d+) in/.exec(await bar.innerText())?.[1] ?? 0);
  await expect.poll(count).toBeGreaterThan(0);
  const before = await count();
  await expect.poll(count).toBeGreaterThan(before + 1);
  await search.fill('(a|a|aa)+$');
  await expect(bar).toContainText('stopped after 2 s', { timeout: 30000 });
  await screenshot(page, 'regex-light');
  await tab.getByRole('button', { name: 'Regular expression' }).click();
  await search.fill('größe');
  await expect(bar).toContainText('1 in the log');
  await search.fill('');
  await tab.getByLabel('Levels').selectOption('Without debug');
  await expect(tab.locator('.jt-Log').getByText('DEBUG noise').first()).toBeHidden();
  await tab.getByRole('button', { name: 'Long lines' }).click();
  const wide = async (): Promise<number> => tab.locator('.jt-Log-scroller').evaluate(node => {
    return node.scrollWidth - node.clientWidth;
  });
  expect(await wide()).toBeGreaterThan(1000);
  await tab.getByRole('button', { name: 'Long lines' }).click();
  expect(await wide()).toBe(0);
});

test('without a network the page says so, keeps what it has, and then has what it missed', async ({
  page
}) => {
  started('offline', TALKER);
  const tab = await opened(page, 'offline', 'Training');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect.poll(() => linesIn(tab)).toBeGreaterThan(1000);
  await page.context().setOffline(true);
  await expect(tab.locator('.jt-JobTab-notice')).toContainText('cannot be reached', { timeout: 60000 });
  const before = await linesIn(tab);
  expect(before).toBeGreaterThan(1000);
  await screenshot(page, 'offline-light');
  await page.context().setOffline(false);
  await expect(tab.locator('.jt-JobTab-notice')).not.toContainText('cannot be reached');
  await expect.poll(() => linesIn(tab)).toBeGreaterThan(before);
  const shown = await tab.locator('.jt-Log-block > div').allInnerTexts();
  const noise = shown.filter(line => line.startsWith('DEBUG noise')).map(line => Number(line.split(' ')[2]));
  expect(noise).toEqual(noise.map((_, at) => noise[0] + at));
});

test('two pages look at one job, each in its own way', async ({ page, browser, baseURL }) => {
  started('shared', TALKER);
  const tab = await opened(page, 'shared', 'Training');
  const context = await browser.newContext({ baseURL });
  const other = await context.newPage();
  await other.goto('/lab');
  await other.waitForFunction(() => 'jupyterapp' in window);
  await other.evaluate(async () => {
    await window.jupyterapp.restored;
    await window.jupyterapp.commands.execute('train:open-job', { job: 'shared' });
  });
  const there = other.locator('.jt-JobTab[data-job="shared"]');
  await expect(there.locator('canvas').first()).toBeVisible();
  await there.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect.poll(() => linesIn(there)).toBeGreaterThan(1000);
  await expect(tab.locator('canvas').first()).toBeVisible();
  await there.getByRole('button', { name: 'Stop' }).click();
  await expect(tab.locator('.jt-Status')).toContainText(/Stopp/, { timeout: 30000 });
  await context.close();
});

test('a hidden log and hidden curves are told nothing, and have all when they are shown', async ({
  page
}) => {
  const sent: string[] = [];
  page.on('websocket', socket => {
    socket.on('framesent', ({ payload }) => { sent.push(String(payload)); });
  });
  const asked = (topic: string): number => sent.filter(each => each.includes(`"${topic}"`)).length;
  await reloaded(page); // the socket is there from the start
  started('hidden', TALKER);
  const tab = await opened(page, 'hidden', 'Training');
  await expect(tab.locator('canvas').first()).toBeVisible();
  expect([asked('series'), asked('log')]).toEqual([1, 0]);
  expect(await tab.locator('.jt-Log-block').count()).toBe(0);
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect.poll(() => linesIn(tab)).toBeGreaterThan(1000);
  expect(sent.filter(each => each.includes('unsubscribe')).length).toBeGreaterThan(0);
  const nodes = async (): Promise<number> => tab.locator('.jt-Log-block > div').count();
  await tab.getByRole('tab', { name: 'Curves' }).click();
  const before = await nodes();
  await page.waitForTimeout(1500); // what nobody looks at
  expect(await nodes()).toBe(before);
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect.poll(nodes).toBeGreaterThan(before + 10);
});

test('a log of many lines opens at its end and is downloaded as the server reads it', async ({
  page
}) => {
  started('big', `
line = "x" * 90
for block in range(200):
    print("\\n".join(f"{block * 1000 + n:09d} {line}" for n in range(1000)))
print("the end", flush=True)
`);
  const tab = await opened(page, 'big', 'Completed');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('the end');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    tab.getByRole('button', { name: 'Download' }).click()
  ]);
  expect(file.suggestedFilename()).toBe('big.log');
  expect(file.url()).toContain('/jupyter-train/logs/big');
  const lines = readFileSync((await file.path()) ?? '', 'utf-8').split('\n');
  expect(lines.filter(each => each.endsWith('x'.repeat(90)))).toHaveLength(200_000);
});

test('under a cell a job has the curves and the log of its tab, folded and short', async ({ page }) => {
  savedWithJob('under-a-cell', 20);
  await page.evaluate(async () => {
    const path = { path: 'under-a-cell.ipynb' };
    await window.jupyterapp.commands.execute('docmanager:open', path);
  });
  const view = page.locator('.jp-OutputArea .jt-Job');
  await expect(view.locator('canvas').first()).toBeVisible({ timeout: 30000 });
  await expect(view.getByLabel('Smoothing')).toBeHidden();
  await view.getByRole('button', { name: 'Tools' }).click();
  await view.getByLabel('Smoothing').fill('0.5');
  await view.getByLabel('Search the whole log').fill('step=1 ');
  await expect(view.locator('.jt-LogSearch-bar')).toContainText('1 in the log');
  await expect(view.locator('.jt-System-charts')).toBeHidden();
  expect((await view.boundingBox())?.height).toBeLessThan(900);
  await view.locator('canvas').first().scrollIntoViewIfNeeded();
  await screenshot(page, 'under-a-cell-light');
  await page.theme.setDarkTheme();
  await screenshot(page, 'under-a-cell-dark');
});
