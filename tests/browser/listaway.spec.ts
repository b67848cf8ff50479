/** The list of jobs while something is away; without Galata, whose routes die with the server. */

import { expect, test } from '@playwright/test';
import { killManager, killServer, screenshot, startedCounting, stopAll } from './training';

import type { Page } from '@playwright/test';

test.afterEach(async ({ request }) => { await stopAll(request); });

type Act = (page: Page) => unknown;

// Read a row as: what goes away, how, and how it comes back; the first two come back by themselves.
const AWAY: [string, Act, Act][] = [
  ['manager', killManager, () => undefined],
  ['server', killServer, () => undefined],
  [
    'network',
    async page => {
      await page.context().setOffline(true);
      killServer(); // a socket that is open does not notice
    },
    page => page.context().setOffline(false)
  ]
];

/** Wait until the list says so; looked at in each frame, as a manager may be back in a second. */
async function saysItIsAway(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const notice = document.querySelector<HTMLElement>('.jt-Jobs-notice');
    return notice?.hidden === false && notice.textContent?.includes('cannot be reached');
  });
}

for (const [what, away, back] of AWAY) {
  test(`the list keeps its rows while the ${what} is away, and catches up`, async ({ page }) => {
    startedCounting(1200, `away-${what}`);
    await page.goto('lab?reset');
    await page.locator('.jp-SideBar [data-id="jt-jobs"]').click();
    const panel = page.locator('.jt-Jobs');
    const row = panel.locator(`[data-job="away-${what}"]`);
    const step = async (): Promise<number> => {
      const text = await row.getByRole('progressbar').getAttribute('aria-label');
      return Number(/(\d+) of/.exec(text ?? '')?.[1] ?? 0);
    };
    await expect.poll(step).toBeGreaterThan(0);
    const before = await step();
    const seen = saysItIsAway(page);
    await away(page);
    await seen;
    await expect(row).toContainText('Training');
    await screenshot(page, `away-${what}-light`);
    await back(page);
    await expect(panel).not.toHaveClass(/jt-mod-away/, { timeout: 60000 });
    await expect.poll(step, { timeout: 60000 }).toBeGreaterThan(before);
  });
}
