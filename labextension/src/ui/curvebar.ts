/** What holds for all charts of a job: smoothing, what they are drawn over, and a pause. */

import { button, press } from './button';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Over } from './over';

/** What the bar has done. */
export interface ICurveBarActions {
  smooth: (weight: number) => void;
  over: (over: Over) => void;
  pause: (isPaused: boolean) => void;
}

/** More would be a line that never moves. */
const MOST_WEIGHT = 0.99;

export class CurveBar {
  readonly node = document.createElement('div');

  constructor(trans: TranslationBundle, actions: ICurveBarActions) {
    this.node.className = 'jt-CurveBar';
    this.node.setAttribute('role', 'toolbar');
    this.node.setAttribute('aria-label', trans.__('All curves'));
    this.node.append(
      labelled(trans.__('Smoothing'), ...weights(actions.smooth)),
      labelled(trans.__('Over'), choice(trans, actions.over)),
      this._pause(trans, actions.pause)
    );
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
}

function labelled(word: string, ...controls: HTMLElement[]): HTMLElement {
  const label = document.createElement('label');
  label.append(word, ...controls);
  return label;
}

function weights(smooth: (weight: number) => void): HTMLElement[] {
  const [slider, shown] = [document.createElement('input'), document.createElement('output')];
  const range = { type: 'range', min: '0', max: `${MOST_WEIGHT}`, step: '0.01', value: '0' };
  Object.assign(slider, range);
  shown.textContent = '0.00';
  slider.addEventListener('input', () => {
    shown.textContent = Number(slider.value).toFixed(2);
    smooth(Number(slider.value));
  });
  return [slider, shown];
}

function choice(trans: TranslationBundle, chosen: (over: Over) => void): HTMLElement {
  const select = document.createElement('select');
  const words: [Over, string][] = [
    ['step', trans.__('Steps')],
    ['relative', trans.__('Seconds since the first point')],
    ['wall', trans.__('Time of day')]
  ];
  select.append(...words.map(([over, word]) => new Option(word, over)));
  select.addEventListener('change', () => { chosen(select.value as Over); });
  return select;
}
