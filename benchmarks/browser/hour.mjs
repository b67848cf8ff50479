/** An hour of a job's points and lines, through the stream as fast as they come; what is kept. */

import { held, lab, measured, openTab } from './page.mjs';

await measured(async (page, given) => {
  await lab(page, given);
  const session = await page.context().newCDPSession(page);
  await openTab(page, given.job);
  await page.locator('.jt-JobTab .jt-Chart canvas').first().waitFor();
  await page.getByRole('tab', { name: 'Log', exact: true }).click();
  await page.waitForTimeout(2000);
  const before = await held(session);
  await page.waitForFunction(last => {
    return document.querySelector('.jt-Log')?.textContent.includes(last);
  }, given.last, { timeout: 150000, polling: 500 });
  await page.getByRole('tab', { name: 'Curves', exact: true }).click();
  await page.waitForTimeout(5000);
  const after = await held(session);
  return { before, after };
});
