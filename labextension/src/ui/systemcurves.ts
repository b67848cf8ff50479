/** What the job takes of its machine, second by second: folded away until somebody asks. */

import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import { Panel } from '@lumino/widgets';
import { Chart } from './chart';
import { measureOf, systemCharts, systemName } from './measures';
import { axisOf } from './over';
import { part } from './part';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICurve } from '../data/curves';
import type { ILine } from './aligned';

export class SystemCurves extends Panel {
  /**
   * @param trans - the words
   * @param pointed - called with the time that is under the pointer
   */
  constructor(
    private trans: TranslationBundle,
    private pointed: (time: number | null, from: Chart) => void
  ) {
    super();
    this.addClass('jt-System');
    this._fold.type = 'button';
    this._fold.className = 'jt-System-fold';
    this._fold.addEventListener('click', () => { this._show(!this._isOpen); });
    this._charts.addClass('jt-System-charts');
    const heading = document.createElement('h3');
    heading.append(this._fold);
    this.addWidget(part(heading));
    this.addWidget(this._charts);
    this._show(false);
    this.hide();
  }

  /** Draw these curves, all of the system; none at all hide the section. */
  draw(curves: readonly ICurve[]): void {
    this._curves = curves;
    this.setHidden(curves.length === 0);
    if (this._isOpen) {
      this._draw();
    }
  }

  /** Show the time that is under the pointer in another chart. */
  point(time: number | null, from?: Chart): void {
    for (const chart of this._byKey.values()) {
      if (chart !== from) {
        chart.point(time === null ? null : Math.round(time - this._began));
      }
    }
  }

  private _draw(): void {
    const times = this._curves.map(({ columns }) => columns.times);
    this._began = times.reduce((least, each) => Math.min(least, each[0] ?? Infinity), Infinity);
    for (const [key, group] of systemCharts(this._curves)) {
      const { _began: began } = this;
      this._chart(key, group[0].name).draw(() => group.map(curve => overTime(curve, began)));
    }
  }

  private _chart(key: string, name: string): Chart {
    let chart = this._byKey.get(key);
    if (!chart) {
      const made = (chart = new Chart(this.trans, {
        name: systemName(name),
        axis: axisOf('relative', this.trans),
        measure: measureOf(name),
        pointed: place => { this.pointed(place === null ? null : this._began + place, made); }
      }));
      // its place among the charts that are there: curves do not all begin at one time
      this._charts.insertWidget([...this._byKey.keys()].filter(each => each < key).length, chart);
      this._byKey.set(key, chart);
    }
    return chart;
  }

  private _show(isOpen: boolean): void {
    this._isOpen = isOpen;
    this._fold.setAttribute('aria-expanded', String(isOpen));
    const icon = (isOpen ? caretDownIcon : caretRightIcon).element({ tag: 'span' });
    icon.setAttribute('aria-hidden', 'true');
    this._fold.replaceChildren(icon, this.trans.__('System'));
    this._charts.setHidden(!isOpen);
    if (isOpen) {
      this._draw();
    }
  }

  private _fold = document.createElement('button');
  private _charts = new Panel();
  private _byKey = new Map<string, Chart>();
  private _curves: readonly ICurve[] = [];
  private _began = Infinity;
  private _isOpen = false;
}

/** Return a curve over the whole seconds since the first measurement. */
function overTime({ id, name, columns }: ICurve, began: number): ILine {
  const seconds = columns.times.map(time => Math.round(time - began));
  return { id, name: systemName(name), steps: seconds, values: columns.values };
}
