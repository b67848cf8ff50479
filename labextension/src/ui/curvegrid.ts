/** The curves of a job in charts side by side: one for each quantity, as their scales differ. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { button } from './button';
import { Chart } from './chart';
import { CurveAxis } from './curveaxis';
import { CurveBar } from './curvebar';
import { isSystem } from './measures';
import { Moment } from './moment';
import { part } from './part';
import { grouped } from './quantities';
import { SystemCurves } from './systemcurves';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IColumns } from '../data/columns';
import type { CurvesModel, ICurve } from '../data/curves';
import type { ILine } from './aligned';
import type { LinesAt } from './moment';
import type { Range } from './over';

/** Fetches points of a curve between two steps. */
export type Look = (
  curve: ICurve,
  window: { low: number; high: number; points: number }
) => Promise<IColumns>;

/** What is fetched beyond the points that are here. */
export interface ICurveActions {
  followCurves: (until: AbortSignal) => void;
  look: Look;
  linesAt: LinesAt;
}

/** So many charts are there at first, and so many more each time they are asked for. */
const PAGE = 24;

export class CurveGrid extends Widget {
  constructor(
    private model: CurvesModel,
    private actions: ICurveActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Curves');
    this._grid = this.layout = new PanelLayout();
    this._empty.className = 'jt-Curves-empty';
    this._empty.setAttribute('role', 'status');
    this._reason.className = 'jt-Curves-reason';
    this._bar = new CurveBar(trans, {
      smooth: weight => { this.smoothing = weight; },
      over: over => { this._turn(new CurveAxis(over)); },
      against: id => {
        this._turn(new CurveAxis('step', model.curves.find(curve => curve.id === id)));
      },
      filter: () => { this._schedule(); },
      pause: isPaused => {
        this._isPaused = isPaused;
        this._schedule();
      }
    });
    this._more = button('', () => {
      this._room += PAGE;
      this._schedule();
    });
    this._more.classList.add('jt-Curves-more');
    this._system = new SystemCurves(trans, (time, from) => { this._pointedAt(time, from); });
    this._moment = new Moment(trans, actions.linesAt);
    const above = [this._bar.node, this._moment.node, this._empty, this._reason].map(part);
    this._above = above.length;
    [...above, part(this._more), this._system].forEach(each => { this._grid.addWidget(each); });
    model.changed.connect(this._schedule, this);
    this._describe([]);
    whileSeen(this, until => {
      actions.followCurves(until);
      until.addEventListener('abort', () => {
        cancelAnimationFrame(this._frame);
        this._frame = 0;
      });
    });
  }

  /** How much all curves are smoothed, from 0 to below 1. */
  set smoothing(weight: number) {
    this._smoothing = weight;
    this._bar.smoothing = weight;
    this._charts.forEach(chart => { chart.smoothing = weight; });
  }

  /** Why the job failed: told whole where there is no curve to look at. */
  set reason(reason: string) {
    this._reason.textContent = reason;
    this._reason.hidden = reason === '' || this._empty.hidden;
  }

  override dispose(): void {
    this._bar.filter.dispose();
    super.dispose();
  }

  protected override onAfterShow(): void {
    this._schedule();
  }

  protected override onAfterAttach(): void {
    this._schedule();
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
    const { curves } = this.model;
    const metrics = curves.filter(curve => !isSystem(curve.name));
    this._bar.filter.names = metrics.map(curve => curve.name);
    const shown = metrics.filter(curve => this._bar.filter.has(curve.name));
    this._axis.begin(metrics);
    this._bar.offer(shown);
    this._describe(metrics);
    this._groups = grouped(shown);
    this._place([...this._groups.keys()].slice(0, this._room));
    this._charts.forEach((chart, name) => {
      chart.draw(() => (this._groups.get(name) ?? []).map(curve => this._axis.draw(curve)));
    });
    const left = this._groups.size - this._charts.size;
    this._more.textContent = this.trans._n('Show %1 more chart', 'Show %1 more charts', left);
    this._more.hidden = left === 0;
    this._system.draw(curves.filter(curve => isSystem(curve.name)));
  }

  /** Say what there is to see. */
  private _describe(metrics: readonly ICurve[]): void {
    const isEmpty = metrics.length === 0;
    this._empty.hidden = !isEmpty;
    this._bar.node.hidden = isEmpty;
    this._more.hidden ||= isEmpty;
    this.reason = this._reason.textContent ?? '';
    this._empty.textContent = this.model.isComplete
      ? this.trans.__('This job reported no metrics.')
      : this.trans.__('No metrics yet. Metric definitions or toolkit.log calls bring them.');
  }

  /** Have a chart for each of these names, in their order, and no others. */
  private _place(names: readonly string[]): void {
    const wanted = new Set(names);
    for (const [name, chart] of this._charts) {
      if (!wanted.has(name)) {
        chart.dispose();
        this._charts.delete(name);
      }
    }
    names.forEach((name, at) => {
      const chart = this._chart(name);
      if (this._grid.widgets[this._above + at] !== chart) {
        this._grid.insertWidget(this._above + at, chart);
      }
    });
  }

  private _chart(name: string): Chart {
    let chart = this._charts.get(name);
    if (!chart) {
      const made = (chart = new Chart(this.trans, {
        name: `${this.model.job} ${name}`,
        axis: this._axis.words(this.trans),
        look: (lines, range, points) => this._look(lines, range, points),
        pointed: place => { this._pointed(place, made); },
        picked: place => { this._show(this._axis.timeAt(this._curvesOf(made), place)); }
      }));
      chart.smoothing = this._smoothing;
      this._charts.set(name, chart);
    }
    return chart;
  }

  private _turn(axis: CurveAxis): void {
    this._axis = axis;
    axis.begin(this.model.curves.filter(curve => !isSystem(curve.name)));
    const words = axis.words(this.trans);
    this._charts.forEach(chart => { chart.axis = words; });
    this._schedule();
  }

  /** Show in the other charts, and in the system's, what is under the pointer in one. */
  private _pointed(place: number | null, from: Chart): void {
    this._charts.forEach(chart => {
      if (chart !== from) {
        chart.point(place);
      }
    });
    this._system.point(place === null ? null : this._axis.timeAt(this._curvesOf(from), place));
  }

  private _pointedAt(time: number | null, from: Chart): void {
    this._system.point(time, from);
    const [curves = []] = this._groups.values();
    const place = time === null ? null : this._axis.placeAt(curves, time);
    this._charts.forEach(chart => { chart.point(place); });
  }

  private _curvesOf(chart: Chart): readonly ICurve[] {
    const found = [...this._charts].find(([, each]) => each === chart);
    return (found && this._groups.get(found[0])) ?? [];
  }

  /** Fetch what is missing of the lines that were thinned. */
  private async _look(
    lines: readonly ILine[],
    range: Range,
    points: number
  ): Promise<readonly ILine[]> {
    const ids = new Set(lines.map(line => line.id));
    const thinned = this.model.curves.filter(curve => {
      return ids.has(curve.id) && curve.count > curve.columns.steps.length;
    });
    const found = await Promise.all(thinned.map(curve => this._closer(curve, range, points)));
    return found.flat();
  }

  private async _closer(curve: ICurve, range: Range, points: number): Promise<ILine[]> {
    const steps = this._axis.steps(curve, range);
    if (!steps) {
      return [];
    }
    const columns = await this.actions.look(curve, { low: steps[0], high: steps[1], points });
    return [this._axis.draw({ ...curve, columns })];
  }

  /** Show what was printed and used in the second of a time. */
  private _show(time: number): void {
    if (Number.isFinite(time)) {
      void this._moment.show(time, this.model.curves);
    }
  }

  private _charts = new Map<string, Chart>();
  private _groups = new Map<string, ICurve[]>();
  private _axis = new CurveAxis();
  private _room = PAGE;
  private _smoothing = 0;
  private _isPaused = false;
  private _frame = 0;
  private _above: number;
  private _empty = document.createElement('p');
  private _reason = document.createElement('p');
  private _more: HTMLButtonElement;
  private _bar: CurveBar;
  private _moment: Moment;
  private _grid: PanelLayout;
  private _system: SystemCurves;
}
