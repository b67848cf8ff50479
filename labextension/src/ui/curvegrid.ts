/** The curves of a job in charts side by side: one for each quantity, as their scales differ. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { Chart } from './chart';
import { grouped } from './quantities';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILine } from './aligned';

export class CurveGrid extends Widget {
  constructor(private trans: TranslationBundle) {
    super();
    this.addClass('jt-Curves');
    this._grid = this.layout = new PanelLayout();
    this._empty.className = 'jt-Curves-empty';
    this._empty.setAttribute('role', 'status');
    this.node.append(this._empty);
    this.draw([], false);
  }

  /** Draw these lines; `isEnded` says that no more will come. */
  draw(lines: readonly ILine[], isEnded: boolean): void {
    this._empty.hidden = lines.length > 0;
    this._empty.textContent = isEnded
      ? this.trans.__('This job reported no metrics.')
      : this.trans.__('No metrics yet. Metric definitions or toolkit.log calls bring them.');
    for (const [name, group] of grouped(lines)) {
      this._chart(name).draw(group);
    }
  }

  private _chart(name: string): Chart {
    let chart = this._charts.get(name);
    if (!chart) {
      chart = new Chart(this.trans);
      this._charts.set(name, chart);
      this._grid.addWidget(chart);
    }
    return chart;
  }

  private _charts = new Map<string, Chart>();
  private _empty = document.createElement('p');
  private _grid: PanelLayout;
}
