/** Live curves; the only file that knows uPlot, which is fetched when the first one is drawn. */

import { Widget } from '@lumino/widgets';
import { aligned } from './aligned';
import { button, press } from './button';
import { Legend } from './legend';
import { PLAIN } from './measures';
import { dashOf, onTheme, paletteOf } from './palette';

import type { TranslationBundle } from '@jupyterlab/translation';
import type uPlot from 'uplot';
import type { ILine } from './aligned';
import type { IMeasure } from './measures';
import type { IPalette } from './palette';

const HEIGHT = 240;

/** What the axes of a chart say; both may be left out. */
export interface IAxes {
  /** What the lines are drawn over. */
  along?: string;
  measure?: IMeasure;
}

export class Chart extends Widget {
  constructor(
    private trans: TranslationBundle,
    { along = trans.__('Step'), measure = PLAIN }: IAxes = {}
  ) {
    super();
    this.addClass('jt-Chart');
    this._along = along;
    this._measure = measure;
    const axes = { along, print: measure.print };
    this._legend = new Legend(trans, axes, (id, isShown) => { this._show(id, isShown); });
    this._plot.className = 'jt-Chart-plot';
    this._plot.setAttribute('role', 'img');
    this._log = button(trans.__('Log scale'), () => { this.isLog = !this.isLog; }, false);
    this._log.hidden = measure !== PLAIN;
    const bar = document.createElement('div');
    bar.className = 'jt-Chart-bar';
    bar.append(this._legend.node, this._log);
    this.node.append(this._plot, bar);
  }

  /** Whether values are drawn on a logarithmic scale. */
  get isLog(): boolean {
    return this._isLog;
  }

  set isLog(isLog: boolean) {
    this._isLog = isLog;
    press(this._log, isLog);
    this._rebuild();
  }

  /** Draw these lines at the next frame in which the chart can be seen. */
  draw(lines: readonly ILine[]): void {
    this._lines = lines;
    this._isStale = true;
    this._schedule();
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
  }

  /** Ask for a frame; a hidden page gets none, and a chart out of sight asks for none. */
  private _schedule(): void {
    if (this._isStale && this._isSeen && this._frame === 0 && !this.isDisposed) {
      this._frame = requestAnimationFrame(() => { void this._paint(); });
    }
  }

  private async _paint(): Promise<void> {
    this._isStale = false;
    const { default: UPlot } = await import('uplot');
    this._frame = 0;
    if (this.isDisposed || !this.isAttached) {
      this._isStale = true;
      return;
    }
    const began = performance.now();
    this._legend.draw(this._lines);
    this._drawWith(UPlot);
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
    const data = aligned(this._lines, this._isLog) as uPlot.AlignedData;
    const shape = this._lines.map(line => `${line.id} ${line.name}`).join('\n');
    if (this._uplot && shape === this._shape) {
      this._uplot.setData(data, !this._isZoomed);
      if (this._isZoomed) {
        this._uplot.redraw();
      }
      return;
    }
    this._destroy();
    this._shape = shape;
    const names = this._lines.map(line => line.name).join(', ');
    this._plot.setAttribute('aria-label', this.trans.__('Curves of %1', names));
    if (this._lines.length > 0) {
      this._uplot = new UPlot(this._options(), data, this._plot);
    }
  }

  private _options(): uPlot.Options {
    const palette = paletteOf(this.node);
    return {
      width: Math.max(this._plot.clientWidth, 100),
      height: HEIGHT,
      pxAlign: false, // whole pixels would make steps of a flat curve
      legend: { show: false },
      cursor: { points: { size: 6 } },
      scales: { x: { time: false }, y: this._scale() },
      axes: [along(palette, this._along), upwards(palette, this._measure)],
      series: [{}, ...this._lines.map((line, index) => this._series(line, index, palette))],
      hooks: {
        setSelect: [plot => { this._isZoomed = plot.select.width > 0; }],
        setCursor: [plot => { this._point(plot); }],
        ready: [plot => { this._listen(plot); }]
      }
    };
  }

  /** What has a unit begins at nothing: a tenth more of a little is no mountain. */
  private _scale(): uPlot.Scale {
    return this._measure === PLAIN
      ? { distr: this._isLog ? 3 : 1 }
      : { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] };
  }

  private _series(line: ILine, index: number, palette: IPalette): uPlot.Series {
    return {
      label: line.name,
      show: this._legend.isShown(line.id),
      stroke: palette.lines[index % palette.lines.length],
      dash: dashOf(index),
      width: 1.5
    };
  }

  /** A double click shows everything again. */
  private _listen(plot: uPlot): void {
    plot.over.addEventListener('dblclick', () => { this._isZoomed = false; });
  }

  /** Show in the legend what is under the pointer. */
  private _point(plot: uPlot): void {
    const { idx } = plot.cursor;
    const step = typeof idx === 'number' ? plot.data[0][idx] : undefined;
    this._legend.draw(this._lines, step);
  }

  private _show(id: number, isShown: boolean): void {
    const index = this._lines.findIndex(line => line.id === id);
    this._uplot?.setSeries(index + 1, { show: isShown });
  }

  private _fit(): void {
    const width = this._plot.clientWidth;
    if (this._uplot && width > 0 && width !== this._uplot.width) {
      this._uplot.setSize({ width, height: HEIGHT });
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
    this._isZoomed = false;
  }

  private _along: string;
  private _measure: IMeasure;
  private _legend: Legend;
  private _plot = document.createElement('div');
  private _log: HTMLButtonElement;
  private _uplot: uPlot | null = null;
  private _shape = '';
  private _lines: readonly ILine[] = [];
  private _isLog = false;
  private _isStale = false;
  private _isSeen = false;
  private _isZoomed = false;
  private _frame = 0;
  private _life: AbortController | null = null;
}

/** Round values of machines: 1, 2, 4 … 512 of each unit. */
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power);

function axis(palette: IPalette): uPlot.Axis {
  return {
    stroke: palette.text,
    font: palette.font,
    labelFont: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1 }
  };
}

function along(palette: IPalette, label: string): uPlot.Axis {
  return { ...axis(palette), label, labelSize: 16, size: 28 };
}

function upwards(palette: IPalette, measure: IMeasure): uPlot.Axis {
  if (measure === PLAIN) {
    return { ...axis(palette), size: 56 };
  }
  return {
    ...axis(palette),
    size: 80, // the unit stands behind each number
    values: (_plot, splits) => splits.map(measure.print),
    ...(measure.isBinary && { incrs: POWERS })
  };
}
