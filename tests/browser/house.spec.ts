/** What JupyterLab's users expect of any extension: ways in, keys, themes, rules of accessibility. */

import { expect, galata, test } from '@jupyterlab/galata';
import { savedScript, savedWithJob, screenshot, script, stopAll, train } from './training';
import { seriousIn } from './view';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

const METRIC = ['--metric', 'loss= loss=([0-9.]+)', '--no-wait'];

async function run(page: IJupyterLabPageFixture, command: string, args: object = {}): Promise<void> {
  await page.evaluate(async ([id, given]) => {
    await window.jupyterapp.commands.execute(id as string, given as never);
  }, [command, args] as const);
}

/** Tab until what has the focus answers to this; fails after as many stops as a page may have. */
async function tabTo(page: IJupyterLabPageFixture, wanted: Locator): Promise<void> {
  for (let stop = 0; stop < 150; stop++) {
    if (await wanted.evaluate(node => node.matches(':focus'))) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${wanted.toString()}`);
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('list, tab, comparison, popup and live view break no serious rule in either theme', async ({
  page
}) => {
  test.setTimeout(240000);
  train('run', savedScript('rules-a', 1), '--name', 'rules-a', '-p', 'lr=1', ...METRIC);
  train('run', savedScript('rules-b', 90), '--name', 'rules-b', '-p', 'lr=2', ...METRIC);
  savedWithJob('rules-seen', 90);
  for (const theme of ['light', 'dark'] as const) {
    await (theme === 'dark' ? page.theme.setDarkTheme() : page.theme.setLightTheme());
    await run(page, 'train:show-jobs');
    await expect(page.locator('.jt-Jobs [data-job="rules-b"]')).toContainText('loss');
    expect(await seriousIn(page, '.jt-Jobs')).toEqual([]);
    await page.locator('.jt-Running button').click();
    expect(await seriousIn(page, '.jt-RunningPopup, [role="dialog"]')).toEqual([]);
    await page.keyboard.press('Escape');
    await run(page, 'train:open-job', { job: 'rules-b' });
    const tab = page.locator('.jt-JobTab[data-job="rules-b"]');
    for (const name of ['Overview', 'Curves', 'Log', 'Facts']) {
      await tab.getByRole('tab', { name, exact: true }).click();
      expect(await seriousIn(page, '.jt-JobTab[data-job="rules-b"]')).toEqual([]);
      await screenshot(page, `tab-${name.toLowerCase()}-${theme}`);
    }
    await run(page, 'train:compare-jobs', { jobs: ['rules-a', 'rules-b'] });
    await expect(page.locator('.jt-Comparison')).toContainText('lr');
    expect(await seriousIn(page, '.jt-Comparison')).toEqual([]);
    await run(page, 'docmanager:open', { path: 'rules-seen.ipynb' });
    await expect(page.locator('.jt-Job canvas').first()).toBeVisible();
    expect(await seriousIn(page, '.jt-Job')).toEqual([]);
    await screenshot(page, `live-view-${theme}`);
  }
});

test('from the launcher to a stopped job without a mouse', async ({ page }) => {
  await galata.newContentsHelper(page.request).uploadContent(script(120), 'text', 'bykeys.py');
  const card = page.locator('.jp-LauncherCard', { hasText: 'Training Job' });
  await tabTo(page, card);
  await page.keyboard.press('Enter');
  const form = page.locator('.jt-Form');
  await tabTo(page, form.getByLabel('Script', { exact: true }));
  await page.keyboard.type('bykeys.py');
  await tabTo(page, form.getByLabel('Job name'));
  await page.keyboard.type('by-keys');
  await tabTo(page, form.getByRole('button', { name: 'Start training' }));
  await page.keyboard.press('Enter');
  const tab = page.locator('.jt-JobTab[data-job="by-keys"]');
  await expect(tab.locator('.jt-Status')).toContainText('Training', { timeout: 60000 });

  await page.keyboard.press('Control+Alt+j');
  const list = page.locator('.jt-Jobs');
  await expect(list.locator('[data-job="by-keys"]')).toBeVisible();
  await tabTo(page, list.getByRole('searchbox'));
  await page.keyboard.type('by-keys');
  await tabTo(page, list.locator('[data-place="0"]'));
  await page.keyboard.press('Enter');
  const pages = tab.getByRole('tab');
  await tabTo(page, tab.getByRole('tab', { selected: true }));
  const log = tab.getByRole('tab', { name: 'Log', exact: true });
  for (let key = await pages.count(); key > 0 && !(await isSelected(log)); key--) {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
  }
  await expect(tab.locator('.jt-Log')).toContainText('step=');
  await tabTo(page, tab.getByRole('button', { name: 'Stop', exact: true }));
  await page.keyboard.press('Enter');
  await expect(tab.locator('.jt-Status')).toContainText('Stopped', { timeout: 60000 });
});

async function isSelected(tab: Locator): Promise<boolean> {
  return (await tab.getAttribute('aria-selected')) === 'true';
}

test('palette, menu, shortcut and settings lead to training', async ({ page }) => {
  await page.keyboard.press('Control+Shift+c');
  await expect(page.locator('.lm-CommandPalette-input')).toBeFocused();
  await page.keyboard.type('show training jobs');
  await expect(page.locator('.lm-CommandPalette-item.lm-mod-active')).toContainText('Show Training Jobs');
  await page.keyboard.press('Enter');
  await expect(page.locator('.jt-Jobs')).toBeVisible();
  await page.menu.clickMenuItem('Training>New Training Job…');
  await expect(page.locator('.jt-Form')).toBeVisible();
  await run(page, 'settingeditor:open', { query: 'Training jobs' });
  const editor = page.locator('.jp-SettingsPanel');
  await expect(editor).toContainText('Notifications');
  const grouped = editor.locator('select[id$="grouping"]');
  await grouped.selectOption({ label: 'By status' });
  await expect(page.locator('.jt-Jobs').getByLabel('Group jobs by')).toHaveValue('status');
  await grouped.selectOption({ label: 'No groups' });
});

test('who asks for less motion sees none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  train('run', savedScript('calm', 60), '--name', 'calm', ...METRIC);
  await run(page, 'train:open-job', { job: 'calm' });
  await expect(page.locator('.jt-JobTab canvas').first()).toBeVisible();
  const moving = await page.locator('[class*="jt-"]').evaluateAll(nodes => {
    return nodes.filter(node => node.getAnimations().length > 0).map(node => node.className);
  });
  expect(moving).toEqual([]);
});
