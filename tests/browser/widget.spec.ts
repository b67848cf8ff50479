/** What a notebook shows where our front end does not: widgets, and figures of plotly's own. */

import { expect, galata, test } from '@jupyterlab/galata';
import { cell, notebook, screenshot, stopAll } from './training';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';

/** Open a notebook and run its cells one after another. */
async function ran(page: IJupyterLabPageFixture, name: string, cells: string[]): Promise<void> {
  const path = `${name}.ipynb`;
  // typed into a cell, a script would be indented once more by the editor
  await galata.newContentsHelper(page.request).uploadContent(notebook(cells), 'text', path);
  await page.evaluate(async file => {
    await window.jupyterapp.commands.execute('docmanager:open', { path: file });
  }, path);
  await page.notebook.activate(path);
  for (const index of cells.keys()) {
    await page.notebook.runCell(index);
  }
}

test.afterEach(async ({ request }) => { await stopAll(request); });

test('a widget draws a job where our view is not, and stops it', async ({ page }) => {
  const cells = [
    '%load_ext jupyter_train\n%env JUPYTER_TRAIN_VIEW=widget',
    cell('as-a-widget', 60)
  ];
  await ran(page, 'as-a-widget', cells);
  const view = page.locator('.jp-OutputArea .jtw');
  await expect(view.locator('.jtw-status')).toContainText('Training');
  await expect(page.locator('.jp-OutputArea .jt-Job')).toHaveCount(0);
  await expect(view.locator('polyline')).toHaveCount(2);
  await expect(view.locator('.jtw-log')).toContainText(/step=\d{2,} /);
  const before = await view.locator('polyline').first().getAttribute('points');
  await expect(view.locator('polyline').first()).not.toHaveAttribute('points', before ?? '');
  await view.locator('.jtw-log').scrollIntoViewIfNeeded();
  await screenshot(page, 'widget-light');
  await page.theme.setDarkTheme();
  await screenshot(page, 'widget-dark');
  await view.getByRole('button', { name: 'Stop' }).click();
  await expect(view.locator('.jtw-status')).toContainText('Stopped', { timeout: 30000 });
  await expect(view.getByRole('button', { name: 'Stop' })).toBeHidden();
});

test('curves are a figure that plotly itself draws', async ({ page }) => {
  const cells = ['%load_ext jupyter_train', cell('as-a-figure', 1), '_job.wait()\n_job.curves("loss")'];
  await ran(page, 'as-a-figure', cells);
  const figure = page.locator('.jp-OutputArea .js-plotly-plot');
  await expect(figure.locator('.scatterlayer path.js-line')).toBeVisible({ timeout: 30000 });
  await expect(figure).toContainText('as-a-figure');
  await figure.scrollIntoViewIfNeeded();
  await screenshot(page, 'figure-light');
});
