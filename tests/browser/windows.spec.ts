/** Windows of one person: told once, and closed without a trace; without Galata, whose is one page. */

import { expect, test } from '@playwright/test';
import { savedScript, stopAll, train } from './training';

import type { Page } from '@playwright/test';

async function opened(page: Page, workspace: string): Promise<void> {
  await page.goto(`lab/workspaces/${workspace}?reset`);
  await page.locator('.jp-SideBar [data-id="jt-jobs"]').click();
  await expect(page.locator('.jt-Jobs').getByRole('searchbox')).toBeVisible();
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('the end of a job is told in one of two windows', async ({ context, page }) => {
  const windows = [page, await context.newPage()];
  await Promise.all(windows.map((each, at) => opened(each, `told-${at}`)));
  train('run', savedScript('told-once', 1), '--name', 'told-once', '--no-wait');
  const told = async (): Promise<number> => {
    const notices = windows.map(each => each.getByText('told-once completed').count());
    return (await Promise.all(notices)).reduce((sum, each) => sum + each, 0);
  };
  await expect.poll(told, { timeout: 60000, intervals: [100] }).toBe(1);
  await page.waitForTimeout(1000);
  expect(await told()).toBe(1);
});

test('tabs that are opened and closed leave nobody who listens', async ({ page }) => {
  const [listening, asked] = [new Set<number>(), new Set<number>()];
  page.on('websocket', socket => {
    socket.on('framesent', ({ payload }) => {
      if (socket.url().includes('jupyter-train/stream')) {
        const { op, id } = JSON.parse(String(payload)) as { op: string; id: number };
        if (op === 'subscribe') {
          listening.add(id);
          asked.add(id);
        }
        if (op === 'unsubscribe') {
          listening.delete(id);
        }
      }
    });
  });
  await opened(page, 'left');
  train('run', savedScript('left', 1), '--name', 'left', '--no-wait');
  await expect(page.locator('.jt-Jobs [data-job="left"]')).toContainText('Completed', { timeout: 60000 });
  const [before, known] = [listening.size, asked.size];
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    for (let time = 0; time < 50; time++) {
      await commands.execute('train:open-job', { job: 'left' });
      await new Promise(resolve => { requestAnimationFrame(resolve); });
      [...shell.widgets('main')].filter(each => each.id === 'jt-job-left')
        .forEach(each => { each.dispose(); });
    }
  });
  await expect.poll(() => asked.size).toBeGreaterThanOrEqual(known + 50);
  await expect.poll(() => listening.size).toBe(before);
  expect(page.workers().filter(each => each.url().startsWith('blob:'))).toEqual([]);
});
