/** Live curves; the only file that runs uPlot, which is fetched when the first one is drawn. */

import { Widget } from '@lumino/widgets';
import { aligned } from './aligned';
import { ChartBar } from './chartbar';
import { saveChart } from './chartfile';
import { pressed } from './chartkeys';
import { ChartPointer } from './chartpointer';
import { Legend } from './legend';
import { PLAIN } from './measures';
import { axisOf, withDetail } from './over';
import { onTheme, paletteOf } from './palette';
import { markStrays, plotOptions, seriesOf } from './plotoptions';
import { smoothed } from './smoothing';

import type { TranslationBundle } from '@jupyterlab/translation';
import type uPlot from 'uplot';
import type { ILine } from './aligned';
import type { FileKind } from './chartbar';
import type { IMeasure } from './measures';
import type { IAxis, Range } from './over';
import type { IPalette } from './palette';

const HEIGHT = 240;

/** What a chart is like; all may be left out. */
export interface IChartOptions {
  /** What it shows, in the name of a file. */
  name?: string;
  axis?: IAxis;
  measure?: IMeasure;
  /** Called with the place under the pointer, so that other charts can show it too. */
  pointed?: (place: number | null) => void;
  /** Fetches more points of what was zoomed into than the lines have. */
  look?: (lines: readonly ILine[], range: Range, points: number) => Promise<readonly ILine[]>;
  /** Called with the place that was clicked. */
  picked?: (step: number) => void;
}

let plotter: typeof uPlot | undefined;

export class Chart extends Widget {
  constructor(
    private trans: TranslationBundle,
    private options: IChartOptions = {}
  ) {
    super();
    const { axis = axisOf('step', trans), measure = PLAIN } = options;
    this.addClass('jt-Chart');
    this._axis = axis;
    this._measure = measure;
    const words = { axis, print: measure.print };
    this._legend = new Legend(trans, words, (id, isShown) => { this._show(id, isShown); });
    const told = (place?: number): void => { this._legend.draw(this._lines, place); };
    this._pointer = new ChartPointer(this._plot, told, options.pointed);
    this._plot.className = 'jt-Chart-plot';
    this._plot.tabIndex = 0;
    this._plot.setAttribute('role', 'group');
    this._plot.addEventListener('keydown', event => {
      if (this._uplot) {
        pressed(event, this._uplot, { zoom: each => { this._zoom(each); }, pick: this._pick });
      }
    });
    this._bar = new ChartBar(trans, {
      log: () => { this.isLog = !this.isLog; },
      unzoom: () => { this._zoom(null); },
      fill: () => { void this._fill(); },
      save: kind => { void this._save(kind); }
    });
    this._bar.hasLog = measure === PLAIN;
    this._foot.className = 'jt-Chart-bar';
    this._foot.append(this._legend.node, this._bar.node);
    this.node.append(this._plot, this._foot);
  }

  /** Whether values are drawn on a logarithmic scale. */
  get isLog(): boolean {
    return this._isLog;
  }

  set isLog(isLog: boolean) {
    this._isLog = isLog;
    this._bar.isLog = isLog;
    this._rebuild();
  }

  /** How much the lines are smoothed, from 0 to below 1; what was measured stays, faint. */
  set smoothing(smoothing: number) {
    this._smoothing = smoothing;
    this._isStale = true;
    this._schedule();
  }

  /** What the lines are drawn over from the next `draw` on. */
  set axis(axis: IAxis) {
    this._axis = axis;
    this._legend.axis = axis;
    this._zoom(null);
    this._rebuild();
  }

  /** Draw lines, made when they can be seen: at the next frame, the first ones at once. */
  draw(make: () => readonly ILine[]): void {
    this._makeLines = make;
    this._isStale = true;
    if (this._isFresh && plotter) {
      this._begin();
    } else {
      this._schedule();
    }
  }

  /** Show the place that is under the pointer in another chart; none where it is null. */
  point(place: number | null): void {
    if (this._uplot && this._isSeen) {
      this._pointer.show(this._uplot, place);
    }
  }

  override dispose(): void {
    this._life?.abort();
    this._destroy();
    super.dispose();
  }

  protected override onAfterAttach(): void {
    const life = new AbortController();
    this._life = life;
    this._rebuild();
    onTheme(() => { this._rebuild(); }, life.signal);
    const sizes = new ResizeObserver(() => { this._fit(); });
    sizes.observe(this._plot);
    const sight = new IntersectionObserver(entries => {
      this._isSeen = entries[entries.length - 1].isIntersecting;
      this._schedule();
    });
    sight.observe(this.node);
    this._isFresh = true;
    this._frame = requestAnimationFrame(() => { this._begin(); });
    life.signal.addEventListener('abort', () => {
      sizes.disconnect();
      sight.disconnect();
    });
  }

  protected override onBeforeDetach(): void {
    this._life?.abort();
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    this._isSeen = false;
    this._isFresh = false;
  }

  /** Look by oneself whether the chart is in sight: its observer tells two frames later. */
  private _begin(): void {
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    this._isFresh = false;
    const { top, bottom, width } = this.node.getBoundingClientRect();
    this._isSeen = !document.hidden && width > 0 && bottom > 0 && top < innerHeight;
    if (this._isSeen && this._isStale) {
      this._frame = -1;
      void this._paint();
    }
  }

  /** Ask for a frame; a hidden page gets none, and a chart out of sight asks for none. */
  private _schedule(): void {
    if (this._isStale && this._isSeen && this._frame === 0 && !this.isDisposed) {
      // behind the frame: in it, drawing and painting would add up to more than one frame lasts
      this._frame = requestAnimationFrame(() => {
        this._frame = -1;
        setTimeout(() => { void this._paint(); });
      });
    }
  }

  private async _paint(): Promise<void> {
    this._isStale = false;
    plotter ??= (await import('uplot')).default;
    this._frame = 0;
    if (this.isDisposed || !this.isAttached) {
      this._isStale = true;
      return;
    }
    const began = performance.now();
    this._lines = this._makeLines();
    this._legend.draw(this._lines);
    this._drawWith(plotter);
    this._rest(performance.now() - began);
  }

  /** Leave the page twice the time that drawing took, so that many points never freeze it. */
  private _rest(took: number): void {
    if (took < 16) {
      this._schedule();
      return;
    }
    this._frame = -1;
    setTimeout(() => {
      this._frame = 0;
      this._schedule();
    }, 2 * took);
  }

  private _drawWith(UPlot: typeof uPlot): void {
    const close = this._lines.map(line => withDetail(line, this._detail.get(line.id)));
    this._drawn = close.map(line => {
      return { ...line, values: smoothed(line.values, this._smoothing) };
    });
    const all = this._smoothing > 0 ? [...this._drawn, ...close] : this._drawn;
    const data = aligned(all, this._isLog) as uPlot.AlignedData;
    const shape = all.map(line => `${line.id} ${line.name}`).join('\n');
    if (!this._uplot || shape !== this._shape) {
      this._make(UPlot, data);
      this._shape = shape;
    } else {
      this._uplot.setData(data, !this._range);
    }
    this._frameRange();
  }

  private _make(UPlot: typeof uPlot, data: uPlot.AlignedData): void {
    this._destroy();
    const names = this._lines.map(line => line.name).join(', ');
    this._plot.setAttribute('aria-label', this.trans.__('Curves of %1', names));
    if (this._lines.length > 0) {
      this._uplot = new UPlot(this._plotOptions(data.length - 1), data, this._plot);
    }
  }

  private _plotOptions(count: number): uPlot.Options {
    const palette = paletteOf(this.node);
    const { _axis: axis, _measure: measure, _isLog: isLog } = this;
    return {
      ...plotOptions({ palette, axis, measure, isLog }),
      width: Math.max(this._plot.clientWidth, 100),
      height: this._height(),
      series: [{}, ...Array.from({ length: count }, (_, at) => this._series(at, palette))],
      hooks: {
        setSelect: [plot => { this._selected(plot); }],
        setCursor: [plot => { this._pointer.moved(plot); }],
        draw: [plot => { this._strays(plot, palette); }],
        ready: [plot => { this._listen(plot); }]
      }
    };
  }

  /** The lines, then what they were smoothed from. */
  private _series(at: number, palette: IPalette): uPlot.Series {
    const index = at % this._lines.length;
    const line = this._lines[index];
    const isFaint = at >= this._lines.length;
    return seriesOf(line, { index, isShown: this._legend.isShown(line.id), isFaint }, palette);
  }

  private _strays(plot: uPlot, { lines }: IPalette): void {
    this._drawn.forEach((line, index) => {
      if (this._legend.isShown(line.id)) {
        markStrays(plot, line, lines[index % lines.length]);
      }
    });
  }

  private _listen(plot: uPlot): void {
    plot.over.addEventListener('dblclick', () => { this._zoom(null); });
    plot.over.addEventListener('click', this._pick);
  }

  private _pick = (): void => {
    const { idx } = this._uplot?.cursor ?? {};
    if (this._uplot && typeof idx === 'number') {
      this.options.picked?.(this._uplot.data[0][idx]);
    }
  };

  /** What was dragged over is shown in full width. */
  private _selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width > 0) {
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      this._zoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
    }
  }

  private _zoom(range: Range | null): void {
    this._range = range;
    this._bar.isZoomed = range !== null;
    this._bar.notice = '';
    this._detail.clear();
    this._frameRange();
    this._isStale = true;
    this._schedule();
    if (range) {
      void this._look(range);
    }
  }

  private async _look(range: Range): Promise<void> {
    try {
      const points = 2 * Math.max(this._plot.clientWidth, 100);
      const found = (await this.options.look?.(this._lines, range, points)) ?? [];
      if (range === this._range) {
        this._detail = new Map(found.map(line => [line.id, line]));
        this._isStale = true;
        this._schedule();
      }
    } catch (error) {
      this._bar.notice = this.trans.__('No closer look: %1', String(error));
    }
  }

  private _frameRange(): void {
    if (this._uplot && this._range) {
      const [min, max] = this._range;
      this._uplot.setScale('x', { min, max });
      this._pointer.refresh(this._uplot);
    }
  }

  private _show(id: number, isShown: boolean): void {
    const index = this._lines.findIndex(line => line.id === id);
    this._uplot?.setSeries(index + 1, { show: isShown });
    if (this._smoothing > 0) {
      this._uplot?.setSeries(this._lines.length + index + 1, { show: isShown });
    }
  }

  private async _fill(): Promise<void> {
    await (document.fullscreenElement ? document.exitFullscreen() : this.node.requestFullscreen());
  }

  private async _save(kind: FileKind): Promise<void> {
    const plot = this._uplot;
    if (plot) {
      const { _axis: axis, _measure: measure, _isLog: isLog, trans } = this;
      const name = this.options.name ?? trans.__('curves');
      const lines = this._drawn.filter(line => this._legend.isShown(line.id));
      const indices = lines.map(line => this._lines.findIndex(({ id }) => id === line.id));
      await saveChart(kind, { plot, name, axis, measure, isLog, lines, indices }, this.node);
    }
  }

  private _height(): number {
    return document.fullscreenElement === this.node
      ? Math.max(HEIGHT, this.node.clientHeight - this._foot.offsetHeight - 24)
      : HEIGHT;
  }

  private _fit(): void {
    const [width, height] = [this._plot.clientWidth, this._height()];
    const plot = this._uplot;
    if (plot && width > 0 && (width !== plot.width || height !== plot.height)) {
      plot.setSize({ width, height });
    }
  }

  /** Start afresh: colours and scales are fixed when a plot is made. */
  private _rebuild(): void {
    this._destroy();
    this._isStale = true;
    this._schedule();
  }

  private _destroy(): void {
    this._uplot?.destroy();
    this._uplot = null;
    this._shape = '';
  }

  private _axis: IAxis;
  private _measure: IMeasure;
  private _legend: Legend;
  private _bar: ChartBar;
  private _pointer: ChartPointer;
  private _plot = document.createElement('div');
  private _foot = document.createElement('div');
  private _uplot: uPlot | null = null;
  private _shape = '';
  private _makeLines: () => readonly ILine[] = () => [];
  private _lines: readonly ILine[] = [];
  /** The lines as they were painted last: with their details, smoothed. */
  private _drawn: readonly ILine[] = [];
  private _detail = new Map<number, ILine>();
  private _range: Range | null = null;
  private _smoothing = 0;
  private _isLog = false;
  private _isStale = false;
  private _isSeen = false;
  /** Whether nobody has looked yet if it is in sight. */
  private _isFresh = false;
  private _frame = 0;
  private _life: AbortController | null = null;
}
