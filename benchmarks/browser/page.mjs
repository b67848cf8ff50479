/** What the benches in a browser share: a page in headless Chromium, and clocks inside it. */

import { chromium } from '@playwright/test';

/** Clocks that run in the page; `bench` is their name there. */
function clocks() {
  const frame = () => new Promise(resolve => { requestAnimationFrame(resolve); });
  const painted = async () => {
    await frame();
    const { port1, port2 } = new MessageChannel();
    await new Promise(resolve => {
      port1.onmessage = resolve;
      port2.postMessage(0); // its turn comes after the frame was handed on
    });
    return performance.now();
  };
  window.bench = {
    painted,
    /** When a frame shows what was waited for; looks before each frame. */
    shown: async (test, patience = 30000) => {
      const begun = performance.now();
      while (!test()) {
        if (performance.now() - begun > patience) {
          throw new Error(`not seen in ${patience} ms: ${test}`);
        }
        await frame();
      }
      return await painted();
    },
    /** Note when the next event of a kind happens, wherever in the page. */
    listen: type => {
      window.bench.began = new Promise(resolve => {
        const note = event => { resolve(event.timeStamp); };
        document.addEventListener(type, note, { capture: true, once: true });
      });
    },
    /** Milliseconds from that event to the frame that shows what it led to. */
    since: async test => (await window.bench.shown(test)) - (await window.bench.began),
    /** Frames a second over some seconds, and the longest wait for one, ms; `each` is done in each. */
    frames: async (seconds, each = () => undefined) => {
      const waits = [];
      let last = await frame();
      const end = last + seconds * 1000;
      while (last < end) {
        each();
        const now = await frame();
        waits.push(now - last);
        last = now;
      }
      const whole = waits.reduce((sum, wait) => sum + wait, 0);
      return { fps: (1000 * waits.length) / whole, longest: Math.max(...waits) };
    }
  };
}

/** Open a page, do something with it, print what it returns as JSON. */
export async function measured(work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-precise-memory-info', '--js-flags=--expose-gc']
  });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  try {
    await page.addInitScript(clocks);
    const given = JSON.parse(process.argv[2] ?? '{}');
    console.log(JSON.stringify(await work(page, given)));
  } catch (error) {
    await page.screenshot({ path: 'build/screens/bench-failed.png' });
    throw error;
  } finally {
    await browser.close();
  }
}

/** Open a JupyterLab and wait until it has come to rest, with all jobs there are in its list. */
export async function lab(page, { url }) {
  const listed = new Promise(resolve => {
    page.on('websocket', socket => {
      socket.on('framereceived', ({ payload }) => {
        const { type, more } = typeof payload === 'string' ? JSON.parse(payload) : {};
        if ((type === 'jobs' || type === 'older') && !more) {
          resolve();
        }
      });
    });
  });
  await page.goto(`${url}/lab`);
  await page.waitForFunction(() => window.jupyterapp?.restored, undefined, { timeout: 60000 });
  await page.evaluate(() => window.jupyterapp.restored);
  await listed;
  await page.waitForTimeout(2000);
}

/** Milliseconds from an event, which a deed brings about, until a test holds in the page. */
export async function after(page, type, deed, test, given) {
  await page.evaluate(each => { window.bench.listen(each); }, type);
  await deed();
  return await page.evaluate(`window.bench.since(() => (${test})(${JSON.stringify(given)}))`);
}

/** Open the tab of a job with its curves in sight. */
export async function openTab(page, job) {
  await page.evaluate(name => {
    return window.jupyterapp.commands.execute('train:open-job', { job: name });
  }, job);
  await page.locator(`.jt-JobTab[data-job="${job}"]`).waitFor();
}

/** Bytes that the page holds after its garbage is collected: objects, and arrays beside the heap. */
export async function held(session) {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const usage = await session.send('Runtime.getHeapUsage');
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = usage;
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}
