/** A log of a gigabyte: its end in sight, and a text found in it. */

import { after, lab, measured } from './page.mjs';

/** Open the tab of a job and turn to its log; milliseconds until its last line is in sight. */
async function opened({ job, last }) {
  const begun = performance.now();
  const tab = () => document.querySelector(`.jt-JobTab[data-job="${job}"]`);
  void window.jupyterapp.commands.execute('train:open-job', { job });
  await window.bench.shown(() => {
    const logTab = [...(tab()?.querySelectorAll('.lm-TabBar-tab') ?? [])].find(each => {
      return each.textContent === 'Log';
    });
    const { left = 0, top = 0 } = logTab?.getBoundingClientRect() ?? {};
    const where = { bubbles: true, clientX: left + 4, clientY: top + 4 };
    logTab?.dispatchEvent(new PointerEvent('pointerdown', where));
    logTab?.dispatchEvent(new PointerEvent('pointerup', where));
    return logTab?.classList.contains('lm-mod-current');
  });
  const end = await window.bench.shown(() => {
    const lines = tab().querySelectorAll('.jt-Log-block');
    const line = lines[lines.length - 1]?.lastElementChild;
    const room = tab().querySelector('.jt-Log-scroller').getBoundingClientRect();
    return line?.textContent === last && line.getBoundingClientRect().top < room.bottom;
  });
  return end - begun;
}

/** Whether the match is marked. */
function isMarked(words) {
  return document.querySelector('.jt-Log .jt-mod-current')?.textContent === words;
}

await measured(async (page, given) => {
  await lab(page, given);
  const first = await page.evaluate(opened, given);
  await page.evaluate(() => window.jupyterapp.commands.execute('application:close'));
  await page.waitForTimeout(500);
  const again = await page.evaluate(opened, given);
  await page.locator('.jt-LogSearch input[type="search"]').fill(given.wanted);
  const enter = () => page.keyboard.press('Enter');
  return { first, again, found: await after(page, 'keydown', enter, isMarked, given.last) };
});
