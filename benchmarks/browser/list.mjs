/** The list of jobs: from the click that shows it, and from a letter that narrows it. */

import { after, lab, measured } from './page.mjs';

const TAB = '.jp-SideBar .lm-TabBar-tab[data-id="jt-jobs"]';

/** Whether rows are drawn, as many as are said. */
function hasRows(rows) {
  const count = document.querySelector('.jt-JobList [role=treegrid]')?.getAttribute('aria-rowcount');
  return document.querySelector('.jt-JobList [data-job]') && Number(count) === rows;
}

await measured(async (page, given) => {
  await lab(page, given);
  const shown = () => after(page, 'pointerdown', () => page.click(TAB), hasRows, given.jobs);
  const opened = await shown();
  const drawn = await page.locator('.jt-JobList [data-job]').count();
  await page.click('.jp-SideBar .lm-TabBar-tab[data-id="filebrowser"]');
  await page.waitForTimeout(500);
  const again = await shown();

  await page.locator('.jt-Jobs .jp-FilterBox').click();
  const filtered = [];
  for (const [key, rows] of given.typed) {
    filtered.push(await after(page, 'input', () => page.keyboard.press(key), hasRows, rows));
  }
  return { opened, again, filtered, drawn };
});
