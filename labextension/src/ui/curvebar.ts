/** What holds for all charts of a job: smoothing, what they are drawn over, a filter, a pause. */

import { button, press } from './button';
import { MetricFilter } from './metricfilter';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Over } from './over';

/** What the bar has done. */
export interface ICurveBarActions {
  smooth: (weight: number) => void;
  over: (over: Over) => void;
  /** Draws over another metric. */
  against: (id: number) => void;
  filter: () => void;
  pause: (isPaused: boolean) => void;
}

/** A longer list is scrolled through by nobody; the filter narrows it. */
const MOST_OFFERED = 200;

/** More would be a line that never moves. */
const MOST_WEIGHT = 0.99;

export class CurveBar {
  readonly node = document.createElement('div');
  readonly filter: MetricFilter;

  constructor(trans: TranslationBundle, actions: ICurveBarActions) {
    this.filter = new MetricFilter(trans, actions.filter);
    this._against.label = trans.__('Another metric');
    Object.assign(this._slider, { type: 'range', min: '0', max: `${MOST_WEIGHT}`, step: '0.01' });
    this._slider.addEventListener('input', () => {
      actions.smooth(Number(this._slider.value));
    });
    this.smoothing = 0;
    this._over = choice(trans, actions);
    this._over.append(this._against);
    this.node.className = 'jt-CurveBar';
    this.node.setAttribute('role', 'toolbar');
    this.node.setAttribute('aria-label', trans.__('All curves'));
    this.node.append(
      labelled(trans.__('Smoothing'), this._slider, this._weight),
      labelled(trans.__('Over'), this._over),
      this.filter.node,
      this._pause(trans, actions.pause)
    );
  }

  /** Say how much is smoothed. */
  set smoothing(weight: number) {
    this._slider.value = String(weight);
    this._weight.textContent = weight.toFixed(2);
  }

  /** Offer metrics to draw over. */
  offer(metrics: readonly { id: number; name: string }[]): void {
    const some = metrics.slice(0, MOST_OFFERED);
    const key = some.map(({ id, name }) => `${id} ${name}`).join('\n');
    const chosen = this._over.value;
    if (key !== this._offered && document.activeElement !== this._over) {
      this._offered = key;
      this._against.replaceChildren(...some.map(({ id, name }) => new Option(name, String(id))));
      this._over.value = chosen;
    }
  }

  private _pause(trans: TranslationBundle, pause: (isPaused: boolean) => void): HTMLElement {
    let isPaused = false;
    const node = button(trans.__('Pause'), () => {
      isPaused = !isPaused;
      press(node, isPaused);
      pause(isPaused);
    }, false);
    node.title = trans.__('Let the curves stand still; what comes meanwhile is drawn later');
    return node;
  }

  private _slider = document.createElement('input');
  private _weight = document.createElement('output');
  private _over: HTMLSelectElement;
  private _against = document.createElement('optgroup');
  private _offered = '';
}

function labelled(word: string, ...controls: HTMLElement[]): HTMLElement {
  const label = document.createElement('label');
  label.append(word, ...controls);
  return label;
}

function choice(trans: TranslationBundle, { over, against }: ICurveBarActions): HTMLSelectElement {
  const select = document.createElement('select');
  const words: [Over, string][] = [
    ['step', trans.__('Steps')],
    ['relative', trans.__('Seconds since the first point')],
    ['wall', trans.__('Time of day')]
  ];
  select.append(...words.map(([name, word]) => new Option(word, name)));
  select.addEventListener('change', () => {
    const found = words.find(([name]) => name === select.value);
    if (found) {
      over(found[0]);
    } else {
      against(Number(select.value));
    }
  });
  return select;
}
