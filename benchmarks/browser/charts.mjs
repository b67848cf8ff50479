/** Our chart beside uPlot alone, in a page that has nothing else. */

import { readFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured } from './page.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const resolve = createRequire(import.meta.url).resolve;
const LUMINO = [
  'algorithm', 'collections', 'commands', 'coreutils', 'disposable', 'domutils', 'dragdrop',
  'keyboard', 'messaging', 'properties', 'signaling', 'virtualdom', 'widgets'
];
const IMPORTS = {
  uplot: '/node_modules/uplot/dist/uPlot.esm.js',
  ...Object.fromEntries(LUMINO.map(name => {
    return [`@lumino/${name}`, `/node_modules/@lumino/${name}/dist/index.es6.js`];
  }))
};
const PAGE = `<!doctype html>
<link rel="stylesheet" href="/node_modules/uplot/dist/uPlot.min.css">
<link rel="stylesheet" href="/labextension/style/chart.css">
<style>:root {
  --jp-brand-color1: #1976d2; --jp-warn-color1: #f57c00; --jp-success-color1: #388e3c;
  --jp-error-color1: #d32f2f; --jp-info-color1: #0097a7; --jp-accent-color1: #7b1fa2;
  --jp-ui-font-color1: #222; --jp-ui-font-color2: #666; --jp-border-color2: #ccc;
  --jp-ui-font-family: sans-serif; --jp-ui-font-size0: 11px;
}</style>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<body style="width: 1200px"></body>`;
const KINDS = { '.js': 'text/javascript', '.css': 'text/css' };

/** Answer with the page and with files of this checkout; our modules are named without `.js`. */
async function served(route) {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/') {
    return await route.fulfill({ contentType: 'text/html', body: PAGE });
  }
  const path = [join(ROOT, pathname), join(ROOT, `${pathname}.js`)].find(each => {
    return extname(each) && existsSync(each);
  });
  return await route.fulfill({
    contentType: KINDS[extname(path ?? '')] ?? 'text/plain',
    ...(path ? { body: readFileSync(path) } : { status: 404 })
  });
}

/** Draw and append in the page. */
async function drawn({ points, curves, length, rounds, seconds }) {
  const [{ default: UPlot }, { Chart }, { Widget }] = await Promise.all([
    import('uplot'),
    import('/labextension/lib/ui/chart.js'),
    import('@lumino/widgets')
  ]);
  const words = { __: text => text, _n: text => text };

  const column = (count, value) => Float64Array.from({ length: count }, (_, at) => value(at));
  // falls like a loss, with a little noise; the noise is the same in every run
  const falling = (length, shift = 0) => at => {
    return Math.exp((-5 * at) / length) + shift / 50 + 0.01 * Math.sin(at * at);
  };
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) {
      await window.bench.painted();
    }
  };
  const alone = (data) => {
    const node = document.createElement('div');
    document.body.append(node);
    const series = data.slice(1).map(() => ({ stroke: '#1976d2', width: 1.5 }));
    const options = {
      width: 1200, height: 240, pxAlign: false, legend: { show: false },
      scales: { x: { time: false } }, series: [{}, ...series]
    };
    return { plot: new UPlot(options, data, node), end: () => { node.remove(); } };
  };
  const ours = () => {
    const chart = new Chart(words);
    Widget.attach(chart, document.body);
    return chart;
  };

  const steps = column(points, at => at);
  const values = column(points, falling(points));
  const first = { alone: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    let begun = performance.now();
    const bare = alone([steps, values]);
    first.alone.push(await window.bench.shown(() => true) - begun);
    bare.plot.destroy();
    bare.end();
    await settled();
    begun = performance.now();
    const chart = ours();
    chart.draw(() => [{ id: 1, name: 'loss', steps, values }]);
    first.ours.push(await window.bench.shown(() => chart.node.querySelector('canvas')) - begun);
    chart.dispose();
    await settled();
  }

  const room = 2 * length + 100 * seconds;
  const all = Array.from({ length: curves }, (_, index) => column(room, falling(length, index)));
  const axis = column(room, at => at);
  const cut = count => [axis.subarray(0, count), ...all.map(each => each.subarray(0, count))];

  /** Ten points more every 100 ms. */
  const growing = draw => {
    let count = length;
    const clock = setInterval(() => { draw(cut(count += 10)); }, 100);
    return window.bench.frames(seconds).finally(() => { clearInterval(clock); });
  };

  const bare = alone(cut(length));
  const appendedAlone = await growing(data => { bare.plot.setData(data); });
  bare.plot.destroy();
  bare.end();
  await settled();

  const chart = ours();
  const appended = await growing(([shared, ...columns]) => {
    chart.draw(() => columns.map((each, id) => {
      return { id, name: `loss/${id}`, steps: shared, values: each };
    }));
  });
  chart.dispose();
  return { first, appendedAlone, appended };
}

resolve('uplot'); // says at once what is not installed
await measured(async (page, given) => {
  await page.route('http://charts.bench/**', served);
  await page.goto('http://charts.bench/');
  return await page.evaluate(drawn, given);
});
