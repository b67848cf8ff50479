/** The launch form: filled in from scripts, notebooks, files, presets and former jobs. */

import { AxeBuilder } from '@axe-core/playwright';
import { expect, galata, test } from '@jupyterlab/galata';
import { test as plain } from '@playwright/test'; // Galata knows JupyterLab alone
import { notebook, screenshot, script, stopAll, train } from './training';
import { reloaded } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** Trains a little, and says what it was told. */
const TOLD = `
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, required=True, help="how often all data are seen")
parser.add_argument("--lr", type=float, default=0.1, help="the learning rate")
parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
parser.add_argument("--verbose", action="store_true")
args = parser.parse_args()
print(f"told epochs={args.epochs} lr={args.lr} optimizer={args.optimizer}", flush=True)
`;

async function put(page: IJupyterLabPageFixture, name: string, text: string): Promise<void> {
  await galata.newContentsHelper(page.request).uploadContent(text, 'text', name);
}

async function opened(page: IJupyterLabPageFixture, args: object): Promise<Locator> {
  await page.evaluate(async given => {
    await window.jupyterapp.commands.execute('train:launch', given as never);
  }, args);
  const form = page.locator('.jt-Form:visible');
  await expect(form).toBeVisible();
  return form;
}

/** No rule of accessibility is broken in the form. */
async function isAccessible(page: IJupyterLabPageFixture): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('.jt-Form').analyze();
  const told = violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join()}`);
  expect(told).toEqual([]);
}

async function ended(page: IJupyterLabPageFixture, status: string | RegExp): Promise<Locator> {
  const tab = page.locator('.jt-JobTab:visible');
  await expect(tab.locator('.jt-Status')).toContainText(status, { timeout: 60000 });
  return tab;
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('what a script reads becomes a table, and a refused value is told at its row', async ({
  page
}) => {
  await put(page, 'told.py', TOLD);
  const form = await opened(page, { path: 'told.py' });
  await expect(form.getByLabel('lr', { exact: true })).toHaveAttribute('placeholder', '0.1');
  await form.getByLabel('epochs (required)').fill('many');
  await expect(form.getByLabel('epochs (required)')).toHaveAttribute('aria-invalid', 'true');
  await form.getByLabel('optimizer').selectOption('sgd');
  await screenshot(page, 'form-typed-light');
  await isAccessible(page);
  await page.theme.setDarkTheme();
  await screenshot(page, 'form-typed-dark');
  await isAccessible(page);
  await form.getByLabel('epochs (required)').fill('3');
  await expect(form.getByLabel('epochs (required)')).toHaveAttribute('aria-invalid', 'false');
  await form.getByLabel('Job name').fill('told');
  await form.getByRole('button', { name: 'Start training' }).click();
  const tab = await ended(page, 'Completed');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('told epochs=3 lr=0.1 optimizer=sgd');
});

test('a folder dragged from the file browser becomes a channel', async ({ page, tmpPath }) => {
  await page.contents.createDirectory(`${tmpPath}/pictures`);
  await page.contents.uploadContent('1,2', 'text', `${tmpPath}/pictures/one.csv`);
  await put(page, 'reads.py', 'import os; print(os.listdir(os.environ["SM_CHANNEL_PICTURES"]))');
  const form = await opened(page, { path: 'reads.py' });
  await page.filebrowser.refresh();
  const item = page.locator('.jp-DirListing-item', { hasText: 'pictures' });
  await expect(item).toBeVisible();
  const [from, to] = [await item.boundingBox(), await form.locator('.jt-Channels').boundingBox()];
  await page.mouse.move((from?.x ?? 0) + 40, (from?.y ?? 0) + 8);
  await page.mouse.down();
  await page.mouse.move((to?.x ?? 0) + 90, (to?.y ?? 0) + 60, { steps: 12 });
  await expect(form.locator('.jt-mod-dropTarget')).toBeVisible();
  await screenshot(page, 'form-drop-light');
  await page.mouse.up();
  await expect(form.getByLabel('Channels 1: name')).toHaveValue('pictures');
  await expect(form.getByLabel('Channels 1: file')).toHaveValue(`${tmpPath}/pictures`);
  await form.getByLabel('Channels 1: file').fill(`${tmpPath}/absent`);
  await expect(form.getByRole('alert')).toContainText('There is no file or folder');
  await form.getByLabel('Channels 1: file').fill(`${tmpPath}/pictures`);
  await form.getByRole('button', { name: 'Start training' }).click();
  const tab = await ended(page, 'Completed');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText("['one.csv']");
});

test('metric definitions are tried on a pasted log, whatever is in it', async ({ page }) => {
  const form = await opened(page, {});
  await form.getByLabel('Metrics in the log 1: name').fill('loss');
  await form.getByLabel('Metrics in the log 1: regular').fill('loss=([0-9.]+)');
  await form.getByText('Try them on a log').click();
  const log = 'epoch 1 loss=0.5\n<img src=x onerror="document.title=1"> loss=0.25 and more\n';
  await form.getByLabel('Some lines of a log').fill(log);
  await expect(form.locator('.jt-Found li')).toHaveText('loss: found 2 times, last 0.25');
  await expect(form.locator('.jt-Found mark')).toHaveCount(2);
  await expect(form.locator('.jt-Found pre')).toContainText('<img src=x');
  await isAccessible(page);
  await screenshot(page, 'form-metrics-light');
  await form.getByLabel('Metrics in the log 1: regular').fill('loss=([0-9.');
  const wrong = form.getByLabel('Metrics in the log 1: regular');
  await expect(wrong).toHaveAttribute('aria-invalid', 'true');
  await form.getByRole('button', { name: 'Add a row to Metrics' }).click();
  await form.getByLabel('Metrics in the log 2: name').fill('loss');
  await expect(form.getByText('“loss” is in this table already')).toBeVisible();
});

test('a form is kept as a file, opened by a double click, and shared', async ({ page, tmpPath }) => {
  await put(page, 'told.py', TOLD);
  const form = await opened(page, { path: 'told.py' });
  await form.getByLabel('epochs (required)').fill('7');
  await form.getByRole('button', { name: 'Save as preset…' }).click();
  await expect(page.locator('.jp-Dialog input')).toHaveValue(`${tmpPath}/told.train.json`);
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Save' }).click();
  await page.filebrowser.refresh();
  await page.filebrowser.open(`${tmpPath}/told.train.json`);
  const preset = page.locator('.jt-Preset .jt-Form:visible');
  await expect(preset.getByLabel('epochs (required)')).toHaveValue('7');
  await screenshot(page, 'form-preset-light');
  await preset.getByLabel('epochs (required)').fill('8');
  await page.keyboard.press('Control+s');
  const kept = async (): Promise<string> => {
    const answer = await page.request.get(`/api/contents/${tmpPath}/told.train.json`);
    return ((await answer.json()) as { content: string }).content;
  };
  await expect.poll(kept).toContain('"epochs": "8"');
  await page.contents.uploadContent('{"max_run": "long"}', 'text', `${tmpPath}/bad.train.json`);
  await page.filebrowser.refresh();
  await page.filebrowser.open(`${tmpPath}/bad.train.json`);
  await expect(page.locator('.jt-mod-broken')).toContainText('max_run must be a number');
});

test('a former job is cloned into the form, and trains again', async ({ page }) => {
  await put(page, 'told.py', TOLD);
  const first = await opened(page, { form: { path: 'told.py', hyperparameters: { epochs: '2' } } });
  await first.getByLabel('Job name').fill('first');
  await first.getByRole('button', { name: 'Start training' }).click();
  await ended(page, 'Completed');
  await page.evaluate(async () => {
    await window.jupyterapp.commands.execute('train:clone-job', { job: 'first' });
  });
  const form = page.locator('.jt-Form:visible');
  await expect(form.getByRole('radio', { name: 'What the former job ran' })).toBeChecked();
  await expect(form.getByLabel('Hyperparameters 1: value')).toHaveValue('2');
  await screenshot(page, 'form-clone-light');
  await form.getByLabel('Hyperparameters 1: value').fill('5');
  await form.getByLabel('Job name').fill('second');
  await form.getByRole('button', { name: 'Start training' }).click();
  await expect(page.locator('.jt-JobTab-name:visible')).toHaveText('second');
  const tab = await ended(page, 'Completed');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('told epochs=5');
});

test('the notebook in front is trained from its toolbar, and a cell alone', async ({
  page,
  tmpPath
}) => {
  const cells = ['print("the first cell")', 'print("the second cell")'];
  await page.contents.uploadContent(notebook(cells), 'text', `${tmpPath}/both.ipynb`);
  await page.notebook.openByPath(`${tmpPath}/both.ipynb`);
  const toolbar = page.locator('.jp-NotebookPanel-toolbar');
  await toolbar.locator('[data-jp-item-name="train"]').getByText('Train…').click();
  const form = page.locator('.jp-Dialog .jt-Form');
  await expect(form.getByRole('radio', { name: 'The current notebook' })).toBeChecked();
  await screenshot(page, 'form-dialog-light');
  await form.getByRole('radio', { name: 'This cell' }).check();
  await expect(form.getByLabel('Cell', { exact: true })).toHaveValue(cells[0]);
  await form.getByLabel('Job name').fill('one-cell');
  await page.keyboard.press('Enter');
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  const tab = await ended(page, 'Completed');
  await tab.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(tab.locator('.jt-Log')).toContainText('the first cell');
  await expect(tab.locator('.jt-Log')).not.toContainText('the second cell');
});

test('a right click on a script or a notebook offers to train it', async ({ page, tmpPath }) => {
  for (const name of ['a.py', 'b.sh', 'c.txt']) {
    await page.contents.uploadContent('#', 'text', `${tmpPath}/${name}`);
  }
  await page.filebrowser.refresh();
  const offers = async (name: string): Promise<boolean> => {
    await page.locator('.jp-DirListing-item', { hasText: name }).click({ button: 'right' });
    const menu = page.locator('.lm-Menu');
    await expect(menu).toBeVisible();
    const isOffered = await menu.getByText('Train…').isVisible();
    await page.keyboard.press('Escape');
    return isOffered;
  };
  expect(await offers('a.py')).toBe(true);
  expect(await offers('b.sh')).toBe(true);
  expect(await offers('c.txt')).toBe(false);
  await page.locator('.jp-DirListing-item', { hasText: 'b.sh' }).click({ button: 'right' });
  await page.locator('.lm-Menu').getByText('Train…').click();
  await expect(page.getByLabel('Script', { exact: true })).toHaveValue(`${tmpPath}/b.sh`);
});

test('a form in a notebook starts jobs while the kernel is busy', async ({ page }) => {
  await put(page, 'long.py', script(60));
  const bundle = '{"application/vnd.jupyter-train.form+json": {"form": {"path": "long.py"}}}';
  const cells = [
    `from IPython.display import display\ndisplay(${bundle}, raw=True)`,
    'import time; time.sleep(600)'
  ];
  await put(page, 'busy.ipynb', notebook(cells));
  await page.evaluate(async () => {
    await window.jupyterapp.commands.execute('docmanager:open', { path: 'busy.ipynb' });
  });
  await page.notebook.activate('busy.ipynb');
  await page.notebook.runCell(0);
  const form = page.locator('.jt-Output .jt-Form');
  await expect(form.getByLabel('Script', { exact: true })).toHaveValue('long.py');
  await page.notebook.runCell(1, { inplace: true, wait: false });
  await expect(page.locator('.jp-InputPrompt', { hasText: '[*]' })).toBeVisible();
  await form.getByLabel('Job name').fill('while-busy');
  await screenshot(page, 'form-output-light');
  await form.getByRole('button', { name: 'Start training' }).click();
  await ended(page, 'Training');
  expect(train('ps', '--json')).toContain('while-busy');
});

test('what is typed into a form in a notebook is saved with it, but for secrets', async ({ page }) => {
  await put(page, 'told.py', TOLD);
  const bundle = '{"application/vnd.jupyter-train.form+json": {"form": {"path": "told.py"}}}';
  const source = `from IPython.display import display\ndisplay(${bundle}, raw=True)`;
  await put(page, 'typed.ipynb', notebook([source]));
  const open = async (): Promise<Locator> => {
    await page.evaluate(async () => {
      await window.jupyterapp.commands.execute('docmanager:open', { path: 'typed.ipynb' });
    });
    await page.notebook.activate('typed.ipynb');
    return page.locator('.jt-Output .jt-Form');
  };
  const form = await open();
  await page.notebook.runCell(0);
  await form.getByLabel('epochs (required)').fill('7');
  await form.getByText('Tags, experiment and environment').click();
  await form.getByLabel('Environment variables 1: name').fill('MY_TOKEN');
  await form.getByLabel('Environment variables 1: value').fill('hidden');
  await form.getByLabel('Job name').fill('typed');
  const saved = async (): Promise<string> => {
    await page.evaluate(() => window.jupyterapp.commands.execute('docmanager:save'));
    const answer = await page.request.get('/api/contents/typed.ipynb');
    return JSON.stringify(await answer.json());
  };
  await expect.poll(saved).toContain('"name":"typed"');
  expect(await saved()).not.toContain('hidden');
  await reloaded(page);
  const again = await open();
  await expect(again.getByLabel('epochs (required)')).toHaveValue('7');
  await expect(again.getByLabel('Job name')).toHaveValue('typed');
});

test('what is typed outlives a network that is gone, and a reload', async ({ page }) => {
  await put(page, 'told.py', TOLD);
  const form = await opened(page, { path: 'told.py' });
  const away = form.locator('.jt-Form-foot .jt-Form-warning');
  await expect(form.getByLabel('epochs (required)')).toBeVisible();
  await page.context().setOffline(true);
  await form.getByLabel('Job name').fill('kept');
  await expect(away).toContainText('cannot be reached');
  await screenshot(page, 'form-away-light');
  await form.getByLabel('epochs (required)').fill('9');
  await page.context().setOffline(false);
  await expect(away).toHaveCount(0, { timeout: 60000 });
  await expect(form.getByLabel('epochs (required)')).toHaveValue('9');
  const saved = page.waitForRequest(request => {
    return request.method() === 'PUT' && (request.postData() ?? '').includes('kept-on');
  });
  await form.getByLabel('Job name').fill('kept-on');
  await saved;
  await reloaded(page);
  const again = page.locator('.jt-Form');
  await expect(again.getByLabel('epochs (required)')).toHaveValue('9');
  await expect(again.getByLabel('Job name')).toHaveValue('kept-on');
});

test('enlarged four times, the form is one column and goes by keys', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 500 });
  await page.evaluate(() => window.jupyterapp.commands.execute('application:toggle-left-area'));
  const form = await opened(page, {});
  const isWide = await page.locator('.jt-Launch:visible').evaluate(node => {
    return node.scrollWidth > node.clientWidth;
  });
  expect(isWide).toBe(false);
  await isAccessible(page);
  await form.getByRole('radio', { name: 'A Python of this machine' }).focus();
  for (let key = 0; key < 60; key++) {
    await page.keyboard.press('Tab');
    if (await form.getByRole('button', { name: 'Start training' }).evaluate(isFocused)) {
      break;
    }
  }
  await page.keyboard.press('Enter');
  await expect(form.getByRole('alert')).toContainText('Name the script to run.');
  await expect(form.getByLabel('Script', { exact: true })).toBeFocused();
  await screenshot(page, 'form-enlarged-light');
});

plain('in Notebook 7 the form is a dialog, for the notebook that is open', async ({ page }) => {
  const contents = galata.newContentsHelper(page.request);
  await contents.uploadContent(notebook(['print("seven")']), 'text', 'seven-form.ipynb');
  await page.goto('notebooks/seven-form.ipynb');
  const button = page.locator('[data-jp-item-name="train"]').getByText('Train…');
  await button.click({ timeout: 60000 });
  const form = page.locator('.jp-Dialog .jt-Form');
  await expect(form.getByRole('radio', { name: 'The current notebook' })).toBeChecked();
  await form.getByLabel('Job name').fill('seven-form');
  await screenshot(page, 'form-notebook7-light');
  await form.getByRole('button', { name: 'Start training' }).click();
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  expect(train('ps', '--json')).toContain('seven-form');
});

function isFocused(node: Element): boolean {
  return node === document.activeElement;
}
