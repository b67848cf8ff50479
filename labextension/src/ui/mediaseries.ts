/** What was shown under one name, one step at a time: with a slider, by mouse and by keys. */

import { cell } from './delimited';
import { button } from './button';
import { histogramWords, readHistogram, ridges } from './histogram';
import { tableView } from './tableview';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IMedium } from '../contract/files';
import type { IMediaSeries } from '../data/media';
import type { IHistogram } from './histogram';
import type { Fetch } from './preview';

/** The toolkit keeps no larger file. */
const MOST_BYTES = 16 << 20;

const MOST_ROWS = 1000;

/** So many steps of a histogram are drawn at once. */
const MOST_RIDGES = 24;

export class MediaSeries {
  readonly node = document.createElement('section');

  constructor(
    private trans: TranslationBundle,
    private fetch: Fetch,
    private series: IMediaSeries
  ) {
    this.node.className = `jt-MediaSeries jt-mod-${series.kind}`;
    const title = document.createElement('h3');
    title.textContent = series.name;
    title.title = series.name;
    this.node.setAttribute('aria-label', series.name);
    this._slider.type = 'range';
    this._slider.min = '0';
    this._slider.setAttribute('aria-label', trans.__('Step of %1', series.name));
    this._slider.addEventListener('input', () => { this._slide(); });
    this._body.className = 'jt-MediaSeries-body';
    this._note.className = 'jt-MediaSeries-note';
    this._newest = button(trans.__('Newest'), () => { this._go(this.series.media.length - 1); });
    this._bar.className = 'jt-MediaSeries-bar';
    this._bar.append(this._slider, this._step, this._newest);
    const head = document.createElement('header');
    head.append(title, this._bar);
    this.node.append(head, this._body, this._note);
    this.draw(series);
  }

  /** Take what was shown since; the newest is followed until another is chosen. */
  draw(series: IMediaSeries): void {
    const isNewest = this._at < 0 || this._at === this.series.media.length - 1;
    this.series = series;
    const last = series.media.length - 1;
    this._slider.max = String(last);
    this._bar.hidden = last === 0 && series.media[0].step === undefined;
    this._slider.hidden = this._newest.hidden = last === 0;
    if (isNewest && this._at !== last) {
      this._go(last);
    }
    this._newest.disabled = this._at === last;
  }

  /** Let go of images; what is still on its way is not shown. */
  dispose(): void {
    clearTimeout(this._timer);
    this._turn++;
    URL.revokeObjectURL(this._url);
  }

  private _slide(): void {
    this._go(Number(this._slider.value));
  }

  private _go(at: number): void {
    this._at = at;
    this._slider.value = String(at);
    const words = this._words(this.series.media[at], at);
    this._slider.setAttribute('aria-valuetext', words);
    this._step.textContent = words;
    this._newest.disabled = at === this.series.media.length - 1;
    clearTimeout(this._timer);
    // whoever drags the slider passes many
    this._timer = setTimeout(() => { void this._show(at); }, 40);
  }

  private _words({ step }: IMedium, at: number): string {
    const { trans } = this;
    return step === undefined ? trans.__('No %1', at + 1) : trans.__('Step %1', step);
  }

  private async _show(at: number): Promise<void> {
    const turn = ++this._turn;
    try {
      const show = await this._look(at);
      if (turn === this._turn) {
        this._note.textContent = '';
        this._body.replaceChildren(show());
      }
    } catch (error) {
      if (turn === this._turn) {
        this._note.textContent = error instanceof Error ? error.message : String(error);
      }
    }
  }

  /** Fetch what belongs to a step; returns what draws it, if it is still wanted by then. */
  private async _look(at: number): Promise<() => Element> {
    const medium = this.series.media[at];
    if (this.series.kind === 'histogram') {
      return await this._histogram(at);
    }
    const blob = await this._blob(medium);
    if (this.series.kind === 'image') {
      return () => this._image(blob, medium, at);
    }
    const text = await blob.text();
    return () => (this.series.kind === 'table' ? this._table(text) : this._text(text));
  }

  private async _blob({ file }: IMedium): Promise<Blob> {
    const { pieces } = await this.fetch({ kind: 'media', file }, MOST_BYTES);
    return new Blob(pieces);
  }

  private _image(blob: Blob, medium: IMedium, at: number): Element {
    const image = document.createElement('img');
    URL.revokeObjectURL(this._url);
    this._url = URL.createObjectURL(blob);
    image.src = this._url;
    image.alt = `${this.series.name}, ${this._words(medium, at)}`;
    return image;
  }

  private async _histogram(at: number): Promise<() => Element> {
    const chosen = spread(this.series.media.length, MOST_RIDGES, at);
    const found = await Promise.all(chosen.map(each => this._read(each)));
    const drawn = found.filter((each): each is IHistogram => each !== null);
    const own = found[chosen.indexOf(at)];
    return () => {
      this._note.textContent = own ? histogramWords(own, this.trans) : '';
      return ridges(drawn, own ? drawn.indexOf(own) : -1);
    };
  }

  private async _read(at: number): Promise<IHistogram | null> {
    const medium = this.series.media[at];
    if (!this._histograms.has(medium.file)) {
      this._histograms.set(medium.file, readHistogram(await (await this._blob(medium)).text()));
    }
    return this._histograms.get(medium.file) ?? null;
  }

  private _table(json: string): Element {
    const { columns, rows, left_out: left } = JSON.parse(json) as {
      columns: unknown[];
      rows: unknown[][];
      left_out?: number;
    };
    const total = rows.length + (left ?? 0);
    this._note.textContent = total > MOST_ROWS
      ? this.trans.__('The first %1 of %2 rows.', MOST_ROWS, total)
      : '';
    const cells = rows.slice(0, MOST_ROWS).map(row => row.map(cell));
    return tableView({ columns: columns.map(String), rows: cells }, this.series.name);
  }

  private _text(text: string): Element {
    const node = document.createElement('pre');
    node.tabIndex = 0;
    node.setAttribute('role', 'region');
    node.setAttribute('aria-label', this.series.name);
    node.textContent = text;
    return node;
  }

  private _slider = document.createElement('input');
  private _step = document.createElement('output');
  private _bar = document.createElement('div');
  private _body = document.createElement('div');
  private _note = document.createElement('p');
  private _newest: HTMLButtonElement;
  private _histograms = new Map<string, IHistogram | null>();
  private _at = -1;
  private _turn = 0;
  private _url = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** Return so many places of `count`, equally far from each other, `own` among them. */
export function spread(count: number, most: number, own: number): number[] {
  const shown = Math.min(count, most);
  const even = Array.from({ length: shown }, (_, at) => {
    return shown === 1 ? 0 : Math.round((at * (count - 1)) / (shown - 1));
  });
  return [...new Set([...even, own])].sort((one, other) => one - other);
}
