/** The launch form: filled in from scripts, notebooks, files, presets and former jobs. */

import { AxeBuilder } from '@axe-core/playwright';
import { expect, galata, test } from '@jupyterlab/galata';
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
