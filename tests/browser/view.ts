/** How a live view is looked at: by its lines and by its picture. */

import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

/** Return the number of lines a log view says it shows. */
export async function linesIn(view: Locator): Promise<number> {
  const text = await view.locator('.jt-Log-bar').first().innerText();
  return Number(/(\d+) line/.exec(text)?.[1] ?? 0);
}

/** Return the picture of a chart: it changes while a curve grows. */
export async function painted(view: Locator): Promise<string> {
  return await view.locator('canvas').first().evaluate((node: HTMLCanvasElement) => {
    return node.toDataURL();
  });
}

/** Wait until a chart that gets no more points is drawn to its end; returns its picture. */
export async function atRest(view: Locator): Promise<string> {
  let picture = '';
  await expect.poll(async () => {
    const before = picture;
    picture = await painted(view);
    return picture === before;
  }, { intervals: [300] }).toBe(true);
  return picture;
}

/** The view draws on: more lines and another picture than before. */
export async function movesOn(view: Locator): Promise<void> {
  const [lines, picture] = [await linesIn(view), await painted(view)];
  await expect.poll(() => linesIn(view)).toBeGreaterThan(lines);
  await expect.poll(() => painted(view)).not.toBe(picture);
}

/** Load the page again; what Galata waits for then is the file browser, which may be hidden. */
export async function reloaded(page: Page): Promise<void> {
  const galata: object = { waitForIsReady: false };
  await page.reload(galata);
}

/** Change a setting of ours as the editor of settings does. */
export async function setting(
  page: IJupyterLabPageFixture,
  name: string,
  value: string | number | string[]
): Promise<void> {
  await page.evaluate(async ([key, now]) => {
    const registry = await window.galata.getPlugin('@jupyterlab/apputils-extension:settings');
    await registry?.set('jupyter-train:train', key as string, now);
  }, [name, value]);
}

/** What axe finds serious or critical in a part of the page: the rule, and where. */
export async function seriousIn(page: unknown, part: string): Promise<string[]> {
  // Galata's page is Playwright's with more on it, and of another type.
  const axe = new AxeBuilder({ page: page as Page }).include(part);
  const { violations } = await axe.setLegacyMode().analyze();
  const bad = violations.filter(each => ['serious', 'critical'].includes(each.impact ?? ''));
  const found = bad.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html}`));
  // JupyterLab's own search box has a hidden button without a name.
  return found.filter(each => !each.includes('clear-button__hidden'));
}
