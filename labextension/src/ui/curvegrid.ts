/** The curves of a job in charts side by side: one for each quantity, as their scales differ. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { Chart } from './chart';
import { CurveBar } from './curvebar';
import { isSystem } from './measures';
import { Moment } from './moment';
import { axisOf, beginning, drawnOver, stepsBetween } from './over';
import { part } from './part';
import { grouped } from './quantities';
import { SystemCurves } from './systemcurves';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IColumns } from '../data/columns';
import type { ICurve } from '../data/curves';
import type { ILine } from './aligned';
import type { LinesAt } from './moment';
import type { Over, Range } from './over';

/** Fetches points of a curve between two steps. */
export type Look = (
  curve: ICurve,
  window: { low: number; high: number; points: number }
) => Promise<IColumns>;

/** What a grid does beside drawing. */
export interface ICurveGridOptions {
  job: string;
  look: Look;
  linesAt: LinesAt;
}

export class CurveGrid extends Widget {
  constructor(
    private trans: TranslationBundle,
    private options: ICurveGridOptions
  ) {
    super();
    this.addClass('jt-Curves');
    this._grid = this.layout = new PanelLayout();
    this._empty.className = 'jt-Curves-empty';
    this._empty.setAttribute('role', 'status');
    this._reason.className = 'jt-Curves-reason';
    this._bar = new CurveBar(trans, {
      smooth: weight => { this._smooth(weight); },
      over: over => { this._turn(over); },
      pause: isPaused => {
        this._isPaused = isPaused;
        this._schedule();
      }
    });
    this._system = new SystemCurves(trans, options.job);
    this._moment = new Moment(trans, options.linesAt);
    const above = [this._bar.node, this._moment.node, this._empty, this._reason].map(part);
    this._above = above.length;
    [...above, this._system].forEach(each => { this._grid.addWidget(each); });
    this.draw([], false);
  }

  /** Why the job failed: told whole where there is no curve to look at. */
  set reason(reason: string) {
    this._reason.textContent = reason;
    this._reason.hidden = reason === '' || this._empty.hidden;
  }

  /** Draw these curves; `isEnded` says that no more will come. */
  draw(curves: readonly ICurve[], isEnded: boolean): void {
    this._curves = curves;
    const isEmpty = !curves.some(curve => !isSystem(curve.name));
    this._empty.hidden = !isEmpty;
    this._bar.node.hidden = isEmpty;
    this.reason = this._reason.textContent ?? '';
    this._empty.textContent = isEnded
      ? this.trans.__('This job reported no metrics.')
      : this.trans.__('No metrics yet. Metric definitions or toolkit.log calls bring them.');
    this._schedule();
  }

  protected override onAfterShow(): void {
    this._schedule();
  }

  protected override onAfterAttach(): void {
    this._schedule();
  }

  protected override onBeforeDetach(): void {
    cancelAnimationFrame(this._frame);
    this._frame = 0;
  }

  /** Draw once for all the points that come between two frames, and only in sight. */
  private _schedule(): void {
    if (this._frame === 0 && this.isVisible && !this._isPaused) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._redraw();
      });
    }
  }

  private _redraw(): void {
    const trained = this._curves.filter(curve => !isSystem(curve.name));
    if (this._over === 'relative') {
      this._began = beginning(trained);
    }
    const lines = trained.map(curve => drawnOver(curve, this._over, this._began));
    for (const [name, group] of grouped(lines)) {
      this._chart(name).draw(group);
    }
    this._system.draw(this._curves.filter(curve => isSystem(curve.name)));
  }

  private _chart(name: string): Chart {
    let chart = this._charts.get(name);
    if (!chart) {
      chart = new Chart(this.trans, {
        name: `${this.options.job} ${name}`,
        axis: axisOf(this._over, this.trans),
        link: `${this.options.job} curves`,
        look: (lines, range, points) => this._look(lines, range, points),
        picked: place => { this._picked(name, place); }
      });
      chart.smoothing = this._smoothing;
      this._charts.set(name, chart);
      // the system's come last
      this._grid.insertWidget(this._above + this._charts.size - 1, chart);
    }
    return chart;
  }

  private _smooth(weight: number): void {
    this._smoothing = weight;
    this._charts.forEach(chart => { chart.smoothing = weight; });
  }

  private _turn(over: Over): void {
    this._over = over;
    const axis = axisOf(over, this.trans);
    this._charts.forEach(chart => { chart.axis = axis; });
    this._redraw();
  }

  /** Fetch what is missing of the lines that were thinned. */
  private async _look(
    lines: readonly ILine[],
    range: Range,
    points: number
  ): Promise<readonly ILine[]> {
    const ids = new Set(lines.map(line => line.id));
    const thinned = this._curves.filter(curve => {
      return ids.has(curve.id) && curve.count > curve.columns.steps.length;
    });
    const found = await Promise.all(thinned.map(curve => this._closer(curve, range, points)));
    return found.flat();
  }

  private async _closer(curve: ICurve, [low, high]: Range, points: number): Promise<ILine[]> {
    const from = this._over === 'relative' ? this._began : 0;
    const steps = stepsBetween(curve, this._over, [low + from, high + from]);
    if (!steps) {
      return [];
    }
    const columns = await this.options.look(curve, { low: steps[0], high: steps[1], points });
    return [drawnOver({ ...curve, columns }, this._over, this._began)];
  }

  /** Find the time of what was clicked: at the step, the newest there is. */
  private _picked(name: string, place: number): void {
    if (this._over !== 'step') {
      this._show(this._over === 'wall' ? place : this._began + place);
      return;
    }
    const group = this._curves.filter(curve => !isSystem(curve.name));
    const ids = new Set(grouped(group).get(name)?.map(curve => curve.id));
    const times = group.filter(curve => ids.has(curve.id)).map(({ columns }) => {
      const at = columns.steps.lastIndexOf(place);
      return at < 0 ? -Infinity : columns.times[at];
    });
    const time = Math.max(...times);
    if (Number.isFinite(time)) {
      this._show(time);
    }
  }

  /** Show what was printed and used in the second of a time. */
  private _show(time: number): void {
    void this._moment.show(time, this._curves);
  }

  private _charts = new Map<string, Chart>();
  private _curves: readonly ICurve[] = [];
  private _over: Over = 'step';
  private _began = 0;
  private _smoothing = 0;
  private _isPaused = false;
  private _frame = 0;
  private _above: number;
  private _empty = document.createElement('p');
  private _reason = document.createElement('p');
  private _bar: CurveBar;
  private _moment: Moment;
  private _grid: PanelLayout;
  private _system: SystemCurves;
}
