/** A job's live view without our JupyterLab extension: what the kernel knows, drawn as SVG. */

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 200, 56, 20, 8];
const COLOURS = 8;
const SIGNS = { Completed: '✓', Failed: '✗', Stopped: '■', Stopping: '■' };

/** Make an element with these attributes; text is text, never markup. */
function make(name, attributes = {}, text = '') {
  const isDrawing = ['svg', 'polyline', 'line', 'text', 'circle', 'title'].includes(name);
  const node = isDrawing ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, String(value));
  }
  node.textContent = text;
  return node;
}

function figure(value) {
  const isLong = value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3);
  return isLong ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (whole < 60) {
    return `${whole} s`;
  }
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** Least and greatest of some numbers; a place to draw in where they are one. */
function range(numbers) {
  const low = numbers.reduce((one, other) => Math.min(one, other), Infinity);
  const high = numbers.reduce((one, other) => Math.max(one, other), -Infinity);
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** Pieces of a curve between the gaps where a value is no number. */
function pieces({ steps, values }) {
  const found = [[]];
  steps.forEach((step, at) => {
    if (values[at] === null) {
      found.push([]);
    } else {
      found[found.length - 1].push([step, values[at]]);
    }
  });
  return found.filter(piece => piece.length > 0);
}

function chart(curves) {
  const drawn = curves.map(pieces);
  const points = drawn.flat(2);
  const names = curves.map(({ name }) => name).join(', ');
  const node = make('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'jtw-chart' });
  node.append(make('title', {}, `Curves of ${names}`));
  if (points.length === 0) {
    return node;
  }
  const [x, y] = [range(points.map(point => point[0])), range(points.map(point => point[1]))];
  const across = step => LEFT + ((step - x[0]) / (x[1] - x[0])) * (WIDTH - LEFT - 8);
  const up = value => HEIGHT - BOTTOM - ((value - y[0]) / (y[1] - y[0])) * (HEIGHT - BOTTOM - TOP);
  for (const value of [y[0], (y[0] + y[1]) / 2, y[1]]) {
    const place = { x1: LEFT, x2: WIDTH - 8, y1: up(value), y2: up(value), class: 'jtw-grid' };
    const word = { x: LEFT - 6, y: up(value) + 4, 'text-anchor': 'end' };
    node.append(make('line', place), make('text', word, figure(value)));
  }
  for (const [step, anchor] of [[x[0], 'start'], [x[1], 'end']]) {
    const word = { x: across(step), y: HEIGHT - 4, 'text-anchor': anchor };
    node.append(make('text', word, figure(step)));
  }
  drawn.forEach((found, index) => {
    for (const piece of found) {
      node.append(line(piece.map(([step, value]) => [across(step), up(value)]), index));
    }
  });
  return node;
}

function line(places, index) {
  const className = `jtw-line jtw-line-${index % COLOURS}`;
  if (places.length === 1) {
    const [[cx, cy]] = places;
    return make('circle', { cx, cy, r: 3, class: className });
  }
  const points = places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return make('polyline', { points, class: className });
}

function legend(curves) {
  const node = make('div', { class: 'jtw-legend' });
  curves.forEach(({ name, last }, index) => {
    const entry = make('span');
    const sign = make('span', { class: `jtw-key jtw-line-${index % COLOURS}` }, '━');
    entry.append(sign, ` ${name} `, make('b', {}, last));
    node.append(entry);
  });
  return node;
}

/** Seconds of training so far: the page's clock counts on from what the kernel has said. */
function elapsed({ seconds, hasEnded }, heard) {
  if (typeof seconds !== 'number') {
    return '';
  }
  return duration(hasEnded ? seconds : seconds + (Date.now() - heard) / 1000);
}

function render({ model, el, signal }) {
  const root = make('section', { class: 'jtw', 'aria-label': `Training job ${model.get('job')}` });
  const [status, name, clock] = ['jtw-status', 'jtw-name', 'jtw-clock'].map(each => {
    return make('span', { class: each });
  });
  status.setAttribute('role', 'status');
  name.textContent = model.get('job');
  const progress = make('progress', { max: 1 });
  const stop = make('button', { type: 'button' }, 'Stop');
  const notice = make('div', { class: 'jtw-notice', role: 'status' });
  const curves = make('div');
  const log = make('pre', { class: 'jtw-log', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': 'Log' });
  const head = make('div', { class: 'jtw-head' });
  head.append(status, name, progress, clock, stop);
  root.append(head, notice, curves, log);
  let heard = Date.now();

  const draw = () => {
    const state = model.get('state');
    const word = state.secondary || state.status || '';
    status.textContent = word && `${SIGNS[state.status] ?? '▶'} ${word}`;
    status.dataset.status = state.status ?? '';
    stop.hidden = !state.status || state.hasEnded || state.status === 'Stopping';
    notice.textContent = model.get('notice') || state.doing || state.reason || '';
    notice.hidden = notice.textContent === '';
    progress.hidden = typeof state.share !== 'number' || state.hasEnded;
    progress.value = state.share ?? 0;
    const found = state.curves ?? [];
    curves.replaceChildren(...(found.length > 0 ? [chart(found), legend(found)] : []));
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
    log.textContent = (state.lines ?? []).join('\n');
    log.hidden = log.textContent === '';
    if (isAtEnd) {
      log.scrollTop = log.scrollHeight;
    }
    tick();
  };
  const tick = () => { clock.textContent = elapsed(model.get('state'), heard); };
  const hear = () => {
    heard = Date.now();
    stop.disabled = false;
    draw();
  };
  stop.addEventListener('click', () => {
    stop.disabled = true;
    model.send({ do: 'stop' });
  });
  model.on('change:state', hear);
  model.on('change:notice', draw);
  const timer = setInterval(() => {
    if (!document.hidden) {
      tick();
    }
  }, 1000);
  const end = () => {
    clearInterval(timer);
    model.off('change:state', hear);
    model.off('change:notice', draw);
  };
  signal?.addEventListener('abort', end);
  el.replaceChildren(root);
  draw();
  log.scrollTop = log.scrollHeight;
  return end;
}

export default { render };
