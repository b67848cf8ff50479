/** The curves of a job in charts side by side: one for each quantity, as their scales differ. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { lineOf } from './aligned';
import { Chart } from './chart';
import { isSystem } from './measures';
import { grouped } from './quantities';
import { SystemCurves } from './systemcurves';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICurve } from '../data/curves';

export class CurveGrid extends Widget {
  constructor(private trans: TranslationBundle) {
    super();
    this.addClass('jt-Curves');
    this._grid = this.layout = new PanelLayout();
    this._empty.className = 'jt-Curves-empty';
    this._empty.setAttribute('role', 'status');
    this._reason.className = 'jt-Curves-reason';
    this.node.append(this._empty, this._reason);
    this._system = new SystemCurves(trans);
    this._grid.addWidget(this._system);
    this.draw([], false);
  }

  /** Why the job failed: told whole where there is no curve to look at. */
  set reason(reason: string) {
    this._reason.textContent = reason;
    this._reason.hidden = reason === '' || this._empty.hidden;
  }

  /** Draw these curves; `isEnded` says that no more will come. */
  draw(curves: readonly ICurve[], isEnded: boolean): void {
    const trained = curves.filter(curve => !isSystem(curve.name)).map(lineOf);
    this._empty.hidden = trained.length > 0;
    this.reason = this._reason.textContent ?? '';
    this._empty.textContent = isEnded
      ? this.trans.__('This job reported no metrics.')
      : this.trans.__('No metrics yet. Metric definitions or toolkit.log calls bring them.');
    for (const [name, group] of grouped(trained)) {
      this._chart(name).draw(group);
    }
    this._system.draw(curves.filter(curve => isSystem(curve.name)));
  }

  private _chart(name: string): Chart {
    let chart = this._charts.get(name);
    if (!chart) {
      chart = new Chart(this.trans);
      this._charts.set(name, chart);
      this._grid.insertWidget(this._charts.size - 1, chart); // the system's come last
    }
    return chart;
  }

  private _charts = new Map<string, Chart>();
  private _empty = document.createElement('p');
  private _reason = document.createElement('p');
  private _grid: PanelLayout;
  private _system: SystemCurves;
}
