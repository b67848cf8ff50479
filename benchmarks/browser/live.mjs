/** A job that streams: frames with its curves in sight, and what is done of it out of sight. */

import { lab, measured, openTab } from './page.mjs';

/** Count what changes in the tab of a job, from now on. */
function count(job) {
  window.bench.changes = 0;
  window.bench.watcher?.disconnect();
  const tab = document.querySelector(`.jt-JobTab[data-job="${job}"]`);
  if (tab) {
    window.bench.watcher = new MutationObserver(found => {
      window.bench.changes += found.length;
    });
    const all = { attributes: true, characterData: true, childList: true, subtree: true };
    window.bench.watcher.observe(tab, all);
  }
}

/** Say what a browser says of a page that is behind another, or in front again. */
function hide(isHidden) {
  const say = (name, value) => {
    Object.defineProperty(document, name, { configurable: true, get: () => value });
  };
  say('hidden', isHidden);
  say('visibilityState', isHidden ? 'hidden' : 'visible');
  document.dispatchEvent(new Event('visibilitychange'));
}

await measured(async (page, given) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return ['TaskDuration', 'ScriptDuration'].map(each => {
      return 1000 * metrics.find(({ name }) => name === each).value;
    });
  };
  /** Milliseconds a second of all tasks and of scripts in them, and changes of the tab. */
  const work = async () => {
    await page.waitForTimeout(4000); // what came before is drawn by then
    await page.evaluate(count, given.job);
    const before = await spent();
    await page.waitForTimeout(given.seconds * 1000);
    const [took, scripts] = (await spent()).map((each, at) => (each - before[at]) / given.seconds);
    return { took, scripts, changes: await page.evaluate(() => window.bench.changes) };
  };

  await lab(page, given);
  const without = await work();
  await openTab(page, given.job);
  const canvas = page.locator('.jt-JobTab .jt-Chart canvas');
  await canvas.first().waitFor();
  await page.waitForTimeout(3000);
  const frames = await page.evaluate(seconds => window.bench.frames(seconds), given.seconds);
  const charts = await canvas.count();
  const front = await work();
  await page.evaluate(() => window.jupyterapp.commands.execute('launcher:create'));
  const behind = await work();
  await page.evaluate(job => window.jupyterapp.shell.activateById(`jt-job-${job}`), given.job);
  await page.evaluate(hide, true);
  const hidden = await work();
  await page.evaluate(hide, false);
  await page.waitForTimeout(1000);
  const back = await work();
  return { frames, charts, without, front, behind, hidden, back };
});
